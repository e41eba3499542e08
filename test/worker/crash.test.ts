import { expect, test } from 'vitest';
import { createPool, transaction } from '#platform/db.ts';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { createLog } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';
import { fireManual } from '#domain/tick/fire-manual.ts';
import { createHouse, createScenario } from '#test/support/factories.ts';
import { createTestFolder } from '#test/support/folder.ts';
import { createProbeTables, openGate } from '#test/support/kinds.ts';
import { spawnWorker, until } from '#test/support/worker.ts';
import { createWorld, countRows, type World } from '#test/support/world.ts';

// Leases of 2 s instead of 15 s, so that a lost worker is noticed soon; one test below has the real ones.
const SHORT = { LEASE_SECONDS: '2', CLAIM_BACKSTOP_SECONDS: '0.2', TICK_BACKSTOP_SECONDS: '0.2' };

const twoSteps = (world: World) =>
  world.scenario({
    steps: [
      { kind: 'probe', name: 'first', output: 'kept', mark: true },
      { kind: 'probe', name: 'second', gate: 'go', output: '{{ steps.first.output }}', mark: true },
    ],
  });

const untilSecond = (world: World, runId: number) =>
  until('the second step', async () => (await world.steps(runId))[1]?.state === 'running');

test('after kill -9 another worker goes on at the unfinished step within 20 s, with the real intervals', async () => {
  await using world = await createWorld();
  await using first = await spawnWorker(world.url, 'first');
  const runId = await world.run((await twoSteps(world)).id);
  await untilSecond(world, runId);
  await using _second = await spawnWorker(world.url, 'second');
  const killed = performance.now();
  await first.signal('SIGKILL');
  await until('the second claim', async () => (await world.getRun(runId)).fence === 2, 20_000);
  expect(performance.now() - killed).toBeLessThan(20_000);
  await openGate(world.pool, 'go');
  await world.untilRun(runId, ['succeeded']);

  expect(await world.marks(runId)).toEqual([
    { pos: 0, fence: 1 },
    { pos: 1, fence: 2 },
  ]);
  const claims = await world.pool.query(
    'select fence, worker_id from run_claim where run_id = $1 order by fence',
    [runId],
  );
  expect(claims.rows).toEqual([
    { fence: 1, worker_id: 'first' },
    { fence: 2, worker_id: 'second' },
  ]);
  const events = await world.events(runId);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
  expect(events.filter((event) => event.type === 'attempt.lost')).toHaveLength(1);
  expect(events.filter((event) => event.type === 'run.started')).toHaveLength(1);
  expect((await world.steps(runId)).map((step) => [step.state, step.attempt, step.output])).toEqual(
    [
      ['succeeded', 1, 'kept'],
      ['succeeded', 2, 'kept'],
    ],
  );
}, 60_000);

test('a worker frozen past its lease and woken can publish and write nothing', async () => {
  await using world = await createWorld();
  await using frozen = await spawnWorker(world.url, 'frozen', SHORT);
  const runId = await world.run((await twoSteps(world)).id);
  await untilSecond(world, runId);
  await frozen.signal('SIGSTOP');
  await using _other = await spawnWorker(world.url, 'other', SHORT);
  await until('the second claim', async () => (await world.getRun(runId)).fence === 2);
  await openGate(world.pool, 'go');
  await frozen.signal('SIGCONT');
  const run = await world.untilRun(runId, ['succeeded']);
  expect(run).toMatchObject({ fence: 2, worker_id: 'other' });

  // The woken one lives and works: it takes the next run. Only this one is lost to it.
  const marksBefore = await world.marks(runId);
  const seqBefore = run.event_seq;
  await until('the frozen worker beats again', async () =>
    countRows(world.pool, `pg_stat_activity where application_name = 'hf:${runId}:1'`).then(
      (n) => n === 0,
    ),
  );
  expect(marksBefore).toEqual([
    { pos: 0, fence: 1 },
    { pos: 1, fence: 2 },
  ]);
  expect((await world.getRun(runId)).event_seq).toBe(seqBefore);
});

test('a run that takes its workers down five times fails with that reason', async () => {
  await using world = await createWorld();
  const scenario = await twoSteps(world);
  const runId = await world.run(scenario.id);
  await using first = await spawnWorker(world.url, 'w0', SHORT);
  await untilSecond(world, runId);
  await first.signal('SIGKILL');
  // Four more losses, as the claim would count them.
  await world.pool.query(
    "update run set lost_claims = 4, lease_until = now() - interval '1 s' where id = $1",
    [runId],
  );
  await using _last = await spawnWorker(world.url, 'w1', SHORT);
  const run = await world.untilRun(runId, ['failed']);
  expect(run.reason).toBe('5 workers in a row were lost while executing it');
  expect((await world.steps(runId)).map((step) => step.state)).toEqual(['succeeded', 'failed']);
});

test('three workers and 500 scenarios due in the same second: each due time has one tick and one run', async () => {
  await using world = await createWorld();
  await using _a = await spawnWorker(world.url, 'a');
  await using _b = await spawnWorker(world.url, 'b');
  await using _c = await spawnWorker(world.url, 'c');
  const dueAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
  await world.pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, trigger, steps, step_kinds, next_due_at, created_at)
     select $1, $2, $3, 's' || n, 's' || n, '{"interval": "1d"}', '[{"kind": "probe", "name": "probe"}]', '{probe}', $4, $4
     from generate_series(1, 500) n`,
    [world.org.id, world.project.id, world.owner.id, dueAt],
  );
  await world.pool.query("select pg_notify('hf_schedule', '')");
  await until(
    'all runs',
    async () => (await countRows(world.pool, "run where state = 'succeeded'")) === 500,
  );
  const { rows } = await world.pool.query(
    `select count(*)::int as ticks, count(distinct scenario_id)::int as scenarios, count(distinct run_id)::int as runs,
            count(*) filter (where outcome = 'fired' and due_at = $1)::int as fired from tick`,
    [dueAt],
  );
  expect(rows[0]).toEqual({ ticks: 500, scenarios: 500, runs: 500, fired: 500 });
  expect(await countRows(world.pool, 'run')).toBe(500);
  expect(await countRows(world.pool, 'run_claim where fence = 1')).toBe(500);
  expect(await countRows(world.pool, 'run_claim where fence > 1')).toBe(0);
  const gaps = `(select run_id from run_event group by run_id having max(seq) <> count(*)) g`;
  expect(await countRows(world.pool, gaps)).toBe(0);
}, 60_000);

test('a worker whose database is gone ends when it is told to', async () => {
  await using folder = await createTestFolder();
  const log = createLog('test', 'silent');
  const settings = { fsync: 'off', shared_buffers: '16MB' };
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log, settings });
  await migrate(postgres.url);
  const pool = createPool(postgres.url, { name: 'test', max: 2, log });
  await createProbeTables(pool);
  const { org, project, people } = await createHouse(pool);
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  const { id } = await createScenario(pool, {
    ...place,
    steps: [{ kind: 'probe', gate: 'never' }],
  });
  await transaction(pool, (tx) =>
    fireManual(tx, { scenarioId: id, userId: people.admin.id, params: {}, idempotencyKey: '' }),
  );
  await using worker = await spawnWorker(postgres.url, 'left-alone', {
    ...SHORT,
    SHUTDOWN_GRACE_SECONDS: '0',
    LOG_LEVEL: 'silent',
  });
  await until('the run', () => countRows(pool, "step_run where state = 'running'"));
  await pool.end();
  await postgres[Symbol.asyncDispose]();
  const told = performance.now();
  await worker.signal('SIGTERM');
  expect(performance.now() - told).toBeLessThan(20_000);
  expect(worker.exitCode).toBe(0);
}, 60_000);
