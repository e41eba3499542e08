/** What a newcomer does: `npm start`, and watch. On the real intervals, through the public doors only. */
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createTestFolder } from '#test/support/folder.ts';
import { startCommand } from '#test/support/process.ts';
import { until } from '#test/support/worker.ts';

type Facts = { url: string; token: string; email: string; password: string; project_id: number };
type Event = { seq: number; type: string };

async function startAll(dataDir: string) {
  const all = startCommand(['npm', 'start', '--', '--json'], {
    env: { DATABASE_URL: undefined, DATA_DIR: dataDir, PORT: '0' },
  });
  await all.said(/^\{.*\}$/m);
  return { all, facts: JSON.parse(all.stdout) as Facts };
}

async function ask<T>({ url, token }: Facts, query: string): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

function connect({ url, token }: Facts) {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  });
}

const watch = (runId: number, after: number) => ({
  query: `subscription { runEvents(runId: ${runId}, after: ${after}) { __typename ... on RunEvent { seq type } } }`,
});

test('within 90 s of ready a cron scenario fires at its minute, succeeds, and is watched live without a gap', async () => {
  await using folder = await createTestFolder();
  const { all, facts } = await startAll(folder.path);
  await using _all = all;
  const readyAt = Date.now();
  expect(all.stdout.trim().split('\n')).toHaveLength(1);

  const cron = await until('a cron scenario that is due every minute', async () => {
    const { scenarios } = await ask<{
      scenarios: {
        nodes: { databaseId: number; name: string; trigger: { cron?: string } | null }[];
      };
    }>(
      facts,
      '{ scenarios(first: 50) { nodes { databaseId name trigger { ... on CronTrigger { cron } } } } }',
    );
    return scenarios.nodes.find((each) => each.trigger?.cron === '* * * * *');
  });
  const findRun = () =>
    ask<{ runs: { nodes: { databaseId: number; state: string; dueAt: string }[] } }>(
      facts,
      `{ runs(filter: { scenarioId: ${cron.databaseId} }, first: 5) { nodes { databaseId state dueAt } } }`,
    ).then(({ runs }) => runs.nodes.find((run) => run.state !== 'FAILED'));
  const run = await until('its run', findRun, 90_000);
  expect(new Date(run.dueAt).getUTCSeconds()).toBe(0);

  // Two events live, then the client drops and comes back with the last number.
  const first = connect(facts);
  const seen: Event[] = [];
  for await (const { data } of first.iterate<{ runEvents: Event }>(watch(run.databaseId, 0))) {
    if (data) seen.push(data.runEvents);
    if (seen.length === 2) break;
  }
  await first.dispose();
  const second = connect(facts);
  for await (const { data } of second.iterate<{ runEvents: Event }>(watch(run.databaseId, 2))) {
    if (data) seen.push(data.runEvents);
  }
  await second.dispose();
  expect(seen.map((event) => event.seq)).toEqual(seen.map((_, i) => i + 1));
  expect(seen.at(-1)?.type).toBe('run.finished');
  const finished = await until('success', async () => {
    const found = await findRun();
    return found?.state === 'SUCCEEDED' ? found : null;
  });
  expect(finished.databaseId).toBeGreaterThanOrEqual(run.databaseId);
  expect(Date.now() - readyAt).toBeLessThan(90_000);

  all.child.kill('SIGINT');
  expect((await all.exited).code).toBe(0);
  await expect(fetch(facts.url)).rejects.toThrow();
}, 240_000);

test('health is 200 with a living worker and 503 within 91 s of killing it, on the real intervals', async () => {
  await using folder = await createTestFolder();
  const { all, facts } = await startAll(folder.path);
  await using _all = all;
  const health = () => fetch(`${facts.url}/api/pipeline/scheduler/health`);
  expect((await health()).status).toBe(200);
  const { workers } = await ask<{ workers: { pid: number }[] }>(facts, '{ workers { pid } }');
  process.kill(workers[0]!.pid, 'SIGKILL');
  const killedAt = Date.now();
  const dead = await until(
    '503',
    async () => {
      const answer = await health();
      return answer.status === 503 ? answer : null;
    },
    95_000,
  );
  expect(Date.now() - killedAt).toBeLessThanOrEqual(91_000);
  expect(await dead.json()).toMatchObject({ alive: false });
}, 240_000);
