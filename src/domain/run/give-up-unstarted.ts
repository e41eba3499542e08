/** Runs that may not start any more: their start deadline has passed. */
import { rows, statement, transaction, type Pool } from '#platform/db.ts';
import { requestCancel } from './cancel-run.ts';

const findTooLate = statement<{ runId: number }>(
  'find-too-late',
  `select id as "runId" from run
   where state in ('queued', 'waiting') and start_before <= now() and started_at is null
   order by start_before limit 200`,
);

// The system itself: no person asked for it.
const SYSTEM_USER = 0;

/** Cancels them, each with that reason. The claim leaves them alone from the same instant on. @returns how many. */
export async function giveUpUnstarted(pool: Pool): Promise<number> {
  const late = await rows(pool, findTooLate);
  for (const { runId } of late) {
    await transaction(pool, (tx) =>
      requestCancel(tx, runId, SYSTEM_USER, 'it had not started within its start deadline'),
    );
  }
  return late.length;
}
