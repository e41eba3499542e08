/** The product page's endpoints for scenarios and runs: shapes, statuses, headers. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRestApp } from '#rest/app.ts';
import * as bodies from '#rest/bodies.ts';
import { ErrorBody } from '#rest/errors.ts';
import { createRun, createToken } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createClient, restDeps, type Answer, type Call } from './client.ts';

const SCENARIOS = '/api/scheduler/scenarios';
let setting: Setting;
let token: string;
let client: ReturnType<typeof createClient>;

beforeAll(async () => {
  setting = await createSetting();
  client = createClient(setting);
  const { org, people } = setting.house;
  const at = { orgId: org.id, userId: people.designer.id, projectId: setting.projectId };
  ({ token } = await createToken(setting.pool, at));
});
afterAll(() => setting[Symbol.asyncDispose]());

const call = (method: string, path: string, more: Call = {}) =>
  client(method, path, { token, ...more });
const create = async (more: object = {}) =>
  (await call('POST', SCENARIOS, { body: { name: 'Nightly', steps: [NOTE], ...more } })).body;

test('a scenario is created, read with its runs, listed, changed and removed', async () => {
  const trigger = { cron: '0 2 * * *', timezone: 'Asia/Jakarta' };
  const made = await call('POST', SCENARIOS, { body: { name: 'Report', trigger, steps: [NOTE] } });
  expect(made.status).toBe(201);
  const { id } = bodies.ScenarioBody.parse(made.body);
  expect(made.headers.get('Location')).toBe(`${SCENARIOS}/${id}`);
  expect(made.headers.get('ETag')).toBe('"1"');
  expect(made.body).toMatchObject({
    slug: 'report',
    project_id: setting.projectId,
    trigger,
    timezone: 'Asia/Jakarta',
    steps: [{ ...NOTE, name: 'send_note' }],
    policies: { overlap: 'skip', timeout: '6h', notify: null },
    broken: null,
    next_due_at: expect.stringMatching(/T19:00:00.000Z$/),
  });

  const listed = await call('GET', `${SCENARIOS}?q=report&step_kind=send_note&enabled=true`);
  expect(listed.body).toEqual({ items: [made.body], total: 1, next_cursor: null });

  const patched = await call('PATCH', `${SCENARIOS}/${id}`, {
    body: { trigger: null, policies: made.body.policies, enabled: false },
  });
  expect(patched.status).toBe(200);
  expect(patched.headers.get('ETag')).toBe('"2"');
  expect(patched.body).toMatchObject({ trigger: null, next_due_at: null, enabled: false });

  const run = await call('POST', `${SCENARIOS}/${id}/run`);
  expect(run.status).toBe(202);
  expect(bodies.RunBody.parse(run.body)).toMatchObject({ scenario_id: id, source: 'manual' });
  const read = await call('GET', run.headers.get('Location')!);
  expect(bodies.RunWithStepsBody.parse(read.body).steps).toMatchObject([{ pos: 0 }]);
  const found = await call('GET', `${SCENARIOS}/${id}`);
  expect(bodies.ScenarioWithRunsBody.parse(found.body).runs).toEqual([run.body]);

  const removed = await call('DELETE', `${SCENARIOS}/${id}`);
  expect([removed.status, removed.body]).toEqual([204, '']);
  expect((await call('GET', `${SCENARIOS}/${id}`)).status).toBe(404);
  const history = await call('GET', `${SCENARIOS}/${id}/runs`);
  expect(history).toMatchObject({ status: 200, body: { items: [run.body], total: 1 } });
});

test('GET shows the last 100 runs, the list of runs all of them in pages', async () => {
  const { id } = await create();
  const { org, people } = setting.house;
  const at = {
    orgId: org.id,
    projectId: setting.projectId,
    ownerUserId: people.admin.id,
    scenarioId: id,
  };
  const ids: number[] = [];
  for (let n = 0; n < 105; n += 1) ids.unshift((await createRun(setting.pool, at)).id);
  const { body } = await call('GET', `${SCENARIOS}/${id}`);
  expect(body.runs.map((run: { id: number }) => run.id)).toEqual(ids.slice(0, 100));
  const seen: number[] = [];
  for (let path: string | null = `${SCENARIOS}/${id}/runs?limit=40`; path !== null;) {
    const { body: page }: Answer = await call('GET', path);
    expect(page.total).toBe(105);
    seen.push(...page.items.map((run: { id: number }) => run.id));
    const next: string | null = page.next_cursor;
    path = next && `${SCENARIOS}/${id}/runs?limit=40&cursor=${next}`;
  }
  expect(seen).toEqual(ids);
});

test('everything wrong with a scenario is one 422', async () => {
  await setting.rows(
    `with c as (insert into connector (org_id, slug, name, type) values ($1, 'c', 'C', 'csv')
                returning id)
     insert into dataset (org_id, project_id, connector_id, slug, name, table_name)
     select $1, $2, id, 'theirs', 'T', 'theirs' from c`,
    [setting.house.otherOrg.id, setting.house.otherProject.id],
  );
  const answer = await call('POST', SCENARIOS, {
    body: {
      name: 'Wrong',
      trigger: { cron: '0 0 31 2 *', timezone: 'Asia/Jakata' },
      steps: [{ kind: 'copy_table', dataset: 'theirs' }, { kind: 'copy_tables' }],
      catchup_windw: '1d',
    },
  });
  expect(answer.status).toBe(422);
  expect(ErrorBody.parse(answer.body).error).toBe('validation');
  expect(answer.body.details.map(({ path }: { path: unknown[] }) => path)).toEqual([
    ['catchup_windw'],
    ['trigger', 'cron'],
    ['trigger', 'timezone'],
    ['steps', 1, 'kind'],
    ['steps', 0, 'dataset'],
  ]);
  const four = await call('POST', SCENARIOS, {
    body: { name: 'Four', trigger: { cron: '0 2 * *' }, steps: [NOTE] },
  });
  expect(four.body.details).toMatchObject([
    { path: ['trigger', 'cron'], message: expect.stringContaining('4 fields'), value: '0 2 * *' },
  ]);
});

test('PATCH replaces the recipients of every mail step, and is 422 where there is none', async () => {
  const { id } = await create();
  const recipients = ['a@example.com', '{{ project.owner_email }}'];
  const { body } = await call('PATCH', `${SCENARIOS}/${id}`, { body: { recipients } });
  expect(body.steps).toEqual([{ ...NOTE, name: 'send_note', recipients }]);
  const bare = await create({ steps: [{ kind: 'copy_table', dataset: '{{ param.d }}' }] });
  const refused = await call('PATCH', `${SCENARIOS}/${bare.id}`, { body: { recipients } });
  expect(refused).toMatchObject({ status: 422, body: { details: [{ path: ['recipients'] }] } });
});

test('a stale If-Match is 409 with the version in force, so is one that was never handed out; a fresh one and * pass', async () => {
  const { id } = await create();
  const patch = (description: string, etag: string) =>
    call('PATCH', `${SCENARIOS}/${id}`, { body: { description }, headers: { 'If-Match': etag } });
  expect((await patch('a', '"1"')).status).toBe(200);
  expect(await patch('b', '"1"')).toMatchObject({
    status: 409,
    body: { error: 'conflict', version: 2 },
  });
  expect((await patch('c', 'W/"2"')).status).toBe(200);
  expect((await patch('d', '*')).status).toBe(200);
  expect((await patch('e', '"3", "4"')).status).toBe(200);
  for (const etag of ['abc', '"x"', '', '"2", "3"', '"0"', '-1', '"99999999999"']) {
    expect(await patch('f', etag)).toMatchObject({
      status: 409,
      body: { error: 'conflict', version: 5 },
    });
  }
});

test('an Idempotency-Key answers the same run again', async () => {
  const { id } = await create();
  const run = (key: string) =>
    call('POST', `${SCENARIOS}/${id}/run`, { headers: { 'Idempotency-Key': key }, body: {} });
  const [one, two, other] = [await run('k'), await run('k'), await run('l')];
  expect([one.status, two.status]).toEqual([202, 202]);
  expect(two.body.id).toBe(one.body.id);
  expect(other.body.id).not.toBe(one.body.id);
  expect(other.body.state).toBe('waiting');
});

test('a run with an undefined parameter is 500 trigger_config with exactly the offending part', async () => {
  const steps = [{ kind: 'copy_table', dataset: '{{ param.d }}', rows: 3 }];
  const { id } = await create({ steps });
  const refused = await call('POST', `${SCENARIOS}/${id}/run`);
  expect(refused).toMatchObject({
    status: 500,
    body: { error: 'trigger_config', config: { dataset: '{{ param.d }}' } },
  });
  const params = { d: 'x' };
  const run = await call('POST', `${SCENARIOS}/${id}/run`, { body: { params } });
  expect(run).toMatchObject({ status: 202, body: { params } });
});

test('a trigger that no longer parses is shown as broken with 200, and is 500 when switched on', async () => {
  const { id } = await create({ trigger: { interval: '1h' }, enabled: false });
  const config = { cron: '61 * * * *' };
  await setting.rows('update scenario set trigger = $2 where id = $1', [id, config]);
  const read = await call('GET', `${SCENARIOS}/${id}`);
  expect(read).toMatchObject({
    status: 200,
    body: { broken: { error: 'trigger_config', config } },
  });
  const listed = await call('GET', SCENARIOS);
  expect(listed.status).toBe(200);
  const on = await call('PATCH', `${SCENARIOS}/${id}`, { body: { enabled: true } });
  expect(on).toMatchObject({ status: 500, body: { error: 'trigger_config', config } });
});

test.each([
  ['{"name": "x", }', 400, 'malformed_json'],
  ['', 400, 'malformed_json'],
  ['[]', 422, 'validation'],
  ['null', 422, 'validation'],
  [`{"name": "${'x'.repeat(1_048_576)}"}`, 413, 'too_large'],
])('the body %.20s is answered with %i %s', async (body, status, error) => {
  const answer = await call('POST', SCENARIOS, {
    body,
    headers: { 'Content-Type': 'application/json' },
  });
  expect(answer).toMatchObject({ status, body: { error, request_id: expect.any(String) } });
  if (status === 400 && body !== '') expect(answer.body.message).toMatch(/column 15/);
});

test.each([
  ['GET', `${SCENARIOS}?limit=x&cursor=y`, ['limit']],
  ['GET', `${SCENARIOS}?limit=1000&cursor=y`, ['limit', 'cursor']],
  ['GET', `${SCENARIOS}?step_kinds=a`, ['step_kinds']],
  ['GET', `${SCENARIOS}?enabled=maybe`, ['enabled']],
  ['GET', `${SCENARIOS}?project_id=0`, ['project_id']],
])('%s %s is 422', async (method, path, places) => {
  const { status, body } = await call(method, path);
  expect(status).toBe(422);
  expect(body.details.map((detail: { path: string[] }) => detail.path[0])).toEqual(places);
});

test.each(['abc', '0', '-1', '1.5', '99999999999', '9007199254740993'])(
  'the id %s is nobody’s: 404',
  async (id) => {
    for (const [method, path] of [
      ['GET', `${SCENARIOS}/${id}`],
      ['POST', `${SCENARIOS}/${id}/run`],
      ['GET', `/api/scheduler/runs/${id}`],
    ] as const) {
      expect(await call(method, path)).toMatchObject({ status: 404, body: { error: 'not_found' } });
    }
  },
);

test('the project comes from header, query, body or token, and they must agree', async () => {
  const { project, otherProject } = setting.house;
  const wire = { name: 'P', steps: [NOTE] };
  const other = String(otherProject.id);
  const post = (more: Call, query = '') =>
    call('POST', `${SCENARIOS}${query}`, { body: wire, ...more });
  expect((await post({ headers: { 'X-Project-Id': String(project.id) } })).status).toBe(201);
  expect((await post({ body: { ...wire, project_id: project.id } })).status).toBe(201);
  expect((await post({ headers: { 'X-Project-Id': other } })).status).toBe(404);
  expect((await post({}, `?project_id=${other}`)).status).toBe(404);
  const headers = { 'X-Project-Id': String(project.id) };
  expect((await post({ headers }, `?project_id=${other}`)).status).toBe(422);
  const both = await post({ headers, body: { ...wire, project_id: otherProject.id } });
  expect(both).toMatchObject({ status: 422, body: { details: [{ path: ['project_id'] }] } });

  const { id } = await create();
  const wrong = { headers: { 'X-Project-Id': String(project.id + 1000) } };
  expect((await call('DELETE', `${SCENARIOS}/${id}`, wrong)).status).toBe(404);
  const { org, people } = setting.house;
  const bare = await createToken(setting.pool, { orgId: org.id, userId: people.designer.id });
  expect(await call('GET', SCENARIOS, { token: bare.token })).toMatchObject({
    status: 422,
    body: { details: [{ path: ['project_id'] }] },
  });
});

test('a list costs the same number of statements however long it is', async () => {
  const count = async () => {
    let statements = 0;
    const { pool } = setting;
    const counting = Object.create(pool, {
      query: {
        value: (...args: unknown[]) => {
          statements += 1;
          return (pool.query as (...all: unknown[]) => unknown).apply(pool, args);
        },
      },
    });
    const answer = await createClient(setting, { pool: counting })('GET', SCENARIOS, { token });
    return { statements, items: answer.body.items.length as number };
  };
  await create();
  const short = await count();
  for (let n = 0; n < 10; n += 1) await create();
  const long = await count();
  expect(long.items).toBeGreaterThan(short.items);
  expect([short.statements, long.statements]).toEqual([4, 4]);
});

test('an unknown route is 404 in the shape of every error', async () => {
  const answer = await call('GET', '/api/nothing', { headers: { 'X-Request-Id': 'mine-1' } });
  expect(answer).toMatchObject({ status: 404, body: { error: 'not_found', request_id: 'mine-1' } });
  ErrorBody.parse(answer.body);
});

test('over a socket the audit log learns the address of the caller', async () => {
  const app = createRestApp(restDeps(setting));
  const server = createServer(getRequestListener(app.fetch)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const response = await fetch(`http://127.0.0.1:${port}${SCENARIOS}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        Connection: 'close',
      },
      body: JSON.stringify({ name: 'By socket', steps: [NOTE] }),
    });
    const { id } = (await response.json()) as { id: number };
    const audit = await setting.rows(
      `select address from audit_log where resource_type = 'scenario' and resource_id = $1`,
      [String(id)],
    );
    expect(audit).toEqual([{ address: '127.0.0.1' }]);
  } finally {
    server.close();
    await once(server, 'close');
  }
});

test('a surprise is logged under the request’s id and says nothing of its inside', async () => {
  const logged: object[] = [];
  const log = { error: (facts: object) => logged.push(facts) };
  const pool = { query: () => Promise.reject(new Error('password=hunter2')) };
  const broken = createClient(setting, { pool, log } as never);
  const answer = await broken('GET', SCENARIOS, { token });
  expect(answer).toMatchObject({ status: 500, body: { error: 'internal' } });
  expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  expect(logged).toMatchObject([{ requestId: answer.body.request_id, path: SCENARIOS }]);
});
