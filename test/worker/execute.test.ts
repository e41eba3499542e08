import { expect, test } from 'vitest';
import { z } from 'zod';
import { transaction } from '#platform/db.ts';
import { requestCancel } from '#domain/run/cancel-run.ts';
import type { StepKind } from '#domain/step/kind.ts';
import { openGate } from '#test/support/kinds.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { countRows, createWorld } from '#test/support/world.ts';

test('a run goes through its steps in order and its events are numbered without a gap', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({
    steps: [
      { kind: 'probe', name: 'load', output: { rows: 3 }, lines: ['one', 'two'] },
      { kind: 'probe', name: 'tell', output: '{{ steps.load.output.rows }}', mark: true },
    ],
  });
  const runId = await world.run(scenario.id);
  await world.untilRun(runId, ['succeeded']);

  const events = await world.events(runId);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
  expect(events.map((event) => event.type)).toEqual([
    'run.queued',
    'run.started',
    'step.started',
    'log',
    'step.finished',
    'step.started',
    'step.finished',
    'run.finished',
  ]);
  expect(events[3]?.payload.lines.map((line: { text: string }) => line.text)).toEqual([
    'one',
    'two',
  ]);
  const steps = await world.steps(runId);
  expect(steps.map((step) => [step.state, step.attempt, step.output])).toEqual([
    ['succeeded', 1, { rows: 3 }],
    ['succeeded', 1, 3],
  ]);
  expect(await world.marks(runId)).toEqual([{ pos: 1, fence: 1 }]);
});

test('a step that fails ends the run with its reason and skips the rest', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({
    steps: [
      { kind: 'probe', name: 'bad', fail: 'the file is not there' },
      { kind: 'probe', name: 'never' },
    ],
  });
  const runId = await world.run(scenario.id);
  const run = await world.untilRun(runId, ['failed']);
  expect(run.reason).toBe('step "bad": the file is not there');
  expect((await world.steps(runId)).map((step) => step.state)).toEqual(['failed', 'skipped']);
});

test('a step that throws fails with its message', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({ steps: [{ kind: 'probe', throw: 'out of cheese' }] });
  const run = await world.untilRun(await world.run(scenario.id), ['failed']);
  expect(run.reason).toContain('out of cheese');
});

test('a step whose template names nothing fails and says where', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({
    steps: [{ kind: 'probe', output: '{{ param.nothing }}' }],
  });
  const run = await world.untilRun(await world.run(scenario.id), ['failed']);
  expect(run.reason).toMatch(/output.*param\.nothing/);
});

test('a deactivated owner fails the step with that reason', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario();
  const runId = await world.run(scenario.id);
  await world.pool.query('update "user" set deactivated_at = now() where id = $1', [
    world.owner.id,
  ]);
  await using _worker = await startTestWorker(world.url);
  const run = await world.untilRun(runId, ['failed']);
  expect(run.reason).toContain('deactivated');
});

test('NUL bytes and half surrogates in logs, reasons and outputs hurt nobody', async () => {
  await using world = await createWorld();
  const noisy: StepKind = {
    kind: 'noisy',
    description: 'Says what Postgres cannot store.',
    config: z.strictObject({ fail: z.boolean().default(false) }),
    load: async () => async (context, config) => {
      context.log('nul \u0000 and half \uD83D a pair');
      context.progress(1, 2, 'nul \u0000');
      if ((config as { fail: boolean }).fail) {
        return { outcome: 'failed', reason: 'nul \u0000', retryable: false };
      }
      return { outcome: 'succeeded', output: { 'ke\u0000y': 'half \uDE00', emoji: '😀' } };
    },
  };
  await using _worker = await startTestWorker(world.url, { kinds: new Map([['noisy', noisy]]) });
  const good = await world.run((await world.scenario({ steps: [{ kind: 'noisy' }] })).id);
  const bad = await world.run(
    (await world.scenario({ steps: [{ kind: 'noisy', fail: true }] })).id,
  );
  await world.untilRun(good, ['succeeded']);
  expect((await world.untilRun(bad, ['failed'])).reason).toContain('nul \\u0000');
  expect((await world.steps(good))[0]?.output).toEqual({
    'ke\\u0000y': 'half \\ude00',
    emoji: '😀',
  });
  const log = (await world.events(good)).find((event) => event.type === 'log');
  expect(log?.payload.lines[0].text).toBe('nul \\u0000 and half \\ud83d a pair');
});

test('a cancelled run ends its sleeping query within 2 s and leaves no session', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({
    steps: [{ kind: 'probe', name: 'sleep', pg_sleep: 60 }, { kind: 'probe' }],
  });
  const runId = await world.run(scenario.id);
  await until('asleep', async () =>
    countRows(
      world.pool,
      "pg_stat_activity where application_name like 'hf:%' and query like '%pg_sleep%'",
    ),
  );
  const asked = performance.now();
  await transaction(world.pool, (tx) => requestCancel(tx, runId, world.owner.id, 'enough'));
  const run = await world.untilRun(runId, ['cancelled']);
  expect(performance.now() - asked).toBeLessThan(2000);
  expect(run.reason).toBe('enough');
  expect((await world.steps(runId)).map((step) => step.state)).toEqual(['cancelled', 'cancelled']);
  await until(
    'no session',
    async () =>
      (await countRows(world.pool, "pg_stat_activity where application_name like 'hf:%'")) === 0,
  );
});

test('a queued run is cancelled at once, without a worker', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario();
  const runId = await world.run(scenario.id);
  const state = await transaction(world.pool, (tx) =>
    requestCancel(tx, runId, world.owner.id, 'not needed'),
  );
  expect(state).toBe('cancelled');
  expect((await world.events(runId)).map((event) => [event.seq, event.type])).toEqual([
    [1, 'run.queued'],
    [2, 'run.cancel_requested'],
    [3, 'run.finished'],
  ]);
});

test('a run that takes longer than its timeout fails with that reason', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({
    steps: [{ kind: 'probe', gate: 'never' }],
    policies: { timeout: '1s' },
  });
  const run = await world.untilRun(await world.run(scenario.id), ['failed']);
  expect(run.reason).toBe('timeout');
});

test('a manual run of an exclusive scenario waits behind the active one and then takes its place', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({ steps: [{ kind: 'probe', gate: 'go' }] });
  const first = await world.run(scenario.id);
  await world.untilRun(first, ['running']);
  const second = await world.run(scenario.id);
  const third = await world.run(scenario.id);
  expect((await world.getRun(second)).state).toBe('waiting');
  await openGate(world.pool, 'go');
  await world.untilRun(third, ['succeeded']);
  const order = await world.pool.query('select id from run order by started_at');
  expect(order.rows.map((row) => row.id)).toEqual([first, second, third]);
});

test('a worker that stops lets a run finish within its grace', async () => {
  await using world = await createWorld();
  await using worker = await startTestWorker(world.url);
  const scenario = await world.scenario({ steps: [{ kind: 'probe', gate: 'go', mark: true }] });
  const runId = await world.run(scenario.id);
  await world.untilRun(runId, ['running']);
  const stopping = worker.stop(10_000);
  await openGate(world.pool, 'go');
  await stopping;
  expect((await world.getRun(runId)).state).toBe('succeeded');
});

test('a worker that stops hands back what outlasts its grace, and another goes on at that step', async () => {
  await using world = await createWorld();
  const worker = await startTestWorker(world.url);
  const scenario = await world.scenario({
    steps: [
      { kind: 'probe', name: 'first', mark: true },
      { kind: 'probe', name: 'second', gate: 'go', mark: true },
    ],
  });
  const runId = await world.run(scenario.id);
  await until('the second step', async () => (await world.steps(runId))[1]?.state === 'running');
  await worker.stop(50);
  expect(await world.getRun(runId)).toMatchObject({ state: 'queued', fence: 1 });
  await openGate(world.pool, 'go');
  await using _next = await startTestWorker(world.url);
  await world.untilRun(runId, ['succeeded']);
  expect(await world.marks(runId)).toEqual([
    { pos: 0, fence: 1 },
    { pos: 1, fence: 2 },
  ]);
  const attempts = await world.pool.query(
    'select pos, attempt, state from step_attempt where run_id = $1 order by pos, attempt',
    [runId],
  );
  expect(attempts.rows).toEqual([
    { pos: 0, attempt: 1, state: 'succeeded' },
    { pos: 1, attempt: 1, state: 'lost' },
    { pos: 1, attempt: 2, state: 'succeeded' },
  ]);
});
