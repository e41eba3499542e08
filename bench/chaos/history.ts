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

/** A scenario was paused or resumed by a person. What it does by itself stands in the audit log. */
export type Switch = Between & {
  readonly paused: boolean;
  /** Of a pause: when it is to end by itself; null: when somebody resumes it. */
  readonly endsMs: number | null;
};

export type Overlap = 'skip' | 'buffer_one' | 'buffer_all' | 'cancel_other' | 'allow';
export type Catchup = 'last' | 'none' | 'all';

export type ScenarioHistory = {
  readonly id: number;
  readonly slug: string;
  readonly projectId: number;
  /** On whose success it fires; null: by time. */
  readonly upstream: { readonly ids: readonly number[]; readonly require: 'any' | 'all' } | null;
  readonly overlap: Overlap;
  readonly catchup: Catchup;
  readonly catchupWindowMs: number;
  readonly maxCatchupRuns: number;
  /** Days of the project on which it does not fire; null: it always does. */
  readonly calendar: string | null;
  /** Failures in a row at which it pauses itself; 0: never. */
  readonly pauseAfter: number;
  /** How many of its runs may run at once; null: no limit. */
  readonly maxRunning: number | null;
  /** The first is its creation. */
  readonly changes: Change[];
  readonly switches: Switch[];
};

/** What holds for the organisation from then on. */
export type OrgChange = Between & { readonly paused: boolean; readonly drains: boolean };

/** How many runs of a project may run at once from then on; null: no limit. */
export type LimitChange = Between & {
  readonly projectId: number;
  readonly maxRunning: number | null;
};

export type Days = { readonly dates: readonly string[]; readonly weekdays: readonly number[] };
/** The days of a calendar from then on. */
export type CalendarChange = Between & { readonly name: string; readonly days: Days };

export type BackfillAsk = Between & {
  readonly scenarioId: number;
  /** Exclusive. */
  readonly afterMs: number;
  /** Inclusive; null: up to now. */
  readonly toMs: number | null;
  readonly overlap: 'buffer_all' | 'allow';
  /** What is stored as the trigger at that time. */
  readonly rule: DueRule;
  /** As acknowledged; null: the answer was lost, or nothing was due. */
  readonly id: number | null;
};

export type RetryAsk = {
  readonly runId: number;
  readonly mode: 'from_failed' | 'from_start';
  /** `refused`: as documented. */
  readonly answer: 'made' | 'refused' | 'lost';
  readonly madeRunId: number | null;
};

/** What was answered with success, and must be there whatever crashed afterwards. */
export type Acknowledged = {
  /** Runs by hand, with the keys that they were asked for under. */
  readonly runs: { readonly runId: number; readonly key: string }[];
  /** Saved configurations. */
  readonly versions: { readonly scenarioId: number; readonly version: number }[];
};

/** Why a worker may have lost what it held. Without a worker: all of them. */
export type Disturbance = Between & {
  readonly workerId: string | null;
  readonly what: 'killed' | 'frozen' | 'stopped' | 'postgres' | 'cut' | 'blackout';
};

/** What a live reader was given of one run. */
export type Reading = {
  readonly runId: number;
  readonly seqs: readonly number[];
  /** The reader said itself that nothing more comes. */
  readonly ended: boolean;
};

/** What is recorded while people act. */
export type Records = {
  /** In order; the first holds from the beginning. */
  readonly org: OrgChange[];
  readonly limits: LimitChange[];
  readonly calendars: CalendarChange[];
  readonly backfills: BackfillAsk[];
  readonly retries: RetryAsk[];
  readonly acknowledged: Acknowledged;
  /** What was answered in no documented way. */
  readonly surprises: string[];
};

export type History = Records & {
  readonly seed: number;
  readonly startedMs: number;
  /** When nothing was due any more. */
  readonly endedMs: number;
  /** Whether every run ended in the time given. */
  readonly drained: boolean;
  /** Local time of the calendars is epoch time plus this. */
  readonly dayOffsetMs: number;
  readonly scenarios: readonly ScenarioHistory[];
  readonly disturbances: readonly Disturbance[];
  readonly readings: readonly Reading[];
  /** How often each thing was done. */
  readonly actions: Readonly<Record<string, number>>;
  /** Sessions of runs after draining, and of workers after their end. */
  readonly leftovers: readonly string[];
};
