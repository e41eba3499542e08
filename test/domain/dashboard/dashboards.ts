/** Dashboards for tests, as rows. */
import type { Queryable } from '#platform/db.ts';

/** A dashboard whose fields all differ from their defaults.
 *  @param given.cards how many; 2 by default.
 *  @returns its id. */
export async function createDashboard(
  db: Queryable,
  { orgId, projectId, cards = 2 }: { orgId: number; projectId: number; cards?: number },
): Promise<number> {
  const { rows } = await db.query(
    `with made as (
       insert into dashboard (org_id, project_id, title, layout, default_time_filter, version)
       values ($1, $2, 'Sales “today”', '{"columns": 12}', '{"last_days": 30}', 3)
       returning id
     ), filled as (
       insert into dashboard_card
         (dashboard_id, title, visualisation, sql, options, position, required_permission)
       select id, 'Card ' || n, (array['kpi', 'bar', 'line', 'table'])[1 + n % 4],
              case when n > 0 then 'select ' || n end, jsonb_build_object('unit', 'IDR', 'n', n),
              jsonb_build_object('x', n % 2 * 6, 'y', n / 2, 'w', 6, 'h', 2),
              case when n % 2 = 1 then 'project.edit' end
       from made, generate_series(0, $3::int - 1) n
     )
     select id from made`,
    [orgId, projectId, cards],
  );
  return rows[0].id;
}

export type RevisionRow = {
  revision: number;
  content: unknown;
  authorUserId: number;
  changeNote: string;
};

/** A dashboard's revisions, oldest first. */
export async function revisionsOf(db: Queryable, dashboardId: number): Promise<RevisionRow[]> {
  const { rows } = await db.query(
    `select revision, content, author_user_id as "authorUserId", change_note as "changeNote"
     from dashboard_revisions where dashboard_id = $1 order by revision`,
    [dashboardId],
  );
  return rows;
}
