/** All that the database holds about the drive, read at once by plain SQL. Instants are epoch ms with fractions. The
 *  checker imports nothing from the scheduler: it must not share its mistakes. */
import type pg from 'pg';

export type TickRow = {
  id: number;
  scenarioId: number;
  source: string;
  /** Of an upstream firing: the run that completed it. */
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
  source: string;
  state: string;
  exclusive: boolean;
  dueMs: number;
  fence: number;
  eventSeq: number;
  createdMs: number;
  startedMs: number | null;
  finishedMs: number | null;
  leaseMs: number | null;
  cancelRequestedMs: number | null;
  reason: string | null;
};

export type ClaimRow = { runId: number; fence: number; workerId: string; atMs: number };

export type StepRow = {
  runId: number;
  pos: number;
  kind: string;
  state: string;
  attempt: number;
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

export type Tables = {
  readonly ticks: readonly TickRow[];
  readonly runs: readonly RunRow[];
  readonly claims: readonly ClaimRow[];
  readonly steps: readonly StepRow[];
  readonly attempts: readonly AttemptRow[];
  readonly events: readonly EventRow[];
  readonly marks: readonly MarkRow[];
};

// Multiplied as numeric: a float of seconds would blur the millisecond.
const ms = (column: string) => `(1000 * extract(epoch from ${column}))::float8`;

/** Each list sorted by its key. */
export async function readTables(db: Pick<pg.ClientBase, 'query'>): Promise<Tables> {
  const read = async <Row>(text: string) => (await db.query({ text })).rows as Row[];
  return {
    ticks: await read(`
      select id::float8, scenario_id as "scenarioId", source, source_key as "sourceKey",
             detail->'upstream_runs' as "upstreamRuns", ${ms('due_at')} as "dueMs",
             ${ms('coalesce(until_at, due_at)')} as "untilMs", count, outcome, run_id::float8 as "runId",
             ${ms('decided_at')} as "decidedMs"
      from honeyframe.tick order by scenario_id, due_at, id`),
    runs: await read(`
      select id::float8, scenario_id as "scenarioId", source, state, exclusive, ${ms('due_at')} as "dueMs", fence,
             event_seq as "eventSeq", ${ms('created_at')} as "createdMs", ${ms('started_at')} as "startedMs",
             ${ms('finished_at')} as "finishedMs", ${ms('lease_until')} as "leaseMs",
             ${ms('cancel_requested_at')} as "cancelRequestedMs", reason
      from honeyframe.run order by id`),
    claims: await read(`
      select run_id::float8 as "runId", fence, worker_id as "workerId", ${ms('at')} as "atMs"
      from honeyframe.run_claim order by run_id, fence`),
    steps: await read(`
      select run_id::float8 as "runId", pos, kind, state, attempt from honeyframe.step_run order by run_id, pos`),
    attempts: await read(`
      select run_id::float8 as "runId", pos, attempt, state, worker_id as "workerId", fence,
             ${ms('started_at')} as "startedMs", ${ms('finished_at')} as "finishedMs"
      from honeyframe.step_attempt order by run_id, pos, attempt`),
    events: await read(`
      select run_id::float8 as "runId", seq, type, ${ms('at')} as "atMs",
             jsonb_build_object('pos', payload->'pos', 'state', payload->'state', 'attempt', payload->'attempt',
                                'promoted', payload->'promoted') as payload
      from honeyframe.run_event order by run_id, seq`),
    marks: await read(`
      select run_id::float8 as "runId", pos, attempt, fence, ${ms('at')} as "atMs" from public.mark
      order by run_id, pos, at`),
  };
}

/** Rows by a key of theirs. */
export function groupBy<Row, Key>(rows: readonly Row[], key: (row: Row) => Key): Map<Key, Row[]> {
  return Map.groupBy(rows, key);
}
