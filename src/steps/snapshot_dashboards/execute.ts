/** The execution: looks whose dashboards these are and how many are due, then publishes their revisions in
 *  one statement. */
import {
  countDue,
  snapshotDashboards,
  type SnapshotRequest,
} from '#domain/dashboard/snapshot-dashboards.ts';
import type { Execute, StepContext } from '#domain/step/kind.ts';
import { refuseOwner } from './check.ts';
import type { SnapshotConfig } from './kind.ts';

export const execute: Execute<SnapshotConfig> = async (context, config) => {
  const request: SnapshotRequest = {
    orgId: context.orgId,
    projectId: config.project_id ?? context.projectId,
    skipHours: config.skip_hours,
    maxDashboards: config.max_dashboards,
    changeNote: config.change_note,
    authorUserId: config.author_user_id,
  };
  const db = await context.connect();
  try {
    const reason = await refuseOwner(config, db, context);
    if (reason !== null) return { outcome: 'failed', reason, retryable: false };
    const { total, due } = await countDue(db, request);
    announce(context, config, total, due);
  } finally {
    // The publish takes the session over.
    db.release();
  }
  return {
    outcome: 'succeeded',
    output: null,
    publish: (tx) => snapshotDashboards(tx, request),
  };
};

function announce(context: StepContext, config: SnapshotConfig, total: number, due: number) {
  const planned = Math.min(due, config.max_dashboards);
  const skipped = `${total - due} have a revision of the last ${config.skip_hours} hours`;
  context.log(`${due} of ${total} dashboards are due for a snapshot; ${skipped}.`);
  if (planned < due) {
    const cut = `max_dashboards cuts off ${due - planned}, which come first next time`;
    context.log(`Only ${planned} of them get one now: ${cut}.`, 'warn');
  }
  // Nothing but the one statement of the publish is left to do.
  context.progress(planned, planned, 'dashboards');
}
