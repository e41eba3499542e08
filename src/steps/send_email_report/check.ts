/** Whether a report's dashboards exist and may be seen, and whether its recipients may get mail. */
import { rows } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import { allowsRecipient, getSettings } from '#domain/org/settings.ts';
import type { CheckContext } from '#domain/step/kind.ts';
import * as sql from './check.sql.ts';
import type { ReportConfig } from './kind.ts';

/** All problems together. A dashboard that may not be seen is reported like one that does not exist; lists that still
 *  hold templates may have gaps, which are judged when the step starts. */
export async function checkReport(
  { dashboard_ids: ids = [], recipients = [] }: Partial<ReportConfig>,
  where: CheckContext,
): Promise<Problem[]> {
  return [
    ...(await dashboardProblems(ids, where)),
    ...(await recipientProblems(recipients, where)),
  ];
}

async function dashboardProblems(
  ids: readonly (number | undefined)[],
  { db, orgId, may }: CheckContext,
): Promise<Problem[]> {
  const given = ids.filter((id) => id !== undefined);
  if (given.length === 0) return [];
  const found = await rows(db, sql.findDashboards, [given, orgId]);
  const seen = new Map(
    found
      .filter(({ projectId }) => may('project.view', projectId))
      .map((each) => [each.id, each.projectId]),
  );
  return ids.flatMap((id, i): Problem[] => {
    const path = ['dashboard_ids', i];
    if (id === undefined) return [];
    if (!seen.has(id)) {
      return [{ path, message: 'there is no such dashboard in this organisation', value: id }];
    }
    const first = ids.indexOf(id);
    if (first === i) return [];
    return [{ path, message: `is the same dashboard as entry ${first}; name it once`, value: id }];
  });
}

async function recipientProblems(
  recipients: readonly (string | undefined)[],
  { db, orgId }: CheckContext,
): Promise<Problem[]> {
  const settings = await getSettings(db, orgId);
  return recipients.flatMap((value, i): Problem[] => {
    if (value === undefined || allowsRecipient(settings, value)) return [];
    const message =
      'the organisation allows no mail to this domain; an administrator adds it to its settings';
    return [{ path: ['recipients', i], message, value }];
  });
}
