/** One decision about one due time of one scenario: the answer to "why did it (not) run?". */

export const TICK_OUTCOMES = [
  'fired',
  'waiting',
  'skipped_overlap',
  'skipped_calendar',
  'paused',
  'missed',
  'missed_window',
  'dropped',
  'error',
] as const;
export type TickOutcome = (typeof TICK_OUTCOMES)[number];

/** A decision before it is written. Neighbouring due times that do not fire share one. Instants in epoch ms. */
export type TickDraft = {
  readonly outcome: TickOutcome;
  readonly dueMs: number;
  /** The last due time that this stands for; equal to `dueMs` for a single one. */
  readonly untilMs: number;
  readonly count: number;
  /** For a person; null when it fired. */
  readonly reason: string | null;
  /** Caught up: waits its turn whatever `overlap` says. */
  readonly caughtUp?: boolean;
  /** The upstream run, of several the one that completed the set; absent for a schedule. */
  readonly sourceKey?: string;
  /** What else is to be known about it, as JSON text. */
  readonly detail?: string | null;
};

export function makesRun({ outcome }: Pick<TickDraft, 'outcome'>): boolean {
  return outcome === 'fired' || outcome === 'waiting';
}
