/** Success to success through real workers: flush, notification, tick, claim. */
import { expect, test } from 'vitest';
import { startTestWorker, until } from '#test/support/worker.ts';
import { createUpstreamWorld } from '#test/support/upstream-world.ts';

// So late that only a notification can be what woke a ticker.
const backstops = { tickBackstopSeconds: 60, claimBackstopSeconds: 60 };

test('a chain of scenarios runs through at once, the fan-in once, on any of several workers', async () => {
  await using world = await createUpstreamWorld();
  const source = await world.scenario();
  const [left, right] = [await world.downstream([source]), await world.downstream([source])];
  const joined = await world.downstream([left, right]);
  const last = await world.downstream([joined], { require: 'any' });
  await using _one = await startTestWorker(world.url, backstops);
  await using _two = await startTestWorker(world.url, backstops);
  for (let round = 1; round <= 5; round += 1) {
    await world.run(source.id);
    await until(`round ${round}`, async () => {
      const { rowCount } = await world.pool.query(
        `select from run where scenario_id = $1 and state = 'succeeded'`,
        [last.id],
      );
      return rowCount === round;
    });
  }
  for (const { id } of [left, right, joined, last]) {
    expect((await world.ticks(id)).map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 5 }, () => 'fired'),
    );
  }
  expect(await world.waiting()).toEqual([]);
});

test('a failure stops the chain, and the success after it goes on', async () => {
  await using world = await createUpstreamWorld();
  const source = await world.scenario({ steps: [{ kind: 'probe', fail: 'no data today' }] });
  const down = await world.downstream([source]);
  await using _worker = await startTestWorker(world.url, backstops);
  await world.untilRun(await world.run(source.id), ['failed']);
  expect(await world.waiting()).toEqual([]);
  await world.pool.query(`update scenario set steps = '[{"kind": "probe"}]' where id = $1`, [
    source.id,
  ]);
  const runId = await world.run(source.id);
  const tick = await until('the firing', async () => (await world.ticks(down.id))[0]);
  expect(tick).toMatchObject({ outcome: 'fired', source_key: String(runId) });
  await world.untilRun(tick.run_id!, ['succeeded']);
});
