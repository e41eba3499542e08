/** What makes a step slow in tests: somebody holds a table that it must read. */
import type { Pool } from '#platform/db.ts';
import { until } from '#test/support/worker.ts';

/** Locks a table until disposal. */
export async function holdTable(
  db: Pool,
  table: 'dashboard' | 'dataset',
): Promise<AsyncDisposable> {
  const client = await db.connect();
  await client.query('begin');
  await client.query(`lock table ${table} in access exclusive mode`);
  return {
    async [Symbol.asyncDispose]() {
      await client.query('rollback');
      client.release();
    },
  };
}

/** Resolves once a session of a run waits for a lock. */
export async function untilStepWaits(db: Pool): Promise<void> {
  await until('the step waits for the table', async () => {
    const { rows } = await db.query(
      `select 1 from pg_stat_activity where datname = current_database()
       and application_name like 'hf:%' and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
}
