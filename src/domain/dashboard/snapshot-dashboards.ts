/** Gives every dashboard of a project a recovery point, whether or not anybody edits it. */
import { type Queryable, row } from '#platform/db.ts';
import * as sql from './snapshot-dashboards.sql.ts';

export type SnapshotRequest = {
  readonly orgId: number;
  readonly projectId: number;
  /** A dashboard with a revision younger than this is left out; 0 leaves none out. Fractions count. */
  readonly skipHours: number;
  readonly maxDashboards: number;
  readonly changeNote: string;
  readonly authorUserId: number;
};

export type SnapshotResult = {
  readonly snapshotted: number;
  /** Left out because a revision is recent enough. */
  readonly skipped: number;
  readonly total: number;
  /** How many were due and had no place under the cap. They come first next time. */
  readonly cut: number;
  /** The ids of those that got a revision, ascending. */
  readonly dashboards: number[];
};

/** How many dashboards the project has and how many of them are due, without writing anything. */
export async function countDue(
  db: Queryable,
  { projectId, orgId, skipHours }: SnapshotRequest,
): Promise<sql.Outlook> {
  return (await row(db, sql.countDue, [projectId, orgId, skipHours]))!;
}

/** Writes one revision for each dashboard that is due, those longest without one first. Running it again
 *  within `skipHours` writes nothing. Commits with the caller's transaction. */
export async function snapshotDashboards(
  tx: Queryable,
  { projectId, orgId, skipHours, maxDashboards, authorUserId, changeNote }: SnapshotRequest,
): Promise<SnapshotResult> {
  const values = [projectId, orgId, skipHours, maxDashboards, authorUserId, changeNote];
  const made = (await row(tx, sql.snapshotDashboards, values))!;
  const taken = Math.min(made.due, maxDashboards);
  return {
    snapshotted: made.dashboards.length,
    // The second part: somebody else made the same revision meanwhile.
    skipped: made.recent + (taken - made.dashboards.length),
    total: made.total,
    cut: made.due - taken,
    dashboards: made.dashboards,
  };
}
