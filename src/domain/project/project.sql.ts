/** Projects as rows, with the zone in force beside the one that was set. */
import { statement } from '#platform/db.ts';

export type ProjectRow = {
  id: number;
  orgId: number;
  slug: string;
  name: string;
  ownerUserId: number;
  /** As set on the project; null inherits the organisation's. */
  timezone: string | null;
  /** In force for schedules that name none: the project's, else the organisation's. */
  zone: string;
  warehouseSchema: string;
  createdAt: Date;
};

const columns = `p.id, p.org_id as "orgId", p.slug, p.name, p.owner_user_id as "ownerUserId",
  p.timezone, coalesce(p.timezone, o.timezone, 'UTC') as zone,
  p.warehouse_schema as "warehouseSchema", p.created_at as "createdAt"`;

/** $1 project, $2 organisation. */
export const findProject = statement<ProjectRow>(
  'find-project',
  `select ${columns} from project p join org o on o.id = p.org_id where p.id = $1 and p.org_id = $2`,
);

/** $1 projects, $2 organisation. */
export const findProjects = statement<ProjectRow>(
  'find-projects',
  `select ${columns} from project p join org o on o.id = p.org_id
    where p.id = any($1::int[]) and p.org_id = $2 order by p.id`,
);
