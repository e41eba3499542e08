import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { createHouse, createRun, createToken } from '#test/support/factories.ts';
import { startProgram } from '#test/support/process.ts';

const start = (env: Record<string, string>) =>
  startProgram('src/server.ts', {
    env: { LOG_LEVEL: 'error', PORT: '0', HOST: '127.0.0.1', ...env },
  });

test('the process says where it listens, and on SIGTERM tells sockets to come back and ends with 0', async () => {
  await using database = await createTestDatabase();
  const pool = createPool(database.url, { name: 'test', max: 2, log: createLog('test', 'silent') });
  const { org, project, people } = await createHouse(pool);
  const { token } = await createToken(pool, { orgId: org.id, userId: people.viewer.id });
  const run = await createRun(pool, {
    orgId: org.id,
    projectId: project.id,
    ownerUserId: people.admin.id,
    state: 'running',
  });
  await pool.end();

  await using api = start({ DATABASE_URL: database.url, JWT_SECRET: 'x'.repeat(32) });
  const [message] = (await once(api.child, 'message')) as [{ ready: true; url: string }];
  expect(message).toEqual({
    ready: true,
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  expect((await fetch(`${message.url}/readyz`)).status).toBe(200);
  expect((await fetch(`${message.url}/api/pipeline/scheduler/health`)).status).toBe(503);

  const closed = Promise.withResolvers<{ code: number }>();
  const opened = Promise.withResolvers<void>();
  const client = createClient({
    url: `${message.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
    on: { connected: () => opened.resolve(), closed: (event) => closed.resolve(event as never) },
  });
  const stream = client.iterate({
    query: `subscription { runEvents(runId: ${run.id}) { __typename } }`,
  });
  const ended = stream.next().catch(() => {});
  await opened.promise;
  const sse = await fetch(`${message.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query: 'subscription { schedulerHealth { revision } }' }),
  });
  const reader = sse.body!.getReader();
  await reader.read();

  const beganMs = performance.now();
  api.child.kill('SIGTERM');
  expect(await api.exited).toMatchObject({ code: 0 });
  expect(performance.now() - beganMs).toBeLessThan(3_000);
  expect((await closed.promise).code).toBe(1012);
  await ended;
  await reader.cancel().catch(() => {});
});

test('without a secret it says which variable is missing, and does not listen', async () => {
  await using api = start({ DATABASE_URL: 'postgres://127.0.0.1:1/none', JWT_SECRET: '' });
  expect((await api.exited).code).toBeGreaterThan(0);
  expect(api.stderr).toMatch(/JWT_SECRET is not set/);
});

test('without a database it waits for it, and can be stopped', async () => {
  await using api = start({
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    JWT_SECRET: 'x'.repeat(32),
    LOG_LEVEL: 'warn',
  });
  await api.said(/the database cannot be reached yet/);
  api.child.kill('SIGTERM');
  expect(await api.exited).toMatchObject({ code: 0 });
});
