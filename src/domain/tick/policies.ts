/** The policies of a scenario that decide about due times, as stored, with their defaults filled in. */
import { parseInterval } from '../trigger/interval.ts';

export type Policies = {
  /** What a due time does while a run is active. */
  readonly overlap: 'skip' | 'buffer_one' | 'buffer_all' | 'cancel_other' | 'allow';
  /** What becomes of due times that are decided more than 60 s late. */
  readonly catchup: 'last' | 'none' | 'all';
  /** Due times older than this are not caught up, in ms. */
  readonly catchupWindowMs: number;
  /** Of `catchup: all`, how many due times at most. */
  readonly maxCatchupRuns: number;
  /** A stable delay of each due time, up to this many ms. */
  readonly jitterMs: number;
  /** A run that has not started so many ms after its due time and jitter is cancelled; null: never. */
  readonly startDeadlineMs: number | null;
  /** Named days of the project on which nothing fires. */
  readonly calendar: string | null;
  /** How many of its runs may be running at once; null: no limit. */
  readonly maxRunning: number | null;
  /** Higher is claimed first. */
  readonly priority: number;
  /** Of the whole run, from its first start, in ms. */
  readonly timeoutMs: number;
  /** How long after its first start a run is told to be late, in ms; null: never. */
  readonly lateAfterMs: number | null;
};

/** The wire form, as `scenario.policies` and `run.config` hold it: only what was set. */
export type PoliciesWire = {
  readonly overlap?: Policies['overlap'];
  readonly catchup?: Policies['catchup'];
  readonly catchup_window?: string;
  readonly max_catchup_runs?: number;
  readonly jitter?: string;
  readonly start_deadline?: string;
  readonly calendar?: string;
  readonly max_running?: number;
  readonly priority?: number;
  readonly timeout?: string;
  readonly late_after?: string;
};

export const DEFAULT_CATCHUP_WINDOW_MS = 86_400_000;
export const DEFAULT_RUN_TIMEOUT_MS = 6 * 3_600_000;

/** Reads stored policies. Defaults: overlap skip, catchup last, window 1 day, at most 100 caught up, priority 0, timeout 6 hours. */
export function readPolicies(stored: PoliciesWire): Policies {
  return {
    overlap: stored.overlap ?? 'skip',
    catchup: stored.catchup ?? 'last',
    catchupWindowMs: milliseconds(stored.catchup_window, DEFAULT_CATCHUP_WINDOW_MS),
    maxCatchupRuns: stored.max_catchup_runs ?? 100,
    jitterMs: stored.jitter === '0s' ? 0 : milliseconds(stored.jitter, 0),
    startDeadlineMs: milliseconds(stored.start_deadline, null),
    calendar: stored.calendar ?? null,
    maxRunning: stored.max_running ?? null,
    priority: stored.priority ?? 0,
    timeoutMs: milliseconds(stored.timeout, DEFAULT_RUN_TIMEOUT_MS),
    lateAfterMs: milliseconds(stored.late_after, null),
  };
}

function milliseconds<Fallback>(text: string | undefined, fallback: Fallback): number | Fallback {
  if (text === undefined) return fallback;
  const reading = parseInterval(text);
  // It was checked when written; falling back in silence would be worse than the error tick.
  if ('why' in reading) throw new Error(reading.why);
  return reading.intervalMs;
}
