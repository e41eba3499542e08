/** snapshot_dashboards as a scenario meets it: its defaults, what it refuses, and what it says. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { may } from '#domain/access/principal.ts';
import { findPrincipal } from '#domain/access/authenticate.ts';
import type { Json, StepKind } from '#domain/step/kind.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import {
  snapshotDashboards as kind,
  type SnapshotConfig,
} from '#steps/snapshot_dashboards/kind.ts';
import { createDashboard, revisionsOf } from '#test/domain/dashboard/dashboards.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse, createProject, createUser, grant } from '#test/support/factories.ts';
import { createStep } from '../step-under-test.ts';

let database: TestDatabase;
let pool: Pool;
let house: Awaited<ReturnType<typeof createHouse>>;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 5, log: createLog('test', 'silent') });
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  house = await createHouse(pool);
});

type Person = keyof typeof house.people;

/** The problems that a person meets who writes this configuration into a scenario of the house's project. */
async function problems(config: Partial<SnapshotConfig>, person: Person = 'admin') {
  const { org, project, people } = house;
  const who = (await findPrincipal(pool, { userId: people[person].id, orgId: org.id }))!;
  return kind.check!(config, {
    db: pool,
    orgId: org.id,
    projectId: project.id,
    may: (permission, projectId) => may(who, permission, projectId),
  });
}

/** Executes and publishes as a scenario of this owner. */
async function run(config: Json, owner: Person = 'admin') {
  const place = { orgId: house.org.id, projectId: house.project.id, userId: house.people.admin.id };
  const options = { owner: house.people[owner] };
  await using step = await createStep(database.url, pool, place, kind as StepKind, options);
  const result = await step.execute(config);
  if (result.outcome === 'failed') return { ...result, lines: step.lines };
  return { output: await step.publish(result), lines: step.lines, progress: step.progress };
}

const anotherProject = () =>
  createProject(pool, { orgId: house.org.id, ownerUserId: house.people.admin.id });
const dashboardIn = (projectId: number) =>
  createDashboard(pool, { orgId: house.org.id, projectId });

test('an empty configuration takes the documented defaults', () => {
  expect(kind.config.parse({})).toEqual({
    skip_hours: 12,
    max_dashboards: 500,
    change_note: 'Daily auto-snapshot',
    author_user_id: 0,
  });
});

test('it snapshots the scenario’s own project as the system, and says what it did', async () => {
  const id = await dashboardIn(house.project.id);

  expect(await run({})).toEqual({
    output: { snapshotted: 1, skipped: 0, total: 1, cut: 0, dashboards: [id] },
    lines: [
      {
        line: '1 of 1 dashboards are due for a snapshot; 0 have a revision of the last 12 hours.',
        level: 'info',
      },
    ],
    progress: [{ done: 1, total: 1, note: 'dashboards' }],
  });
  expect(await revisionsOf(pool, id)).toMatchObject([
    { revision: 1, authorUserId: 0, changeNote: 'Daily auto-snapshot' },
  ]);
  expect(await run({})).toMatchObject({ output: { snapshotted: 0, skipped: 1 } });
});

test('it says when the cap cuts', async () => {
  await dashboardIn(house.project.id);
  await dashboardIn(house.project.id);

  expect(await run({ max_dashboards: 1 })).toMatchObject({
    output: { snapshotted: 1, cut: 1, total: 2 },
    lines: [
      {},
      {
        level: 'warn',
        line: 'Only 1 of them get one now: max_dashboards cuts off 1, which come first next time.',
      },
    ],
  });
});

test('another project needs project.edit there; one that may not be seen is as good as none', async () => {
  const other = await anotherProject();
  expect(await problems({ project_id: other.id }, 'designer')).toEqual([]);
  expect(await problems({ project_id: other.id }, 'analyst')).toMatchObject([
    { path: ['project_id'], message: expect.stringMatching(/project\.edit/), value: other.id },
  ]);
  for (const [id, person] of [
    [other.id, 'nobody'],
    [house.otherProject.id, 'admin'],
    [2_000_000_000, 'admin'],
  ] as const) {
    expect(await problems({ project_id: id }, person)).toMatchObject([
      { path: ['project_id'], message: expect.stringMatching(/no such project/) },
    ]);
  }
  expect(await problems({ project_id: house.project.id }, 'nobody')).toEqual([]);
});

test('the author is the system or a service user, whom only an administrator may name', async () => {
  const { org, otherOrg, people } = house;
  const service = await createUser(pool, { orgId: org.id, isService: true });
  const retired = await createUser(pool, {
    orgId: org.id,
    isService: true,
    deactivatedAt: new Date(),
  });
  const foreign = await createUser(pool, { orgId: otherOrg.id, isService: true });
  const messages = async (id: number, person?: Person) =>
    (await problems({ author_user_id: id }, person)).map(({ message }) => message).join();

  expect(await messages(0, 'designer')).toBe('');
  expect(await messages(service.id)).toBe('');
  expect(await messages(service.id, 'designer')).toMatch(/only an administrator/);
  expect(await messages(people.viewer.id)).toMatch(/a person/);
  expect(await messages(retired.id)).toMatch(/deactivated/);
  expect(await messages(foreign.id)).toMatch(/no such user/);

  const id = await dashboardIn(house.project.id);
  await run({ author_user_id: service.id });
  expect(await revisionsOf(pool, id)).toMatchObject([{ authorUserId: service.id }]);
});

test('both problems come together', async () => {
  const found = await problems({ project_id: 2_000_000_000, author_user_id: 2_000_000_000 });
  expect(found.map(({ path }) => path)).toEqual([['project_id'], ['author_user_id']]);
});

test('a run does only what its owner may do then, whatever a template named', async () => {
  const other = await anotherProject();
  const id = await dashboardIn(other.id);
  const { org, project, people } = house;
  await grant(pool, {
    orgId: org.id,
    userId: people.nobody.id,
    role: 'designer',
    projectId: project.id,
  });

  expect(await run({ project_id: other.id }, 'nobody')).toMatchObject({
    outcome: 'failed',
    retryable: false,
    reason: expect.stringMatching(/owner, Person \d+: project_id: there is no such project/),
  });
  expect(await revisionsOf(pool, id)).toEqual([]);
  expect(await run({ project_id: other.id }, 'designer')).toMatchObject({
    output: { dashboards: [id] },
  });
});
