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

// An update over `array(select …)` plans as one index scan; a join with the locked rows planned worse.
const claimOf = (name: string, candidates: string, lost: string) =>
  statement<Claimed>(
    name,
    `with claimed as (
       update run set state = 'running', fence = fence + 1, worker_id = $1,
                      lease_until = clock_timestamp() + $2::float8 * interval '1 s',
                      started_at = coalesce(started_at, clock_timestamp()), lost_claims = lost_claims + ${lost}
       where id = any(array(${candidates} limit $3 for update skip locked))
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
     order by c.priority desc, c.due_at, c.id`,
  );

const known = `step_kinds <@ $4::text[] and config_version <= ${CONFIG_VERSION}`;

/** Takes: worker, lease in seconds, limit, kinds. */
export const queued = claimOf(
  'claim-queued',
  `select id from run where state = 'queued' and ${known} order by priority desc, due_at, id`,
  '0',
);

const expired = claimOf(
  'claim-expired',
  `select id from run where state = 'running' and lease_until < clock_timestamp() and ${known} order by lease_until`,
  '1',
);

/** Claims up to `limit` queued runs: by priority, then due time. */
export function claimQueued(db: Queryable, input: ClaimInput): Promise<Claimed[]> {
  return rows(db, queued, values(input));
}

/** Claims runs whose worker let the lease run out, and counts the loss. */
export function claimExpired(db: Queryable, input: ClaimInput): Promise<Claimed[]> {
  return rows(db, expired, values(input));
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
