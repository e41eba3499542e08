import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRun, createScenario } from '#test/support/factories.ts';
import { createGround, subscribe } from '../graphql/ground.ts';
import type { Ground } from '../graphql/ground.ts';
import { append, killListener, take } from './events.ts';

let ground: Ground;
beforeEach(async () => {
  ground = await createGround({ heartbeatStaleSeconds: 1.5, recheckMs: 100 });
});
afterEach(() => ground[Symbol.asyncDispose]());

const place = () => ({
  orgId: ground.org.id,
  projectId: ground.project.id,
  ownerUserId: ground.people.admin.id,
});

async function beat(tickAgeSeconds = 0, notify = true) {
  await ground.pool.query(
    `insert into scheduler_workers (worker_id, last_seen_at, last_tick_at, host, pid, version, slots, started_at)
     values ('w', clock_timestamp(), clock_timestamp() - $1::float8 * interval '1 s', 'h', 1, '0', 1, now())
     on conflict (worker_id) do update set last_seen_at = excluded.last_seen_at, last_tick_at = excluded.last_tick_at`,
    [tickAgeSeconds],
  );
  if (notify) await ground.pool.query(`select pg_notify('hf_worker', 'w')`);
}

type Health = {
  data: {
    schedulerHealth: {
      resync: boolean;
      revision: number;
      health: { state: string; alive: boolean };
    };
  };
};
const HEALTH = `subscription { schedulerHealth { resync revision health { state alive lastSeenAt lastSeenSeconds } } }`;
const watchHealth = () =>
  subscribe<never>(ground.client('viewer'), HEALTH) as unknown as AsyncIterableIterator<Health>;

test('health turns amber, then red, by itself when workers fall silent', async () => {
  await beat();
  const stream = watchHealth();
  const beganMs = performance.now();
  const at: number[] = [];
  const states: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    const [message] = await take(stream, 1);
    states.push(message!.data.schedulerHealth.health.state);
    at.push(performance.now() - beganMs);
  }
  expect(states).toEqual(['GREEN', 'AMBER', 'RED']);
  expect(at[1]).toBeGreaterThan(700);
  expect(at[1]).toBeLessThan(1_400);
  expect(at[2]).toBeGreaterThan(1_200);
  expect(at[2]).toBeLessThan(1_900);
  await beat();
  const [back] = await take(stream, 1);
  expect(back?.data.schedulerHealth).toMatchObject({
    resync: false,
    health: { state: 'GREEN', alive: true },
  });
  await stream.return?.();
});

test('health begins with a whole state, and is amber behind a beating heart whose ticker is stuck', async () => {
  const stream = watchHealth();
  const [first] = await take(stream, 1);
  expect(first?.data.schedulerHealth).toMatchObject({
    resync: true,
    health: { state: 'RED', alive: false },
  });
  await beat(60);
  const [second] = await take(stream, 1);
  expect(second?.data.schedulerHealth).toMatchObject({
    resync: false,
    health: { state: 'AMBER', alive: true },
  });
  expect(second!.data.schedulerHealth.revision).toBeGreaterThan(
    first!.data.schedulerHealth.revision,
  );
  await stream.return?.();
});

type Runs = {
  data: {
    runsChanged: {
      resync: boolean;
      revision: number;
      runs: { databaseId: number; state: string }[];
    };
  };
};
const RUNS = `subscription ($projectId: ID, $scenarioId: ID) {
  runsChanged(projectId: $projectId, scenarioId: $scenarioId) { resync revision runs { databaseId state steps { pos } } } }`;
const watchRuns = (variables: object) =>
  subscribe<never>(
    ground.client('viewer'),
    RUNS,
    variables as never,
  ) as unknown as AsyncIterableIterator<Runs>;

test('runsChanged begins with a snapshot and goes on with revisions of whole runs', async () => {
  const scenario = await createScenario(ground.pool, place());
  const old = await createRun(ground.pool, { ...place(), scenarioId: scenario.id });
  const other = await createRun(ground.pool, { ...place(), state: 'running' });
  const ofProject = watchRuns({ projectId: `Project:${ground.project.id}` });
  const ofScenario = watchRuns({ scenarioId: scenario.id });
  const [snapshot] = await take(ofProject, 1);
  expect(snapshot?.data.runsChanged.resync).toBe(true);
  expect(snapshot?.data.runsChanged.runs.map((run) => run.databaseId)).toEqual([other.id, old.id]);
  expect((await take(ofScenario, 1))[0]?.data.runsChanged.runs).toMatchObject([
    { databaseId: old.id },
  ]);

  await append(ground.pool, other.id, 1, { finish: true });
  const [change] = await take(ofProject, 1);
  expect(change?.data.runsChanged).toMatchObject({
    resync: false,
    revision: snapshot!.data.runsChanged.revision + 1,
    runs: [{ databaseId: other.id, state: 'SUCCEEDED' }],
  });
  // Only the second run is the scenario's: the change before said nothing about it.
  await append(ground.pool, old.id, 1);
  expect((await take(ofScenario, 1))[0]?.data.runsChanged.runs).toMatchObject([
    { databaseId: old.id },
  ]);

  await killListener(ground.pool);
  const [again] = await take(ofScenario, 1);
  expect(again?.data.runsChanged.resync).toBe(true);
  await ofProject.return?.();
  await ofScenario.return?.();
});

test('watchers with different rights are answered apart, each with their own', async () => {
  const run = await createRun(ground.pool, { ...place(), state: 'running' });
  const query = `subscription { runsChanged(projectId: ${ground.project.id}) { runs { canCancel } } }`;
  const may = async (person: 'viewer' | 'designer') => {
    const stream = subscribe<never>(
      ground.client(person),
      query,
    ) as unknown as AsyncIterableIterator<{
      data: { runsChanged: { runs: { canCancel: boolean }[] } };
    }>;
    await take(stream, 1);
    return async () => (await take(stream, 1))[0]?.data.runsChanged.runs;
  };
  const watching = [await may('viewer'), await may('designer'), await may('viewer')];
  await append(ground.pool, run.id, 1);
  const seen = await Promise.all(watching.map((next) => next()));
  expect(seen).toEqual([[{ canCancel: false }], [{ canCancel: true }], [{ canCancel: false }]]);
});

test('a slow reader of a busy project gets fewer messages and ends with the latest state', async () => {
  const run = await createRun(ground.pool, { ...place(), state: 'running' });
  const stream = watchRuns({ projectId: ground.project.id });
  await take(stream, 1);
  for (let n = 0; n < 200; n += 1) await append(ground.pool, run.id, 1);
  await append(ground.pool, run.id, 1, { finish: true });
  let messages = 0;
  for (let state = ''; state !== 'SUCCEEDED'; messages += 1) {
    const [message] = await take(stream, 1);
    state = message!.data.runsChanged.runs[0]!.state;
  }
  expect(messages).toBeLessThan(60);
  await stream.return?.();
});

test('a revoked token ends its sockets with 4403', async () => {
  const run = await createRun(ground.pool, { ...place(), state: 'running' });
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  const client = ground.client('analyst', {
    on: { closed: (event: never) => closed.resolve(event) },
  });
  const stream = subscribe<never>(
    client,
    `subscription { runEvents(runId: ${run.id}) { __typename } }`,
  );
  const reading = stream.next();
  await append(ground.pool, run.id, 1);
  await reading;
  const next = stream.next().catch((error: unknown) => error);
  await ground.pool.query('update api_token set revoked_at = now() where id = $1', [
    ground.tokens.analyst.id,
  ]);
  expect(await closed.promise).toMatchObject({
    code: 4403,
    reason: expect.stringMatching(/revoked/),
  });
  await next;
});

test('who loses a role loses what it showed, and keeps the socket', async () => {
  const stream = watchRuns({ projectId: ground.project.id });
  await take(stream, 1);
  await ground.pool.query('delete from user_group where user_id = $1', [ground.people.viewer.id]);
  const { value } = (await stream.next()) as {
    value: { errors?: { extensions: { code: string } }[] };
  };
  expect(value.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  expect((await stream.next()).done).toBe(true);
});

test('a bad token never gets a socket', async () => {
  const closed = Promise.withResolvers<{ code: number }>();
  const client = ground.client(null, {
    lazy: false,
    onNonLazyError: () => {},
    connectionParams: { authorization: 'Bearer hf_wrong' },
    on: { closed: (event: never) => closed.resolve(event) },
  });
  expect((await closed.promise).code).toBe(4403);
  await client.dispose();
});

/** A subscription over Server-Sent Events, as text that grows. */
async function openStream(person: 'viewer' | 'analyst', query: string) {
  const response = await fetch(`${ground.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${ground.tokens[person].token}`,
    },
    body: JSON.stringify({ query }),
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return async (part: string) => {
    while (!text.includes(part)) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
    }
    return text;
  };
}

test('Server-Sent Events carry the same', async () => {
  const run = await createRun(ground.pool, { ...place(), state: 'running' });
  await append(ground.pool, run.id, 2);
  const readTo = await openStream(
    'viewer',
    `subscription { runEvents(runId: ${run.id}) { ... on RunEvent { seq } } }`,
  );
  await readTo('"seq":2');
  await append(ground.pool, run.id, 1, { finish: true });
  const text = await readTo('event: complete');
  expect([...text.matchAll(/"seq":(\d+)/g)].map((match) => Number(match[1]))).toEqual([1, 2, 3]);
});

test('a revoked token ends its Server-Sent Events with the reason', async () => {
  const readTo = await openStream('analyst', `subscription { schedulerHealth { revision } }`);
  await readTo('"revision"');
  await ground.pool.query('update api_token set revoked_at = now() where id = $1', [
    ground.tokens.analyst.id,
  ]);
  const text = await readTo('event: complete');
  expect(text).toMatch(/"code":"UNAUTHENTICATED"/);
  expect(text).toMatch(/event: complete/);
});
