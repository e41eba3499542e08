/** The runs × steps grid as data: which rows and columns there are, and what stands where they meet. */
import type { RecentRun, RecentStep } from './use-scenario.ts';
import { tookMs } from './statistics.ts';

export type HeatRow = {
  readonly name: string;
  /** The step is in the configuration as it is now; else it was renamed or removed. */
  readonly current: boolean;
  /** One for each run, in the order of the columns; null: that run had no such step. */
  readonly cells: readonly HeatCell[];
};

export type HeatCell = {
  readonly step: RecentStep | null;
  /** How long it took against the longest of its row, 0 to 1; null while that is not known. */
  readonly share: number | null;
};

export type Heat = {
  /** The oldest first. */
  readonly runs: readonly RecentRun[];
  readonly rows: readonly HeatRow[];
};

/** @param runs the newest first. @param names of the steps as they are configured now, in order. */
export function heatOf(runs: readonly RecentRun[], names: readonly string[]): Heat {
  const columns = runs.toReversed();
  const byName = columns.map((run) => new Map(run.steps.map((step) => [step.name, step])));
  const former = new Set(runs.flatMap((run) => run.steps.map(({ name }) => name)));
  for (const name of names) former.delete(name);
  const rows = [
    ...names.map((name) => ({ name, current: true })),
    ...[...former].map((name) => ({ name, current: false })),
  ];
  return {
    runs: columns,
    rows: rows.map(({ name, current }) => {
      const steps = byName.map((run) => run.get(name) ?? null);
      const took = steps.map((step) => (step ? tookMs(step) : null));
      const longest = Math.max(1, ...took.filter((ms) => ms !== null));
      const cells = steps.map((step, at) => {
        const ms = took[at] ?? null;
        // The root tells small ones apart that one long run would flatten.
        return { step, share: ms === null ? null : Math.sqrt(ms / longest) };
      });
      return { name, current, cells };
    }),
  };
}

/** The same for whole runs: the heights of the columns' heads. */
export function runShares(runs: readonly RecentRun[]): readonly (number | null)[] {
  const took = runs.map(tookMs);
  const longest = Math.max(1, ...took.filter((ms) => ms !== null));
  return took.map((ms) => (ms === null ? null : Math.sqrt(ms / longest)));
}
