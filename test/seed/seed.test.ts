/** The demo as a first start makes it: once, whole, and of parts that work. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticate } from '#domain/access/authenticate.ts';
import { may } from '#domain/access/principal.ts';
import { verifyPassword } from '#domain/access/password.ts';
import { viewDashboard } from '#domain/dashboard/view.ts';
import { validateScenario } from '#domain/scenario/save-scenario.ts';
import { listScenarios } from '#domain/scenario/scenario.ts';
import type { Json } from '#domain/step/kind.ts';
import { createWarehouse } from '#domain/warehouse/warehouse.ts';
import { seedDemo, type Demo } from '#prisma/seed/seed.ts';
import { plannedScenarios } from '#prisma/seed/scenarios.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { quoteIdentifier } from '#platform/identifier.ts';
import { createLog } from '#platform/log.ts';
import { createRegistry } from '#steps/registry.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createTestStep } from '#test/support/step-context.ts';

const log = createLog('test', 'silent');
const secretKey = [randomBytes(32)] as const;

let database: TestDatabase;
let pool: Pool;
let demos: (Demo | null)[];
let demo: Demo;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 5, log });
  // Two processes that start at once.
  demos = await Promise.all([
    seedDemo(pool, { log, secretKey, inboxPort: 2525, modelPort: 11434 }),
    seedDemo(pool, { log, secretKey, inboxPort: 2525, modelPort: 11434 }),
  ]);
  demo = demos.find((each) => each !== null)!;
});
afterAll(async () => {
  await dropReaders(pool);
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const who = () =>
  authenticate(pool, { authorization: `Bearer ${demo.token}` }, { jwtSecret: 'not used' });
const projects = async () =>
  (
    await pool.query<{ id: number; slug: string; schema: string }>(
      'select id, slug, warehouse_schema as schema from project order by id',
    )
  ).rows;

test('of two starts at once one makes the demo, and a later one nothing', async () => {
  expect(demos.filter((each) => each === null)).toHaveLength(1);
  expect(await seedDemo(pool, { log, secretKey })).toBeNull();
  const { rows } = await pool.query(
    `select (select count(*)::int from org) as orgs, (select count(*)::int from project) as projects,
            (select count(*)::int from dashboard) as dashboards`,
  );
  expect(rows[0]).toEqual({ orgs: 1, projects: 4, dashboards: 5 });
});

test('its mail goes to the inbox, wherever that listens at a later start', async () => {
  const inbox = async () =>
    (await pool.query(`select project_id, config from connector where type = 'smtp'`)).rows;
  expect(await inbox()).toMatchObject([
    { project_id: null, config: { host: '127.0.0.1', port: 2525 } },
  ]);
  expect(await seedDemo(pool, { log, secretKey, inboxPort: 2526 })).toBeNull();
  expect(await inbox()).toMatchObject([{ config: { host: '127.0.0.1', port: 2526 } }]);
});

test('its agent asks the model of this machine, wherever that listens at a later start', async () => {
  const address = async () =>
    (await pool.query(`select config->>'base_url' as url from connector where type = 'llm'`)).rows;
  expect(await address()).toEqual([{ url: 'http://127.0.0.1:11434/v1' }]);
  expect(await seedDemo(pool, { log, secretKey, modelPort: 11435 })).toBeNull();
  expect(await address()).toEqual([{ url: 'http://127.0.0.1:11435/v1' }]);
});

test('the demo comes whole or not at all', async () => {
  await using empty = await createTestDatabase();
  const other = createPool(empty.url, { name: 'test', max: 2, log });
  try {
    // The last thing that is made.
    await other.query('alter table api_token add constraint refused check (id < 0)');
    await expect(seedDemo(other, { log, secretKey })).rejects.toThrow(/refused/);
    const { rows } = await other.query(
      `select (select count(*)::int from org) as orgs, (select count(*)::int from "user") as users,
              to_regnamespace('wh_sales') as warehouse`,
    );
    expect(rows[0]).toEqual({ orgs: 0, users: 1, warehouse: null });
  } finally {
    await other.end();
  }
});

test('its sign-in and its token work, for the project that it names', async () => {
  const { rows } = await pool.query('select password_hash from "user" where email = $1', [
    demo.email,
  ]);
  expect(await verifyPassword(demo.password, rows[0].password_hash)).toBe(true);
  expect(demo.token).toMatch(/^hf_/);
  const admin = await who();
  expect(admin).toMatchObject({ email: demo.email, defaultProjectId: demo.projectId });
  expect(may(admin, 'org.admin', null)).toBe(true);
});

test('there is a person of every role, and a service user without a password', async () => {
  const { rows } = await pool.query(
    `select u.email, u.password_hash is null as "noPassword", p.role, p.project_id as "projectId"
     from "user" u join user_group ug on ug.user_id = u.id
     join group_permission p on p.group_id = ug.group_id order by u.id`,
  );
  const [sales, support] = await projects();
  expect(rows).toEqual([
    { email: 'admin@demo.example', noPassword: false, role: 'admin', projectId: null },
    { email: 'designer@demo.example', noPassword: false, role: 'designer', projectId: null },
    { email: 'analyst@demo.example', noPassword: false, role: 'analyst', projectId: support!.id },
    { email: 'viewer@demo.example', noPassword: false, role: 'viewer', projectId: sales!.id },
    { email: 'service@demo.example', noPassword: true, role: 'designer', projectId: null },
  ]);
});

test('every scenario is there and would be accepted again', async () => {
  const kinds = createRegistry();
  const admin = await who();
  const found = [];
  for (const project of await projects()) {
    const { items } = await listScenarios({ pool }, admin, project.id);
    for (const { name, description, trigger, steps, policies, broken } of items) {
      expect(broken, name).toBeNull();
      const wire = { name, description, trigger, steps, policies };
      expect(await validateScenario({ pool, kinds }, admin, project.id, wire), name).toEqual([]);
      found.push({ project: project.slug, name });
    }
  }
  const planned = plannedScenarios(0).map(({ project, scenario }) => ({
    project,
    name: scenario['name'],
  }));
  const chain = [{ project: 'demo', name: 'Nightly' }];
  const fromTemplates = [
    { project: 'sales', name: 'Daily dashboard snapshot' },
    { project: 'sales', name: 'Nightly dataset refresh' },
    { project: 'support', name: 'Daily dashboard snapshot' },
    { project: 'support', name: 'Nightly dataset refresh' },
    { project: 'sales', name: 'Weekly digest' },
    { project: 'support', name: 'Weekly digest' },
    { project: 'web', name: 'Daily dashboard snapshot' },
  ];
  const inOrder = (each: { project: string; name: unknown }) =>
    `${each.project} ${String(each.name)}`;
  expect(found.map(inOrder).toSorted()).toEqual(
    [...planned, ...chain, ...fromTemplates].map(inOrder).toSorted(),
  );
});

test('the matrix has cells that are on, one that is off and one that waits for a value', async () => {
  const { rows } = await pool.query(
    `select t.slug as template, p.slug as project, c.state, s.enabled, c.problem->'problems'->0->'path' as path
     from template_enablement c join template t on t.id = c.template_id join project p on p.id = c.project_id
       left join scenario s on s.id = c.scenario_id order by t.id, p.id`,
  );
  const [snapshot, refresh, digest] = [
    'daily-dashboard-snapshot',
    'nightly-dataset-refresh',
    'weekly-digest',
  ];
  expect(rows).toEqual([
    { template: snapshot, project: 'sales', state: 'on', enabled: true, path: null },
    { template: snapshot, project: 'support', state: 'on', enabled: true, path: null },
    { template: snapshot, project: 'web', state: 'on', enabled: true, path: null },
    { template: refresh, project: 'sales', state: 'on', enabled: true, path: null },
    { template: refresh, project: 'support', state: 'off', enabled: false, path: null },
    {
      template: refresh,
      project: 'web',
      state: 'needs_values',
      enabled: null,
      path: ['values', 'dataset'],
    },
    { template: digest, project: 'sales', state: 'on', enabled: true, path: null },
    { template: digest, project: 'support', state: 'on', enabled: true, path: null },
  ]);
});

test('work begins within a minute, and one scenario waits with a note', async () => {
  const { rows } = await pool.query(
    `select count(*) filter (where next_due_at < created_at + interval '61 s')::int as soon,
            count(*) filter (where paused_at is not null and pause_note <> '' and next_due_at is null)::int as paused
     from scenario`,
  );
  expect(rows[0]).toEqual({ soon: 6, paused: 1 });
});

test('every dataset but the missing file synchronises, and every card finds its rows', async () => {
  const outcomes: Record<string, Json> = {};
  for (const { id, slug } of await projects()) {
    const { rows } = await pool.query(
      `select slug from dataset where project_id = $1 and slug <> 'carrier_delays' and connector_id is not null order by id`,
      [id],
    );
    for (const dataset of rows) outcomes[`${slug}/${dataset.slug}`] = await sync(id, dataset.slug);
  }
  expect(outcomes).toEqual({
    'sales/customers': 3000,
    'sales/products': 15,
    'sales/orders': 18_000,
    'sales/stock': 3900,
    'sales/returns': expect.stringMatching(/returns\.csv does not exist/),
    'support/tickets': 8000,
    'web/sessions': 19_000,
    'demo/customers': 3000,
    'demo/products': 15,
    'demo/orders': 18_000,
    'demo/reviews': 360,
    'web/orders': expect.any(Number),
  });
  expect(outcomes['web/orders']).toBeGreaterThan(5000);

  await using warehouse = createWarehouse({ url: database.url, secretKey, log });
  const admin = await who();
  // That of the nightly chain has its rows from steps: test/local/nightly.test.ts.
  const dashboards = await pool.query(
    `select d.id from dashboard d join project p on p.id = d.project_id where p.slug <> 'demo' order by d.id`,
  );
  for (const { id } of dashboards.rows) {
    const { signal } = new AbortController();
    const asked = { zone: 'UTC', now: new Date(), signal };
    const { title, cards, leftOut } = await viewDashboard({ pool, warehouse }, admin, id, asked);
    expect([cards.length > 4, leftOut], title).toEqual([true, 0]);
    for (const card of cards) {
      expect([card.title, card.error]).toEqual([card.title, null]);
      if (card.visualisation === 'text') continue;
      expect(card.rows.length, card.title).toBeGreaterThan(card.visualisation === 'kpi' ? 0 : 2);
      expect(card.rows[0], card.title).not.toContain(null);
    }
  }
});

/** Rows read, or why not. */
async function sync(projectId: number, dataset: string): Promise<Json> {
  await using step = await createTestStep({ url: database.url, projectId, secretKey });
  const kind = createRegistry().get('sync_dataset')!;
  const execute = await kind.load();
  const result = await execute(step.context, kind.config.parse({ dataset }));
  if (result.outcome === 'failed') return result.reason;
  return ((await step.publish(result)) as { rows_read: number }).rows_read;
}

/** Logins belong to the server, not to the database that is dropped. */
async function dropReaders(db: Pool): Promise<void> {
  const { rows } = await db.query(
    `select config->>'user' as name from connector where type = 'postgresql'`,
  );
  for (const { name } of rows) {
    await db.query(`drop owned by ${quoteIdentifier(name)}`);
    await db.query(`drop role ${quoteIdentifier(name)}`);
  }
}
