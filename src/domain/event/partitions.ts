/** The ranges of runs in which events lie. They are made well ahead, since an event without its range could not be
 *  written. */
import { row, rows, statement, transaction, type Pool } from '#platform/db.ts';

export const RUNS_PER_PARTITION = 1_000_000;

// Two ahead of the newest run: at 1,000 runs a second more than half an hour, and workers look every minute.
const AHEAD = 2;

const newest = statement<{ last: number }>(
  'newest-run',
  `select coalesce((select last_value from pg_sequences
                    where schemaname = 'honeyframe' and sequencename = 'run_id_seq'), 0) as last`,
);

const existing = statement<{ name: string }>(
  'event-partitions',
  `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = 'honeyframe.run_event'::regclass`,
);

/** Makes the partitions that the next runs will need. Several workers may do so at once. @returns their names. */
export async function createPartitions(pool: Pool): Promise<string[]> {
  const last = (await row(pool, newest))?.last ?? 0;
  const known = new Set((await rows(pool, existing)).map((partition) => partition.name));
  const current = Math.floor(last / RUNS_PER_PARTITION);
  const missing = Array.from({ length: AHEAD + 1 }, (_, i) => current + i).filter(
    (n) => !known.has(`run_event_${n}`),
  );
  for (const n of missing) await createPartition(pool, n);
  return missing.map((n) => `run_event_${n}`);
}

async function createPartition(pool: Pool, n: number): Promise<void> {
  const name = `run_event_${n}`;
  await transaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('honeyframe.run_event'))");
    const { rows: found } = await tx.query("select to_regclass('honeyframe.' || $1) as name", [
      name,
    ]);
    if (found[0].name !== null) return;
    // Made apart and then attached: that takes a weaker lock on the parent than creating it in place.
    await tx.query(
      `create table ${name} (like run_event including defaults including constraints)`,
    );
    await tx.query(`alter table run_event attach partition ${name}
      for values from (${n * RUNS_PER_PARTITION}) to (${(n + 1) * RUNS_PER_PARTITION})`);
  });
}
