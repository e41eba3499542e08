/** Dashboards as rows, each with what it is made of. */
import { statement } from '#platform/db.ts';
import { CONTENT_SQL } from './revision.ts';

export type DashboardRow = {
  id: number;
  orgId: number;
  projectId: number;
  projectSlug: string;
  projectName: string;
  warehouseSchema: string;
  /** In force in the project. */
  zone: string;
  /** As a revision holds it. */
  content: unknown;
};

const from = `from dashboard d join project p on p.id = d.project_id join org o on o.id = d.org_id`;
const place = `d.id, d.org_id as "orgId", d.project_id as "projectId", p.slug as "projectSlug", p.name as "projectName",
  p.warehouse_schema as "warehouseSchema", coalesce(p.timezone, o.timezone, 'UTC') as zone`;

/** $1 dashboard, $2 organisation. */
export const findDashboard = statement<DashboardRow>(
  'find-dashboard',
  `select ${place}, ${CONTENT_SQL} as content ${from} where d.id = $1 and d.org_id = $2`,
);

/** The same as it was. $1 dashboard, $2 organisation, $3 revision. */
export const findDashboardAt = statement<DashboardRow>(
  'find-dashboard-at',
  `select ${place}, r.content
   ${from} join dashboard_revisions r on r.dashboard_id = d.id and r.revision = $3
    where d.id = $1 and d.org_id = $2`,
);

/** $1 organisation, $2 project, $3 title, $4 default filter or null. */
export const insertDashboard = statement<{ id: number }>(
  'insert-dashboard',
  `insert into dashboard (org_id, project_id, title, layout, default_time_filter)
   values ($1, $2, $3, '{"columns": 12}', $4::jsonb) returning id`,
);

/** $1 dashboard, $2 title, $3 default filter or null. */
export const updateDashboard = statement<{ version: number }>(
  'update-dashboard',
  `update dashboard set title = $2, default_time_filter = $3::jsonb, version = version + 1,
          updated_at = clock_timestamp()
    where id = $1 returning version`,
);

/** $1 dashboard. */
export const deleteDashboard = statement<never>(
  'delete-dashboard',
  'delete from dashboard where id = $1',
);

/** $1 dashboard, $2 those that stay. */
export const deleteOtherCards = statement<never>(
  'delete-other-cards',
  'delete from dashboard_card where dashboard_id = $1 and not id = any($2::int[])',
);

const card = `(title, visualisation, sql, options, position, required_permission)`;

/** $1 dashboard, $2 card, then its fields. No row where the dashboard has no such card now. */
export const updateCard = statement<{ id: number }>(
  'update-card',
  `update dashboard_card set ${card} = ($3, $4, $5, $6::jsonb, $7::jsonb, $8)
    where id = $2 and dashboard_id = $1 returning id`,
);

/** $1 dashboard, $2 the number that it had before, or null; then its fields. */
export const insertCard = statement<{ id: number }>(
  'insert-card',
  `insert into dashboard_card (dashboard_id, id, ${card.slice(1)}
   values ($1, coalesce($2, nextval(pg_get_serial_sequence('honeyframe.dashboard_card', 'id'))::int),
           $3, $4, $5, $6::jsonb, $7::jsonb, $8)
   returning id`,
);
