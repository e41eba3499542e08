import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pauseOrg, resumeOrg } from '#domain/org/operate-org.ts';
import { pauseScenario, resumeEnded } from '#domain/scenario/operate-scenario.ts';
import { tickOnce } from '#domain/tick/decide-due.ts';
import { createHold, releaseHeld } from '#domain/tick/hold.ts';
import { jitterOf } from '#domain/tick/jitter.ts';
import { createOrg, createProject, createUser, principalOf } from '#test/support/factories.ts';
import { probeKinds } from '#test/support/kinds.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
const everySecond = (seconds: number) => ({
  trigger: { interval: '1s' },
  createdAt: ago(seconds),
  nextDueAt: ago(seconds),
});

const admin = (world: World) =>
  principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });

async function outcomes(world: World, scenarioId: number) {
  const { rows } = await world.pool.query(
    'select outcome, sum(count)::int as count, max(reason) as reason from tick where scenario_id = $1 group by outcome',
    [scenarioId],
  );
  return rows;
}

test('while an organisation is paused its due times pass with that reason, and no other organisation is held', async () => {
  await using world = await createWorld();
  const elsewhere = await createOrg(world.pool);
  const stranger = await createUser(world.pool, { orgId: elsewhere.id, role: 'admin' });
  const project = await createProject(world.pool, {
    orgId: elsewhere.id,
    ownerUserId: stranger.id,
  });
  const mine = await world.scenario(everySecond(5));
  const theirs = await world.scenario({
    ...everySecond(5),
    orgId: elsewhere.id,
    projectId: project.id,
    ownerUserId: stranger.id,
  });
  await pauseOrg(world.pool, await admin(world), { note: 'moving house' });
  await tickOnce(world.pool, world.log);
  expect(await outcomes(world, mine.id)).toMatchObject([
    { outcome: 'paused', reason: 'the organisation is paused: moving house' },
  ]);
  expect(await outcomes(world, theirs.id)).toMatchObject([
    { outcome: 'fired' },
    { outcome: 'skipped_overlap' },
  ]);

  await resumeOrg(world.pool, await admin(world));
  await until('the next due time', async () => {
    await tickOnce(world.pool, world.log);
    return countRows(world.pool, `tick where scenario_id = ${mine.id} and outcome = 'fired'`);
  });
});

test('what was due or arrived while an organisation was paused is not run after it, though no worker was there to say so', async () => {
  await using world = await createWorld();
  const timed = await world.scenario({
    trigger: { interval: '1h' },
    createdAt: ago(5 * 3600),
    policies: { catchup: 'all' },
  });
  const unreadable = await world.scenario({ trigger: { cron: 'x' }, nextDueAt: ago(30) });
  const upstream = await world.scenario();
  const downstream = await world.scenario({
    trigger: { upstream: [upstream.slug], require: 'any' },
  });
  const runId = await world.run(upstream.id);
  await pauseOrg(world.pool, await admin(world), { note: 'moving house' });
  // As after five hours in which it was paused and nobody ticked.
  await world.pool.query(
    "update scenario set next_due_at = created_at + interval '1 hour' where id = $1",
    [timed.id],
  );
  await world.pool.query(
    'insert into arrival (downstream_id, upstream_id, run_id) values ($1, $2, $3)',
    [downstream.id, upstream.id, runId],
  );
  await resumeOrg(world.pool, await admin(world));
  while ((await tickOnce(world.pool, world.log)).decided > 0);
  expect(await outcomes(world, timed.id)).toEqual([
    { outcome: 'paused', count: 5, reason: 'the organisation is paused: moving house' },
  ]);
  expect(await outcomes(world, downstream.id)).toMatchObject([{ outcome: 'paused', count: 1 }]);
  expect(await outcomes(world, unreadable.id)).toMatchObject([{ outcome: 'error' }]);
});

test('only an administrator pauses an organisation, and it leaves an audit row', async () => {
  await using world = await createWorld();
  const user = await createUser(world.pool, { orgId: world.org.id, role: 'designer' });
  const designer = await principalOf(world.pool, { orgId: world.org.id, userId: user.id });
  expect(() => pauseOrg(world.pool, designer)).toThrow(/org\.admin/);
  await pauseOrg(world.pool, await admin(world), { drain: true });
  expect(await countRows(world.pool, "audit_log where action = 'org.pause'")).toBe(1);
});

test('a week paused, then resumed: no replay, one row that says so', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({ ...everySecond(0), createdAt: ago(8 * 86_400) });
  const deps = { pool: world.pool, kinds: probeKinds };
  await pauseScenario(deps, await admin(world), id, {
    note: 'holidays',
    until: new Date(Date.now() + 60_000),
  });
  await world.pool.query(
    "update scenario set paused_at = now() - interval '7 d', idle_since = now() - interval '7 d', paused_until = now() - interval '1 s' where id = $1",
    [id],
  );
  // What was decided today would lie behind the week that is to have passed.
  await world.pool.query('delete from tick');
  const before = await countRows(world.pool, 'run');
  await Promise.all([resumeEnded(world.pool), resumeEnded(world.pool)]);
  expect(await countRows(world.pool, 'run')).toBe(before);
  const { rows } = await world.pool.query(
    "select count, reason from tick where scenario_id = $1 and outcome = 'paused'",
    [id],
  );
  expect(rows).toHaveLength(1);
  expect(rows[0].count).toBeGreaterThanOrEqual(7 * 86_400 - 1);
  expect(rows[0].reason).toBe('paused: holidays');
  const scenario = await world.pool.query(
    "select paused_at, next_due_at > now() - interval '2 s' as ahead from scenario",
  );
  expect(scenario.rows).toEqual([{ paused_at: null, ahead: true }]);
});

test('a pause that ends on a trigger that nobody can read breaks that scenario and resumes the others', async () => {
  await using world = await createWorld();
  const bad = await world.scenario({ trigger: { cron: 'x' }, pausedAt: ago(60) });
  const good = await world.scenario({ ...everySecond(60), pausedAt: ago(60) });
  await world.pool.query("update scenario set paused_until = now() - id * interval '1 s'");
  await resumeEnded(world.pool);
  expect(await resumeEnded(world.pool)).toBe(0);
  const { rows } = await world.pool.query(
    'select id, paused_at is null as resumed, broken is not null as broken from scenario order by id',
  );
  expect(rows).toEqual([
    { id: bad.id, resumed: false, broken: true },
    { id: good.id, resumed: true, broken: false },
  ]);
});

test('a pause cannot end in the past', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario();
  const pausing = pauseScenario({ pool: world.pool, kinds: probeKinds }, await admin(world), id, {
    until: ago(10),
  });
  await expect(pausing).rejects.toThrow(/until.*past/);
});

test('a calendar keeps its days free and says so; a missing one breaks the scenario visibly', async () => {
  await using world = await createWorld();
  await world.pool.query(
    "insert into calendar (project_id, name, weekdays) values ($1, 'never', '{1,2,3,4,5,6,7}')",
    [world.project.id],
  );
  const idle = await world.scenario({ ...everySecond(5), policies: { calendar: 'never' } });
  const lost = await world.scenario({ ...everySecond(5), policies: { calendar: 'gone' } });
  await tickOnce(world.pool, world.log);
  expect(await outcomes(world, idle.id)).toMatchObject([{ outcome: 'skipped_calendar' }]);
  expect(await outcomes(world, lost.id)).toMatchObject([{ outcome: 'error' }]);
  const { rows } = await world.pool.query('select broken from scenario where id = $1', [lost.id]);
  expect(rows[0].broken).toMatchObject({ code: 'trigger_config', config: { calendar: 'gone' } });
});

test('jitter is stable, within its bound, and spreads', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1 }),
      fc.integer({ min: 0, max: 2 ** 45 }),
      fc.integer({ min: 0, max: 86_400_000 }),
      (id, due, bound) => {
        const delay = jitterOf(id, due, bound);
        expect(delay).toBe(jitterOf(id, due, bound));
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(bound);
      },
    ),
  );
  const delays = Array.from({ length: 1000 }, (_, id) => jitterOf(id, 1_700_000_000_000, 1000));
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
  expect(mean).toBeGreaterThan(450);
  expect(mean).toBeLessThan(550);
});

test('a run with jitter starts late by it, and its due time stays', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({
    ...everySecond(0),
    trigger: { interval: '1d' },
    policies: { jitter: '1h' },
  });
  await tickOnce(world.pool, world.log);
  const { rows } = await world.pool.query(
    'select extract(epoch from start_at - due_at)::float8 * 1000 as delay, due_at from run where scenario_id = $1',
    [id],
  );
  expect(Math.round(rows[0].delay)).toBe(jitterOf(id, rows[0].due_at.getTime(), 3_600_000));
});

test('a worker that starts held neither ticks nor counts as released by an older release', async () => {
  await using world = await createWorld();
  await releaseHeld(world.pool);
  const hold = createHold(world.pool, true);
  expect(await hold.isHeld()).toBe(true);
  const { id } = await world.scenario(everySecond(2));
  await using _worker = await startTestWorker(world.url, { startHeld: true });
  const run = await world.run((await world.scenario()).id);
  await world.untilRun(run, ['succeeded']);
  expect(await outcomes(world, id)).toEqual([]);
  await releaseHeld(world.pool);
  await until('ticks', async () => (await outcomes(world, id)).length > 0);
  expect(await hold.isHeld()).toBe(false);
});
