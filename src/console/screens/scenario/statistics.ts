/** How the last runs went, in numbers. */
import type { RecentRun } from './use-scenario.ts';

export type RunNumbers = {
  /** Of those that succeeded or failed; null: none has. */
  readonly successShare: number | null;
  readonly counted: number;
  readonly failed: number;
  /** Half of those that succeeded took no longer, in ms; null: none has. */
  readonly p50Ms: number | null;
  /** 95 of a hundred of them took no longer. */
  readonly p95Ms: number | null;
};

export function runNumbers(runs: readonly RecentRun[]): RunNumbers {
  const succeeded = runs.filter(({ state }) => state === 'SUCCEEDED');
  const failed = runs.filter(({ state }) => state === 'FAILED').length;
  const counted = succeeded.length + failed;
  // A failed run says little about how long the work takes.
  const took = succeeded.flatMap((run) => tookMs(run) ?? []).toSorted((a, b) => a - b);
  return {
    successShare: counted === 0 ? null : succeeded.length / counted,
    counted,
    failed,
    p50Ms: quantile(took, 0.5),
    p95Ms: quantile(took, 0.95),
  };
}

export function tookMs({
  startedAt,
  finishedAt,
}: {
  readonly startedAt?: string | null | undefined;
  readonly finishedAt?: string | null | undefined;
}): number | null {
  return startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null;
}

/** The smallest value that the share of all does not exceed. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
