/** Notifications come to be in the transaction of what they tell, so that a crash neither loses nor doubles one. */
import { rows, type Queryable } from '#platform/db.ts';
import { toJsonb } from '../event/event.ts';
import type { End, Told } from '../run/settle.sql.ts';
import type { NotificationKind, NotificationPayload } from './notification.ts';
import { insertNotifications } from './notification.sql.ts';
import { recipientsOf } from './recipients.ts';

/** One fact to tell; it becomes a row for each recipient. */
export type Draft = {
  readonly kind: NotificationKind;
  readonly scenario: Told;
  readonly run: RunTold;
  /** Failed runs in a row. */
  readonly failures: number;
  readonly note?: string;
  readonly lateAfter?: string;
};

export type RunTold = Omit<End, 'scenarioId' | 'state'> & { readonly state: string };

/** Writes them in the caller's transaction, to whomever the scenarios' policies name at this moment. The caller holds
 *  the scenarios' rows at least for key share: the foreign key would take that lock after the run's, against the
 *  order in which everybody locks. */
export async function writeNotifications(tx: Queryable, drafts: readonly Draft[]): Promise<void> {
  const told = drafts.flatMap((draft) =>
    recipientsOf(draft.scenario.policies, draft.scenario.ownerEmail).map((to) => ({
      ...draft,
      ...to,
    })),
  );
  if (told.length === 0) return;
  await rows(tx, insertNotifications, [
    told.map(({ scenario }) => scenario.orgId),
    told.map(({ scenario }) => scenario.projectId),
    told.map(({ scenario }) => scenario.id),
    told.map(({ run }) => run.id),
    told.map(({ kind }) => kind),
    told.map(({ channel }) => channel),
    told.map(({ target }) => target),
    told.map((each) => toJsonb(payloadOf(each))),
  ]);
}

function payloadOf(draft: Draft): NotificationPayload {
  const { kind, scenario, run, failures, note, lateAfter } = draft;
  return {
    kind,
    organisation: scenario.organisation,
    project: { id: scenario.projectId, slug: scenario.projectSlug, name: scenario.projectName },
    scenario: { id: scenario.id, slug: scenario.slug, name: scenario.name },
    run: {
      id: run.id,
      state: run.state,
      reason: run.reason,
      due_at: run.dueAt.toISOString(),
      started_at: run.startedAt?.toISOString() ?? null,
      finished_at: run.finishedAt?.toISOString() ?? null,
    },
    timezone: scenario.zone,
    failures,
    ...(note !== undefined && { note }),
    ...(lateAfter !== undefined && { late_after: lateAfter }),
  };
}
