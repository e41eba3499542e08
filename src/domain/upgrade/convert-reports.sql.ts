/** Statements of the conversion. Each takes all rows at once: 5,000 old reports are a dozen statements. */
import { statement } from '#platform/db.ts';

/** $1 project ids. */
export const findProjects = statement<{ id: number; orgId: number; zone: string }>(
  'upgrade-projects',
  `select p.id, p.org_id as "orgId", coalesce(p.timezone, o.timezone) as zone
   from honeyframe.project p join honeyframe.org o on o.id = p.org_id where p.id = any($1::int[])`,
);

/** $1 user ids. */
export const findUsers = statement<{ id: number; active: boolean; orgIds: number[] }>(
  'upgrade-users',
  `select u.id, u.deactivated_at is null as active,
          array(select m.org_id from honeyframe.user_org m where m.user_id = u.id) as "orgIds"
   from honeyframe."user" u where u.id = any($1::int[])`,
);

/** $1 dashboard ids. */
export const findDashboards = statement<{ id: number; projectId: number }>(
  'upgrade-dashboards',
  `select id, project_id as "projectId" from honeyframe.dashboard where id = any($1::int[])`,
);

/** $1 project ids. */
export const slugsInUse = statement<{ projectId: number; slug: string }>(
  'upgrade-slugs',
  `select project_id as "projectId", slug from honeyframe.scenario
   where project_id = any($1::int[]) and deleted_at is null`,
);

/** The database's clock, as text besides: a Date would cut its microseconds. */
export const clock = statement<{ now: Date }>('upgrade-clock', `select clock_timestamp() as now`);

/** New ids of scenarios. $1 how many. */
export const takeIds = statement<{ id: number }>(
  'upgrade-ids',
  `select nextval(pg_get_serial_sequence('honeyframe.scenario', 'id'))::int as id
   from generate_series(1, $1::int)`,
);

/** As `NewScenario`. */
export type NewScenario = {
  readonly id: number;
  readonly org_id: number;
  readonly project_id: number;
  readonly zone: string;
  readonly next_due_at: string | null;
  /** What its first version holds, as src/domain/scenario/save-scenario.ts keeps it. */
  readonly config: {
    readonly slug: string;
    readonly name: string;
    readonly description: string;
    readonly ownerUserId: number;
    readonly enabled: boolean;
    readonly trigger: unknown;
    readonly steps: readonly { readonly kind: string }[];
    readonly policies: Readonly<Record<string, never>>;
  };
};

/** Scenarios with their first version and their row in the audit log, all by the system, which is user 0.
 *  $1 a JSON array of `NewScenario`, $2 the instant. */
export const insertScenarios = statement<{ created: number }>(
  'upgrade-insert-scenarios',
  `with d as (
     select * from jsonb_to_recordset($1::jsonb)
       d(id int, org_id int, project_id int, zone text, next_due_at timestamptz, config jsonb)
   ), s as (
     insert into honeyframe.scenario (id, org_id, project_id, owner_user_id, slug, name, description, trigger, steps,
                                      policies, step_kinds, zone, enabled, next_due_at, created_at, updated_at, idle_since)
     select id, org_id, project_id, (config->>'ownerUserId')::int, config->>'slug', config->>'name',
            config->>'description', config->'trigger', config->'steps', config->'policies',
            array(select distinct e->>'kind' from jsonb_array_elements(config->'steps') e),
            zone, (config->>'enabled')::bool, next_due_at, $2::timestamptz, $2::timestamptz,
            case when not (config->>'enabled')::bool then $2::timestamptz end
     from d returning id
   ), v as (
     insert into honeyframe.scenario_version (scenario_id, version, config, author_user_id, created_at)
     select id, 1, config, 0, $2::timestamptz from d
   ), a as (
     insert into honeyframe.audit_log (org_id, user_id, at, action, resource_type, resource_id, after)
     select org_id, 0, $2::timestamptz, 'scenario.create', 'scenario', id::text, config from d
   )
   select count(*)::int as created from s`,
);

/** $1 source, $2 archive, $3 converted, $4 detail. */
export const insertLedger = statement<{ id: number }>(
  'upgrade-insert-ledger',
  `insert into honeyframe.upgrade_ledger (source, archive, converted, detail, at)
   values ($1, $2, $3, $4::jsonb, clock_timestamp()) returning id`,
);
