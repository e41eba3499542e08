/** Revisions that somebody asked for: made whole at once, and never brought up to date afterwards. */
import { row, type Client } from '#platform/db.ts';
import * as sql from './record-revision.sql.ts';
import { AUTOSAVE_NOTE } from './revision.ts';

/** What the notes of our own revisions begin with; whatever else there is was made by a scheduled step. */
export const NOTES = {
  created: 'Created',
  found: 'As it was found',
  restored: 'Restored revision',
  shared: 'Shared',
};

export const REVISION_KINDS = ['autosave', 'snapshot', 'created', 'restored', 'shared'] as const;
export type RevisionKind = (typeof REVISION_KINDS)[number];

/** Who made a revision, told by its note. */
export function kindOfRevision(note: string): RevisionKind {
  if (note === AUTOSAVE_NOTE) return 'autosave';
  if (note === NOTES.created || note === NOTES.found) return 'created';
  if (note === NOTES.shared) return 'shared';
  return new RegExp(`^${NOTES.restored} \\d+$`).test(note) ? 'restored' : 'snapshot';
}

type Request = {
  readonly dashboardId: number;
  readonly authorUserId: number;
  readonly note: string;
};

/** Puts the dashboard, whose row the caller holds, on record as it now stands.
 *  @returns the number of the revision. */
export async function recordRevision(
  tx: Client,
  { dashboardId, authorUserId, note }: Request,
): Promise<number> {
  // Only a snapshot can take the number, and the next look sees it.
  for (;;) {
    const made = await row(tx, sql.insertRevision, [dashboardId, authorUserId, note]);
    if (made !== null) return made.revision;
  }
}

/** The first edit must not be the first that is on record: there would be no way back. */
export async function recordFound(tx: Client, request: Omit<Request, 'note'>): Promise<void> {
  if ((await row(tx, sql.hasRevisions, [request.dashboardId]))!.has) return;
  await recordRevision(tx, { ...request, note: NOTES.found });
}
