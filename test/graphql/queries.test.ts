import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRun, createScenario, createUser } from '#test/support/factories.ts';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const mine = () => ({
  orgId: ground.org.id,
  projectId: ground.project.id,
  ownerUserId: ground.people.admin.id,
});

test('the viewer is told who asks', async () => {
  const { data, errors } = await ground.ask(
    'designer',
    '{ viewer { role permissions organisationId user { email id } } }',
  );
  expect(errors).toBeUndefined();
  expect(data.viewer).toEqual({
    role: 'DESIGNER',
    permissions: ['project.view', 'project.edit'],
    organisationId: ground.org.id,
    user: { email: ground.people.designer.email, id: `User:${ground.people.designer.id}` },
  });
});

test('nobody signed in gets 401 and a code', async () => {
  const { status, errors } = await ground.ask(null, '{ viewer { role } }');
  expect(status).toBe(401);
  expect(errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
});

test('a bad token gets 401 with the reason', async () => {
  const { status, errors } = await ground.ask(
    null,
    '{ viewer { role } }',
    {},
    { authorization: 'Bearer hf_nonsense' },
  );
  expect(status).toBe(401);
  expect(errors?.[0]?.message).toMatch(/unknown, expired or revoked/);
});

test('due times need only a caller, and mark what a clock change moved', async () => {
  const query = `query ($trigger: TriggerInput, $cron: String, $count: Int!) {
    nextDueTimes(trigger: $trigger, cron: $cron, from: "2026-03-07T12:00:00Z", count: $count) {
      times { at local movedByClockChange } emptyDays { day changeAt } } }`;
  const { data, errors } = await ground.ask('nobody', query, {
    trigger: { cron: '30 2 * * *', timezone: 'America/New_York' },
    count: 2,
  });
  expect(errors).toBeUndefined();
  expect(data.nextDueTimes.times).toEqual([
    {
      at: '2026-03-08T07:00:00.000Z',
      local: '2026-03-08T03:00:00-04:00[America/New_York]',
      movedByClockChange: true,
    },
    {
      at: '2026-03-09T06:30:00.000Z',
      local: '2026-03-09T02:30:00-04:00[America/New_York]',
      movedByClockChange: false,
    },
  ]);
  const short = await ground.ask('nobody', query, { cron: '@daily', count: 1000 });
  expect(short.data.nextDueTimes.times).toHaveLength(1000);
  const bad = await ground.ask('nobody', query, { cron: '61 * * * *', count: 1001 });
  expect(bad.errors?.[0]?.extensions['code']).toBe('VALIDATION');
  expect(bad.errors?.[0]?.extensions['problems']).toMatchObject([
    { path: ['cron'] },
    { path: ['count'], value: 1001 },
  ]);
});

describe('runs', () => {
  test('pages do not shift when runs are added or deleted', async () => {
    const scenario = await createScenario(ground.pool, mine());
    const ids: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      ids.push((await createRun(ground.pool, { ...mine(), scenarioId: scenario.id })).id);
    }
    const query = `query ($filter: RunFilter, $first: Int, $after: String) {
      runs(filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { cursor node { databaseId id } } } }`;
    const filter = { scenarioId: `Scenario:${scenario.id}` };
    const page = async (after: string | null) =>
      (await ground.ask('viewer', query, { filter, first: 3, after })).data.runs;
    const first = await page(null);
    expect(first.totalCount).toBe(7);
    expect(first.edges.map((edge: any) => edge.node.databaseId)).toEqual(ids.slice(4).reverse());
    await createRun(ground.pool, { ...mine(), scenarioId: scenario.id });
    // The very run that the cursor names goes, as retention takes it.
    await ground.pool.query('delete from run where id = $1', [ids[4]]);
    const second = await page(first.pageInfo.endCursor);
    expect(second.edges.map((edge: any) => edge.node.databaseId)).toEqual(
      ids.slice(1, 4).reverse(),
    );
    const third = await page(second.pageInfo.endCursor);
    expect(third.edges.map((edge: any) => edge.node.databaseId)).toEqual([ids[0]]);
    expect(third.pageInfo.hasNextPage).toBe(false);
    const back = await ground.ask(
      'viewer',
      `query ($filter: RunFilter, $before: String) {
      runs(filter: $filter, last: 2, before: $before) { nodes { databaseId } } }`,
      { filter, before: third.edges[0].cursor },
    );
    expect(back.data.runs.nodes.map((node: any) => node.databaseId)).toEqual([ids[2], ids[1]]);
    const bad = await ground.ask('viewer', query, { filter, after: 'R1BDOlM6YWJj' });
    expect(bad.errors?.[0]?.extensions['code']).toBe('VALIDATION');
  });

  test('a run shows its steps, attempts, claims and people', async () => {
    const scenario = await createScenario(ground.pool, mine());
    const run = await createRun(ground.pool, {
      ...mine(),
      scenarioId: scenario.id,
      state: 'running',
      steps: [
        { kind: 'sync_dataset', name: 'orders', state: 'running' },
        { kind: 'snapshot_dashboards' },
      ],
    });
    await ground.pool.query(
      `insert into run_claim (run_id, fence, worker_id) values ($1, 1, 'w-1')`,
      [run.id],
    );
    await ground.pool.query(
      `insert into step_attempt (run_id, pos, attempt, state, worker_id, fence, started_at)
       values ($1, 0, 1, 'running', 'w-1', 1, now())`,
      [run.id],
    );
    const { data, errors } = await ground.ask(
      'viewer',
      `query ($id: ID!) { run(id: $id) {
      id databaseId state source owner { email } triggeredBy { email } scenario { slug } project { slug }
      steps { id pos name kind state progress { done } attempts { attempt state workerId } }
      claims { fence workerId } configuredSteps { __typename kind ... on SyncDatasetStep { dataset } } } }`,
      { id: `Run:${run.id}` },
    );
    expect(errors).toBeUndefined();
    expect(data.run).toMatchObject({
      databaseId: run.id,
      state: 'RUNNING',
      owner: { email: ground.people.admin.email },
      triggeredBy: null,
      scenario: { slug: scenario.slug },
      steps: [
        {
          id: `StepRun:${run.id}:0`,
          name: 'orders',
          state: 'RUNNING',
          attempts: [{ attempt: 1, state: 'RUNNING', workerId: 'w-1' }],
        },
        { pos: 1, state: 'PENDING', attempts: [] },
      ],
      claims: [{ fence: 1, workerId: 'w-1' }],
      configuredSteps: [
        { __typename: 'SyncDatasetStep', kind: 'sync_dataset' },
        { __typename: 'SnapshotDashboardsStep' },
      ],
    });
    const node = await ground.ask(
      'viewer',
      `{ node(id: "StepRun:${run.id}:1") { id ... on StepRun { kind run { id } } } }`,
    );
    expect(node.data.node).toEqual({
      id: `StepRun:${run.id}:1`,
      kind: 'snapshot_dashboards',
      run: { id: `Run:${run.id}` },
    });
  });

  test('a step of a kind that another version has made is read by what every step has', async () => {
    const steps = [{ kind: 'of_tomorrow', name: 'new' }, { kind: 'sync_dataset' }];
    const run = await createRun(ground.pool, { ...mine(), steps });
    const { data, errors } = await ground.ask(
      'viewer',
      `{ run(id: ${run.id}) { configuredSteps { __typename kind name parallel config } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.run.configuredSteps).toMatchObject([
      { __typename: 'UnknownStep', kind: 'of_tomorrow', name: 'new', config: steps[0] },
      { __typename: 'SyncDatasetStep', parallel: false },
    ]);
  });

  test('an id of another type is refused, a plain number is taken', async () => {
    const run = await createRun(ground.pool, mine());
    const plain = await ground.ask('viewer', `{ run(id: ${run.id}) { id } }`);
    expect(plain.data.run.id).toBe(`Run:${run.id}`);
    const wrong = await ground.ask('viewer', `{ run(id: "Scenario:${run.id}") { id } }`);
    expect(wrong.errors?.[0]?.extensions['problems']).toMatchObject([
      { path: ['id'], message: expect.stringMatching(/id of a Scenario, not of a Run/) },
    ]);
  });
});

test('the history of a scenario and of its project pages like the list of runs, both ways', async () => {
  const { pool } = ground;
  const scenario = await createScenario(pool, mine());
  const other = await createScenario(pool, mine());
  for (let n = 0; n < 7; n += 1) {
    await createRun(pool, { ...mine(), scenarioId: scenario.id });
    await createRun(pool, { ...mine(), scenarioId: other.id });
  }
  const page = `totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { databaseId }`;
  const query = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    scenario(id: $id) { runs(first: $first, after: $after, last: $last, before: $before) { ${page} } }
    runs(filter: { scenarioId: $id }, first: $first, after: $after, last: $last, before: $before) { ${page} } }`;
  const ask = async (variables: object) => {
    const { data, errors } = await ground.ask('viewer', query, {
      id: String(scenario.id),
      ...variables,
    });
    expect(errors).toBeUndefined();
    expect(data.scenario.runs).toEqual(data.runs);
    return data.runs;
  };
  const first = await ask({ first: 3 });
  expect(first.totalCount).toBe(7);
  const second = await ask({ first: 3, after: first.pageInfo.endCursor });
  const third = await ask({ first: 3, after: second.pageInfo.endCursor });
  expect(third.nodes).toHaveLength(1);
  expect((await ask({ last: 3, before: third.pageInfo.startCursor })).nodes).toEqual(second.nodes);
  expect((await ask({ last: 2 })).nodes.at(-1)).toEqual(third.nodes[0]);
  const { data } = await ground.ask(
    'viewer',
    `{ project(id: ${ground.project.id}) { runs(first: 100) { totalCount nodes { databaseId } } }
       runs(filter: { projectId: ${ground.project.id} }, first: 100) { totalCount nodes { databaseId } } }`,
  );
  expect(data.project.runs).toEqual(data.runs);
});

test('a node that is none is null, whatever the id looks like', async () => {
  const ids = [
    'Scenario:0',
    'Scenario:abc',
    'Nope:1',
    'Problem:1',
    '42',
    '',
    'Scenario:99999999999',
    'Run:99999999999999999999',
    'StepRun:x:y',
    'StepRun:1',
  ];
  const { data, errors } = await ground.ask(
    'viewer',
    `{ ${ids.map((id, n) => `n${n}: node(id: "${id}") { id }`).join(' ')} }`,
  );
  expect(errors).toBeUndefined();
  expect(Object.values(data)).toEqual(ids.map(() => null));
});

test('scenarios are found by kind, state, switch, pause and text', async () => {
  const owner = await createUser(ground.pool, { orgId: ground.org.id });
  const base = { ...mine(), ownerUserId: owner.id };
  const active = await createScenario(ground.pool, {
    ...base,
    name: 'Alpha 100% safe',
    steps: [{ kind: 'sync_dataset', name: 's', dataset: 'x' }],
  });
  const paused = await createScenario(ground.pool, { ...base, name: 'Beta', pausedAt: new Date() });
  const off = await createScenario(ground.pool, { ...base, name: 'Gamma', enabled: false });
  const broken = await createScenario(ground.pool, {
    ...base,
    name: 'Delta',
    trigger: { cron: 'nonsense' },
  });
  await ground.pool.query(
    `update scenario set broken = '{"code": "trigger_config", "message": "m", "config": 1}' where id = $1`,
    [broken.id],
  );
  const find = async (filter: object) => {
    const answer = await ground.ask(
      'viewer',
      `query ($filter: ScenarioFilter) { scenarios(filter: $filter, first: 100) { totalCount nodes { databaseId } } }`,
      { filter },
    );
    expect(answer.errors).toBeUndefined();
    const ids = answer.data.scenarios.nodes.map((node: any) => node.databaseId);
    expect(answer.data.scenarios.totalCount).toBe(ids.length);
    return ids
      .filter((id: number) => [active, paused, off, broken].some((s) => s.id === id))
      .sort();
  };
  expect(await find({ projectId: ground.project.id })).toHaveLength(4);
  expect(await find({ stepKind: 'sync_dataset' })).toEqual([active.id]);
  expect(await find({ state: ['ACTIVE'] })).toEqual([active.id]);
  expect(await find({ state: ['PAUSED', 'DISABLED'] })).toEqual([paused.id, off.id]);
  expect(await find({ state: ['BROKEN'] })).toEqual([broken.id]);
  expect(await find({ enabled: false })).toEqual([off.id]);
  expect(await find({ paused: true })).toEqual([paused.id]);
  expect(await find({ text: 'ALPHA 100%' })).toEqual([active.id]);
  expect(await find({ text: 'a%a' })).toEqual([]);
  const { data } = await ground.ask(
    'viewer',
    `{ scenario(id: ${broken.id}) { state broken { code message config } trigger { description } } }`,
  );
  expect(data.scenario).toEqual({
    state: 'BROKEN',
    broken: { code: 'trigger_config', message: 'm', config: 1 },
    trigger: null,
  });
});

test('a cursor that somebody put together is a mistake of theirs, and no surprise', async () => {
  const lists = ['templates', 'projects', 'runs', 'auditLog'];
  for (const forged of ['GPC:S:1', 'GPC:N:1.5', 'GPC:N:-1', 'GPC:N:9999999999999999']) {
    const cursor = Buffer.from(forged).toString('base64');
    for (const list of lists) {
      const { errors } = await ground.ask(
        'admin',
        `{ ${list}(after: "${cursor}") { nodes { __typename } } }`,
      );
      expect([list, forged, errors?.[0]?.extensions['code']]).toEqual([list, forged, 'VALIDATION']);
    }
  }
  // Beyond what the column holds.
  const beyond = Buffer.from('GPC:N:4294967297').toString('base64');
  for (const list of ['templates', 'projects']) {
    const { errors } = await ground.ask(
      'admin',
      `{ ${list}(after: "${beyond}") { nodes { id } } }`,
    );
    expect(errors?.[0]?.extensions['code']).toBe('VALIDATION');
  }
});
