/** Writes events as a worker's flush does: numbered from the run's own counter, announced once. */
import type { Pool } from '#platform/db.ts';

/** Appends events of one type to a run, in one transaction. @param notify whether anybody is told. */
export async function append(
  pool: Pool,
  runId: number,
  count: number,
  { type = 'log', notify = true, finish = false } = {},
): Promise<void> {
  const finished = finish ? `, state = 'succeeded', finished_at = clock_timestamp()` : '';
  await pool.query(
    `with counted as (
       update run set event_seq = event_seq + $2${finished} where id = $1 returning event_seq - $2 as base
     )
     insert into run_event (run_id, seq, type, at, payload)
     select $1, base + n, $3, clock_timestamp(), jsonb_build_object('n', base + n)
       from counted, generate_series(1, $2) n`,
    [runId, count, type],
  );
  if (notify) await pool.query(`select pg_notify('hf_run', $1)`, [String(runId)]);
}

const LISTENERS = `from pg_stat_activity
  where application_name = 'hf listen' and datname = current_database()`;

/** Ends the connection on which an API listens, as a failover would; does `meanwhile` while it is deaf, and
 *  waits until it hears again. */
export async function killListener(
  pool: Pool,
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  const { rows } = await pool.query(`select pid, pg_terminate_backend(pid) ${LISTENERS}`);
  await meanwhile();
  for (let back = false; !back;) {
    const now = await pool.query(`select pid ${LISTENERS} and query like 'listen%'`);
    back = now.rows.some(({ pid }) => rows.every((killed) => killed.pid !== pid));
  }
}

/** Takes `count` messages of a subscription and leaves it open. */
export async function take<T>(source: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = await source.next();
    if (done) throw new Error(`the stream ended after ${taken.length} of ${count} messages`);
    taken.push(value);
  }
  return taken;
}

/** All messages until the stream ends. */
export async function drain<T>(source: AsyncIterableIterator<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const message of source) taken.push(message);
  return taken;
}

export const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
