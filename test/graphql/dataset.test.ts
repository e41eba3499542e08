/** Datasets over GraphQL: made, changed, synced, kept while something uses them. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createScenario } from '#test/support/factories.ts';
import { createGround, type Ground, type Person } from './ground.ts';

let ground: Ground;
let connector: number;
beforeAll(async () => {
  ground = await createGround({ secretKey: [randomBytes(32)] });
  const { rows } = await ground.pool.query(
    `insert into connector (org_id, project_id, slug, name, type, config)
     values ($1, $2, 'files', 'Files', 'csv', '{"folder": "/srv/data"}') returning id`,
    [ground.org.id, ground.project.id],
  );
  connector = rows[0].id;
});
afterAll(() => ground[Symbol.asyncDispose]());

const FAILURE = `... on Failure { message } ... on ValidationError { problems { at message } } ... on Conflict { facts }`;
const CREATE = `mutation ($projectId: ID!, $input: DatasetInput!) { createDataset(projectId: $projectId, input: $input) {
  __typename ... on Dataset { id databaseId slug tableName mode source connector { slug } } ${FAILURE} } }`;
const UPDATE = `mutation ($id: ID!, $input: DatasetPatch!) { updateDataset(id: $id, input: $input) {
  __typename ... on Dataset { name mode keyColumns cursorColumn cursorValue source } ${FAILURE} } }`;
const DELETE = `mutation ($id: ID!, $drop: Boolean) { deleteDataset(id: $id, dropTable: $drop) {
  __typename ... on DeletedDataset { id name } ${FAILURE} } }`;
const SYNC = `mutation ($id: ID!, $mode: SyncMode, $key: String) { syncDataset(datasetId: $id, mode: $mode, idempotencyKey: $key) {
  __typename ... on Run { databaseId name state scenario { id } configuredSteps { kind config } } ${FAILURE} } }`;

async function ask(person: Person, query: string, variables: Record<string, unknown> = {}) {
  const { data, errors } = await ground.ask(person, query, variables);
  expect(errors).toBeUndefined();
  return data;
}

let slug: string;
let id: string;
let databaseId: number;
// oxlint-disable-next-line typescript/no-explicit-any -- as answered
let first: any;
beforeEach(async () => {
  slug = `orders-${crypto.randomUUID().slice(0, 8)}`;
  const input = { slug, name: 'Orders', connectorId: `${connector}`, source: { path: 'o.csv' } };
  const made = await ask('designer', CREATE, { projectId: ground.project.id, input });
  first = made.createDataset;
  ({ id, databaseId } = made.createDataset);
});

test('a new one has its defaults, and its source as its connector reads it', () => {
  expect(first).toMatchObject({
    __typename: 'Dataset',
    ...{ slug, tableName: slug.replaceAll('-', '_'), mode: 'FULL' },
    source: { path: 'o.csv', delimiter: ',' },
    connector: { slug: 'files' },
  });
});

test('every problem is told where it was written', async () => {
  const input = {
    ...{ slug: 'No!', name: '', mode: 'INCREMENTAL', connectorId: `${connector}` },
    source: { path: 'a', delimitr: ';' },
  };
  const { createDataset } = await ask('designer', CREATE, {
    projectId: ground.project.id,
    input,
  });
  expect(createDataset.problems.map((problem: { at: string }) => problem.at).toSorted()).toEqual([
    'input.keyColumns',
    'input.name',
    'input.slug',
    'input.source.delimitr',
  ]);
  const taken = await ask('designer', CREATE, {
    projectId: ground.project.id,
    input: { slug, name: 'Again' },
  });
  expect(taken.createDataset.__typename).toBe('Conflict');
});

test('a change leaves what it does not name, and another cursor begins anew', async () => {
  await ground.pool.query(`update dataset set cursor_value = '17' where id = $1`, [databaseId]);
  const change = { mode: 'INCREMENTAL', keyColumns: ['id'] };
  const kept = await ask('designer', UPDATE, { id, input: change });
  expect(kept.updateDataset).toMatchObject({
    ...{ name: 'Orders', mode: 'INCREMENTAL', keyColumns: ['id'], cursorValue: '17' },
  });
  const { updateDataset } = await ask('designer', UPDATE, { id, input: { cursorColumn: 'at' } });
  expect(updateDataset).toMatchObject({ cursorColumn: 'at', cursorValue: null });
  const bad = await ask('designer', UPDATE, { id, input: { keyColumns: [] } });
  expect(bad.updateDataset.problems).toMatchObject([{ at: 'input.keyColumns' }]);
});

test('one without a connector is written by steps and cannot be synced', async () => {
  const input = { slug: `made-${slug}`, name: 'Made' };
  const made = await ask('designer', CREATE, { projectId: ground.project.id, input });
  expect(made.createDataset).toMatchObject({ connector: null, source: {} });
  const sourced = { ...input, slug: `other-${slug}`, source: { path: 'x' } };
  const bad = await ask('designer', CREATE, { projectId: ground.project.id, input: sourced });
  expect(bad.createDataset.problems).toMatchObject([{ at: 'input.source' }]);
});

test('Sync now makes one ordinary run without a scenario, whose work the Flow shows', async () => {
  const key = crypto.randomUUID();
  const [one, again] = [
    await ask('designer', SYNC, { id, mode: 'FULL', key }),
    await ask('designer', SYNC, { id, mode: 'FULL', key }),
  ];
  expect(one.syncDataset).toMatchObject({
    ...{ __typename: 'Run', name: 'Sync Orders', state: 'QUEUED', scenario: null },
    configuredSteps: [{ kind: 'sync_dataset', config: { dataset: slug, mode: 'full' } }],
  });
  expect(again.syncDataset.databaseId).toBe(one.syncDataset.databaseId);
  const query = `query ($id: ID!) { dataset(id: $id) { flow { freshness action activity { state runId } recent { runId } } } }`;
  const { dataset } = await ask('viewer', query, { id });
  const { databaseId: runId } = one.syncDataset;
  expect(dataset.flow).toEqual({
    ...{ freshness: 'NEVER', action: 'SYNC', activity: { state: 'QUEUED', runId } },
    recent: [{ runId }],
  });
  const refused = await ask('designer', SYNC, { id, mode: 'INCREMENTAL' });
  expect(refused.syncDataset.problems).toMatchObject([
    { at: 'dataset', message: expect.stringContaining('no key columns') },
  ]);
  expect((await ask('viewer', SYNC, { id })).syncDataset.__typename).toBe('Forbidden');
});

test('what a scenario, a recipe or a dashboard uses stays, and the refusal says which', async () => {
  const { org, project, people, pool } = ground;
  const scenario = await createScenario(pool, {
    ...{ orgId: org.id, projectId: project.id, ownerUserId: people.admin.id, name: 'Nightly' },
    steps: [{ kind: 'sync_dataset', name: 's', datasets: [slug] }],
  });
  await pool.query(
    `insert into recipe (org_id, project_id, slug, name, kind, sql) values ($1, $2, $3, 'Mart', 'sql', $4)`,
    [org.id, project.id, `mart-${slug}`, `select * from {{ source('raw', '${slug}') }}`],
  );
  const dashboard = await pool.query(
    `insert into dashboard (org_id, project_id, title) values ($1, $2, 'Sales') returning id`,
    [org.id, project.id],
  );
  await pool.query(
    `insert into dashboard_card (dashboard_id, title, visualisation, sql, position) values ($1, 'x', 'table', $2, '{}')`,
    [dashboard.rows[0].id, `select count(*) from ${slug.replaceAll('-', '_')}`],
  );
  const { deleteDataset } = await ask('designer', DELETE, { id });
  expect(deleteDataset.__typename).toBe('Conflict');
  const uses = [
    { kind: 'scenario', id: scenario.id, name: 'Nightly' },
    { kind: 'recipe', name: 'Mart' },
    { kind: 'dashboard', id: dashboard.rows[0].id, name: 'Sales' },
  ];
  expect(deleteDataset.facts.uses).toMatchObject(uses);
  const { dataset } = await ask(
    'viewer',
    `query ($id: ID!) { dataset(id: $id) { usedBy { kind name } } }`,
    { id },
  );
  expect(dataset.usedBy).toEqual([
    { kind: 'SCENARIO', name: 'Nightly' },
    { kind: 'RECIPE', name: 'Mart' },
    { kind: 'DASHBOARD', name: 'Sales' },
  ]);
});

test('a deleted one leaves its table, unless that is to go too', async () => {
  const { rows } = await ground.pool.query(
    'select warehouse_schema as schema from project where id = $1',
    [ground.project.id],
  );
  const table = `${rows[0].schema}.${slug.replaceAll('-', '_')}`;
  const exists = async () =>
    (await ground.pool.query('select to_regclass($1) is not null as there', [table])).rows[0].there;
  await ground.pool.query(`create table ${table} as select 1 as id, 'ä' as name`);
  const sample = `query ($id: ID!) { dataset(id: $id) { sample { columns { name type } rows error } } }`;
  const { dataset } = await ask('viewer', sample, { id });
  expect(dataset.sample).toEqual({
    columns: [
      { name: 'id', type: 'NUMBER' },
      { name: 'name', type: 'TEXT' },
    ],
    ...{ rows: [[1, 'ä']], error: null },
  });
  expect((await ask('designer', DELETE, { id })).deleteDataset.__typename).toBe('DeletedDataset');
  expect(await exists()).toBe(true);

  const input = { slug, name: 'Orders' };
  const made = await ask('designer', CREATE, { projectId: ground.project.id, input });
  await ask('designer', DELETE, { id: made.createDataset.id, drop: true });
  expect(await exists()).toBe(false);
});
