/** The same fault has the same name, whether it is met over REST or over GraphQL. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScenario } from '#domain/scenario/save-scenario.ts';
import { createRequestLimits } from '#domain/access/request-limits.ts';
import { createRegistry } from '#steps/registry.ts';
import { principalOf } from '#test/support/factories.ts';
import { createGround, type Ground, type Person } from '#test/graphql/ground.ts';

const SNAPSHOT = { kind: 'snapshot_dashboards' };

let ground: Ground;
let ids: { plain: number; parameter: number; broken: number };

beforeAll(async () => {
  // Only those who ask without end meet it.
  const requestLimits = createRequestLimits({ perToken: 600, perAddress: 0 }, () => 0);
  ground = await createGround({ requestLimits });
  const { pool, org, people, project } = ground;
  const who = await principalOf(pool, { orgId: org.id, userId: people.designer.id });
  const deps = { pool, kinds: createRegistry() };
  const make = async (more: object) =>
    (await createScenario(deps, who, project.id, { name: 'S', steps: [SNAPSHOT], ...more })).id;
  ids = {
    plain: await make({}),
    parameter: await make({ steps: [{ ...SNAPSHOT, change_note: '{{ param.note }}' }] }),
    broken: await make({ trigger: { interval: '1h' }, enabled: false }),
  };
  await pool.query(`update scenario set trigger = '{"cron": "61 * * * *"}' where id = $1`, [
    ids.broken,
  ]);
});
afterAll(() => ground[Symbol.asyncDispose]());

async function rest(
  person: Person | null,
  method: string,
  path: string,
  body?: object,
  headers = {},
) {
  const response = await fetch(`${ground.url}/api${path}`, {
    method,
    headers: {
      ...(person && { authorization: `Bearer ${ground.tokens[person].token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: await response.json(),
  };
}

/** The one member of a command's result, or the error that stands for it. */
async function graphql(person: Person | null, query: string, variables: object = {}) {
  const answer = await ground.ask(person, query, { ...variables });
  const [error] = answer.errors ?? [];
  if (error)
    return { __typename: error.extensions['code'], message: error.message, ...error.extensions };
  return Object.values(answer.data)[0] as Record<string, unknown>;
}

const FAILURE = `
  __typename
  ... on Failure { message }
  ... on ValidationError { problems { path message value } }
  ... on Forbidden { permission targetId }
  ... on Conflict { facts }
  ... on TriggerConfigError { config }`;
const UPDATE = `mutation ($id: ID!, $patch: ScenarioPatch!, $v: Int) {
  updateScenario(id: $id, patch: $patch, ifVersion: $v) { ${FAILURE} } }`;
const RUN = `mutation ($id: ID!) { runScenario(scenarioId: $id) { ${FAILURE} } }`;

test('validation: the same problems at the same places', async () => {
  const body = { name: '', max_running: 0, priority: 5000 };
  const one = await rest('designer', 'PATCH', `/scheduler/scenarios/${ids.plain}`, body);
  expect(one).toMatchObject({ status: 422, body: { error: 'validation' } });
  const other = await graphql('designer', UPDATE, {
    id: ids.plain,
    patch: { name: '', policies: { maxRunning: 0, priority: 5000 } },
  });
  expect(other.__typename).toBe('ValidationError');
  const words = (problems: { message: string; value: unknown }[]) =>
    problems.map(({ message, value }) => ({ message, value }));
  expect(words(other['problems'] as never)).toEqual(words(one.body.details));
});

test('not found: what is not there, and what one may not know of', async () => {
  for (const [person, id] of [
    ['designer', 987_654],
    ['stranger', ids.plain],
    ['nobody', ids.plain],
  ] as const) {
    const one = await rest(person, 'POST', `/scheduler/scenarios/${id}/run`);
    const other = await graphql(person, RUN, { id });
    expect(one).toMatchObject({ status: 404, body: { error: 'not_found' } });
    expect(other).toMatchObject({ __typename: 'NotFound', message: one.body.message });
  }
});

test('forbidden: the permission and where it is missing', async () => {
  const one = await rest('viewer', 'POST', `/scheduler/scenarios/${ids.plain}/run`);
  const other = await graphql('viewer', RUN, { id: ids.plain });
  expect(one).toMatchObject({
    status: 403,
    body: { error: 'permission_denied', permission: 'project.edit', target_id: ids.plain },
  });
  expect(other).toMatchObject({
    __typename: 'Forbidden',
    message: one.body.message,
    permission: one.body.permission,
    targetId: String(one.body.target_id),
  });
});

test('conflict: the version in force', async () => {
  const path = `/scheduler/scenarios/${ids.plain}`;
  const one = await rest('designer', 'PATCH', path, { description: 'x' }, { 'If-Match': '"7"' });
  const other = await graphql('designer', UPDATE, {
    id: ids.plain,
    patch: { description: 'x' },
    v: 7,
  });
  expect(one).toMatchObject({ status: 409, body: { error: 'conflict', version: 1 } });
  expect(other).toMatchObject({
    __typename: 'Conflict',
    message: one.body.message,
    facts: { version: 1 },
  });
});

test('trigger_config: exactly the offending part', async () => {
  const run = await rest('designer', 'POST', `/scheduler/scenarios/${ids.parameter}/run`);
  expect(run).toMatchObject({
    status: 500,
    body: { error: 'trigger_config', config: { change_note: '{{ param.note }}' } },
  });
  expect(await graphql('designer', RUN, { id: ids.parameter })).toMatchObject({
    __typename: 'TriggerConfigError',
    message: run.body.message,
    config: run.body.config,
  });
  const path = `/scheduler/scenarios/${ids.broken}`;
  const on = await rest('designer', 'PATCH', path, { enabled: true });
  expect(on).toMatchObject({
    status: 500,
    body: { error: 'trigger_config', config: { cron: '61 * * * *' } },
  });
  const other = await graphql('designer', UPDATE, { id: ids.broken, patch: { enabled: true } });
  expect(other).toMatchObject({
    __typename: 'TriggerConfigError',
    message: on.body.message,
    config: on.body.config,
  });
  const shown = await rest('designer', 'GET', path);
  expect(shown).toMatchObject({
    status: 200,
    body: { broken: { error: 'trigger_config', config: on.body.config } },
  });
});

test('unauthenticated: 401 of both', async () => {
  const one = await rest(null, 'GET', '/me');
  expect(one).toMatchObject({ status: 401, body: { error: 'unauthenticated' } });
  const answer = await ground.ask(null, '{ viewer { role } }');
  expect(answer).toMatchObject({
    status: 401,
    errors: [{ message: one.body.message, extensions: { code: 'UNAUTHENTICATED' } }],
  });
});

test('rate limited: 429 with the seconds to wait, of both', async () => {
  let one = await rest('analyst', 'GET', '/me');
  for (let n = 0; n < 100; n += 1) one = await rest('analyst', 'GET', '/me');
  expect(one).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
  const seconds = Number(one.headers.get('Retry-After'));
  const answer = await ground.ask('analyst', '{ viewer { role } }');
  expect(answer).toMatchObject({
    status: 429,
    errors: [
      {
        message: one.body.message,
        extensions: { code: 'RATE_LIMITED', retryAfterSeconds: seconds },
      },
    ],
  });
});
