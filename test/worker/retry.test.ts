/** Retries with real workers: what is taken over, what runs again, and what stays one effect. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Principal } from '#domain/access/principal.ts';
import { requestCancel } from '#domain/run/cancel-run.ts';
import { retryRun, type RetryMode } from '#domain/run/retry-run.ts';
import { fireManual } from '#domain/tick/fire-manual.ts';
import type { Registry, StepKind } from '#domain/step/kind.ts';
import { transaction } from '#platform/db.ts';
import { createRun, principalOf } from '#test/support/factories.ts';
import { openGate, probe, probeKinds } from '#test/support/kinds.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

/** Fails until its gate is open, and tells everybody its idempotency key. */
function flakyKinds(keys: string[]): Registry {
  const flaky: StepKind = {
    kind: 'flaky',
    description: 'Fails until the gate "mended" is open.',
    config: z.strictObject({ text: z.json().optional() }),
    load: async () => async (context, config) => {
      keys.push(context.idempotencyKey);
      const session = await context.connect();
      const { rowCount } = await session.query("select from public.gate where name = 'mended'");
      if (rowCount === 0) return { outcome: 'failed', reason: 'not mended', retryable: false };
      return { outcome: 'succeeded', output: (config as { text?: string }).text ?? null };
    },
  };
  return new Map([
    ['probe', probe as StepKind],
    ['flaky', flaky],
  ]);
}

const ownerOf = ({ pool, org, owner }: World): Promise<Principal> =>
  principalOf(pool, { orgId: org.id, userId: owner.id });

async function retry(
  world: World,
  runId: number,
  mode: RetryMode = 'from_failed',
  kinds: Registry = probeKinds,
) {
  return retryRun({ pool: world.pool, kinds }, await ownerOf(world), runId, { mode });
}

const states = async (world: World, runId: number) =>
  (await world.steps(runId)).map((step) => step.state);

const PIPELINE = [
  { kind: 'probe', name: 'load', output: { rows: 3 }, mark: true },
  { kind: 'flaky', name: 'build', text: 'built {{ steps.load.output.rows }} rows' },
  { kind: 'probe', name: 'tell', output: '{{ steps.build.output }}', mark: true },
];

test('a retry from the failed step reuses the outputs before it and repeats no effect', async () => {
  await using world = await createWorld();
  const kinds = flakyKinds([]);
  await using _worker = await startTestWorker(world.url, { kinds });
  const origin = await world.run((await world.scenario({ steps: PIPELINE })).id);
  await world.untilRun(origin, ['failed']);
  const before = await snapshot(world, origin);
  await openGate(world.pool, 'mended');

  const { runId, reused, state } = await retry(world, origin, 'from_failed', kinds);
  expect([reused, state]).toEqual([1, 'queued']);
  await world.untilRun(runId, ['succeeded']);
  expect(await world.steps(runId)).toMatchObject([
    { state: 'reused', attempt: 0, output: { rows: 3 } },
    { state: 'succeeded', attempt: 1, output: 'built 3 rows' },
    { state: 'succeeded', attempt: 1, output: 'built 3 rows' },
  ]);
  // The first step published once, in the run that failed.
  expect(await world.marks(origin)).toMatchObject([{ pos: 0 }]);
  expect(await world.marks(runId)).toMatchObject([{ pos: 2 }]);
  expect(await snapshot(world, origin)).toEqual(before);

  const events = await world.events(runId);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
  expect(events.slice(0, 3)).toMatchObject([
    { type: 'run.queued', payload: { source: 'manual', retry_of: origin, mode: 'from_failed' } },
    {
      type: 'step.finished',
      payload: { pos: 0, name: 'load', state: 'reused', attempt: 0, run_id: origin },
    },
    { type: 'run.started' },
  ]);
});

test('a retry from the start executes everything again', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({ steps: [{ kind: 'probe', mark: true }] });
  const origin = await world.run(scenario.id);
  await world.untilRun(origin, ['succeeded']);
  const { runId, reused } = await retry(world, origin, 'from_start');
  expect(reused).toBe(0);
  await world.untilRun(runId, ['succeeded']);
  expect(await states(world, runId)).toEqual(['succeeded']);
  expect(await world.marks(runId)).toHaveLength(1);
});

test('a retry has the configuration, parameters, context and due time of its origin, not the present ones', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({ steps: [{ kind: 'probe', fail: 'then' }] });
  const origin = await createFinished(world, scenario.id);
  await world.pool.query('update scenario set steps = $2, name = $3 where id = $1', [
    scenario.id,
    JSON.stringify([{ kind: 'probe', fail: 'now' }]),
    'renamed',
  ]);
  const { runId, tickId } = await retry(world, origin);
  const { rows } = await world.pool.query(
    `select a.config = b.config and a.params = b.params and a.context = b.context and a.due_at = b.due_at
            and a.name = b.name and a.step_kinds = b.step_kinds as same,
            a.origin_run_id, a.retry_mode, a.source, a.source_key, a.triggered_by_user_id, a.start_before,
            a.start_at > b.due_at as later
     from run a, run b where a.id = $1 and b.id = $2`,
    [runId, origin],
  );
  expect(rows[0]).toEqual({
    same: true,
    origin_run_id: origin,
    retry_mode: 'from_failed',
    source: 'manual',
    source_key: `retry:${origin}:${runId}`,
    triggered_by_user_id: world.owner.id,
    start_before: null,
    later: true,
  });
  const tick = await world.pool.query(
    'select outcome, source, run_id, reason from tick where id = $1',
    [tickId],
  );
  expect(tick.rows[0]).toEqual({
    outcome: 'fired',
    source: 'manual',
    run_id: runId,
    reason: `${world.owner.name} retries run ${origin} from the first step that did not succeed`,
  });
});

test('a chain of retries keeps one idempotency key and names its first run', async () => {
  await using world = await createWorld();
  const keys: string[] = [];
  const kinds = flakyKinds(keys);
  await using _worker = await startTestWorker(world.url, { kinds });
  const first = await world.run((await world.scenario({ steps: PIPELINE })).id);
  await world.untilRun(first, ['failed']);
  const second = await retry(world, first, 'from_failed', kinds);
  await world.untilRun(second.runId, ['failed']);
  await openGate(world.pool, 'mended');
  const third = await retry(world, second.runId, 'from_failed', kinds);
  await world.untilRun(third.runId, ['succeeded']);
  expect(keys).toEqual([`${first}:1`, `${first}:1`, `${first}:1`]);
  const { rows } = await world.pool.query(
    'select origin_run_id, source_key from run where id = any($1) order by id',
    [[second.runId, third.runId]],
  );
  expect(rows).toEqual([
    { origin_run_id: first, source_key: `retry:${first}:${second.runId}` },
    { origin_run_id: first, source_key: `retry:${second.runId}:${third.runId}` },
  ]);
  // What the second took over the third takes over from it.
  expect(await states(world, third.runId)).toEqual(['reused', 'succeeded', 'succeeded']);
  expect(await world.marks(first)).toHaveLength(1);
});

test('a retry of a cancelled run begins at the step that was cut off', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const scenario = await world.scenario({
    steps: [
      { kind: 'probe', name: 'done', mark: true },
      { kind: 'probe', name: 'cut', gate: 'go' },
    ],
  });
  const origin = await world.run(scenario.id);
  await until('the second step', async () => (await states(world, origin))[1] === 'running');
  await transaction(world.pool, (tx) => requestCancel(tx, origin, world.owner.id, 'enough'));
  await world.untilRun(origin, ['cancelled']);
  await openGate(world.pool, 'go');
  const { runId } = await retry(world, origin);
  await world.untilRun(runId, ['succeeded']);
  expect(await states(world, runId)).toEqual(['reused', 'succeeded']);
});

test('a group that was rolled back runs again as a whole, and publishes once', async () => {
  await using world = await createWorld();
  const kinds = flakyKinds([]);
  await using _worker = await startTestWorker(world.url, { kinds });
  const scenario = await world.scenario({
    steps: [
      { kind: 'probe', name: 'before', mark: true },
      { kind: 'probe', name: 'left', parallel: true, mark: true },
      { kind: 'flaky', name: 'right', parallel: true },
    ],
  });
  const origin = await world.run(scenario.id);
  await world.untilRun(origin, ['failed']);
  expect(await states(world, origin)).toEqual(['succeeded', 'rolled_back', 'failed']);
  await openGate(world.pool, 'mended');
  const { runId } = await retry(world, origin, 'from_failed', kinds);
  await world.untilRun(runId, ['succeeded']);
  expect(await states(world, runId)).toEqual(['reused', 'succeeded', 'succeeded']);
  expect(await world.marks(runId)).toMatchObject([{ pos: 1 }]);
});

test('a retry whose worker is lost goes on with what it reused', async () => {
  await using world = await createWorld();
  const first = await startTestWorker(world.url);
  const scenario = await world.scenario({
    steps: [
      { kind: 'probe', name: 'done', output: 7, mark: true },
      { kind: 'probe', name: 'cut', gate: 'go', output: '{{ steps.done.output }}' },
    ],
  });
  const origin = await createFinished(world, scenario.id, ['succeeded', 'failed']);
  await world.pool.query("update step_run set output = '7' where run_id = $1 and pos = 0", [
    origin,
  ]);
  const { runId } = await retry(world, origin);
  await until('the second step', async () => (await states(world, runId))[1] === 'running');
  await first.stop(50);
  await openGate(world.pool, 'go');
  await using _second = await startTestWorker(world.url);
  await world.untilRun(runId, ['succeeded']);
  expect((await world.getRun(runId)).fence).toBe(2);
  expect(await world.steps(runId)).toMatchObject([
    { state: 'reused', attempt: 0, output: 7 },
    { state: 'succeeded', attempt: 2, output: 7 },
  ]);
  expect(await world.marks(runId)).toEqual([]);
});

test('a retry waits behind the active run of an exclusive scenario, and runs beside it with overlap allow', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const exclusive = await world.scenario({ steps: [{ kind: 'probe', gate: 'go' }] });
  const origin = await createFinished(world, exclusive.id);
  const active = await world.run(exclusive.id);
  const waiting = await retry(world, origin);
  expect(waiting.state).toBe('waiting');
  const { rows } = await world.pool.query('select outcome, reason from tick where id = $1', [
    waiting.tickId,
  ]);
  expect(rows[0]).toMatchObject({
    outcome: 'waiting',
    reason: expect.stringContaining(`run ${active} goes first`),
  });
  await openGate(world.pool, 'go');
  await world.untilRun(waiting.runId, ['succeeded']);
  const order = await world.pool.query(
    'select id from run where started_at is not null order by started_at',
  );
  expect(order.rows.map((run) => run.id)).toEqual([active, waiting.runId]);

  const shared = await world.scenario({ policies: { overlap: 'allow' } });
  const other = await createFinished(world, shared.id);
  await world.run(shared.id);
  expect((await retry(world, other)).state).toBe('queued');
});

test('a run is retried once at a time, however many ask at once', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({ policies: { overlap: 'allow' } });
  const origin = await createFinished(world, scenario.id);
  const asked = await Promise.allSettled([1, 2, 3, 4].map(() => retry(world, origin)));
  const made = asked.filter((one) => one.status === 'fulfilled');
  expect(made).toHaveLength(1);
  const [refused] = asked.filter((one) => one.status === 'rejected');
  expect(refused?.reason).toMatchObject({
    code: 'CONFLICT',
    facts: { runId: made[0]!.value.runId },
  });
  expect(await countRows(world.pool, 'run where origin_run_id = $1', [origin])).toBe(1);
});

test('a run without a scenario is retried too, once at a time', async () => {
  await using world = await createWorld();
  const { id } = await createRun(world.pool, {
    ...world.place,
    state: 'failed',
    steps: [{ kind: 'probe' }],
  });
  // Both are under way before either commits.
  const holder = await world.pool.connect();
  await holder.query('begin; lock table audit_log in share mode');
  const asking = Promise.allSettled([1, 2].map(() => retry(world, id)));
  await until('both', async () => (await countRows(world.pool, 'pg_locks where not granted')) >= 2);
  await holder.query('commit');
  holder.release();
  const asked = await asking;
  const made = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(made).toMatchObject([{ tickId: null, state: 'queued' }]);
  await using _worker = await startTestWorker(world.url);
  const ended = await world.untilRun(made[0]!.runId, ['succeeded', 'failed']);
  expect(ended).toMatchObject({ state: 'succeeded', reason: null });
});

test('what cannot be retried is refused with the reason, and nothing is left of it', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario();
  const place = { ...world.place, scenarioId: scenario.id };
  const refusal = (id: number, mode?: RetryMode) =>
    retry(world, id, mode).then(
      () => null,
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    );
  const { id: running } = await createRun(world.pool, { ...place, state: 'running' });
  expect(await refusal(running)).toMatch(/^CONFLICT .*still running/);
  const { id: succeeded } = await createRun(world.pool, { ...place, state: 'succeeded' });
  expect(await refusal(succeeded)).toMatch(/^CONFLICT .*from the start/);
  const { id: unknown } = await createRun(world.pool, {
    ...place,
    state: 'failed',
    steps: [{ kind: 'of_the_future' }],
  });
  expect(await refusal(unknown)).toMatch(/^TRIGGER_CONFIG .*"of_the_future"/);
  const { id: newer } = await createRun(world.pool, { ...place, state: 'failed' });
  await world.pool.query('update run set config_version = 99 where id = $1', [newer]);
  expect(await refusal(newer)).toMatch(/^TRIGGER_CONFIG .*form of its configuration/);
  expect(await refusal(999_999)).toBe('NOT_FOUND No run 999999.');
  const { id: failed } = await createRun(world.pool, { ...place, state: 'failed' });
  await world.pool.query('update scenario set deleted_at = now() where id = $1', [scenario.id]);
  expect(await refusal(failed)).toMatch(/^CONFLICT .*deleted/);
  expect(await countRows(world.pool, 'run where origin_run_id is not null')).toBe(0);
  expect(await countRows(world.pool, 'tick')).toBe(0);
  expect(await countRows(world.pool, 'audit_log')).toBe(0);
});

/** A run of the scenario's steps that has ended before any worker could see it; failed unless told otherwise. */
function createFinished(
  world: World,
  scenarioId: number,
  stepStates: readonly string[] = ['failed'],
): Promise<number> {
  return transaction(world.pool, async (tx) => {
    const { runId } = await fireManual(tx, {
      scenarioId,
      userId: world.owner.id,
      params: { day: '2026-01-31' },
      idempotencyKey: '',
    });
    for (const [pos, state] of stepStates.entries()) {
      await tx.query('update step_run set state = $3 where run_id = $1 and pos = $2', [
        runId,
        pos,
        state,
      ]);
    }
    await tx.query(
      `update run set state = 'failed', finished_at = clock_timestamp(), due_at = due_at - interval '1 day'
       where id = $1`,
      [runId],
    );
    return runId;
  });
}

/** All that is stored of a run. */
async function snapshot(world: World, runId: number) {
  const { rows } = await world.pool.query(
    `select to_jsonb(r) - 'settled' as run, (select jsonb_agg(s order by pos) from step_run s where run_id = r.id) as steps,
            (select jsonb_agg(e order by seq) from run_event e where run_id = r.id) as events
     from run r where id = $1`,
    [runId],
  );
  return rows[0];
}
