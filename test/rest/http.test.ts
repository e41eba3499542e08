/** What HTTP asks of every path: methods, types of bodies, ids of requests, places that agree. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRestApp } from '#rest/app.ts';
import { ConnectorTypeBody } from '#rest/connectors.ts';
import { ErrorBody } from '#rest/errors.ts';
import { createToken } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createClient, restDeps, type Call } from './client.ts';

const SCENARIOS = '/api/scheduler/scenarios';
let setting: Setting;
let token: string;
let call: (
  method: string,
  path: string,
  more?: Call,
) => ReturnType<ReturnType<typeof createClient>>;

beforeAll(async () => {
  setting = await createSetting();
  const { org, people } = setting.house;
  const at = { orgId: org.id, userId: people.designer.id, projectId: setting.projectId };
  ({ token } = await createToken(setting.pool, at));
  const client = createClient(setting);
  call = (method, path, more = {}) => client(method, path, { token, ...more });
});
afterAll(() => setting[Symbol.asyncDispose]());

const create = async () =>
  (await call('POST', SCENARIOS, { body: { name: 'Nightly', steps: [NOTE] } })).body.id as number;

test.each([
  ['PUT', SCENARIOS, 'GET, HEAD, POST, OPTIONS'],
  ['DELETE', SCENARIOS, 'GET, HEAD, POST, OPTIONS'],
  ['POST', `${SCENARIOS}/1`, 'GET, HEAD, PATCH, DELETE, OPTIONS'],
  ['GET', `${SCENARIOS}/1/run`, 'POST, OPTIONS'],
  ['HEAD', '/api/auth/login', 'POST, OPTIONS'],
  ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
  ['POST', '/api/openapi.json', 'GET, HEAD, OPTIONS'],
])('%s %s is 405, and Allow says %s', async (method, path, allowed) => {
  const answer = await call(method, path);
  expect(answer.status).toBe(405);
  expect(answer.headers.get('Allow')).toBe(allowed);
  expect(answer.headers.get('X-Request-Id')).toBeTruthy();
  if (method !== 'HEAD') expect(ErrorBody.parse(answer.body).error).toBe('method_not_allowed');
});

test('OPTIONS says what a path knows, without a token; of an unknown one it is 404', async () => {
  const asked = await createClient(setting)('OPTIONS', `${SCENARIOS}/1`);
  expect(asked).toMatchObject({ status: 204, body: '' });
  expect(asked.headers.get('Allow')).toBe('GET, HEAD, PATCH, DELETE, OPTIONS');
  expect((await call('OPTIONS', '/api/nothing')).status).toBe(404);
});

test('HEAD is GET without the body', async () => {
  const id = await create();
  const head = await call('HEAD', `${SCENARIOS}/${id}`);
  expect(head).toMatchObject({ status: 200, body: '' });
  expect(head.headers.get('ETag')).toBe('"1"');
  expect((await call('HEAD', `${SCENARIOS}/987654`)).status).toBe(404);
});

const BODY = JSON.stringify({ name: 'Typed', steps: [NOTE] });
test.each([
  ['application/json', 201],
  ['Application/JSON; charset=UTF-8', 201],
  ['application/json; charset="utf-8"', 201],
  ['application/json; charset=latin1', 415],
  ['application/x-www-form-urlencoded', 415],
  ['text/plain', 415],
  ['', 415],
])('a body that comes as "%s" is answered with %i', async (type, status) => {
  const answer = await call('POST', SCENARIOS, { body: BODY, headers: { 'Content-Type': type } });
  expect(answer.status).toBe(status);
  if (status === 415) expect(answer.body.error).toBe('unsupported_media_type');
});

test('where a body may be left out, one of another type is refused all the same', async () => {
  const path = `${SCENARIOS}/${await create()}/run`;
  const headers = { 'Content-Type': 'text/plain' };
  expect((await call('POST', path, { headers })).status).toBe(202);
  expect((await call('POST', path, { headers, body: 'day=1' })).status).toBe(415);
});

test.each([
  [
    'half a character',
    Buffer.from([...Buffer.from('{"name": "'), 0xc3, 0x28, 0x22, 0x7d]),
    400,
    {},
  ],
  ['lists in lists', Buffer.from('['.repeat(200_000) + ']'.repeat(200_000)), 400, {}],
  ['a number beyond all bounds', Buffer.from('{"name": 1e999}'), 400, {}],
  ['packed', gzipSync(BODY), 415, { 'Content-Encoding': 'gzip' }],
])('%s is refused in words', async (_what, body, status, more) => {
  const app = createRestApp(restDeps(setting));
  const answer = await app.request(SCENARIOS, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...more },
  });
  expect(answer.status).toBe(status);
  ErrorBody.parse(await answer.json());
});

test('what a command changes must lie in the project that the request names', async () => {
  const run = async () => (await call('POST', `${SCENARIOS}/${await create()}/run`)).body.id;
  const { org, people } = setting.house;
  const [{ id: other }] = await setting.rows(
    `insert into project (org_id, slug, name, owner_user_id, warehouse_schema)
     values ($1, 'beside', 'Beside', $2, 'wh_beside') returning id`,
    [org.id, people.admin.id],
  );
  const there = { headers: { 'X-Project-Id': String(other) } };
  const here = { headers: { 'X-Project-Id': String(setting.projectId) } };
  const id = await run();
  for (const path of [`/api/scheduler/runs/${id}/cancel`, `/api/scheduler/runs/${id}/retry`]) {
    expect(await call('POST', path, there)).toMatchObject({ status: 404 });
    expect(await call('POST', `${path}?project_id=${other}`)).toMatchObject({ status: 404 });
    expect(await call('POST', path, here)).toMatchObject({ status: 202 });
  }
});

test('a search or a kind with a NUL in it is 422', async () => {
  for (const query of ['q=a%00b', 'step_kind=%00', `q=${'x'.repeat(201)}`]) {
    expect((await call('GET', `${SCENARIOS}?${query}`)).status).toBe(422);
  }
});

test('a cursor that was made up is 422 or an empty page, never a fault', async () => {
  const cursor = (id: string) => Buffer.from(`after:${id}`).toString('base64url');
  for (const id of ['999999999999999', '2147483648', '-1', 'x']) {
    for (const list of [SCENARIOS, `${SCENARIOS}/${await create()}/runs`]) {
      expect([200, 422]).toContain((await call('GET', `${list}?cursor=${cursor(id)}`)).status);
    }
  }
});

test('the catalogue has every type of connector with its forms, and no secret’s default', async () => {
  const { status, body } = await call('GET', '/api/connectors/catalog');
  expect(status).toBe(200);
  expect(body).toMatchObject({ total: body.items.length, next_cursor: null });
  const items = body.items.map((item: unknown) => ConnectorTypeBody.strict().parse(item));
  expect(items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        type: 'csv',
        queryable: true,
        config: expect.objectContaining({ type: 'object', additionalProperties: false }),
        source: expect.objectContaining({ type: 'object' }),
      }),
      expect.objectContaining({ type: 'smtp', queryable: false, source: null }),
    ]),
  );
  expect((await createClient(setting)('GET', '/api/connectors/catalog')).status).toBe(401);
});
