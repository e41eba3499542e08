import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import type { Principal } from '#domain/access/principal.ts';
import { createConnector } from '#domain/connector/save-connector.ts';
import {
  createDataset,
  findDatasets,
  listDatasets,
  type NewDataset,
} from '#domain/dataset/dataset.ts';
import { isStagingName, stagingName } from '#domain/dataset/staging-name.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse, createProject, principalOf } from '#test/support/factories.ts';

let database: TestDatabase;
let pool: Pool;
let house: Awaited<ReturnType<typeof createHouse>>;
let designer: Principal;
let orders: NewDataset;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 3, log: createLog('test', 'warn') });
  house = await createHouse(pool);
  const { org, people } = house;
  designer = await principalOf(pool, { orgId: org.id, userId: people.designer.id });
  const admin = await principalOf(pool, { orgId: org.id, userId: people.admin.id });
  const files = { projectId: null, slug: 'files', name: 'Files', type: 'csv', secrets: {} };
  const { id } = await createConnector(
    pool,
    admin,
    { ...files, config: { folder: '/srv' } },
    undefined,
  );
  orders = {
    connectorId: id,
    slug: 'daily-orders',
    name: 'Orders',
    source: { path: 'orders.csv' },
  };
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

test('a dataset is made with defaults and found by slug or id in its project only', async () => {
  const { org, project } = house;
  const made = await createDataset(pool, designer, project.id, orders);
  expect(made).toMatchObject({
    tableName: 'daily_orders',
    mode: 'full',
    keyColumns: [],
    source: { path: 'orders.csv', delimiter: ',', header: true },
  });
  const where = { orgId: org.id, projectId: project.id };
  expect(await findDatasets(pool, where, ['none', made.id, 'daily-orders'])).toEqual([
    null,
    made,
    made,
  ]);
  expect(await listDatasets(pool, designer, project.id)).toEqual([made]);
  await expect(listDatasets(pool, designer, house.otherProject.id)).rejects.toThrow('No project');
  const other = await createProject(pool, { orgId: org.id, ownerUserId: house.people.admin.id });
  expect(await findDatasets(pool, { ...where, projectId: other.id }, [made.id])).toEqual([null]);
  expect(await findDatasets(pool, { ...where, orgId: house.otherOrg.id }, [made.id])).toEqual([
    null,
  ]);
  await expect(createDataset(pool, designer, project.id, orders)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});

test('everything wrong is reported at once', async () => {
  const wrong = {
    ...orders,
    slug: 'Orders!',
    name: '',
    tableName: 'x__staging_1_2_3_4',
    mode: 'incremental' as const,
    source: { path: 'a', delimiter: ';;' },
  };
  const refusal = await createDataset(pool, designer, house.project.id, wrong).catch(
    (e: unknown) => e,
  );
  const { problems } = refusal as { problems: { path: string[] }[] };
  expect(problems.map(({ path }) => path.join('.')).toSorted()).toEqual(
    ['key_columns', 'name', 'slug', 'source.delimiter', 'table_name'].toSorted(),
  );
});

test('only those who may edit the project make datasets, with connectors that it may use', async () => {
  const { people, org, project, otherProject } = house;
  const viewer = await principalOf(pool, { orgId: org.id, userId: people.viewer.id });
  const next = { ...orders, slug: 'next' };
  await expect(createDataset(pool, viewer, project.id, next)).rejects.toThrow('project.edit');
  await expect(createDataset(pool, designer, otherProject.id, next)).rejects.toThrow('No project');
  await expect(
    createDataset(pool, designer, project.id, { ...next, connectorId: 999_999 }),
  ).rejects.toThrow('no such connector');
});

test('staging names fit into 63 bytes, keep their numbers and are told from other names', () => {
  const owner = { runId: 123_456_789_012, pos: 11, fence: 7 };
  for (const table of ['orders', 'é'.repeat(31), 'a "b"', '🙂'.repeat(15)]) {
    const name = stagingName(table, owner, 99);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(name).toMatch(/__staging_123456789012_11_7_99$/);
    expect(isStagingName(name)).toBe(true);
  }
  expect(isStagingName('orders__staging')).toBe(false);
});
