/** How long the runs of a strip took, in words: the last one, and what is usual. */
import type { StripRun } from '../../parts/run-strip.tsx';
import { span } from '../../words/time.ts';

// Of fewer runs the middle says nothing.
const ENOUGH = 3;

/** @param runs the newest first. Empty when none has ended. */
export function pace(runs: readonly StripRun[]): string {
  const took = runs.flatMap(({ startedAt, finishedAt }) =>
    startedAt && finishedAt ? [Date.parse(finishedAt) - Date.parse(startedAt)] : [],
  );
  const [last] = took;
  if (last === undefined) return '';
  if (took.length < ENOUGH) return `took ${span(last)}`;
  const middle = took.toSorted((a, b) => a - b)[took.length >> 1]!;
  return `took ${span(last)}, usually ${span(middle)}`;
}
