/** A scenario as it is now, its newest runs, and the beats by which lists about it are read again. */
import { useState } from 'react';
import {
  ScenarioChangedDocument,
  ScenarioDocument,
  ScenarioRecentRunsDocument,
  ScenarioRunsChangedDocument,
  type ScenarioQuery,
  type ScenarioRecentRunsQuery,
} from '../../generated/graphql.ts';
import { useLiveQuery, type Answer } from '../../live/use-live-query.ts';
import { useStream } from '../../live/use-stream.ts';

export type Scenario = NonNullable<ScenarioQuery['scenario']>;
export type RecentRun = NonNullable<ScenarioRecentRunsQuery['scenario']>['recentRuns'][number];
export type RecentStep = RecentRun['steps'][number];

export type Watched = {
  readonly answer: Answer<ScenarioQuery>;
  /** The newest 50 runs with their steps, the newest first; undefined until they are read. */
  readonly runs: readonly RecentRun[] | undefined;
  readonly runsAnswer: Answer<ScenarioRecentRunsQuery>;
  /** Beats when something was decided about the scenario, or changed in it. */
  readonly decided: number | null;
  /** Beats when any of its runs changed. */
  readonly ran: number | null;
};

/** @param id the number of the address. */
export function useScenario(id: string): Watched {
  const changes = useStream(ScenarioChangedDocument, { id });
  const runChanges = useStream(ScenarioRunsChangedDocument, { id });
  const answer = useLiveQuery(ScenarioDocument, { id }, changes.pulse);
  const { pulse, data, resyncs } = runChanges;
  const [seen, setSeen] = useState({ pulse: 0, resyncs: 0, list: 0 });
  const runsAnswer = useLiveQuery(
    ScenarioRecentRunsDocument,
    { id },
    pulse === null ? null : seen.list,
  );
  const runs = runsAnswer.data?.scenario?.recentRuns;

  // A run that is shown is brought up to date by the stream alone; the list is read again for one that is not.
  if (pulse !== null && data && pulse !== seen.pulse) {
    const { runs: changed } = data.runsChanged;
    const known = new Set(runs?.map((run) => run.id));
    const isNew = resyncs !== seen.resyncs || changed.some((run) => !known.has(run.id));
    setSeen({ pulse, resyncs, list: seen.list + (isNew ? 1 : 0) });
  }

  return { answer, runs, runsAnswer, decided: changes.pulse, ran: pulse };
}
