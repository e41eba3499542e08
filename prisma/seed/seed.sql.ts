/** Rows of the demo for which the product has no function yet: it is the first to make an organisation. */
import { statement } from '#platform/db.ts';

type Made = { id: number };

export const lockSeed = statement<never>('seed-lock', 'select pg_advisory_xact_lock($1)');

export const findOrg = statement<Made>('seed-find-org', 'select id from org limit 1');

/** $1 slug, $2 name, $3 zone. */
export const insertOrg = statement<Made>(
  'seed-org',
  'insert into org (slug, name, timezone) values ($1, $2, $3) returning id',
);

/** A member with a group of their own role. $1 organisation, $2 e-mail, $3 name, $4 password hash or null for
 *  a service user, $5 group, $6 role, $7 the only project on which it counts, or null for all. */
export const insertMember = statement<Made>(
  'seed-member',
  `with u as (
     insert into "user" (email, name, password_hash, is_service)
     values ($2, $3, $4::text, $4::text is null) returning id
   ), m as (
     insert into user_org (user_id, org_id, is_default) select id, $1::int, true from u
   ), g as (
     insert into "group" (org_id, name) values ($1::int, $5) returning id
   ), p as (
     insert into group_permission (group_id, project_id, role) select id, $7::int, $6::text from g
   ), ug as (
     insert into user_group (user_id, group_id) select u.id, g.id from u, g
   )
   select id from u`,
);

/** $1 organisation, $2 slug, $3 name, $4 owner, $5 zone or null, $6 schema of its warehouse. */
export const insertProject = statement<Made>(
  'seed-project',
  `insert into project (org_id, slug, name, owner_user_id, timezone, warehouse_schema)
   values ($1, $2, $3, $4, $5, $6) returning id`,
);

/** $1 organisation, $2 project. */
export const setDefaultProject = statement<never>(
  'seed-default-project',
  'update user_org set default_project_id = $2 where org_id = $1',
);

/** $1 organisation, $2 project, $3 title, $4 layout, $5 cards as a list of {title, visualisation, sql, options,
 *  position, required_permission}, $6 the filter by default. */
export const insertDashboard = statement<Made>(
  'seed-dashboard',
  `with d as (
     insert into dashboard (org_id, project_id, title, layout, default_time_filter)
     values ($1, $2, $3, $4::jsonb, $6::jsonb) returning id
   ), cards as (
     insert into dashboard_card (dashboard_id, title, visualisation, sql, options, position, required_permission)
     select d.id, c.title, c.visualisation, c.sql, c.options, c.position, c.required_permission
     from d, jsonb_to_recordset($5::jsonb)
       as c (title text, visualisation text, sql text, options jsonb, position jsonb, required_permission text)
   )
   select id from d`,
);

/** Points the demo's mail at the inbox of this start. $1 port. */
export const pointInbox = statement<never>(
  'seed-point-inbox',
  `update connector set config = jsonb_set(config, '{port}', to_jsonb($1::int)), updated_at = clock_timestamp()
   where slug = 'inbox' and type = 'smtp' and config->>'host' = '127.0.0.1'
     and org_id = (select id from org where slug = 'demo')`,
);

/** $1 address. */
export const pointModel = statement<never>(
  'seed-point-model',
  `update connector set config = jsonb_set(config, '{base_url}', to_jsonb($1::text)), updated_at = clock_timestamp()
   where slug = 'model' and type = 'llm' and config->>'base_url' like 'http://127.0.0.1:%'
     and org_id = (select id from org where slug = 'demo')`,
);

/** Oldest first. $1 project. */
export const findDashboards = statement<{ id: number }>(
  'seed-find-dashboards',
  'select id from dashboard where project_id = $1 order by id',
);
