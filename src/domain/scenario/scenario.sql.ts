/** Scenarios as rows. Every statement that reads or writes for a person is bound to an organisation. */
import { statement } from '#platform/db.ts';
import type { StepWire } from '../step/config.ts';
import type { TriggerWire } from '../trigger/trigger.ts';
import type { StoredPolicies } from './forms.ts';

/** Why a scenario cannot tick until it is edited. */
export type Broken = {
  readonly code: string;
  readonly message: string;
  /** Exactly the offending part of the configuration. */
  readonly config: unknown;
};

export type ScenarioRow = {
  readonly id: number;
  readonly orgId: number;
  readonly projectId: number;
  readonly ownerUserId: number;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly trigger: TriggerWire;
  readonly steps: readonly StepWire[];
  /** Only what was set. */
  readonly policies: StoredPolicies;
  readonly stepKinds: readonly string[];
  /** In force: the trigger's, else the project's, else the organisation's. */
  readonly zone: string;
  readonly enabled: boolean;
  readonly pausedAt: Date | null;
  readonly pausedUntil: Date | null;
  readonly pauseNote: string | null;
  /** Paused or switched off: up to when the due times that passed are recorded; null: it ticks. */
  readonly idleSince: Date | null;
  readonly broken: Broken | null;
  readonly nextDueAt: Date | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
};

export const SCENARIO_COLUMNS = `id, org_id as "orgId", project_id as "projectId", owner_user_id as "ownerUserId",
  slug, name, description, trigger, steps, policies, step_kinds as "stepKinds", zone, enabled,
  paused_at as "pausedAt", paused_until as "pausedUntil", pause_note as "pauseNote", idle_since as "idleSince", broken,
  next_due_at as "nextDueAt", version, created_at as "createdAt", updated_at as "updatedAt",
  deleted_at as "deletedAt"`;

/** Deleted ones too. $1 scenario, $2 organisation. */
export const findScenario = statement<ScenarioRow>(
  'find-scenario',
  `select ${SCENARIO_COLUMNS} from scenario where id = $1 and org_id = $2`,
);

/** Its slot with it. */
export const lockScenario = statement<ScenarioRow>(
  'lock-scenario',
  `select ${SCENARIO_COLUMNS} from scenario where id = $1 and org_id = $2 for update`,
);

// $1 project, $2 kind of step, $3 enabled, $4 text: each but the first may be null.
const filter = `project_id = $1 and deleted_at is null
  and ($2::text is null or step_kinds @> array[$2::text])
  and ($3::bool is null or enabled = $3)
  and ($4::text is null or name ilike $4 or slug ilike $4 or description ilike $4)`;

/** $5 the last id of the page before, or 0; $6 how many. */
export const listScenarios = statement<ScenarioRow>(
  'list-scenarios',
  `select ${SCENARIO_COLUMNS} from scenario where ${filter} and id > $5::bigint order by id limit $6`,
);

export const countScenarios = statement<{ total: number }>(
  'count-scenarios',
  `select count(*) as total from scenario where ${filter}`,
);

/** $1 project, $2 slugs. */
export const scenariosBySlug = statement<ScenarioRow>(
  'scenarios-by-slug',
  `select ${SCENARIO_COLUMNS} from scenario
    where project_id = $1 and deleted_at is null and slug = any($2::text[])`,
);

/** $1 project, $2 ids. */
export const scenariosById = statement<ScenarioRow>(
  'scenarios-by-id',
  `select ${SCENARIO_COLUMNS} from scenario
    where project_id = $1 and deleted_at is null and id = any($2::int[])`,
);

/** Slugs in use in a project that begin like this one. $1 project, $2 slug, $3 a scenario that may have it. */
export const slugsLike = statement<{ slug: string }>(
  'slugs-like',
  `select slug from scenario
    where project_id = $1 and deleted_at is null and starts_with(slug, $2) and id <> $3`,
);

export const calendarNames = statement<{ name: string }>(
  'calendar-names',
  `select name from calendar where project_id = $1 order by name`,
);

/** Whether a user is an active member. $1 user, $2 organisation. */
export const isMember = statement<{ id: number }>(
  'is-member',
  `select u.id from "user" u join user_org m on m.user_id = u.id
    where u.id = $1 and m.org_id = $2 and u.deactivated_at is null`,
);

/** The values that are written together, in the order of the statements below. */
export type ScenarioValues = Pick<
  ScenarioRow,
  'ownerUserId' | 'slug' | 'name' | 'description' | 'zone' | 'enabled' | 'stepKinds' | 'nextDueAt'
> & {
  /** JSON texts. */
  readonly trigger: string | null;
  readonly steps: string;
  readonly policies: string;
};

export const valuesOf = (v: ScenarioValues) => [
  v.ownerUserId,
  v.slug,
  v.name,
  v.description,
  v.trigger,
  v.steps,
  v.policies,
  v.stepKinds,
  v.zone,
  v.enabled,
  v.nextDueAt,
];

/** $1 to $11 as `valuesOf`, $12 organisation, $13 project, $14 instant of creation. */
export const insertScenario = statement<ScenarioRow>(
  'insert-scenario',
  `insert into scenario (owner_user_id, slug, name, description, trigger, steps, policies, step_kinds,
                         zone, enabled, next_due_at, org_id, project_id, created_at, updated_at, idle_since)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::timestamptz, $14::timestamptz, case when not $10 then $14::timestamptz end)
   returning ${SCENARIO_COLUMNS}`,
);

/** $1 to $11 as `valuesOf`, $12 scenario, $13 what is broken still, $14 since when it is idle. */
export const updateScenario = statement<ScenarioRow>(
  'update-scenario',
  `update scenario
      set owner_user_id = $1, slug = $2, name = $3, description = $4, trigger = $5, steps = $6,
          policies = $7, step_kinds = $8, zone = $9, enabled = $10, next_due_at = $11, broken = $13, idle_since = $14,
          version = version + 1, updated_at = clock_timestamp()
    where id = $12 returning ${SCENARIO_COLUMNS}`,
);

/** $1 scenario, $2 since when it is paused or null, $3 note, $4 next due time, $5 what is broken still,
 *  $6 until when it is paused, $7 since when it is idle. */
export const setPause = statement<ScenarioRow>(
  'set-pause',
  `update scenario
      set paused_at = $2, paused_until = $6, pause_note = $3, next_due_at = $4, broken = $5, idle_since = $7,
          updated_at = clock_timestamp()
    where id = $1 returning ${SCENARIO_COLUMNS}`,
);

/** The latest due time that was decided, in whatever way; null: none was. $1 scenario. */
export const lastDecided = statement<{ at: Date | null }>(
  'last-decided',
  `select max(coalesce(until_at, due_at)) as at from tick where scenario_id = $1 and source = 'schedule'`,
);

/** Pauses whose end has come. */
export const endedPauses = statement<{ id: number; orgId: number }>(
  'ended-pauses',
  `select id, org_id as "orgId" from scenario
    where paused_until <= (select clock_timestamp()) and deleted_at is null order by paused_until limit 100`,
);

export const markDeleted = statement<ScenarioRow>(
  'mark-deleted',
  `update scenario set deleted_at = clock_timestamp(), next_due_at = null, updated_at = clock_timestamp()
    where id = $1 returning ${SCENARIO_COLUMNS}`,
);

/** $1 scenario, $2 version, $3 configuration, $4 author. */
export const insertVersion = statement<never>(
  'insert-scenario-version',
  `insert into scenario_version (scenario_id, version, config, author_user_id, created_at)
   values ($1, $2, $3, $4, clock_timestamp())`,
);

export const databaseClock = statement<{ now: Date }>(
  'database-clock',
  `select clock_timestamp() as now`,
);

export const waitingRuns = statement<{ id: number }>(
  'waiting-runs',
  `select id from run where scenario_id = $1 and state = 'waiting' order by id`,
);
