/** Recipes over GraphQL, and the Flow that they make with datasets and dashboards. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordBuilds } from '#domain/recipe/record-build.ts';
import { createRun } from '#test/support/factories.ts';
import { createGround, subscribe, type Ground, type Person } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
  const { org, project, pool } = ground;
  await pool.query(
    `insert into dataset (org_id, project_id, slug, name, table_name, last_synced_at, row_count)
     values ($1, $2, 'orders', 'Orders', 'orders', clock_timestamp(), 10), ($1, $2, 'scored', 'Scored', 'scored', null, null)`,
    [org.id, project.id],
  );
});
afterAll(() => ground[Symbol.asyncDispose]());

const FAILURE = `... on Failure { message } ... on ValidationError { problems { at message } } ... on Conflict { facts }`;
const PARTS = `__typename ... on Recipe { id databaseId slug kind sql code inputs tableName output { slug } } ${FAILURE}`;
const CREATE = `mutation ($projectId: ID!, $input: RecipeInput!) { createRecipe(projectId: $projectId, input: $input) { ${PARTS} } }`;
const UPDATE = `mutation ($id: ID!, $input: RecipePatch!) { updateRecipe(id: $id, input: $input) { ${PARTS} } }`;
const DELETE = `mutation ($id: ID!) { deleteRecipe(id: $id) { __typename ${FAILURE} } }`;
const BUILD = `mutation ($id: ID!, $scope: BuildScope, $full: Boolean) { buildRecipe(recipeId: $id, scope: $scope, fullRefresh: $full) {
  __typename ... on Run { databaseId name configuredSteps { kind config } } ${FAILURE} } }`;
const FLOW = `query ($projectId: ID!) { flow(projectId: $projectId) {
  nodes { id slug freshness why action rowCount activity { state reason runId } } edges { from to writes } } }`;

async function ask(person: Person, query: string, variables: Record<string, unknown> = {}) {
  const { data, errors } = await ground.ask(person, query, variables);
  expect(errors).toBeUndefined();
  return data;
}

const make = async (input: Record<string, unknown>) =>
  (await ask('designer', CREATE, { projectId: ground.project.id, input })).createRecipe;

async function flow() {
  const { flow: read } = await ask('viewer', FLOW, { projectId: ground.project.id });
  const slugOf = (id: string) => read.nodes.find((node: any) => node.id === id).slug;
  return {
    nodes: Object.fromEntries(read.nodes.map((node: any) => [node.slug, node])),
    edges: read.edges
      .map((edge: any) => `${slugOf(edge.from)} ${edge.writes ? '=>' : '->'} ${slugOf(edge.to)}`)
      .toSorted(),
  };
}

test('recipes are made, told what is wrong, read as a Flow, built and kept while in use', async () => {
  const stream = subscribe<any>(
    ground.client('viewer'),
    `subscription { flowChanged(projectId: ${ground.project.id}) { resync } }`,
  );
  const next = async () => ((await stream.next()) as any).value.data.flowChanged.resync;
  expect(await next()).toBe(true);

  const daily = await make({
    ...{ slug: 'daily', name: 'Daily', kind: 'SQL' },
    sql: `select * from {{ source('raw', 'orders') }}`,
  });
  expect(daily).toMatchObject({ kind: 'SQL', tableName: 'daily', output: null });
  expect(await next()).toBe(false);
  const { rows } = await ground.pool.query(`select id from dataset where slug = 'scored'`);
  const score = await make({
    ...{ slug: 'score', name: 'Score', kind: 'PYTHON', code: 'pass' },
    ...{ inputs: ['daily'], outputDatasetId: `${rows[0].id}` },
  });
  expect(score).toMatchObject({ tableName: 'scored', output: { slug: 'scored' } });

  const bad = await make({ slug: 'bad', name: 'Bad', kind: 'SQL', inputs: ['dayly'] });
  expect(bad.problems).toEqual([
    { at: 'input.sql', message: 'is missing; a recipe of the kind sql has it' },
    { at: 'input.inputs[0]', message: expect.stringContaining('did you mean "daily"?') },
  ]);
  const circle = { id: daily.id, input: { inputs: ['scored'] } };
  expect((await ask('designer', UPDATE, circle)).updateRecipe.problems).toEqual([
    { at: 'input.inputs[0]', message: 'closes a circle: daily reads score reads daily' },
  ]);

  expect(await flow()).toMatchObject({
    nodes: {
      orders: { freshness: 'FRESH', action: null, rowCount: 10 },
      daily: { freshness: 'NEVER', action: 'BUILD' },
      score: { freshness: 'NEVER', action: 'RUN' },
    },
    edges: ['daily -> score', 'orders -> daily', 'score => scored'],
  });

  const built = await ask('designer', BUILD, { id: daily.id, scope: 'FULL', full: true });
  const steps = [
    { kind: 'run_recipe', config: { recipe: 'daily', scope: 'full', full_refresh: true } },
  ];
  expect(built.buildRecipe).toMatchObject({ __typename: 'Run', configuredSteps: steps });
  const alone = await ask('designer', BUILD, { id: score.id, scope: 'UPSTREAM' });
  expect(alone.buildRecipe.problems).toMatchObject([{ at: 'scope' }]);
  const run = await ask('designer', BUILD, { id: score.id });
  expect(run.buildRecipe.configuredSteps).toMatchObject([
    { kind: 'run_python', config: { recipe: 'score' } },
  ]);

  const used = await ask('designer', DELETE, { id: daily.id });
  expect(used.deleteRecipe.facts.uses).toMatchObject([{ kind: 'recipe', name: 'Score' }]);
  await stream.return?.();
});

test('a build makes a recipe fresh, a later write of what it reads makes it stale, a failure is told', async () => {
  const { org, project, people, pool } = ground;
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  const steps = [{ kind: 'run_recipe', recipe: 'fresh' }];
  await make({ slug: 'fresh', name: 'Fresh', kind: 'SQL', sql: 'select * from orders' });
  const build = async (state: 'succeeded' | 'failed', message: string | null) => {
    const { id } = await createRun(pool, { ...place, state, steps });
    await recordBuilds(pool, project.id, id, [{ slug: 'fresh', state, rows: 7, message }]);
    await pool.query(
      `update step_run set state = $2, started_at = clock_timestamp(), finished_at = clock_timestamp() where run_id = $1`,
      [id, state],
    );
    return id;
  };
  const first = await build('succeeded', null);
  expect((await flow()).nodes['fresh']).toMatchObject({
    ...{ freshness: 'FRESH', why: null, rowCount: 7 },
    activity: { state: 'SUCCEEDED', runId: first },
  });
  await pool.query(`update dataset set last_synced_at = clock_timestamp() where slug = 'orders'`);
  expect((await flow()).nodes['fresh']).toMatchObject({
    ...{ freshness: 'STALE', why: 'Orders was written after it' },
  });
  const second = await build('failed', 'relation "orders" does not exist');
  expect((await flow()).nodes['fresh']).toMatchObject({
    freshness: 'STALE',
    activity: { state: 'FAILED', runId: second, reason: 'relation "orders" does not exist' },
  });
  // What an older run tells late changes nothing.
  await recordBuilds(pool, project.id, first, [
    { slug: 'fresh', state: 'succeeded', rows: 1, message: null },
  ]);
  expect((await flow()).nodes['fresh']).toMatchObject({ rowCount: 7 });
  await build('succeeded', null);
  expect((await flow()).nodes['fresh']).toMatchObject({ freshness: 'FRESH' });
  const { recipes } = await ask('viewer', `{ recipes(q: "fresh") { nodes { id } } }`);
  const [{ id }] = recipes.nodes;
  await ask('designer', UPDATE, { id, input: { name: 'Other name' } });
  expect((await flow()).nodes['fresh']).toMatchObject({ freshness: 'FRESH' });
  await ask('designer', UPDATE, { id, input: { sql: 'select 1' } });
  expect((await flow()).nodes['fresh']).toMatchObject({
    ...{ freshness: 'STALE', why: 'it was changed after it was last built' },
  });
});

test('what dbt told of its last build is part of the Flow, too', async () => {
  const { org, project, people, pool } = ground;
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  await make({ slug: 'hidden', name: 'Hidden', kind: 'SQL', sql: '{{ some_macro() }}' });
  expect((await flow()).edges).not.toContain('orders -> hidden');
  const steps = [{ kind: 'run_recipe', recipe: 'hidden' }];
  const { id } = await createRun(pool, { ...place, state: 'succeeded', steps });
  const node = { name: 'hidden', type: 'model', reads: ['source.honeyframe.raw.orders'] };
  await pool.query('update step_run set output = $2 where run_id = $1', [id, { nodes: [node] }]);
  expect((await flow()).edges).toContain('orders -> hidden');
});

test('an agent that steps have write is part of the Flow', async () => {
  const { org, project, people, pool } = ground;
  const { rows } = await pool.query(
    `insert into connector (org_id, slug, name, type, config) values ($1, 'model', 'Model', 'llm', '{}') returning id`,
    [org.id],
  );
  const create = `mutation ($projectId: ID!, $input: AgentInput!) { createAgent(projectId: $projectId, input: $input) {
    __typename ... on Agent { id model connector { slug } outputSchema } ${FAILURE} } }`;
  const outputSchema = {
    type: 'object',
    properties: { mood: { type: 'string' } },
    required: ['mood'],
  };
  const input = {
    ...{ slug: 'mood', name: 'Mood', connectorId: `${rows[0].id}`, model: 'm', outputSchema },
    instructions: 'Tell the mood.',
  };
  const variables = { projectId: project.id, input };
  const { createAgent } = await ask('designer', create, variables);
  expect(createAgent).toMatchObject({ __typename: 'Agent', connector: { slug: 'model' } });
  const wrong = { ...input, slug: 'X!', instructions: ' ' };
  const bad = await ask('designer', create, { ...variables, input: wrong });
  const places = bad.createAgent.problems.map((problem: { at: string }) => problem.at);
  expect(places).toEqual(expect.arrayContaining(['input.slug', 'input.instructions']));

  expect((await flow()).nodes).not.toHaveProperty('mood');
  const step = { kind: 'run_agent', agent: 'mood', dataset: 'orders', output_dataset: 'scored' };
  const scenario = await pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, steps, step_kinds)
     values ($1, $2, $3, 'moods', 'Moods', $4, '{run_agent}') returning id`,
    [org.id, project.id, people.admin.id, JSON.stringify([step])],
  );
  const { edges, nodes } = await flow();
  expect(nodes).toHaveProperty('mood');
  expect(edges).toEqual(expect.arrayContaining(['orders -> mood', 'mood => scored']));
  const drop = `mutation ($id: ID!) { deleteAgent(id: $id) { __typename ${FAILURE} } }`;
  const { deleteAgent } = await ask('designer', drop, { id: createAgent.id });
  expect(deleteAgent.__typename).toBe('Conflict');
  await pool.query('update scenario set deleted_at = now() where id = $1', [scenario.rows[0].id]);
  const gone = await ask('designer', drop, { id: createAgent.id });
  expect(gone.deleteAgent.__typename).toBe('DeletedAgent');
});
