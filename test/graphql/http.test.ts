/** GraphQL as an HTTP service: the audits of the specification, and the limits of requests in front of it. */
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createRequestLimits } from '#domain/access/request-limits.ts';
import { createGround, subscribe, type Ground } from './ground.ts';

let ground: Ground;
let nowMs = 0;

beforeAll(async () => {
  ground = await createGround({
    requestLimits: createRequestLimits({ perToken: 60, perAddress: 60_000 }, () => nowMs),
  });
});
afterAll(() => ground[Symbol.asyncDispose]());

test('every audit of GraphQL over HTTP passes', async () => {
  const audits = serverAudits({ url: `${ground.url}/graphql`, fetchFn: fetch });
  expect(audits.length).toBeGreaterThan(40);
  const failing: string[] = [];
  for (const { id, name, fn } of audits) {
    const result = await fn();
    if (result.status !== 'ok') failing.push(`${id} ${result.status}: ${name}: ${result.reason}`);
  }
  expect(failing).toEqual([]);
});

test('an organisation or project that can be none is told as such', async () => {
  for (const header of ['x-org-id', 'x-project-id']) {
    for (const value of ['0', '-1', 'x', '2147483648', '9999999999', '1e3']) {
      const { errors } = await ground.ask('viewer', '{ viewer { role } }', {}, { [header]: value });
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'VALIDATION' } });
    }
    nowMs += 10_000;
  }
});

const post = (token: string, accept = 'application/json') =>
  fetch(`${ground.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept },
    body: JSON.stringify({ query: '{ viewer { role } }' }),
  });

test('pages that ask the database take from the limit too, files of the console do not', async () => {
  nowMs += 60_000;
  const headers = { authorization: `Bearer ${ground.tokens.viewer.token}`, accept: 'text/html' };
  const show = (path: string) => fetch(`${ground.url}${path}`, { headers });
  for (let n = 0; n < 10; n += 1) expect((await show(`/share/made-up-${n}`)).status).toBe(404);
  for (const path of ['/share/made-up', '/dashboards/1/page', '/tiles/scheduler']) {
    const refused = await show(path);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.text()).toContain('the next one may come in 1 s');
  }
  expect((await show('/')).status).not.toBe(429);
});

test('REST, GraphQL and the operations of sockets take from the same limit', async () => {
  nowMs += 60_000;
  const { token } = ground.tokens.analyst;
  const me = () => fetch(`${ground.url}/api/me`, { headers: { authorization: `Bearer ${token}` } });
  const socket = ground.client('analyst');
  const ask = async () => {
    const stream = subscribe<never>(socket, '{ viewer { role } }');
    const answer = await stream.next();
    await stream.return?.();
    return answer;
  };
  for (let n = 0; n < 4; n += 1) expect((await post(token)).status).toBe(200);
  for (let n = 0; n < 4; n += 1) expect((await me()).status).toBe(200);
  for (let n = 0; n < 2; n += 1) expect(await ask()).toMatchObject({ done: false });

  const refused = await post(token);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(refused.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await refused.json()).toMatchObject({
    errors: [
      { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1, requestId: expect.any(String) } },
    ],
  });
  const spoken = 'application/graphql-response+json';
  expect((await post(token, spoken)).headers.get('content-type')).toContain(spoken);
  expect((await me()).status).toBe(429);
  await expect(ask()).rejects.toMatchObject([
    { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } },
  ]);
  expect((await post(ground.tokens.designer.token)).status).toBe(200);
  nowMs += 1_000;
  expect((await post(token)).status).toBe(200);
  await socket.dispose();
});

test('a handshake beyond the limit is 429 with Retry-After', async () => {
  nowMs += 60_000;
  const { token } = ground.tokens.nobody;
  for (let n = 0; n < 10; n += 1) await post(token);
  const socket = new WebSocket(
    `${ground.url.replace('http', 'ws')}/graphql`,
    'graphql-transport-ws',
    {
      headers: { authorization: `Bearer ${token}` },
    },
  );
  const { promise, resolve } = Promise.withResolvers<unknown[]>();
  socket.on('unexpected-response', (_request, { statusCode, headers }) =>
    resolve([statusCode, headers['retry-after']]),
  );
  expect(await promise).toEqual([429, '1']);
  socket.on('error', () => {});
  socket.terminate();
});

test('a NUL, which nothing stored holds, is a mistake of whoever sends it and no surprise', async () => {
  for (const field of [
    'templates(q: "\\u0000") { totalCount }',
    'templates(stepKind: "\\u0000") { totalCount }',
    'template(slug: "\\u0000") { id }',
    'matrix(projectText: "\\u0000") { projects { totalCount } }',
    'projects(q: "\\u0000") { totalCount }',
    'project(slug: "\\u0000") { id }',
  ]) {
    const { errors } = await ground.ask('admin', `{ ${field} }`);
    expect(errors, field).toMatchObject([
      { message: expect.stringContaining('NUL'), extensions: { code: 'VALIDATION' } },
    ]);
  }
});
