/** A run that takes longer than its scenario's `late_after` is told once, while it still goes: the event, the mark
 *  that it was told and the notifications are one transaction under the run's fence, so that a resume does not tell
 *  it again. */
import { row, transaction, type Pool } from '#platform/db.ts';
import { CHANNELS } from '../event/channels.ts';
import { toJsonb } from '../event/event.ts';
import * as settle from '../run/settle.sql.ts';
import { markLate } from './late.sql.ts';
import { writeNotifications } from './write-notifications.ts';

/** @param lateAfter as configured, e.g. `1h`. @returns whether it was told now: not when it was told before, when it
 *  has ended, or when another claim holds it. */
export function tellLate(
  pool: Pool,
  held: { readonly runId: number; readonly fence: number; readonly scenarioId: number },
  lateAfter: string,
): Promise<boolean> {
  const { runId, fence, scenarioId } = held;
  return transaction(pool, async (tx) => {
    // The scenario before the run, as everybody locks.
    const scenario = await row(tx, settle.shareTold, [scenarioId]);
    const run = await row(tx, markLate, [runId, fence, toJsonb({ late_after: lateAfter })]);
    if (run === null) return false;
    if (scenario !== null && scenario.deletedAt === null) {
      const { failures } = scenario;
      await writeNotifications(tx, [{ kind: 'late', scenario, run, failures, lateAfter }]);
    }
    await tx.query('select pg_notify($1, $2)', [CHANNELS.run, String(runId)]);
    return true;
  });
}
