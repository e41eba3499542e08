/** The editor's autosave: every edit is on record, and a dashboard gains at most one autosave in 30 s. */
import { type Client, row } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import * as sql from './autosave.sql.ts';

/** Puts the dashboard, as it now stands in this transaction, on record. Call it after the edit was written.
 *  An autosave stays open for 30 s, unless a revision of another kind follows it: edits in that time replace
 *  its content and author, so the last edit of a burst is not lost. Commits with the caller's transaction.
 *  @returns the number of the revision that holds the edit, and whether it is a new one.
 *  @throws DomainError NOT_FOUND where there is no such dashboard. */
export async function recordAutosave(
  tx: Client,
  { dashboardId, authorUserId }: { readonly dashboardId: number; readonly authorUserId: number },
): Promise<{ revision: number; isNew: boolean }> {
  if ((await row(tx, sql.lockDashboard, [dashboardId])) === null) {
    throw new DomainError('NOT_FOUND', `No dashboard ${dashboardId}.`);
  }
  const amended = await row(tx, sql.amendAutosave, [dashboardId, authorUserId]);
  if (amended !== null) return { revision: amended.revision, isNew: false };
  // Only a snapshot can take the number, and the next look sees it: it ends after as many rounds as
  // there are snapshots of this dashboard at this moment.
  for (;;) {
    const made = await row(tx, sql.insertAutosave, [dashboardId, authorUserId]);
    if (made !== null) return { revision: made.revision, isNew: true };
  }
}
