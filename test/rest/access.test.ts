/** Login, me, health and the document. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { LoginBody, MeBody } from '#rest/access.ts';
import { createUser } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { readKinds } from '../../src/console/screens/scenario/editor/step-forms.ts';
import { createClient } from './client.ts';

let setting: Setting;
let call: ReturnType<typeof createClient>;
const password = 'correct horse battery staple';

beforeAll(async () => {
  setting = await createSetting();
  call = createClient(setting);
});
afterAll(() => setting[Symbol.asyncDispose]());

test('a login opens a session that me knows', async () => {
  const user = await createUser(setting.pool, {
    password,
    orgId: setting.house.org.id,
    role: 'viewer',
    defaultProjectId: setting.projectId,
  });
  const body = { username: user.email.toUpperCase(), password };
  const login = await call('POST', '/api/auth/login', { body });
  expect(login.status).toBe(200);
  const { access_token: token } = LoginBody.strict().parse(login.body);
  const me = await call('GET', '/api/me', { token });
  expect(MeBody.strict().parse(me.body)).toMatchObject({
    email: user.email,
    role: 'viewer',
    default_project_id: setting.projectId,
    org: { id: setting.house.org.id },
  });
  expect((await call('GET', '/api/scheduler/scenarios', { token })).status).toBe(200);
});

test('a wrong password is 401, a missing one 422, too many tries 429 with Retry-After', async () => {
  const client = createClient(setting);
  const login = (body: object) => client('POST', '/api/auth/login', { body });
  expect(await login({ username: 'x@example.com' })).toMatchObject({
    status: 422,
    body: { details: [{ path: ['password'] }] },
  });
  const wrong = { username: 'x@example.com', password: 'wrong' };
  for (let n = 0; n < 10; n += 1) {
    expect(await login(wrong)).toMatchObject({ status: 401, body: { error: 'unauthenticated' } });
  }
  const limited = await login(wrong);
  expect(limited).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
  expect(Number(limited.headers.get('Retry-After'))).toBeGreaterThan(0);
});

test('no token is 401 with a challenge', async () => {
  const answer = await call('GET', '/api/me');
  expect(answer).toMatchObject({ status: 401, body: { error: 'unauthenticated' } });
  expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
});

test('the scheduler is alive while any worker beat within 90 s, on the database’s clock', async () => {
  const beat = (worker: string, ago: string) =>
    setting.rows(
      `insert into scheduler_workers (worker_id, last_seen_at, last_tick_at, host, pid, version, slots, started_at)
       values ($1, clock_timestamp() - $2::interval, clock_timestamp() - $2::interval - interval '5 s',
               'h', 1, '0', 1, clock_timestamp())
       on conflict (worker_id) do update set last_seen_at = excluded.last_seen_at
       returning last_seen_at as seen, last_tick_at as ticked`,
      [worker, ago],
    );
  const health = () => call('GET', '/api/pipeline/scheduler/health');
  expect(await health()).toMatchObject({
    status: 503,
    body: { alive: false, last_seen: null, last_tick_at: null },
  });
  const [{ seen }] = await beat('old', '91 s');
  expect(await health()).toMatchObject({
    status: 503,
    body: { alive: false, last_seen: seen.toISOString() },
  });
  const [fresh] = await beat('new', '85 s');
  expect(await health()).toMatchObject({
    status: 200,
    body: {
      alive: true,
      last_seen: fresh.seen.toISOString(),
      last_tick_at: fresh.ticked.toISOString(),
    },
  });
});

test('the process is healthy without and ready only with its database', async () => {
  const log = createLog('test', 'silent');
  // Nothing listens there.
  const pool = createPool('postgres://nobody@127.0.0.1:1/none', { name: 'test', max: 1, log });
  const cut = createClient(setting, { pool });
  expect((await call('GET', '/readyz')).status).toBe(200);
  expect((await cut('GET', '/readyz')).status).toBe(503);
  expect((await cut('GET', '/healthz')).status).toBe(200);
  await pool.end();
});

test('the document is OpenAPI 3.1, describes each kind’s form, and reads offline', async () => {
  const { body } = await call('GET', '/api/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  const { post } = body.paths['/api/scheduler/scenarios'];
  const form = post.requestBody.content['application/json'].schema;
  const editor = readKinds(body);
  expect(editor.map(({ kind }) => kind)).toEqual(['copy_table', 'send_note']);
  expect(editor[0]!.fields.map(({ name }) => name)).toEqual(['dataset', 'rows']);
  const kinds = form.properties.steps.items.anyOf;
  expect(
    kinds.map((kind: { properties: { kind: { const: string } } }) => kind.properties.kind.const),
  ).toEqual(['copy_table', 'send_note']);
  expect(kinds[0]).toMatchObject({
    required: ['kind', 'dataset'],
    properties: { dataset: { type: 'string' }, run_if: { enum: ['success', 'failure', 'always'] } },
  });
  expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['201', '422', '403']));
  const page = await call('GET', '/api/reference');
  expect(page.status).toBe(200);
  expect(page.body).toContain('Change trigger, steps, recipients, policies or the switch');
  expect(page.body).toContain('unique in the project; made from the name when left out');
  expect(page.body).not.toMatch(/<script|https?:\/\/(?!json-schema|example)/);
});
