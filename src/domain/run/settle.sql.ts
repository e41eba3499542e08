/** Statements that settle ends. Those of the pass run in this order: find, lock, look, write. */
import { statement } from '#platform/db.ts';
import type { StoredPolicies } from '../scenario/forms.ts';

/** Scenarios with ends that are not counted yet. $1 how many. */
export const findUnsettled = statement<{ scenarioId: number }>(
  'find-unsettled',
  `select distinct scenario_id as "scenarioId" from run where not settled and scenario_id is not null limit $1`,
);

/** Takes the slots that are free. $1 scenarios. */
export const lockFree = statement<{ id: number }>(
  'lock-free-slots',
  `select id from scenario where id = any($1::int[]) order by id for update skip locked`,
);

/** What a notification says of a scenario, and whom it goes to. */
export type Told = {
  readonly id: number;
  readonly orgId: number;
  readonly projectId: number;
  readonly slug: string;
  readonly name: string;
  readonly zone: string;
  readonly policies: StoredPolicies;
  readonly failures: number;
  readonly failureToldAt: Date | null;
  readonly pausedAt: Date | null;
  readonly deletedAt: Date | null;
  readonly organisation: string;
  readonly projectSlug: string;
  readonly projectName: string;
  readonly ownerEmail: string;
};

const told = `select s.id, s.org_id as "orgId", s.project_id as "projectId", s.slug, s.name, s.zone, s.policies,
    s.failures, s.failure_told_at as "failureToldAt", s.paused_at as "pausedAt", s.deleted_at as "deletedAt",
    o.name as organisation, p.slug as "projectSlug", p.name as "projectName", u.email as "ownerEmail"
  from scenario s join org o on o.id = s.org_id join project p on p.id = s.project_id
  join "user" u on u.id = s.owner_user_id`;

/** $1 scenarios. */
export const findTold = statement<Told>('find-told', `${told} where s.id = any($1::int[])`);

/** Keeps the scenario's row from being decided about meanwhile, for whoever is about to lock one of its runs.
 *  $1 scenario. */
export const shareTold = statement<Told>(
  'share-told',
  `${told} where s.id = $1 for key share of s`,
);

export type End = {
  readonly id: number;
  readonly scenarioId: number;
  readonly state: 'succeeded' | 'failed';
  readonly reason: string | null;
  readonly dueAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
};

/** In the order in which they ended. $1 scenarios, $2 how many. */
export const findEnds = statement<End>(
  'find-ends',
  `select id, scenario_id as "scenarioId", state, reason, due_at as "dueAt", started_at as "startedAt",
          finished_at as "finishedAt"
   from run where scenario_id = any($1::int[]) and not settled order by finished_at, id limit $2`,
);

/** $1 runs, $2 scenarios, $3 the failures of each, $4 whether people know of them. */
export const recordSettled = statement<never>(
  'record-settled',
  `with settled as (update run set settled = true where id = any($1::bigint[]))
   update scenario s set failures = c.failures,
          failure_told_at = case when c.told then coalesce(s.failure_told_at, clock_timestamp()) end
   from unnest($2::int[], $3::int[], $4::bool[]) c(id, failures, told) where s.id = c.id`,
);
