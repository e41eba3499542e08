/** What reports of the demo are made of. */
import { rows, type Queryable } from '#platform/db.ts';
import * as sql from './seed.sql.ts';

/** The dashboards of a project by id, oldest first. */
export async function dashboardsOf(db: Queryable, projectId: number): Promise<number[]> {
  return (await rows(db, sql.findDashboards, [projectId])).map(({ id }) => id);
}
