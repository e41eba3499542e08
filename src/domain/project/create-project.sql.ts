/** Statements that make a project. */
import { statement } from '#platform/db.ts';
import type { ProjectRow } from './project.sql.ts';

// 'hfpr' in ASCII: any number will do, as long as every process takes the same.
const PROJECTS_LOCK = 0x68667072;

/** Projects of an organisation are made one after the other: each waits for templates that are being edited, and would
 *  lose its slug meanwhile to one that waits as well. $1 organisation. Held until the transaction ends. */
export const lockProjects = statement<never>(
  'lock-projects',
  `select pg_advisory_xact_lock(${PROJECTS_LOCK}, $1::int)`,
);

/** $1 organisation, $2 slug. */
export const findProjectSlug = statement<{ id: number }>(
  'find-project-slug',
  `select id from project where org_id = $1 and slug = $2`,
);

/** Slugs of an organisation that begin like this one. $1 organisation, $2 slug. */
export const projectSlugsLike = statement<{ slug: string }>(
  'project-slugs-like',
  `select slug from project where org_id = $1 and starts_with(slug, $2)`,
);

/** Warehouse schemas that begin like this one: of projects of every organisation, and whatever else the database has. */
export const schemasLike = statement<{ name: string }>(
  'schemas-like',
  `select warehouse_schema as name from project where starts_with(warehouse_schema, $1)
   union select nspname::text from pg_namespace where starts_with(nspname::text, $1)`,
);

/** $1 organisation, $2 slug, $3 name, $4 owner, $5 zone or null, $6 schema of its warehouse. */
export const insertProject = statement<Pick<ProjectRow, 'id'>>(
  'insert-project',
  `insert into project (org_id, slug, name, owner_user_id, timezone, warehouse_schema)
   values ($1, $2, $3, $4, $5, $6) returning id`,
);
