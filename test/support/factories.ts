/** Rows for tests. Each function inserts one thing with what the test does not care about filled in, and
 *  answers what it inserted. Names are numbered, so that two of a kind never collide in one database. */
import { authenticate } from '#domain/access/authenticate.ts';
import { hashPassword } from '#domain/access/password.ts';
import type { Principal, Role, Scope } from '#domain/access/principal.ts';
import { createSecretToken } from '#domain/access/secret-token.ts';
import type { Json } from '#domain/step/kind.ts';
import type { Pool, Queryable } from '#platform/db.ts';

let count = 0;
const next = () => ++count;

export type OrgRow = { id: number; slug: string; timezone: string };

export async function createOrg(
  db: Queryable,
  given: { slug?: string; name?: string; timezone?: string } = {},
): Promise<OrgRow> {
  const slug = given.slug ?? `org-${next()}`;
  return insert(db, 'org', {
    slug,
    name: given.name ?? slug,
    timezone: given.timezone ?? 'UTC',
  });
}

export type UserRow = { id: number; email: string; name: string };

/** A user; with `orgId`, a member whose default organisation it is; with `role`, holding it on `projectId`
 *  or (none given) on the whole organisation. Without `password` only tokens sign in. */
export async function createUser(
  db: Queryable,
  given: {
    email?: string;
    name?: string;
    password?: string;
    isService?: boolean;
    mustResetPassword?: boolean;
    deactivatedAt?: Date;
    orgId?: number;
    role?: Role;
    projectId?: number;
    defaultProjectId?: number;
  } = {},
): Promise<UserRow> {
  const n = next();
  const user = await insert<UserRow>(db, 'user', {
    email: given.email ?? `person-${n}@example.com`,
    name: given.name ?? `Person ${n}`,
    password_hash: given.password === undefined ? null : await hashPassword(given.password),
    is_service: given.isService ?? false,
    must_reset_password: given.mustResetPassword ?? false,
    deactivated_at: given.deactivatedAt ?? null,
  });
  if (given.orgId !== undefined) {
    await insert(db, 'user_org', {
      user_id: user.id,
      org_id: given.orgId,
      is_default: true,
      default_project_id: given.defaultProjectId ?? null,
    });
    if (given.role !== undefined) {
      await grant(db, {
        orgId: given.orgId,
        userId: user.id,
        role: given.role,
        ...(given.projectId !== undefined && { projectId: given.projectId }),
      });
    }
  }
  return user;
}

/** Gives a member a role through a group of its own: on one project, or on all. */
export async function grant(
  db: Queryable,
  given: { orgId: number; userId: number; role: Role; projectId?: number },
): Promise<void> {
  const group = await insert<{ id: number }>(db, 'group', {
    org_id: given.orgId,
    name: `group-${next()}`,
  });
  await insert(db, 'group_permission', {
    group_id: group.id,
    project_id: given.projectId ?? null,
    role: given.role,
  });
  await insert(db, 'user_group', { user_id: given.userId, group_id: group.id });
}

export type ProjectRow = { id: number; slug: string; warehouseSchema: string };

/** A project and its (empty) warehouse schema. */
export async function createProject(
  db: Queryable,
  given: {
    orgId: number;
    ownerUserId: number;
    slug?: string;
    name?: string;
    timezone?: string | null;
  },
): Promise<ProjectRow> {
  const slug = given.slug ?? `project-${next()}`;
  const warehouseSchema = `wh_${slug.replaceAll('-', '_')}`;
  const project = await insert<ProjectRow>(db, 'project', {
    org_id: given.orgId,
    slug,
    name: given.name ?? slug,
    owner_user_id: given.ownerUserId,
    timezone: given.timezone ?? null,
    warehouse_schema: warehouseSchema,
  });
  await db.query(`create schema if not exists "${warehouseSchema}"`);
  return project;
}

/** A personal access token; `token` is its text, for `Authorization: Bearer`. */
export async function createToken(
  db: Queryable,
  given: {
    orgId: number;
    userId: number;
    projectId?: number;
    scopes?: readonly Scope[];
    expiresAt?: Date;
    revokedAt?: Date;
  },
): Promise<{ id: number; token: string }> {
  const { token, prefix, hash } = createSecretToken();
  const { id } = await insert<{ id: number }>(db, 'api_token', {
    org_id: given.orgId,
    user_id: given.userId,
    project_id: given.projectId ?? null,
    name: `token-${next()}`,
    prefix,
    token_hash: hash,
    scopes: given.scopes ?? [],
    expires_at: given.expiresAt ?? null,
    revoked_at: given.revokedAt ?? null,
  });
  return { id, token };
}

export type ScenarioRow = { id: number; slug: string; name: string; version: number };

/** A scenario as its row, past all checks: what a test of ticking or running wants. Manual only, enabled and
 *  without a due time unless given otherwise. */
export async function createScenario(
  db: Queryable,
  given: {
    orgId: number;
    projectId: number;
    ownerUserId: number;
    slug?: string;
    name?: string;
    trigger?: Json;
    steps?: readonly { kind: string; [field: string]: Json }[];
    policies?: Json;
    zone?: string;
    enabled?: boolean;
    pausedAt?: Date;
    nextDueAt?: Date;
    createdAt?: Date;
  },
): Promise<ScenarioRow> {
  const slug = given.slug ?? `scenario-${next()}`;
  const steps = given.steps ?? [];
  const scenario = await insert<ScenarioRow>(db, 'scenario', {
    org_id: given.orgId,
    project_id: given.projectId,
    owner_user_id: given.ownerUserId,
    slug,
    name: given.name ?? slug,
    trigger: given.trigger == null ? null : JSON.stringify(given.trigger),
    steps: JSON.stringify(steps),
    policies: JSON.stringify(given.policies ?? {}),
    step_kinds: [...new Set(steps.map((step) => step.kind))],
    zone: given.zone ?? 'UTC',
    enabled: given.enabled ?? true,
    paused_at: given.pausedAt ?? null,
    next_due_at: given.nextDueAt ?? null,
    created_at: given.createdAt ?? new Date(),
  });
  const config = { trigger: given.trigger ?? null, steps, policies: given.policies ?? {} };
  await insert(db, 'scenario_version', {
    scenario_id: scenario.id,
    version: 1,
    config: JSON.stringify(config),
    author_user_id: given.ownerUserId,
  });
  return scenario;
}

/** A run as its row, in any state, without events: what a test of reading wants. */
export async function createRun(
  db: Queryable,
  given: {
    orgId: number;
    projectId: number;
    ownerUserId: number;
    scenarioId?: number;
    state?: string;
    source?: string;
    exclusive?: boolean;
    dueAt?: Date;
    steps?: readonly { kind: string; name?: string; state?: string }[];
  },
): Promise<{ id: number }> {
  const steps = given.steps ?? [];
  const run = await insert<{ id: number }>(db, 'run', {
    org_id: given.orgId,
    project_id: given.projectId,
    scenario_id: given.scenarioId ?? null,
    owner_user_id: given.ownerUserId,
    name: `run-${next()}`,
    source: given.source ?? 'schedule',
    due_at: given.dueAt ?? new Date(),
    state: given.state ?? 'succeeded',
    exclusive: given.exclusive ?? true,
    config: JSON.stringify({ steps, policies: {}, zone: 'UTC' }),
    step_kinds: [...new Set(steps.map((step) => step.kind))],
  });
  for (const [pos, step] of steps.entries()) {
    await insert(db, 'step_run', {
      run_id: run.id,
      pos,
      name: step.name ?? step.kind,
      kind: step.kind,
      state: step.state ?? 'pending',
    });
  }
  return run;
}

/** One organisation with one project and a person of every role on the whole of it, and a stranger: the
 *  administrator of another organisation. */
export async function createHouse(db: Queryable) {
  const org = await createOrg(db);
  const otherOrg = await createOrg(db);
  const people = {
    admin: await createUser(db, { orgId: org.id, role: 'admin' }),
    designer: await createUser(db, { orgId: org.id, role: 'designer' }),
    analyst: await createUser(db, { orgId: org.id, role: 'analyst' }),
    viewer: await createUser(db, { orgId: org.id, role: 'viewer' }),
    /** A member without any role. */
    nobody: await createUser(db, { orgId: org.id }),
    stranger: await createUser(db, { orgId: otherOrg.id, role: 'admin' }),
  };
  const project = await createProject(db, { orgId: org.id, ownerUserId: people.admin.id });
  const otherProject = await createProject(db, {
    orgId: otherOrg.id,
    ownerUserId: people.stranger.id,
  });
  return { org, otherOrg, project, otherProject, people };
}

/** What `authenticate` answers for a user who signs in with a fresh token. */
export async function principalOf(
  pool: Pool,
  given: { orgId: number; userId: number; projectId?: number; scopes?: readonly Scope[] },
): Promise<Principal> {
  const { token } = await createToken(pool, given);
  return authenticate(
    pool,
    { authorization: `Bearer ${token}` },
    { jwtSecret: 'no session is involved, so this is never used' },
  );
}

/** Inserts one row and answers all of it, snake_case made camelCase. */
async function insert<Row>(
  db: Queryable,
  table: string,
  values: Record<string, unknown>,
): Promise<Row> {
  const columns = Object.keys(values);
  const { rows } = await db.query(
    `insert into "${table}" (${columns.map((column) => `"${column}"`).join(', ')})
     values (${columns.map((_, i) => `$${i + 1}`).join(', ')}) returning *`,
    Object.values(values),
  );
  return Object.fromEntries(
    Object.entries(rows[0] as Record<string, unknown>).map(([column, value]) => [
      column.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as Row;
}
