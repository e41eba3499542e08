/** Everything that a run's page shows, true for as long as it is open: the answer, moved on by the run's events, and
 *  asked for again when something happened that events do not tell whole. */
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { useSubscription } from 'urql';
import {
  RunRelativesDocument,
  RunScreenDocument,
  ShellHealthDocument,
  type RunRelativesSubscription,
  type RunRelativesSubscriptionVariables,
  type RunScreenQuery,
} from '../../generated/graphql.ts';
import { useNow } from '../../live/now.ts';
import { useLiveQuery, type Answer } from '../../live/use-live-query.ts';
import { useRunEvents, type RunEvents } from '../../live/use-run-events.ts';
import { useStream } from '../../live/use-stream.ts';
import { useSocket } from '../../shell/socket-context.ts';
import { lastNews, viewRun, type RunView } from './run-view.ts';

export type Run = NonNullable<RunScreenQuery['run']>;

export type Watched = {
  readonly answer: Answer<RunScreenQuery>;
  /** Null: there is none that one may see; undefined: not known yet. */
  readonly run: Run | null | undefined;
  readonly view: RunView | null;
  readonly stream: RunEvents;
};

// People are told after the end, and a mail that is not taken is tried again for a while.
const TELLING_MS = 10 * 60_000;

export function useRun(id: string, projectId: string): Watched {
  const stream = useRunEvents(useSocket(), id);
  const relatives = useRelatives(id, projectId);
  // A worker's beat: by then it may have sent something.
  const { pulse: beat } = useStream(ShellHealthDocument, {});

  // Up to which event the answer knows.
  const [readTo, setReadTo] = useState(0);
  const said = useMemo(() => lastNews(stream.events), [stream.events]);
  const answer = useLiveQuery(
    RunScreenDocument,
    { id },
    said > readTo ? `${said} behind ${readTo}` : null,
  );
  const run = answer.data?.run;
  if (run && run.eventCount !== readTo) setReadTo(run.eventCount);
  const view = useMemo(() => (run ? viewRun(run, stream.events) : null), [run, stream.events]);

  const reread = useEffectEvent(answer.reread);
  const telling = useIsTelling(run);
  useEffect(() => {
    if (relatives > 0) reread();
  }, [relatives]);
  useEffect(() => {
    if (telling && beat !== null) reread();
  }, [telling, beat]);

  return { answer, run, view, stream };
}

/** How often something was heard of runs that came of this one, or after messages may have been missed. */
function useRelatives(id: string, projectId: string): number {
  const self = `Run:${id}`;
  const [{ data }] = useSubscription<
    RunRelativesSubscription,
    number,
    RunRelativesSubscriptionVariables
  >({ query: RunRelativesDocument, variables: { projectId } }, (heard = 0, { runsChanged }) => {
    const { resync, runs } = runsChanged;
    const isRelative = runs.some(
      (each) => each.origin?.id === self || each.upstreamRuns.some((run) => run.id === self),
    );
    return resync || isRelative ? heard + 1 : heard;
  });
  return data ?? 0;
}

/** Whether somebody may still be told about the run. */
function useIsTelling(run: Run | null | undefined): boolean {
  const now = useNow();
  if (!run) return false;
  const isPending = run.notifications.nodes.some(({ state }) =>
    ['PENDING', 'SENDING'].includes(state),
  );
  const endedMs = run.finishedAt === null ? 0 : now - Date.parse(run.finishedAt);
  return isPending || (run.finishedAt !== null && endedMs < TELLING_MS);
}
