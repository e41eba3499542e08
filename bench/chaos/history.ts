/** What the driver did, for the checker to judge by: with the database's rows all that it is told. Instants are epoch
 *  ms of this machine's clock, which is the database's too. */

/** When a scenario is due, in the few forms that the driver uses. */
export type DueRule =
  | { readonly kind: 'interval'; readonly everyMs: number; readonly anchorMs: number }
  /** Every so many minutes, a divisor of 60, on the hour. */
  | { readonly kind: 'cron'; readonly everyMinutes: number }
  | { readonly kind: 'never' };

/** It took place at an instant c with fromMs ≤ c ≤ untilMs. */
export type Between = { readonly fromMs: number; readonly untilMs: number };

/** From then on (exclusive) the rule counts. */
export type Change = Between & { readonly rule: DueRule };

export type Pause = { readonly begun: Between; readonly ended: Between | null };

export type Overlap = 'skip' | 'buffer_one' | 'buffer_all' | 'cancel_other' | 'allow';
export type Catchup = 'last' | 'none' | 'all';

export type ScenarioHistory = {
  readonly id: number;
  readonly slug: string;
  /** On whose success it fires; null: by time. */
  readonly upstream: { readonly ids: readonly number[]; readonly require: 'any' | 'all' } | null;
  readonly overlap: Overlap;
  readonly catchup: Catchup;
  readonly catchupWindowMs: number;
  readonly maxCatchupRuns: number;
  /** The first is its creation. */
  readonly changes: Change[];
  readonly pauses: Pause[];
};

/** Why a worker may have lost what it held. Without a worker: all of them. */
export type Disturbance = Between & {
  readonly workerId: string | null;
  readonly what: 'killed' | 'frozen' | 'stopped' | 'postgres' | 'cut';
};

/** What a live reader was given of one run. */
export type Reading = {
  readonly runId: number;
  readonly seqs: readonly number[];
  /** The reader said itself that nothing more comes. */
  readonly ended: boolean;
};

export type History = {
  readonly seed: number;
  readonly startedMs: number;
  /** When nothing was due any more. */
  readonly endedMs: number;
  /** Whether every run ended in the time given. */
  readonly drained: boolean;
  readonly scenarios: readonly ScenarioHistory[];
  readonly disturbances: readonly Disturbance[];
  readonly readings: readonly Reading[];
  /** How often each thing was done. */
  readonly actions: Readonly<Record<string, number>>;
  /** What was answered in no documented way. */
  readonly surprises: readonly string[];
  /** Sessions of runs after draining, and of workers after their end. */
  readonly leftovers: readonly string[];
};
