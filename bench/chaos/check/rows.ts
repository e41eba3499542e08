/** All that the database holds about the drive. Instants are epoch ms with fractions. The checker imports nothing from
 *  the scheduler: it must not share its mistakes. */

export type TickRow = {
  id: number;
  scenarioId: number;
  source: string;
  /** Of an upstream firing the run that completed it, of a backfill its id, by hand the key or `retry:<of>:<run>`. */
  sourceKey: string;
  /** Of an upstream firing: all runs that it stands for. */
  upstreamRuns: number[] | null;
  dueMs: number;
  untilMs: number;
  count: number;
  outcome: string;
  runId: number | null;
  decidedMs: number;
};

export type RunRow = {
  id: number;
  scenarioId: number;
  projectId: number;
  source: string;
  sourceKey: string;
  /** Of a retry: the first run of its chain. */
  originRunId: number | null;
  retryMode: string | null;
  state: string;
  exclusive: boolean;
  maxRunning: number | null;
  dueMs: number;
  fence: number;
  eventSeq: number;
  createdMs: number;
  startedMs: number | null;
  finishedMs: number | null;
  leaseMs: number | null;
  cancelRequestedMs: number | null;
  reason: string | null;
  /** Of the frozen configuration. */
  configHash: string;
  steps: readonly { readonly parallel: boolean; readonly runIf: string | null }[];
};

export type ClaimRow = { runId: number; fence: number; workerId: string; atMs: number };

export type StepRow = {
  runId: number;
  pos: number;
  kind: string;
  state: string;
  attempt: number;
  outputHash: string | null;
};

export type AttemptRow = {
  runId: number;
  pos: number;
  attempt: number;
  state: string;
  workerId: string;
  fence: number;
  startedMs: number;
  finishedMs: number | null;
};

export type EventRow = {
  runId: number;
  seq: number;
  type: string;
  atMs: number;
  payload: { pos?: number; state?: string; attempt?: number; promoted?: boolean };
};

export type MarkRow = { runId: number; pos: number; attempt: number; fence: number; atMs: number };

export type BackfillRow = {
  id: number;
  scenarioId: number;
  fromMs: number;
  toMs: number;
  overlap: string;
  runs: number;
  createdMs: number;
};

/** A pause or resumption that nobody asked for at that moment. */
export type SelfSwitchRow = { scenarioId: number; paused: boolean; atMs: number };

export type VersionRow = { scenarioId: number; version: number };

export type Tables = {
  readonly ticks: readonly TickRow[];
  readonly runs: readonly RunRow[];
  readonly claims: readonly ClaimRow[];
  readonly steps: readonly StepRow[];
  readonly attempts: readonly AttemptRow[];
  readonly events: readonly EventRow[];
  readonly marks: readonly MarkRow[];
  readonly backfills: readonly BackfillRow[];
  readonly selfSwitches: readonly SelfSwitchRow[];
  readonly versions: readonly VersionRow[];
};

/** Rows by a key of theirs. */
export function groupBy<Row, Key>(rows: readonly Row[], key: (row: Row) => Key): Map<Key, Row[]> {
  return Map.groupBy(rows, key);
}
