/** What the runs of a project have said since the screen was opened. Rows on the page are those that a question
 *  answered, or these where they are newer: a run stands there with the very message that tells of it. */
import { useSubscription } from 'urql';
import {
  OperationsRunsDocument,
  type OperationsRunPartsFragment,
} from '../../generated/graphql.ts';
import type { OperationsRunsSubscription } from '../../generated/graphql.ts';
import { isOver } from '../../words/states.ts';

export type FeedRun = OperationsRunPartsFragment;

export type RunFeed = {
  readonly runs: ReadonlyMap<string, FeedRun>;
  /** Raised when anything may have changed: what was read stands for nothing. */
  readonly whole: number;
  /** Raised when a run appears or changes its state; a step's progress leaves it alone. */
  readonly moved: number;
  /** Raised when a run ends. */
  readonly ended: number;
};

export const NO_FEED: RunFeed = { runs: new Map(), whole: 0, moved: 0, ended: 0 };

// What the pictures of the screen show at most.
const MOST = 2_000;

/** For another project the component must be another one: give it a `key`. */
export function useRunFeed(projectId: string): RunFeed {
  const [{ data }] = useSubscription<OperationsRunsSubscription, RunFeed>(
    { query: OperationsRunsDocument, variables: { projectId } },
    hear,
  );
  return data ?? NO_FEED;
}

/** Pure: the same message to the same feed gives the same. */
function hear(before: RunFeed = NO_FEED, { runsChanged }: OperationsRunsSubscription): RunFeed {
  const { runs: told, resync } = runsChanged;
  const runs = new Map(resync ? [] : before.runs);
  let moved = resync;
  let ended = resync;
  for (const run of told) {
    const known = runs.get(run.id);
    if (known && known.eventCount > run.eventCount) continue;
    moved ||= known?.state !== run.state;
    ended ||= isOver(run.state) && known?.state !== run.state;
    // The latest to say something come last, so that the first are let go of.
    runs.delete(run.id);
    runs.set(run.id, run);
  }
  for (const id of runs.keys()) {
    if (runs.size <= MOST) break;
    runs.delete(id);
  }
  return {
    runs,
    whole: before.whole + Number(resync),
    moved: before.moved + Number(moved),
    ended: before.ended + Number(ended),
  };
}

type Numbered = { readonly id: string; readonly eventCount: number };

/** Rows that were read, each as the feed has it where that is newer, and what only the feed has. */
export function withFeed<Row extends Numbered>(
  read: readonly Row[],
  { runs }: RunFeed,
  rowOf: (run: FeedRun) => Row,
): Row[] {
  const rows = new Map(read.map((row) => [row.id, row]));
  for (const run of runs.values()) {
    const row = rows.get(run.id);
    if (!row || row.eventCount < run.eventCount) rows.set(run.id, { ...row, ...rowOf(run) });
  }
  return [...rows.values()];
}
