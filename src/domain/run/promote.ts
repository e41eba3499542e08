/** When an exclusive scenario's active run ends, the oldest waiting one takes its place. */
import { rows, statement, transaction, type Client, type Pool } from '#platform/db.ts';
import { appendEvents } from '../event/append.sql.ts';

const findWaiting = statement<{ scenarioId: number }>(
  'find-waiting-scenarios',
  `select distinct scenario_id as "scenarioId" from run w where state = 'waiting'
     and ($1::int[] is null or scenario_id = any($1))
     and not exists (select from run a where a.scenario_id = w.scenario_id and a.exclusive
                     and a.state in ('queued', 'running'))
   limit 500`,
);

const lockSlot = statement('lock-slot', `select from scenario where id = $1 for update`);

const promoteOldest = statement<{ runId: number }>(
  'promote-oldest',
  `update run set state = 'queued'
   where id = (select id from run where scenario_id = $1 and state = 'waiting' order by due_at, id limit 1)
     and state = 'waiting'
     and not exists (select from run a where a.scenario_id = $1 and a.exclusive and a.state in ('queued', 'running'))
   returning id as "runId"`,
);

/** Queues the scenario's oldest waiting run if its place is free. @returns the run, or null. */
export async function promote(tx: Client, scenarioId: number): Promise<number | null> {
  // Locked in one statement, looked at in the next: its snapshot shows what the holder before did.
  await rows(tx, lockSlot, [scenarioId]);
  const [promoted] = await rows(tx, promoteOldest, [scenarioId]);
  if (!promoted) return null;
  await appendEvents(tx, promoted.runId, [{ type: 'run.queued', payload: { promoted: true } }]);
  await tx.query("select pg_notify('hf_queue', ''), pg_notify('hf_run', $1)", [
    String(promoted.runId),
  ]);
  return promoted.runId;
}

/** Promotes wherever a place is free and a run waits for it: in these scenarios, or (null) in all, which finds what
 *  a crash between a run's end and its promotion left behind. @returns how many. */
export async function promoteWaiting(
  pool: Pool,
  scenarioIds: readonly number[] | null,
): Promise<number> {
  const waiting = await rows(pool, findWaiting, [scenarioIds]);
  let promoted = 0;
  for (const { scenarioId } of waiting) {
    const runId = await transaction(pool, (tx) => promote(tx, scenarioId));
    if (runId !== null) promoted += 1;
  }
  return promoted;
}
