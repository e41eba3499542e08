import { expect, test } from 'vitest';
import type { Principal } from '#domain/access/principal.ts';
import { backfillScenario, type BackfillRequest } from '#domain/scenario/backfill-scenario.ts';
import { createRun, principalOf } from '#test/support/factories.ts';
import { openGate } from '#test/support/kinds.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

const ownerOf = ({ pool, org, owner }: World): Promise<Principal> =>
  principalOf(pool, { orgId: org.id, userId: owner.id });

async function backfill(world: World, id: number, request: BackfillRequest) {
  return backfillScenario(world, await ownerOf(world), id, request);
}

const day = (date: number, hour = 0) => new Date(Date.UTC(2026, 0, date, hour));

async function runsOf(world: World, scenarioId: number) {
  const { rows } = await world.pool.query(
    `select id, due_at, state, source, source_key, exclusive, priority, start_before from run
     where scenario_id = $1 order by due_at, id`,
    [scenarioId],
  );
  return rows;
}

test('past due times run one after the other, in order, behind what is active', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({
    trigger: { cron: '0 6 * * *' },
    steps: [{ kind: 'probe', gate: 'go' }],
    policies: { priority: 3, start_deadline: '1m', jitter: '10m' },
  });
  const active = await world.run(scenario.id);
  await world.untilRun(active, ['running']);
  const answer = await backfill(world, scenario.id, { from: day(1, 6), to: day(4, 6) });
  // From is exclusive, to inclusive.
  expect(answer.dueTimes.map(({ dueAt }) => dueAt)).toEqual([day(2, 6), day(3, 6), day(4, 6)]);
  expect(answer).toMatchObject({ id: 1, overlap: 'buffer_all' });
  // The one that was started by hand is due last.
  const runs = (await runsOf(world, scenario.id)).slice(0, 3);
  expect(runs.map((run) => run.id)).toEqual(answer.dueTimes.map(({ runId }) => runId));
  for (const run of runs) {
    expect(run).toMatchObject({
      state: 'waiting',
      source: 'backfill',
      source_key: '1',
      exclusive: true,
      priority: 3,
      start_before: null,
    });
  }
  const ticks = await world.pool.query(
    "select outcome, reason, due_at from tick where source = 'backfill' order by due_at",
  );
  expect(ticks.rows).toEqual([
    { outcome: 'waiting', reason: `run ${active} goes first`, due_at: day(2, 6) },
    { outcome: 'waiting', reason: 'the due time before goes first', due_at: day(3, 6) },
    { outcome: 'waiting', reason: 'the due time before goes first', due_at: day(4, 6) },
  ]);
  const stored = await world.pool.query('select from_at, to_at, overlap, runs from backfill');
  expect(stored.rows).toEqual([
    { from_at: day(1, 6), to_at: day(4, 6), overlap: 'buffer_all', runs: 3 },
  ]);
  expect(await countRows(world.pool, "audit_log where action = 'scenario.backfill'")).toBe(1);

  await openGate(world.pool, 'go');
  await world.untilRun(runs.at(-1)!.id, ['succeeded']);
  const order = await world.pool.query(
    'select due_at from run where id <> $1 order by started_at',
    [active],
  );
  expect(order.rows.map((run) => run.due_at)).toEqual([day(2, 6), day(3, 6), day(4, 6)]);
});

test('a run that waits goes first even while none is active', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({ trigger: { cron: '@daily' } });
  await createRun(world.pool, {
    ...world.place,
    scenarioId: scenario.id,
    state: 'waiting',
    dueAt: day(1),
  });
  await backfill(world, scenario.id, { from: day(1), to: day(3) });
  const states = (await runsOf(world, scenario.id)).map((run) => run.state);
  expect(states).toEqual(['waiting', 'waiting', 'waiting']);
});

test('overlap allow queues them all beside an active run', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({ trigger: { cron: '@daily' } });
  await world.run(scenario.id);
  await backfill(world, scenario.id, { from: day(1), to: day(4), overlap: 'allow' });
  expect((await runsOf(world, scenario.id)).map((run) => [run.state, run.exclusive])).toEqual([
    ['queued', false],
    ['queued', false],
    ['queued', false],
    ['queued', true],
  ]);
});

test('buffer_all holds for a scenario whose own overlap is allow', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({
    trigger: { cron: '@daily' },
    policies: { overlap: 'allow' },
  });
  await backfill(world, scenario.id, { from: day(1), to: day(4) });
  const states = (await runsOf(world, scenario.id)).map((run) => run.state);
  expect(states).toEqual(['queued', 'waiting', 'waiting']);
});

test('across clock changes: a skipped time is due where the clock lands, a repeated one once', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({
    trigger: { cron: '30 2 * * *', timezone: 'Europe/Berlin' },
    zone: 'Europe/Berlin',
  });
  const spring = await backfill(world, scenario.id, {
    from: new Date('2026-03-28T12:00:00Z'),
    to: new Date('2026-03-30T12:00:00Z'),
  });
  expect(spring.dueTimes).toMatchObject([
    { dueAt: new Date('2026-03-29T01:00:00Z'), movedByClockChange: true },
    { dueAt: new Date('2026-03-30T00:30:00Z'), movedByClockChange: false },
  ]);
  const autumn = await backfill(world, scenario.id, {
    from: new Date('2026-10-24T12:00:00Z'),
    to: new Date('2026-10-26T12:00:00Z'),
  });
  expect(autumn.dueTimes.map(({ dueAt }) => dueAt.toISOString())).toEqual([
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
});

test('500 due times make 500 runs within 5 s, each with its steps and its first event', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({
    trigger: { interval: '1h', anchor: '2026-01-01T00:00:00Z' },
    steps: [{ kind: 'probe' }, { kind: 'probe', name: 'second' }],
  });
  const began = performance.now();
  const answer = await backfill(world, scenario.id, {
    from: day(1),
    to: new Date(day(1).getTime() + 500 * 3_600_000),
  });
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(answer.dueTimes).toHaveLength(500);
  expect(answer.dueTimes.every(({ runId }) => runId !== null)).toBe(true);
  expect(await countRows(world.pool, "run where state = 'waiting'")).toBe(499);
  expect(await countRows(world.pool, "run where state = 'queued'")).toBe(1);
  expect(await countRows(world.pool, 'step_run')).toBe(1000);
  expect(await countRows(world.pool, "run_event where seq = 1 and type = 'run.queued'")).toBe(500);
});

test('twice at once makes every run twice, never two at a time, and the second says what had fired', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({ trigger: { cron: '@daily' } });
  const range = { from: day(1), to: day(6) };
  const both = await Promise.all([1, 2].map(() => backfill(world, scenario.id, range)));
  const fired = both.map(({ dueTimes }) => dueTimes.filter((time) => time.firedBefore).length);
  expect(fired.sort((a, b) => a - b)).toEqual([0, 5]);
  expect(new Set(both.map(({ id }) => id)).size).toBe(2);
  await until(
    'all runs',
    async () => (await countRows(world.pool, "run where state = 'succeeded'")) === 10,
  );
  expect(
    await countRows(
      world.pool,
      'run a join run b on a.id < b.id and a.started_at < b.finished_at and b.started_at < a.finished_at',
    ),
  ).toBe(0);
});

test('a dry run lists the due times and leaves nothing', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({ trigger: { cron: '@daily' } });
  await backfill(world, scenario.id, { from: day(2), to: day(3) });
  const answer = await backfill(world, scenario.id, { from: day(1), to: day(4), dryRun: true });
  expect(answer).toMatchObject({
    id: null,
    dueTimes: [
      { dueAt: day(2), firedBefore: false, runId: null },
      { dueAt: day(3), firedBefore: true, runId: null },
      { dueAt: day(4), firedBefore: false, runId: null },
    ],
  });
  expect(await countRows(world.pool, 'run')).toBe(1);
  expect(await countRows(world.pool, 'backfill')).toBe(1);
  expect(await countRows(world.pool, 'audit_log')).toBe(1);
});

test('days that the calendar excludes make no run and leave a tick that says so', async () => {
  await using world = await createWorld();
  await world.pool.query(
    `insert into calendar (project_id, name, dates, weekdays) values ($1, 'rest', '{2026-01-06}', '{6,7}')`,
    [world.project.id],
  );
  const scenario = await world.scenario({
    trigger: { cron: '@daily' },
    policies: { calendar: 'rest' },
  });
  // Friday the 2nd, a weekend, Monday, the excluded Tuesday, Wednesday.
  const answer = await backfill(world, scenario.id, { from: day(1), to: day(7) });
  expect(answer.dueTimes.map((time) => [time.dueAt.getUTCDate(), time.excluded])).toEqual([
    [2, false],
    [3, true],
    [4, true],
    [5, false],
    [6, true],
    [7, false],
  ]);
  const { rows } = await world.pool.query(
    `select due_at, until_at, count, source, source_key, reason from tick
     where outcome = 'skipped_calendar' order by due_at`,
  );
  const tick = {
    source: 'backfill',
    source_key: '1',
    reason: 'backfill 1: the calendar excludes the day',
  };
  expect(rows).toEqual([
    { ...tick, due_at: day(3), until_at: day(4), count: 2 },
    { ...tick, due_at: day(6), until_at: null, count: 1 },
  ]);
  const stored = await world.pool.query('select runs from backfill');
  expect(stored.rows).toEqual([{ runs: 3 }]);
});

test('paused and switched-off scenarios are filled too', async () => {
  await using world = await createWorld();
  const trigger = { cron: '@daily' };
  const paused = await world.scenario({ trigger, pausedAt: new Date() });
  const off = await world.scenario({ trigger, enabled: false });
  for (const { id } of [paused, off]) {
    await backfill(world, id, { from: day(1), to: day(3) });
    expect(await runsOf(world, id)).toHaveLength(2);
  }
});

test('what is due by now is decided first, so that it does not fire by itself afterwards', async () => {
  await using world = await createWorld();
  const { rows } = await world.pool.query(
    "select date_trunc('minute', clock_timestamp()) - interval '10 s' as due",
  );
  const due: Date = rows[0].due;
  const scenario = await world.scenario({
    trigger: { interval: '1h', anchor: due.toISOString() },
    nextDueAt: due,
    policies: { overlap: 'allow' },
  });
  const answer = await backfill(world, scenario.id, { from: new Date(due.getTime() - 1) });
  expect(answer.dueTimes).toMatchObject([{ dueAt: due, firedBefore: true }]);
  const runs = await runsOf(world, scenario.id);
  expect(runs.map((run) => run.source)).toEqual(['schedule', 'backfill']);
});

test('more due times than one backfill takes are refused with their number and where to split', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({
    trigger: { interval: '1m', anchor: '2026-01-01T00:00:00Z' },
  });
  const tooMany = backfill(world, scenario.id, { from: day(1), to: day(2) });
  await expect(tooMany).rejects.toMatchObject({
    code: 'VALIDATION',
    message: expect.stringContaining('1440 due times and a backfill at most 1000'),
    facts: { count: 1440, max: 1000, to: '2026-01-01T16:40:00.000Z' },
  });
  expect(await countRows(world.pool, 'run')).toBe(0);
  const parts = [
    { from: day(1), to: new Date('2026-01-01T16:40:00Z'), dryRun: true },
    { from: new Date('2026-01-01T16:40:00Z'), to: day(2), dryRun: true },
  ];
  const [first, second] = await Promise.all(
    parts.map((part) => backfill(world, scenario.id, part)),
  );
  expect([first!.dueTimes.length, second!.dueTimes.length]).toEqual([1000, 440]);
  // A dense trigger over ages is refused without visiting every due time.
  const dense = await world.scenario({ trigger: { cron: '* * * * *' } });
  const ages = backfill(world, dense.id, { from: new Date('1970-01-01T00:00:00Z') });
  await expect(ages).rejects.toThrow(/more than 100000 due times/);
});

test('no more runs wait than may', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({ trigger: { cron: '0 * * * *' } });
  const range = { from: day(1), to: day(26) };
  await backfill(world, scenario.id, range);
  await expect(backfill(world, scenario.id, range)).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { waiting: 599, max: 1000 },
  });
  expect(await countRows(world.pool, 'backfill')).toBe(1);
  await backfill(world, scenario.id, { ...range, overlap: 'allow' });
});

test('what makes no sense is refused with what to do instead', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({ trigger: { cron: '@daily' } });
  const future = new Date(Date.now() + 86_400_000);
  await expect(
    backfill(world, scenario.id, { from: new Date(future.getTime() + 1), to: future }),
  ).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [{ path: ['to'] }, { path: ['from'] }],
  });
  const manual = await world.scenario();
  await expect(backfill(world, manual.id, { from: day(1) })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('run it by hand'),
  });
  const upstream = await world.scenario({ trigger: { upstream: ['other'], require: 'all' } });
  await expect(backfill(world, upstream.id, { from: day(1) })).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  const parameter = await world.scenario({
    trigger: { cron: '@daily' },
    steps: [{ kind: 'probe', output: '{{ param.day }}' }],
  });
  await expect(backfill(world, parameter.id, { from: day(1), to: day(3) })).rejects.toMatchObject({
    code: 'TRIGGER_CONFIG',
    facts: { config: { output: '{{ param.day }}' } },
  });
  await world.pool.query('update scenario set deleted_at = now() where id = $1', [scenario.id]);
  await expect(backfill(world, scenario.id, { from: day(1) })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
