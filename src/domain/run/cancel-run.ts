/** Asks a run to end. Waiting and queued ones end at once; a running one is told, and its worker ends it. */
import { row, rows, statement, type Client } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { cancelUnstarted, requestRunning } from './cancel.sql.ts';
import { promote } from './promote.ts';
import { isFinished, type RunState } from './run-state.ts';

const lockSlot = statement(
  'lock-slot-of-run',
  `select from scenario where id = (select scenario_id from run where id = $1) for update`,
);

const lockRun = statement<{
  state: RunState;
  scenarioId: number | null;
  cancelRequestedAt: Date | null;
}>(
  'lock-run',
  `select state, scenario_id as "scenarioId", cancel_requested_at as "cancelRequestedAt"
   from run where id = $1 for update`,
);

/** Requests the end of a run, in the caller's transaction. Asking again changes nothing.
 *  @param reason for a person, e.g. "cancelled by the owner".
 *  @returns the state afterwards: `cancelled`, or `running` until its worker has ended it.
 *  @throws DomainError NOT_FOUND, or CONFLICT when the run has finished otherwise. */
export async function requestCancel(
  tx: Client,
  runId: number,
  userId: number,
  reason: string,
): Promise<RunState> {
  // The slot before the run, as the ticker takes them, so that the two cannot deadlock.
  await rows(tx, lockSlot, [runId]);
  const run = await row(tx, lockRun, [runId]);
  if (!run) throw new DomainError('NOT_FOUND', `No run ${runId}.`);
  // A queued one may have been asked already: its worker handed it over before it could end it.
  if (run.state === 'cancelled') return run.state;
  if (run.state === 'running' && run.cancelRequestedAt !== null) return run.state;
  if (isFinished(run.state) && run.cancelRequestedAt !== null) return run.state;
  if (isFinished(run.state)) {
    throw new DomainError(
      'CONFLICT',
      `Run ${runId} has already ${run.state}; nothing is left to cancel.`,
    );
  }
  if (run.state === 'running') {
    await requestRunning(tx, [runId], userId, reason);
    await tx.query("select pg_notify('hf_cancel', $1), pg_notify('hf_run', $1)", [String(runId)]);
    return 'running';
  }
  await cancelUnstarted(tx, [runId], userId, reason);
  await tx.query("select pg_notify('hf_run', $1)", [String(runId)]);
  if (run.state === 'queued' && run.scenarioId !== null) await promote(tx, run.scenarioId);
  return 'cancelled';
}
