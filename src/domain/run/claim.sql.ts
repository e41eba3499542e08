/** Taking runs to execute them. The run row is the queue: a claim raises its fence, takes a lease and leaves a row
 *  in run_claim; no two workers get the same run, and whoever held it before can write nothing more. */
import { row, rows, statement, type Queryable } from '#platform/db.ts';
import type { PoliciesWire } from '../tick/policies.ts';
import { CONFIG_VERSION } from './fire.sql.ts';

/** What a worker needs to know of a run. */
export type Claimed = {
  readonly id: number;
  readonly orgId: number;
  readonly projectId: number;
  readonly scenarioId: number | null;
  readonly owner: Owner;
  /** The schema of the project's warehouse. */
  readonly warehouseSchema: string;
  readonly originRunId: number | null;
  readonly source: string;
  readonly dueAt: Date;
  readonly fence: number;
  /** When it was first claimed. */
  readonly startedAt: Date;
  /** How long ago that was, on the database's clock. */
  readonly ageMs: number;
  readonly lostClaims: number;
  readonly config: RunConfig;
  readonly params: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
};

/** Read live, not frozen: a run acts with what its owner may do now. */
export type Owner = {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly active: boolean;
};

/** The configuration as it was when the run was made. */
export type RunConfig = {
  readonly slug: string;
  readonly steps: readonly StoredStep[];
  readonly policies: PoliciesWire;
  readonly zone: string;
};

/** A step in its wire form: the common fields and the kind's own beside them. */
export type StoredStep = { readonly kind: string; readonly [field: string]: unknown };

export type ClaimInput = {
  readonly workerId: string;
  readonly leaseSeconds: number;
  readonly limit: number;
  /** The kinds that this worker knows; a run with another one is left to those who do. */
  readonly kinds: readonly string[];
};

/** @param ids an array of the runs to take, locked. @param before CTEs that it needs, each with its comma. */
const claimOf = (name: string, ids: string, { lost = 0, before = '' } = {}) =>
  statement<Claimed>(
    name,
    `with recursive ${before} claimed as (
       update run set state = 'running', fence = fence + 1, worker_id = $1,
                      lease_until = clock_timestamp() + $2::float8 * interval '1 s',
                      started_at = coalesce(started_at, clock_timestamp()), lost_claims = lost_claims + ${lost}
       where id = any(array(${ids}))
       returning *
     ), claim as (
       insert into run_claim (run_id, fence, worker_id, at)
       select id, fence, $1, clock_timestamp() from claimed
     )
     select c.id, c.org_id as "orgId", c.project_id as "projectId", c.scenario_id as "scenarioId",
            c.origin_run_id as "originRunId", c.source, c.due_at as "dueAt", c.fence, c.started_at as "startedAt",
            1000 * extract(epoch from clock_timestamp() - c.started_at)::float8 as "ageMs",
            c.lost_claims as "lostClaims", c.config, c.params, c.context, p.warehouse_schema as "warehouseSchema",
            jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name, 'active', u.deactivated_at is null) as owner
     from claimed c join project p on p.id = c.project_id join "user" u on u.id = c.owner_user_id
     order by c.priority desc, c.start_at, c.id`,
  );

// now() rather than clock_timestamp(): the statement is a transaction of its own, and an index can use it.
export const claimable = `state = 'queued' and start_at <= now() and step_kinds <@ $4::text[]
  and config_version <= ${CONFIG_VERSION} and (start_before is null or start_before > now() or started_at is not null)`;

export const inTurn = `order by priority desc, start_at, id`;

/** Projects with queued runs, found by leaping from one to the next in the index of the queue: the cost grows with
 *  the projects that wait, not with the queue. */
export const waitingProjects = `
  leap as (
    (select project_id from run where state = 'queued' order by project_id limit 1)
    union all
    select (select r.project_id from run r where r.state = 'queued' and r.project_id > leap.project_id
            order by r.project_id limit 1)
    from leap where leap.project_id is not null
  ), waiting as (
    select p.id as project_id, p.max_running from leap join project p on p.id = leap.project_id
    join org o on o.id = p.org_id where not o.draining
  ),`;

/** Takes: worker, lease in seconds, limit, kinds. By priority; within one, the projects take turns, each its own runs
 *  in the order of their start. How many a project gets is counted first and then taken with the rows locked, so that
 *  a worker locks no more than it claims. */
export const queued = claimOf(
  'claim-queued',
  `select r.id from quota q cross join lateral (
     select id from run where project_id = q.project_id and ${claimable} and max_running is null
     ${inTurn} limit q.n for update skip locked) r`,
  {
    before: `${waitingProjects} heads as (
       select w.project_id, h.priority, h.start_at,
              row_number() over (partition by w.project_id, h.priority order by h.start_at) as turn
       from waiting w cross join lateral (
         select priority, start_at from run
         where project_id = w.project_id and ${claimable} and max_running is null ${inTurn} limit $3) h
       where w.max_running is null
     ), quota as (
       select project_id, count(*) as n
       from (select project_id from heads order by priority desc, turn, start_at limit $3) x group by project_id
     ),`,
  },
);

const expired = claimOf(
  'claim-expired',
  `select id from run where state = 'running' and lease_until < now() and step_kinds <@ $4::text[]
     and config_version <= ${CONFIG_VERSION} order by lease_until limit $3 for update skip locked`,
  { lost: 1 },
);

/** Takes: worker, lease in seconds, the runs' ids. Since they were found their organisation may have been drained. */
const chosen = claimOf(
  'claim-chosen',
  `select id from run r where id = any($3::bigint[]) and state = 'queued'
     and not exists (select from org o where o.id = r.org_id and o.draining) order by id for update skip locked`,
);

/** Claims up to `limit` queued runs that no limit but the worker's own concerns. */
export function claimQueued(db: Queryable, input: ClaimInput): Promise<Claimed[]> {
  return rows(db, queued, values(input));
}

/** Claims runs whose worker let the lease run out, and counts the loss. */
export function claimExpired(db: Queryable, input: ClaimInput): Promise<Claimed[]> {
  return rows(db, expired, values(input));
}

/** Claims these runs, as far as they are still queued. */
export function claimChosen(
  db: Queryable,
  { workerId, leaseSeconds }: ClaimInput,
  ids: readonly number[],
): Promise<Claimed[]> {
  return rows(db, chosen, [workerId, leaseSeconds, ids]);
}

const values = (input: ClaimInput) => [
  input.workerId,
  input.leaseSeconds,
  input.limit,
  input.kinds,
];

const findOwner = statement<Owner>(
  'find-run-owner',
  `select u.id, u.email, u.name, u.deactivated_at is null as active
   from run join "user" u on u.id = run.owner_user_id where run.id = $1`,
);

/** The owner as they are now. @throws Error when the run is gone. */
export async function getOwner(db: Queryable, runId: number): Promise<Owner> {
  const owner = await row(db, findOwner, [runId]);
  if (!owner) throw new Error(`run ${runId} is gone`);
  return owner;
}

const endOlderSessions = statement<{ ended: number }>(
  'end-older-sessions',
  `select count(*) filter (where pg_terminate_backend(pid)) as ended from pg_stat_activity
   where datname = current_database() and application_name like 'hf:' || $1::bigint || ':%'
     and application_name <> 'hf:' || $1::bigint || ':' || $2::int`,
);

/** Ends the database sessions that older claims of this run still hold. */
export async function endSessionsBefore(
  db: Queryable,
  runId: number,
  fence: number,
): Promise<void> {
  await rows(db, endOlderSessions, [runId, fence]);
}
