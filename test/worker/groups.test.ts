import { expect, test } from 'vitest';
import { transaction } from '#platform/db.ts';
import { requestCancel } from '#domain/run/cancel-run.ts';
import { openGate } from '#test/support/kinds.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

type Steps = NonNullable<Parameters<World['scenario']>[0]>['steps'];

async function runSteps(world: World, steps: NonNullable<Steps>) {
  return world.run((await world.scenario({ steps })).id);
}

const states = async (world: World, runId: number) =>
  (await world.steps(runId)).map((step) => step.state);

test('parallel neighbours run together and the next step waits for all of them', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [
    { kind: 'probe', name: 'a', parallel: true, gate: 'a', output: 1 },
    { kind: 'probe', name: 'b', parallel: true, gate: 'b', output: 2 },
    { kind: 'probe', name: 'sum', output: '{{ steps.a.output }}+{{ steps.b.output }}' },
  ]);
  await until(
    'both at once',
    async () => (await states(world, runId)).join() === 'running,running,pending',
  );
  await openGate(world.pool, 'b');
  await until('b done', async () => (await states(world, runId))[1] === 'succeeded');
  expect((await states(world, runId))[2]).toBe('pending');
  await openGate(world.pool, 'a');
  await world.untilRun(runId, ['succeeded']);
  expect((await world.steps(runId))[2]?.output).toBe('1+2');
});

test('of four parallel steps one fails: nothing of the others is published', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [
    { kind: 'probe', name: 'a', parallel: true, mark: true },
    { kind: 'probe', name: 'b', parallel: true, mark: true },
    { kind: 'probe', name: 'bad', parallel: true, fail: 'no' },
    { kind: 'probe', name: 'd', parallel: true, mark: true },
    { kind: 'probe', name: 'after' },
  ]);
  const run = await world.untilRun(runId, ['failed']);
  expect(run.reason).toBe('step "bad": no');
  expect(await states(world, runId)).toEqual([
    'rolled_back',
    'rolled_back',
    'failed',
    'rolled_back',
    'skipped',
  ]);
  expect(await world.marks(runId)).toEqual([]);
  expect((await world.steps(runId))[0]?.reason).toBe(
    'rolled back, since step "bad" of its group failed',
  );
});

test('with transactional: false the others stay', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [
    { kind: 'probe', name: 'a', parallel: true, mark: true, transactional: false },
    { kind: 'probe', name: 'b', parallel: true, mark: true },
    { kind: 'probe', name: 'bad', parallel: true, fail: 'no' },
    { kind: 'probe', name: 'd', parallel: true, mark: true, transactional: false },
  ]);
  await world.untilRun(runId, ['failed']);
  expect(await states(world, runId)).toEqual(['succeeded', 'rolled_back', 'failed', 'succeeded']);
  expect((await world.marks(runId)).map((mark) => mark.pos).toSorted((a, b) => a - b)).toEqual([
    0, 3,
  ]);
});

test('no lock is held and no transaction is open while the steps of a group work', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [
    { kind: 'probe', name: 'quick', parallel: true, mark: true },
    { kind: 'probe', name: 'slow', parallel: true, gate: 'go', mark: true },
  ]);
  await until('quick is executed', async () =>
    countRows(world.pool, "run_event where run_id = $1 and type = 'step.started'", [runId]).then(
      (n) => n === 2,
    ),
  );
  expect(
    await countRows(
      world.pool,
      "pg_stat_activity where application_name like 'hf:%' and xact_start is not null and state <> 'active'",
    ),
  ).toBe(0);
  expect(await world.marks(runId)).toEqual([]);
  await openGate(world.pool, 'go');
  await world.untilRun(runId, ['succeeded']);
  expect((await world.marks(runId)).map((mark) => mark.pos)).toEqual([0, 1]);
});

test('run_if: a failure step runs after a failure only, an always step ever, and the run still fails', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const after: NonNullable<Steps> = [
    { kind: 'probe', name: 'then' },
    { kind: 'probe', name: 'rescue', run_if: 'failure' },
    { kind: 'probe', name: 'clean', run_if: 'always' },
  ];
  const bad = await runSteps(world, [{ kind: 'probe', name: 'first', fail: 'no' }, ...after]);
  const good = await runSteps(world, [{ kind: 'probe', name: 'first' }, ...after]);
  expect((await world.untilRun(bad, ['failed'])).reason).toBe('step "first": no');
  await world.untilRun(good, ['succeeded']);
  expect(await states(world, bad)).toEqual(['failed', 'skipped', 'succeeded', 'succeeded']);
  expect(await states(world, good)).toEqual(['succeeded', 'succeeded', 'skipped', 'succeeded']);
});

test('a step that fails is tried again after growing pauses, and every attempt leaves a row', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [
    { kind: 'probe', throw: 'flaky', retries: { max: 2, initial: '1s', factor: 1 } },
  ]);
  const run = await world.untilRun(runId, ['failed']);
  expect(run.reason).toContain('flaky');
  const { rows } = await world.pool.query(
    'select attempt, state, reason from step_attempt where run_id = $1 order by attempt',
    [runId],
  );
  expect(rows).toEqual([1, 2, 3].map((attempt) => ({ attempt, state: 'failed', reason: 'flaky' })));
  const retrying = (await world.events(runId)).filter((event) => event.type === 'step.retrying');
  expect(retrying.map((event) => [event.payload.attempt, event.payload.delay_ms])).toEqual([
    [1, 1000],
    [2, 1000],
  ]);
});

test('a failure that no retry can mend is not tried again', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [
    { kind: 'probe', fail: 'wrong for ever', retries: { max: 5, initial: '1s' } },
  ]);
  await world.untilRun(runId, ['failed']);
  expect(await countRows(world.pool, 'step_attempt where run_id = $1', [runId])).toBe(1);
});

test('a publication that another try may mend is tried again, and nothing is visible in between', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [
    {
      kind: 'probe',
      mark: true,
      publish_gate: 'go',
      retries: { max: 3, initial: '1s', factor: 1 },
    },
  ]);
  await until('the first try', async () =>
    countRows(world.pool, "step_attempt where run_id = $1 and state = 'failed'", [runId]),
  );
  expect(await world.marks(runId)).toEqual([]);
  await openGate(world.pool, 'go');
  await world.untilRun(runId, ['succeeded']);
  expect(await world.marks(runId)).toHaveLength(1);
  expect((await world.steps(runId))[0]?.attempt).toBe(2);
});

test('an attempt that takes longer than the step allows is stopped and says so', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [{ kind: 'probe', pg_sleep: 60, timeout: '1s', mark: true }]);
  const run = await world.untilRun(runId, ['failed']);
  expect(run.reason).toBe('step "probe": timeout after 1 s');
  expect(await world.marks(runId)).toEqual([]);
});

test('a cancelled group publishes nothing, and what had ended before stays', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [
    { kind: 'probe', name: 'before', mark: true },
    { kind: 'probe', name: 'a', parallel: true, mark: true },
    { kind: 'probe', name: 'b', parallel: true, pg_sleep: 60 },
    { kind: 'probe', name: 'later', run_if: 'always' },
  ]);
  await until('the group', async () => (await states(world, runId))[2] === 'running');
  await transaction(world.pool, (tx) => requestCancel(tx, runId, world.owner.id, 'enough'));
  await world.untilRun(runId, ['cancelled']);
  expect(await states(world, runId)).toEqual(['succeeded', 'cancelled', 'cancelled', 'cancelled']);
  expect((await world.marks(runId)).map((mark) => mark.pos)).toEqual([0]);
});

test('a group that was cut short goes on with its unfinished steps alone', async () => {
  await using world = await createWorld();
  const worker = await startTestWorker(world.url);
  const runId = await runSteps(world, [
    { kind: 'probe', name: 'a', parallel: true, mark: true, transactional: false },
    { kind: 'probe', name: 'b', parallel: true, mark: true, gate: 'go' },
  ]);
  await until('a', async () => (await states(world, runId)).join() === 'succeeded,running');
  await worker.stop(0);
  await openGate(world.pool, 'go');
  await using _next = await startTestWorker(world.url);
  await world.untilRun(runId, ['succeeded']);
  expect(await world.marks(runId)).toEqual([
    { pos: 0, fence: 1 },
    { pos: 1, fence: 2 },
  ]);
});
