/** What changes about scenarios reaches those who watch them, over a real socket. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tickOnce } from '#domain/tick/decide-due.ts';
import { createLog } from '#platform/log.ts';
import { createProject, createScenario } from '#test/support/factories.ts';
import { createGround, subscribe } from '../graphql/ground.ts';
import type { Ground } from '../graphql/ground.ts';
import { killListener, take } from './events.ts';

let ground: Ground;
beforeEach(async () => {
  ground = await createGround({ recheckMs: 100 });
});
afterEach(() => ground[Symbol.asyncDispose]());

const place = () => ({
  orgId: ground.org.id,
  projectId: ground.project.id,
  ownerUserId: ground.people.admin.id,
});
/** Due for the first time a second ago, and then once a day. */
const due = () => {
  const at = new Date(Date.now() - 1000);
  return { ...place(), trigger: { interval: '1d' }, createdAt: at, nextDueAt: at };
};
const tick = () => tickOnce(ground.pool, createLog('test', 'silent'));

type Changed = {
  resync: boolean;
  revision: number;
  scenarios: { databaseId: number; name: string; state: string; nextDueAt: string | null }[];
  deletedIds: string[];
};
const CHANGED = `subscription ($projectId: ID, $scenarioId: ID) {
  scenariosChanged(projectId: $projectId, scenarioId: $scenarioId) {
    resync revision scenarios { databaseId name state nextDueAt owner { name } } deletedIds } }`;

/** The messages about scenarios, one at a time, once the first was taken. */
async function watch(variables: { projectId?: unknown; scenarioId?: unknown }) {
  const stream = subscribe<never>(
    ground.client('viewer'),
    CHANGED,
    variables,
  ) as unknown as AsyncIterableIterator<{ data: { scenariosChanged: Changed } }>;
  const next = async () => (await take(stream, 1))[0]!.data.scenariosChanged;
  return { first: await next(), next, end: () => stream.return?.() };
}

const change = async (mutation: string) => {
  const { data, errors } = await ground.ask('designer', `mutation { done: ${mutation} }`);
  expect(errors).toBeUndefined();
  return data.done;
};

test('every change of a scenario is told whole: made, edited, paused, resumed, switched off, deleted', async () => {
  const old = await createScenario(ground.pool, place());
  const { first, next, end } = await watch({ projectId: `Project:${ground.project.id}` });
  expect(first).toMatchObject({
    resync: true,
    scenarios: [{ databaseId: old.id }],
    deletedIds: [],
  });

  const made = await change(`createScenario(projectId: ${ground.project.id}, input: {
    name: "one", trigger: { cron: "@daily" }, steps: [{ snapshotDashboards: {} }] }) {
    ... on Scenario { databaseId } }`);
  const id = made.databaseId;
  expect(await next()).toMatchObject({
    resync: false,
    revision: first.revision + 1,
    scenarios: [{ databaseId: id, name: 'one', state: 'ACTIVE' }],
    deletedIds: [],
  });
  const steps: [string, object][] = [
    [`updateScenario(id: ${id}, patch: { name: "two" })`, { name: 'two' }],
    [`pauseScenario(id: ${id}, note: "x")`, { state: 'PAUSED', nextDueAt: null }],
    [`resumeScenario(id: ${id})`, { state: 'ACTIVE', nextDueAt: expect.any(String) }],
    [`updateScenario(id: ${id}, patch: { enabled: false })`, { state: 'DISABLED' }],
    [`runScenario(scenarioId: ${id})`, { state: 'DISABLED' }],
  ];
  for (const [command, seen] of steps) {
    await change(`${command} { __typename }`);
    expect(await next()).toMatchObject({ scenarios: [{ databaseId: id, ...seen }] });
  }
  await change(`deleteScenario(id: ${id}) { __typename }`);
  expect(await next()).toMatchObject({ scenarios: [], deletedIds: [`Scenario:${id}`] });
  await end();
});

test('a tick tells its scenario with the due time that moved on, and its project’s newest ticks', async () => {
  const scenario = await createScenario(ground.pool, due());
  const other = await createProject(ground.pool, {
    orgId: ground.org.id,
    ownerUserId: ground.people.admin.id,
  });
  const elsewhere = await createScenario(ground.pool, { ...due(), projectId: other.id });
  const ofProject = await watch({ projectId: ground.project.id });
  const ofScenario = await watch({ scenarioId: elsewhere.id });
  const ticks = subscribe<never>(
    ground.client('viewer'),
    `subscription { ticks(projectId: ${ground.project.id}) {
      resync revision ticks(first: 2) { outcome scenario { databaseId } run { state } } } }`,
  ) as unknown as AsyncIterableIterator<{ data: { ticks: { revision: number } } }>;
  const [none] = await take(ticks, 1);
  expect(none?.data.ticks).toMatchObject({ resync: true, ticks: [] });

  await tick();
  const told = await ofProject.next();
  expect(told).toMatchObject({ resync: false, scenarios: [{ databaseId: scenario.id }] });
  expect(Date.parse(told.scenarios[0]!.nextDueAt!)).toBeGreaterThan(Date.now());
  expect(await ofScenario.next()).toMatchObject({ scenarios: [{ databaseId: elsewhere.id }] });
  const [one] = await take(ticks, 1);
  expect(one?.data.ticks).toEqual({
    resync: false,
    revision: none!.data.ticks.revision + 1,
    ticks: [{ outcome: 'FIRED', scenario: { databaseId: scenario.id }, run: { state: 'QUEUED' } }],
  });
  for (const { end } of [ofProject, ofScenario]) await end();
  await ticks.return?.();
});

test('a scenario that breaks is told', async () => {
  const bad = await createScenario(ground.pool, { ...due(), trigger: { cron: '61 * * * *' } });
  const { next, end } = await watch({ scenarioId: bad.id });
  await tick();
  expect(await next()).toMatchObject({
    scenarios: [{ databaseId: bad.id, state: 'BROKEN', nextDueAt: null }],
  });
  await end();
});

test('more than 200 at once are not named: the list is to be read anew', async () => {
  for (let n = 0; n < 201; n += 1) await createScenario(ground.pool, due());
  const { first, next, end } = await watch({ projectId: ground.project.id });
  await tick();
  const told = await next();
  expect(told).toMatchObject({ resync: true, revision: first.revision + 1, deletedIds: [] });
  expect(told.scenarios).toHaveLength(20);
  await end();
});

test('however many batches come, a list is to be read anew at most once a second, and in the end it is true', async () => {
  const ids: number[] = [];
  for (let n = 0; n < 201; n += 1) ids.push((await createScenario(ground.pool, place())).id);
  const { next, end } = await watch({ projectId: ground.project.id });
  const beganMs = performance.now();
  const batches = (async () => {
    for (let n = 1; n <= 40; n += 1) {
      await ground.pool.query(
        `with s as (update scenario set name = $2 where id = $3) select pg_notify('hf_scenario', $1)`,
        [ids.join(','), `batch ${n}`, ids.at(-1)],
      );
      await delay(40);
    }
  })();
  let messages = 0;
  for (let name = ''; name !== 'batch 40'; messages += 1) name = (await next()).scenarios[0]!.name;
  await batches;
  expect(messages).toBeLessThanOrEqual(2 + (performance.now() - beganMs) / 1_000);
  await end();
});

test('what was missed while nobody listened is made up for', async () => {
  const scenario = await createScenario(ground.pool, place());
  const { next, end } = await watch({ projectId: ground.project.id });
  await killListener(ground.pool, async () => {
    await ground.pool.query(`update scenario set name = 'unheard' where id = $1`, [scenario.id]);
  });
  expect(await next()).toMatchObject({ resync: true, scenarios: [{ name: 'unheard' }] });
  await end();
});

test('ticks come at most twice a second, and the last message is true', async () => {
  const scenario = await createScenario(ground.pool, place());
  const stream = subscribe<never>(
    ground.client('viewer'),
    `subscription { ticks(projectId: ${ground.project.id}) { ticks(first: 1) { reason } } }`,
  ) as unknown as AsyncIterableIterator<{ data: { ticks: { ticks: { reason: string }[] } } }>;
  await take(stream, 1);
  const beganMs = performance.now();
  const decided = (async () => {
    for (let n = 1; n <= 300; n += 1) {
      await ground.pool.query(
        `with t as (
           insert into tick (org_id, project_id, scenario_id, source, due_at, outcome, reason)
           values ($1, $2, $3, 'schedule', clock_timestamp(), 'missed', $4))
         select pg_notify('hf_scenario', $5)`,
        [ground.org.id, ground.project.id, scenario.id, `tick ${n}`, String(scenario.id)],
      );
    }
  })();
  let messages = 0;
  for (let reason = ''; reason !== 'tick 300'; messages += 1) {
    const [message] = await take(stream, 1);
    reason = message!.data.ticks.ticks[0]!.reason;
  }
  await decided;
  // The first comes at once, the others half a second after the one before.
  expect(messages).toBeLessThanOrEqual(2 + (performance.now() - beganMs) / 500);
  await stream.return?.();
});

test('the health tells its workers with every beat, and when one leaves', async () => {
  const beat = async (workerId: string, running: number) => {
    await ground.pool.query(
      `insert into scheduler_workers (worker_id, last_seen_at, last_tick_at, host, pid, version, slots, running, started_at)
       values ($1, clock_timestamp(), clock_timestamp(), 'h', 1, '0', 4, $2, now())
       on conflict (worker_id) do update set last_seen_at = excluded.last_seen_at, running = excluded.running`,
      [workerId, running],
    );
    await ground.pool.query(`select pg_notify('hf_worker', $1)`, [workerId]);
  };
  await beat('a', 0);
  const stream = subscribe<never>(
    ground.client('viewer'),
    `subscription { schedulerHealth { health { staleSeconds amberSeconds } workers { workerId running } } }`,
  ) as unknown as AsyncIterableIterator<{
    data: { schedulerHealth: { workers: { workerId: string; running: number }[] } };
  }>;
  const next = async () => (await take(stream, 1))[0]!.data.schedulerHealth;
  expect(await next()).toEqual({
    health: { staleSeconds: 90, amberSeconds: 60 },
    workers: [{ workerId: 'a', running: 0 }],
  });
  await beat('b', 2);
  expect((await next()).workers).toEqual([
    { workerId: 'b', running: 2 },
    { workerId: 'a', running: 0 },
  ]);
  await beat('a', 3);
  expect((await next()).workers).toEqual([
    { workerId: 'a', running: 3 },
    { workerId: 'b', running: 2 },
  ]);
  await ground.pool.query(
    `with w as (update scheduler_workers set stopped_at = clock_timestamp() where worker_id = 'b')
     select pg_notify('hf_worker', 'b')`,
  );
  expect((await next()).workers).toEqual([{ workerId: 'a', running: 3 }]);
  await stream.return?.();
});
