/** What history loses, and what it never loses. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RUNS_PER_PARTITION } from '#domain/event/partitions.ts';
import { dropOldRanges, takeOld } from '#domain/run/retention.ts';
import { createRun } from '#test/support/factories.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const YEAR = 366;

/** A run that ended so many days ago (null: it has not), with its tick, two events and a notification. */
async function oldRun(daysAgo: number | null, more: object = {}): Promise<number> {
  const scenario = await world.scenario();
  const { id } = await createRun(world.pool, {
    ...world.place,
    scenarioId: scenario.id,
    state: daysAgo === null ? 'running' : 'succeeded',
    steps: [{ kind: 'probe' }],
  });
  const fields = { event_seq: 2, ...more };
  const sets = Object.keys(fields).map((name, index) => `, ${name} = $${index + 3}`);
  await world.pool.query(
    `update run set finished_at = clock_timestamp() - make_interval(days => $2)${sets.join('')} where id = $1`,
    [id, daysAgo, ...Object.values(fields)],
  );
  await world.pool.query(
    `insert into run_event select $1, seq, 'log', clock_timestamp(), '{}' from generate_series(1, 2) seq`,
    [id],
  );
  await world.pool.query(
    `insert into tick (org_id, project_id, scenario_id, source, due_at, outcome, run_id, decided_at)
     values ($1, $2, $3, 'schedule', clock_timestamp(), 'fired', $4, clock_timestamp() - make_interval(days => $5))`,
    [world.org.id, world.project.id, scenario.id, id, daysAgo ?? 2 * YEAR],
  );
  return id;
}

async function takeAll() {
  for (;;) {
    const { events, runs, ticks } = await takeOld(world.pool);
    if (events + runs + ticks === 0) return;
  }
}

const idsIn = async (table: string, column: string) => {
  const { rows } = await world.pool.query(
    `select distinct ${column} as id from ${table} order by 1`,
  );
  return rows.map(({ id }) => Number(id));
};

test('events go after 30 days, runs and ticks after 365, and nothing before', async () => {
  const [ancient, old, young] = [await oldRun(YEAR), await oldRun(31), await oldRun(29)];
  await takeAll();
  expect(await idsIn('run', 'id')).toEqual([old, young]);
  expect(await idsIn('tick', 'run_id')).toEqual([old, young]);
  expect(await idsIn('step_run', 'run_id')).toEqual([old, young]);
  expect(await idsIn('run_event', 'run_id')).toEqual([young]);
  expect(ancient).toBeLessThan(old);
});

test('an organisation keeps what it says, another what that one says', async () => {
  await world.pool.query(
    `update org set settings = '{"runRetentionDays": 10, "eventRetentionDays": 2}' where id = $1`,
    [world.org.id],
  );
  const [, kept] = [await oldRun(11), await oldRun(9)];
  await takeAll();
  expect(await idsIn('run', 'id')).toEqual([kept]);
  expect(await countRows(world.pool, 'run_event')).toBe(0);
});

test('an active run stays, however long ago it was due, and so does its tick', async () => {
  const active = await oldRun(null);
  await takeAll();
  expect(await idsIn('run', 'id')).toEqual([active]);
  expect(await idsIn('tick', 'run_id')).toEqual([active]);
  expect(await countRows(world.pool, 'run_event')).toBe(2);
});

test('what something waits for stays: a retry, an arrival, a message, a count of failures', async () => {
  const origin = await oldRun(YEAR);
  const retry = await oldRun(1, { origin_run_id: origin, source_key: String(origin) });
  const arrived = await oldRun(YEAR);
  await world.pool.query(
    `insert into arrival (downstream_id, upstream_id, run_id)
     select s.id, r.scenario_id, r.id from run r, scenario s where r.id = $1 and s.id <> r.scenario_id limit 1`,
    [arrived],
  );
  const told = await oldRun(YEAR);
  await world.pool.query(
    `insert into notification (org_id, project_id, scenario_id, run_id, kind, channel, target, payload)
     select org_id, project_id, scenario_id, id, 'failure', 'mail', 'ada@example.com', '{}' from run where id = $1`,
    [told],
  );
  const unsettled = await oldRun(YEAR, { settled: false });
  await takeAll();
  expect(await idsIn('run', 'id')).toEqual([origin, retry, arrived, told, unsettled]);
  await world.pool.query(`delete from arrival`);
  await world.pool.query(`update notification set state = 'sent'`);
  await world.pool.query(
    `update run set settled = true, finished_at = finished_at - interval '1 year'`,
  );
  await takeAll();
  expect(await idsIn('run', 'id')).toEqual([]);
});

test('a run that is being retried at that moment stays', async () => {
  const old = await oldRun(YEAR);
  const client = await world.pool.connect();
  try {
    await client.query('begin');
    await client.query('select from run where id = $1 for key share', [old]);
    await takeAll();
    expect(await idsIn('run', 'id')).toEqual([old]);
    await client.query('rollback');
  } finally {
    client.release();
  }
  await takeAll();
  expect(await idsIn('run', 'id')).toEqual([]);
});

test('a range of events goes whole once all of its runs are old, and no later one with it', async () => {
  const [old] = [await oldRun(31)];
  await world.pool.query(`select setval('run_id_seq', $1)`, [RUNS_PER_PARTITION]);
  expect(await dropOldRanges(world.pool)).toEqual(['run_event_0']);
  expect(await dropOldRanges(world.pool)).toEqual([]);
  expect(await idsIn('run', 'id')).toEqual([old]);
  const young = await oldRun(1);
  expect(young).toBeGreaterThan(RUNS_PER_PARTITION);
  expect(await countRows(world.pool, 'run_event')).toBe(2);
});

test('a range with one run that is young or active stays', async () => {
  await oldRun(31);
  const last = await oldRun(29);
  await oldRun(31);
  await world.pool.query(`select setval('run_id_seq', $1)`, [RUNS_PER_PARTITION]);
  expect(await dropOldRanges(world.pool)).toEqual([]);
  await world.pool.query(`update run set finished_at = null where id = $1`, [last]);
  expect(await dropOldRanges(world.pool)).toEqual([]);
});

test('a range that somebody writes to all the time waits for its turn', async () => {
  await oldRun(31);
  await world.pool.query(`select setval('run_id_seq', $1)`, [RUNS_PER_PARTITION]);
  const client = await world.pool.connect();
  try {
    await client.query('begin');
    await client.query('select from run_event limit 1');
    expect(await dropOldRanges(world.pool)).toEqual([]);
    await client.query('commit');
  } finally {
    client.release();
  }
  expect(await dropOldRanges(world.pool)).toEqual(['run_event_0']);
});

test('a worker takes out what is old by itself', async () => {
  const [, young] = [await oldRun(YEAR), await oldRun(1)];
  await using _worker = await startTestWorker(world.url);
  await until('the old run is gone', async () => (await idsIn('run', 'id')).join() === `${young}`);
});
