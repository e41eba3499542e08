import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { createRun } from '#test/support/factories.ts';
import { append } from '../flow/events.ts';
import { createGround, subscribe } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
const lines = new PassThrough();
let logged = '';
lines.on('data', (chunk: Buffer) => (logged += chunk.toString()));
beforeAll(async () => {
  ground = await createGround({ log: pino({ level: 'info' }, lines), stallMs: 500 });
});
afterAll(() => ground[Symbol.asyncDispose]());

const code = async (query: string) => {
  const { errors } = await ground.ask('viewer', query);
  return errors?.[0]?.extensions['code'] ?? errors?.[0]?.message;
};

test('depth, breadth, aliases, cost and length are limited', async () => {
  const deep = (levels: number): string =>
    levels === 0
      ? 'id'
      : `scenarios(first: 1) { nodes { runs(first: 1) { nodes { project { ${deep(levels - 1)} } } } } }`;
  expect(await code(`{ projects { nodes { ${deep(3)} } } }`)).toBe('TOO_LARGE');
  const wide = Array.from({ length: 60 }, (_, n) => `a${n}: viewer { role }`).join(' ');
  expect(await code(`{ ${wide} }`)).toBe('TOO_LARGE');
  expect(
    await code(`{ scenarios(first: 100) { nodes { runs(first: 100) { nodes { id name } } } } }`),
  ).toBe('TOO_LARGE');
  expect(await code(`{ ${'viewer { role } '.repeat(2000)} }`)).toBe('GRAPHQL_PARSE_FAILED');
  expect(
    await code(`{ scenarios(first: 20) { nodes { runs(first: 20) { nodes { id name } } } } }`),
  ).toBeUndefined();
});

test('a page has at most 100 entries', async () => {
  const { data } = await ground.ask('viewer', '{ scenarios(first: 100000) { nodes { id } } }');
  expect(data.scenarios.nodes.length).toBeLessThanOrEqual(100);
});

test('several operations in one body are refused', async () => {
  const response = await fetch(`${ground.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ query: '{ viewer { role } }' }, { query: '{ viewer { role } }' }]),
  });
  expect(response.status).toBe(400);
});

test('a body of more than 1 MiB or of unknown length is refused unread', async () => {
  const post = (init: object) =>
    fetch(`${ground.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...init,
    });
  expect((await post({ body: ' '.repeat(1024 * 1024 + 1) })).status).toBe(413);
  expect((await post({ body: new Blob(['{}']).stream(), duplex: 'half' })).status).toBe(411);
});

test('a mutation by GET is refused', async () => {
  const query = encodeURIComponent('mutation { cancelRun(id: 1) { __typename } }');
  const response = await fetch(`${ground.url}/graphql?query=${query}`, {
    headers: { authorization: `Bearer ${ground.tokens.admin.token}`, accept: 'application/json' },
  });
  expect(response.status).toBe(405);
});

test('other sites are not let in, and answers are neither guessed nor framed', async () => {
  const response = await fetch(`${ground.url}/graphql?query=%7B__typename%7D`, {
    headers: { origin: 'https://elsewhere.example' },
  });
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
});

test('GraphiQL comes whole, without the internet', async () => {
  const response = await fetch(`${ground.url}/graphql`, {
    headers: { accept: 'text/html', authorization: `Bearer ${ground.tokens.viewer.token}` },
  });
  const page = await response.text();
  expect(response.headers.get('content-type')).toMatch(/text\/html/);
  expect(page).not.toMatch(/<(?:script|link)[^>]+(?:src|href)="https?:/);
});

test('a surprise is masked, and logged under the same id', async () => {
  await ground.pool.query('alter table scheduler_workers rename to hidden');
  const { errors } = await ground.ask(
    'viewer',
    'query Boom { workers { host } }',
    {},
    { 'x-request-id': 'req-4711' },
  );
  await ground.pool.query('alter table hidden rename to scheduler_workers');
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'INTERNAL', requestId: 'req-4711' } });
  expect(JSON.stringify(errors)).not.toMatch(/scheduler_workers|prisma/i);
  expect(logged).toMatch(/"requestId":"req-4711".*a surprise/);
});

test('the log has the name and the duration of an operation, and never its variables', async () => {
  await ground.ask('viewer', 'query WhoAmI($x: ID!) { viewer { role } run(id: $x) { id } }', {
    x: '987654321',
  });
  expect(logged).toMatch(/"operation":"WhoAmI","kind":"request","ms":\d+/);
  expect(logged).not.toMatch(/987654321/);
});

test('metrics are text, and count operations', async () => {
  await ground.ask('viewer', '{ viewer { role } }');
  const response = await fetch(`${ground.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await response.text()).toMatch(
    /^hf_graphql_operations_total\{kind="request",outcome="ok"\} \d+$/m,
  );
});

test('a socket carries at most 100 operations', async () => {
  const client = ground.client('viewer');
  const open = Array.from({ length: 101 }, () =>
    subscribe<never>(client, 'subscription { schedulerHealth { revision } }'),
  );
  const first = await Promise.allSettled(open.map((stream) => stream.next()));
  const refused = first.filter(({ status }) => status === 'rejected');
  expect(refused).toMatchObject([{ reason: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }] }]);
  await client.dispose();
});

test('a reader that stands still is dropped, and nobody else notices', async () => {
  const place = {
    orgId: ground.org.id,
    projectId: ground.project.id,
    ownerUserId: ground.people.admin.id,
  };
  const run = await createRun(ground.pool, { ...place, state: 'running' });
  await ground.pool.query(
    `with r as (update run set event_seq = 400 where id = $1)
     insert into run_event select $1, n, 'log', now(), jsonb_build_object('lines', repeat(md5(n::text), 2000))
       from generate_series(1, 400) n`,
    [run.id],
  );
  const query = `subscription { runEvents(runId: ${run.id}) { ... on RunEvent { seq payload } } }`;
  const body = JSON.stringify({ query });
  const { hostname, port } = new URL(ground.url);
  const stalled = connect(Number(port), hostname);
  stalled.pause();
  stalled.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n` +
      `Authorization: Bearer ${ground.tokens.viewer.token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const healthy = subscribe<never>(ground.client('viewer'), query);
  for (let n = 0; n < 400; n += 1) await healthy.next();
  await append(ground.pool, run.id, 1, { finish: true });
  expect((await healthy.next()).done).toBe(false);
  await expect
    .poll(() => logged, { timeout: 10_000 })
    .toMatch(/"what":"response".*a reader stalled/);
  let received = '';
  stalled.on('data', (chunk: Buffer) => (received += chunk.toString()));
  stalled.on('error', () => {});
  stalled.resume();
  await once(stalled, 'close');
  expect(received).not.toMatch(/event: complete/);
});

test('a socket that stands still is ended with a code that says why, once it reads on', async () => {
  const place = {
    orgId: ground.org.id,
    projectId: ground.project.id,
    ownerUserId: ground.people.admin.id,
  };
  const run = await createRun(ground.pool, { ...place, state: 'running' });
  await ground.pool.query(
    `with r as (update run set event_seq = 400 where id = $1)
     insert into run_event select $1, n, 'log', now(), jsonb_build_object('lines', repeat(md5(n::text), 2000))
       from generate_series(1, 400) n`,
    [run.id],
  );
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  let socket: WebSocket | undefined;
  const client = ground.client('viewer', {
    on: {
      connected: (opened: WebSocket) => (socket = opened),
      closed: (event: { code: number; reason: string }) => closed.resolve(event),
    },
  });
  const stream = subscribe<never>(
    client,
    `subscription { runEvents(runId: ${run.id}) { ... on RunEvent { seq payload } } }`,
  );
  await stream.next();
  socket!.pause();
  await expect.poll(() => logged, { timeout: 10_000 }).toMatch(/"what":"socket".*a reader stalled/);
  socket!.resume();
  expect(await closed.promise).toMatchObject({
    code: 1013,
    reason: 'nothing was read for too long; come back and read on',
  });
});

test('a subscriber that leaves takes everything with it', async () => {
  const place = {
    orgId: ground.org.id,
    projectId: ground.project.id,
    ownerUserId: ground.people.admin.id,
  };
  const run = await createRun(ground.pool, { ...place, state: 'running' });
  const watched = async () => {
    const text = await (await fetch(`${ground.url}/metrics`)).text();
    return Number(/^hf_watched_runs (\d+)$/m.exec(text)?.[1]);
  };
  await expect.poll(watched).toBe(0);
  const client = ground.client('viewer');
  const stream = subscribe<never>(
    client,
    `subscription { runEvents(runId: ${run.id}) { __typename } }`,
  );
  void stream.next().catch(() => {});
  const leave = new AbortController();
  void fetch(`${ground.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${ground.tokens.viewer.token}`,
    },
    body: JSON.stringify({ query: `subscription { runEvents(runId: ${run.id}) { __typename } }` }),
    signal: leave.signal,
  }).catch(() => {});
  await expect.poll(watched).toBe(1);
  client.terminate();
  leave.abort();
  await expect.poll(watched).toBe(0);
});
