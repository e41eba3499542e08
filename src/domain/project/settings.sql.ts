/** A project's settings as a row, and what hangs on a project. */
import { statement } from '#platform/db.ts';

export type SettingsRow = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly timezone: string | null;
  readonly ownerUserId: number;
  readonly maxRunning: number | null;
  readonly dbtFolder: string | null;
  readonly warehouseSchema: string;
};

const COLUMNS = `id, slug, name, timezone, owner_user_id as "ownerUserId", max_running as "maxRunning",
  dbt_folder as "dbtFolder",
  warehouse_schema as "warehouseSchema"`;

/** For a change. New runs and scenarios, which only name the project, do not wait. $1 project. */
export const lockProjectSettings = statement<SettingsRow>(
  'lock-project-settings',
  `select ${COLUMNS} from project where id = $1 for no key update`,
);

/** $1 project, $2 name, $3 zone or null, $4 owner, $5 limit or null, $6 folder of dbt or null. */
export const updateProject = statement<SettingsRow>(
  'update-project',
  `update project set name = $2, timezone = $3, owner_user_id = $4, max_running = $5, dbt_folder = $6
    where id = $1
   returning ${COLUMNS}`,
);

/** The slots of scenarios whose trigger names no zone and that stand in another one than is in force for them.
 *  $1 projects. */
export const inheritingScenarios = statement<{ id: number; orgId: number; zone: string }>(
  'inheriting-scenarios',
  `select s.id, s.org_id as "orgId", coalesce(p.timezone, o.timezone) as zone
     from scenario s join project p on p.id = s.project_id join org o on o.id = p.org_id
    where s.project_id = any($1::int[]) and s.deleted_at is null
      and coalesce(s.trigger->>'timezone', '') = '' and s.zone <> coalesce(p.timezone, o.timezone)
    order by s.id for update of s`,
);

/** The slots of all of a project, deleted ones too: taken before the project's row goes. $1 project. */
export const lockSlotsOf = statement<{ id: number }>(
  'lock-slots-of-project',
  `select id from scenario where project_id = $1 order by id for update`,
);

/** No template of the organisation is switched, edited or applied to a new project until the transaction ends.
 *  $1 organisation. */
export const lockTemplatesOf = statement<{ id: number }>(
  'lock-templates-of-org',
  `select id from template where org_id = $1 order by id for update`,
);

/** $1 project. */
export const lockCellsOf = statement<{ id: number }>(
  'lock-cells-of-project',
  `select template_id as id from template_enablement where project_id = $1 order by template_id for update`,
);

/** $1 scenario, $2 zone, $3 next due time, $4 since when it is idle. */
export const setZone = statement<never>(
  'set-scenario-zone',
  `update scenario set zone = $2, next_due_at = $3, idle_since = $4, updated_at = clock_timestamp() where id = $1`,
);

export type DependantRow = {
  readonly kind: string;
  readonly count: number;
  readonly names: string[];
};

// $1 project, $2 warehouse schema; at most ten names of each.
const part = (kind: string, name: string, from: string) => `
  select '${kind}' as kind, count(*)::int as count,
         coalesce((array_agg(${name} order by ${name}))[1:10], '{}') as names from ${from}`;

export const projectDependants = statement<DependantRow>(
  'project-dependants',
  [
    part('scenario', 'slug', 'scenario where project_id = $1 and deleted_at is null'),
    part('dataset', 'slug', 'dataset where project_id = $1'),
    part('recipe', 'slug', 'recipe where project_id = $1'),
    part('dashboard', 'title', 'dashboard where project_id = $1'),
    part('agent', 'slug', 'agent where project_id = $1'),
    part('connector', 'slug', 'connector where project_id = $1'),
    part('calendar', 'name', 'calendar where project_id = $1'),
    part(
      'template',
      't.slug',
      `template_enablement c join template t on t.id = c.template_id where c.project_id = $1 and c.state = 'on'`,
    ),
    part('token', 'name', 'api_token where project_id = $1 and revoked_at is null'),
    part(
      'table',
      'c.relname::text',
      `pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $2 and c.relkind in ('r', 'p', 'v', 'm')`,
    ),
    // A long history is not counted to its end: it would take seconds.
    `select 'run', count(*)::int, '{}' from (select from run where project_id = $1 limit 10000) as r`,
  ].join(' union all '),
);

/** Runs that are not over. $1 project. */
export const activeRuns = statement<{ total: number }>(
  'active-runs-of-project',
  `select count(*)::int as total from run
    where project_id = $1 and state in ('waiting', 'queued', 'running')`,
);

/** $1 project. */
export const scenariosOfProject = statement<{ id: number }>(
  'scenarios-of-project',
  `select id from scenario where project_id = $1 and deleted_at is null order by id for update`,
);

/** Nothing of it ticks any more. $1 project. */
export const deleteScenariosOf = statement<never>(
  'delete-scenarios-of-project',
  `update scenario set deleted_at = clock_timestamp(), next_due_at = null, updated_at = clock_timestamp()
    where project_id = $1 and deleted_at is null`,
);

/** Some of its history, with the events. $1 project, $2 how many runs. @returns how many went. */
export const deleteSomeRuns = statement<{ id: number }>(
  'delete-some-runs',
  `with oldest as materialized (select id from run where project_id = $1 order by id limit $2),
        events as (delete from run_event where run_id = any(array(select id from oldest)))
   delete from run where id in (select id from oldest) returning id`,
);

/** $1 project, $2 how many ticks. */
export const deleteSomeTicks = statement<{ id: number }>(
  'delete-some-ticks',
  `delete from tick where id in (select id from tick where project_id = $1 order by id limit $2) returning id`,
);

/** $1 project. */
export const forgetDefault = statement<never>(
  'forget-default-project',
  `update user_org set default_project_id = null where default_project_id = $1`,
);
export const deleteProject = statement<never>(
  'delete-project',
  `delete from project where id = $1`,
);
