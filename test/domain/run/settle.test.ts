import { expect, test } from 'vitest';
import { claimQueued } from '#domain/run/claim.sql.ts';
import { flushBatches } from '#domain/run/flush.sql.ts';
import { promoteWaiting } from '#domain/run/promote.ts';
import { settleOnce } from '#domain/run/settle.ts';
import { createRun } from '#test/support/factories.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

let flushId = 1;

/** Claims what is queued and ends it, as a worker's flush does. */
async function end(
  world: World,
  state: 'failed' | 'succeeded' | 'cancelled',
  reason?: string,
  limit = 100,
): Promise<number[]> {
  const runs = await claimQueued(world.pool, {
    workerId: 'w',
    leaseSeconds: 15,
    limit,
    kinds: ['probe'],
  });
  await flushBatches(
    world.pool,
    runs.map(({ id, fence }) => ({
      runId: id,
      fence,
      events: [],
      steps: [],
      attempts: [],
      run: { state, reason },
    })),
    flushId++,
  );
  await promoteWaiting(world.pool, null);
  return runs.map(({ id }) => id);
}

async function settle(world: World): Promise<void> {
  while ((await settleOnce(world.pool, world.log)).againMs !== null);
}

async function runTo(
  world: World,
  scenarioId: number,
  state: 'failed' | 'succeeded' | 'cancelled',
) {
  const runId = await world.run(scenarioId);
  expect(await end(world, state, state === 'failed' ? 'no file' : undefined)).toEqual([runId]);
  await settle(world);
  return runId;
}

async function scenarioRow(world: World, id: number) {
  const { rows } = await world.pool.query('select * from scenario where id = $1', [id]);
  return rows[0];
}

async function told(world: World) {
  const { rows } = await world.pool.query(
    'select run_id, kind, channel, target, state, payload from notification order by id',
  );
  return rows;
}

const kinds = async (world: World) => (await told(world)).map(({ kind }) => kind);

test('by default the owner is told of the first failure by mail, and of the recovery', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario();
  await runTo(world, id, 'succeeded');
  const failed = await runTo(world, id, 'failed');
  await runTo(world, id, 'failed');
  expect(await scenarioRow(world, id)).toMatchObject({
    failures: 2,
    failure_told_at: expect.any(Date),
  });
  const well = await runTo(world, id, 'succeeded');
  await runTo(world, id, 'succeeded');
  const mail = { channel: 'mail', target: world.owner.email, state: 'pending' };
  expect(await told(world)).toMatchObject([
    {
      ...mail,
      kind: 'failure',
      run_id: failed,
      payload: { failures: 1, run: { reason: 'no file' } },
    },
    { ...mail, kind: 'recovery', run_id: well, payload: { failures: 2 } },
  ]);
  expect(await scenarioRow(world, id)).toMatchObject({ failures: 0, failure_told_at: null });
});

test('everybody whom the policy names is told after so many failures, not again while it fails', async () => {
  await using world = await createWorld();
  const notify = {
    mail: ['a@example.com', 'b@example.com', 'a@example.com'],
    webhook: 'https://example.com/hook',
    after_failures: 2,
    recovery: false,
  };
  const { id } = await world.scenario({ policies: { notify } });
  for (let i = 0; i < 4; i++) await runTo(world, id, 'failed');
  await runTo(world, id, 'succeeded');
  expect((await told(world)).map(({ kind, target }) => [kind, target])).toEqual([
    ['failure', 'a@example.com'],
    ['failure', 'b@example.com'],
    ['failure', 'https://example.com/hook'],
  ]);
});

test('an empty list and no webhook: nobody is told, and it is counted all the same', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({ policies: { notify: { mail: [] } } });
  await runTo(world, id, 'failed');
  expect(await told(world)).toEqual([]);
  expect(await scenarioRow(world, id)).toMatchObject({ failures: 1 });
});

test('a cancelled run counts neither way', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({ policies: { notify: { after_failures: 2 } } });
  await runTo(world, id, 'failed');
  await runTo(world, id, 'cancelled');
  expect(await scenarioRow(world, id)).toMatchObject({ failures: 1 });
  await runTo(world, id, 'failed');
  expect(await kinds(world)).toEqual(['failure']);
});

test('seven workers settling at once, while runs go on failing, count each end once and tell it once', async () => {
  await using world = await createWorld();
  const policies = { overlap: 'allow', notify: { after_failures: 150 } };
  const { id } = await world.scenario({ policies });
  const queued = { scenarioId: id, state: 'queued', exclusive: false, steps: [{ kind: 'probe' }] };
  for (let i = 0; i < 200; i++) await createRun(world.pool, { ...world.place, ...queued });
  let failing = true;
  const settlers = Array.from({ length: 7 }, async () => {
    while (failing) await settleOnce(world.pool, world.log);
  });
  for (let left = 200; left > 0;) left -= (await end(world, 'failed', undefined, 7)).length;
  failing = false;
  await Promise.all(settlers);
  await settle(world);
  expect(await scenarioRow(world, id)).toMatchObject({ failures: 200 });
  expect(await told(world)).toMatchObject([{ kind: 'failure', payload: { failures: 150 } }]);
  expect(await countRows(world.pool, 'run where not settled')).toBe(0);
});

test('a success that ends before the failure before it is counted still ends the series', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario();
  await world.run(id);
  await end(world, 'failed');
  await world.run(id);
  await end(world, 'succeeded');
  expect(await countRows(world.pool, 'run where not settled')).toBe(2);
  await settle(world);
  expect(await kinds(world)).toEqual(['failure', 'recovery']);
  expect(await scenarioRow(world, id)).toMatchObject({ failures: 0 });
});

test('ends without a scenario, and successes of a healthy one, leave nothing to settle', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario();
  await world.run(id);
  await end(world, 'succeeded');
  const loose = await world.run(id);
  await world.pool.query('update run set scenario_id = null where id = $1', [loose]);
  await end(world, 'failed');
  expect(await countRows(world.pool, 'run where not settled')).toBe(0);
});

test('it pauses itself, with a note that says why; what waits is cancelled; people are told', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({
    policies: { pause_after_failures: 2, overlap: 'buffer_all' },
    trigger: { interval: '1d' },
    createdAt: new Date(Date.now() - 60_000),
    nextDueAt: new Date(Date.now() + 86_000_000),
  });
  await runTo(world, id, 'failed');
  expect(await scenarioRow(world, id)).toMatchObject({ paused_at: null });
  const second = await world.run(id);
  const third = await world.run(id);
  await world.run(id);
  // The third takes the second's place before the end of the second is counted; the fourth still waits.
  await end(world, 'failed', 'no file');
  await settle(world);
  const note = `2 runs in a row have failed, so it paused itself; the last was run ${second}: no file`;
  expect(await scenarioRow(world, id)).toMatchObject({
    paused_at: expect.any(Date),
    paused_until: null,
    pause_note: note,
    next_due_at: null,
  });
  const { rows } = await world.pool.query('select state, reason from run order by id desc limit 2');
  expect(rows).toEqual([
    { state: 'cancelled', reason: `the scenario was paused: ${note}` },
    { state: 'queued', reason: null },
  ]);
  expect((await told(world)).map(({ kind, run_id }) => [kind, run_id])).toEqual([
    ['failure', second - 1],
    ['paused', second],
  ]);
  const audit = await world.pool.query(
    "select user_id, resource_id from audit_log where action = 'scenario.pause'",
  );
  expect(audit.rows).toEqual([{ user_id: 0, resource_id: String(id) }]);

  // The third fails too: it is paused already, and an operator's note is not written over.
  await world.pool.query(`update scenario set pause_note = 'mine' where id = $1`, [id]);
  expect(await end(world, 'failed')).toEqual([third]);
  await settle(world);
  expect(await scenarioRow(world, id)).toMatchObject({ pause_note: 'mine', failures: 3 });
  expect(await kinds(world)).toEqual(['failure', 'paused']);
});

test('of a deleted scenario nobody is told', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({ policies: { pause_after_failures: 1 } });
  await world.run(id);
  await world.pool.query('update scenario set deleted_at = now() where id = $1', [id]);
  await end(world, 'failed');
  await settle(world);
  expect(await told(world)).toEqual([]);
  expect(await scenarioRow(world, id)).toMatchObject({ failures: 1, paused_at: null });
});

test('a scenario whose slot is taken waits, and does not hold up the others', async () => {
  await using world = await createWorld();
  const [busy, free] = [await world.scenario(), await world.scenario()];
  await world.run(busy.id);
  await world.run(free.id);
  await end(world, 'failed');
  const holder = await world.pool.connect();
  await holder.query('begin');
  await holder.query('select from scenario where id = $1 for update', [busy.id]);
  expect(await settleOnce(world.pool, world.log)).toMatchObject({ settled: true });
  expect(await settleOnce(world.pool, world.log)).toEqual({ settled: false, againMs: 50 });
  await holder.query('rollback');
  holder.release();
  await settle(world);
  expect(await scenarioRow(world, busy.id)).toMatchObject({ failures: 1 });
});

test('one scenario that cannot be settled does not keep the others from being told', async () => {
  await using world = await createWorld();
  const [bad, good] = [await world.scenario(), await world.scenario()];
  await world.run(bad.id);
  await world.run(good.id);
  await end(world, 'failed');
  await world.pool.query(
    `alter table notification add constraint refused check (scenario_id <> ${bad.id})`,
  );
  await expect(settleOnce(world.pool, world.log)).rejects.toThrow(/refused/);
  expect(await scenarioRow(world, good.id)).toMatchObject({ failures: 1 });
  expect(await scenarioRow(world, bad.id)).toMatchObject({ failures: 0 });
  await world.pool.query('alter table notification drop constraint refused');
  await settle(world);
  expect(await scenarioRow(world, bad.id)).toMatchObject({ failures: 1 });
});
