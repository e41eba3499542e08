/** A worker's sign of life, in the one row that is its own. */
import { rows, statement, type Queryable } from '#platform/db.ts';

export type Beat = {
  readonly workerId: string;
  readonly currentScenarioId: number | null;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly slots: number;
  readonly running: number;
  /** How long ago its ticker last finished a pass, in ms; null before the first. */
  readonly tickAgeMs: number | null;
};

const beat = statement(
  'beat',
  `insert into scheduler_workers (worker_id, last_seen_at, last_tick_at, current_scenario_id, host, pid, version,
                                  slots, running, started_at)
   values ($1, clock_timestamp(), clock_timestamp() - $2::float8 * interval '1 ms', $3, $4, $5, $6, $7, $8,
           clock_timestamp())
   on conflict (worker_id) do update set
     last_seen_at = excluded.last_seen_at, last_tick_at = excluded.last_tick_at,
     current_scenario_id = excluded.current_scenario_id, host = excluded.host, pid = excluded.pid,
     version = excluded.version, slots = excluded.slots, running = excluded.running, stopped_at = null,
     started_at = case when scheduler_workers.pid = excluded.pid then scheduler_workers.started_at
                       else excluded.started_at end`,
);

const leave = statement(
  'leave',
  `update scheduler_workers set stopped_at = clock_timestamp(), current_scenario_id = null, running = 0
   where worker_id = $1`,
);

// Rows of workers that are long gone tell nobody anything; runs keep their worker's name.
const forget = statement(
  'forget-workers',
  `delete from scheduler_workers where last_seen_at < clock_timestamp() - interval '7 days'`,
);

const notify = `select pg_notify('hf_worker', $1)`;

/** Records the beat and wakes those who watch workers. */
export async function recordBeat(db: Queryable, b: Beat): Promise<void> {
  await rows(db, beat, [
    b.workerId,
    b.tickAgeMs,
    b.currentScenarioId,
    b.host,
    b.pid,
    b.version,
    b.slots,
    b.running,
  ]);
  await db.query(notify, [b.workerId]);
}

/** Records that the worker left in good order. */
export async function recordLeave(db: Queryable, workerId: string): Promise<void> {
  await rows(db, leave, [workerId]);
  await rows(db, forget);
  await db.query(notify, [workerId]);
}
