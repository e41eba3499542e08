/** What a report's configuration points at. */
import { statement } from '#platform/db.ts';

/** $1 dashboards, $2 organisation. */
export const findDashboards = statement<{ id: number; projectId: number }>(
  'report-find-dashboards',
  'select id, project_id as "projectId" from dashboard where id = any($1::int[]) and org_id = $2',
);
