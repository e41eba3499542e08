/** A success of a scenario makes those fire that wait for it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flushBatches } from '#domain/run/flush.sql.ts';
import { countRows } from '#test/support/world.ts';
import { createUpstreamWorld } from '#test/support/upstream-world.ts';

test('a success arrives in the flush that ends the run, for each scenario that names it, and wakes the tickers', async () => {
  await using world = await createUpstreamWorld();
  const [a, other] = [await world.scenario(), await world.scenario()];
  const [one, two] = [await world.downstream([a]), await world.downstream([a, other])];
  const client = await world.pool.connect();
  await client.query('listen hf_schedule');
  const heard = new Promise((resolve) => client.once('notification', resolve));
  const runId = await world.running(a.id);
  let statements = 0;
  const counting = {
    query: (...given: Parameters<typeof world.pool.query>) => {
      statements += 1;
      return world.pool.query(...given);
    },
  };
  await flushBatches(
    counting as unknown as typeof world.pool,
    [{ runId, fence: 0, events: [], steps: [], attempts: [], run: { state: 'succeeded' } }],
    1,
  );
  expect(statements).toBe(1);
  await heard;
  client.release(true);
  const { rows } = await world.pool.query(
    'select downstream_id, upstream_id, run_id from arrival order by downstream_id',
  );
  expect(rows).toEqual([
    { downstream_id: one.id, upstream_id: a.id, run_id: runId },
    { downstream_id: two.id, upstream_id: a.id, run_id: runId },
  ]);
});

test('only a success arrives, once, and not that of a backfill', async () => {
  await using world = await createUpstreamWorld();
  const a = await world.scenario();
  await world.downstream([a]);
  await world.finish(await world.running(a.id), 'failed');
  await world.finish(await world.running(a.id), 'cancelled');
  const backfilled = await world.succeed(a.id, 'backfill');
  const retryOfBackfill = await world.running(a.id);
  await world.pool.query('update run set origin_run_id = $2 where id = $1', [
    retryOfBackfill,
    backfilled,
  ]);
  await world.finish(retryOfBackfill);
  expect(await world.waiting()).toEqual([]);

  const failed = await world.running(a.id);
  await world.finish(failed, 'failed');
  const retry = await world.running(a.id);
  await world.pool.query('update run set origin_run_id = $2 where id = $1', [retry, failed]);
  await world.finish(retry);
  await world.finish(retry);
  expect(await world.waiting()).toMatchObject([{ run_id: retry }]);
});

test('with any, every success fires, at its instant, with its run as the key', async () => {
  await using world = await createUpstreamWorld();
  const [a, b] = [await world.scenario(), await world.scenario()];
  const down = await world.downstream([a, b], { require: 'any', policies: { overlap: 'allow' } });
  const runs = [await world.succeed(a.id), await world.succeed(b.id), await world.succeed(a.id)];
  const arrived = await world.waiting();
  expect(await world.tick()).toMatchObject({ decided: 1, untilNextMs: null });
  const ticks = await world.ticks(down.id);
  expect(ticks).toMatchObject(
    runs.map((runId, i) => ({
      source: 'upstream',
      source_key: String(runId),
      outcome: 'fired',
      due_at: arrived[i]!.at,
      detail: { upstream_runs: [runId] },
      reason: null,
    })),
  );
  for (const tick of ticks) {
    expect(await world.getRun(tick.run_id!)).toMatchObject({
      state: 'queued',
      source: 'upstream',
      source_key: tick.source_key,
      due_at: tick.due_at,
    });
  }
  expect(await world.waiting()).toEqual([]);
});

test('with all, it fires once each has succeeded, and then waits for all of them again', async () => {
  await using world = await createUpstreamWorld();
  const [a, b] = [await world.scenario(), await world.scenario()];
  const down = await world.downstream([a, b], { policies: { overlap: 'allow' } });
  await world.succeed(a.id);
  expect(await world.tick()).toMatchObject({ decided: 1, untilNextMs: null });
  const second = await world.succeed(a.id);
  await world.tick();
  expect(await world.ticks(down.id)).toEqual([]);
  // Several of one upstream count once, and do not pile up while the other one is silent.
  expect(await world.waiting()).toMatchObject([{ run_id: second, seen: true }]);
  // Nothing to do until another one comes.
  expect(await world.tick()).toMatchObject({ decided: 0, untilNextMs: null });

  const completing = await world.succeed(b.id);
  await world.tick();
  expect(await world.ticks(down.id)).toMatchObject([
    {
      outcome: 'fired',
      source_key: String(completing),
      detail: { upstream_runs: [second, completing] },
    },
  ]);
  await world.succeed(b.id);
  await world.tick();
  expect(await world.ticks(down.id)).toHaveLength(1);
});

test('two successes in the same millisecond make one firing, whoever looks', async () => {
  await using world = await createUpstreamWorld();
  for (let round = 0; round < 25; round += 1) {
    const [a, b] = [await world.scenario(), await world.scenario()];
    const down = await world.downstream([a, b], { policies: { overlap: 'allow' } });
    const [runA, runB] = [await world.running(a.id), await world.running(b.id)];
    await Promise.all([
      world.finish(runA),
      world.finish(runB),
      ...Array.from({ length: 4 }, () => world.tick()),
    ]);
    await Promise.all(Array.from({ length: 4 }, () => world.tick()));
    await world.tick();
    expect(await world.ticks(down.id)).toHaveLength(1);
    expect(await countRows(world.pool, 'run where scenario_id = $1', [down.id])).toBe(1);
  }
  expect(await world.waiting()).toEqual([]);
});

test('eight tickers at once fire every success once', async () => {
  await using world = await createUpstreamWorld();
  const upstreams = [await world.scenario(), await world.scenario(), await world.scenario()];
  const downs = await Promise.all(
    Array.from({ length: 12 }, () =>
      world.downstream(upstreams, { require: 'any', policies: { overlap: 'allow' } }),
    ),
  );
  const finishing = Array.from({ length: 5 }, async () => {
    for (const { id } of upstreams) await world.succeed(id);
  });
  const ticking = Array.from({ length: 8 }, async () => {
    for (let pass = 0; pass < 5; pass += 1) await world.tick();
  });
  await Promise.all([...finishing, ...ticking]);
  while ((await world.tick()).untilNextMs !== null);
  const successes = 5 * upstreams.length;
  for (const { id } of downs) {
    const ticks = await world.ticks(id);
    expect(ticks).toHaveLength(successes);
    expect(new Set(ticks.map((tick) => tick.source_key)).size).toBe(successes);
  }
});

test('a firing that is skipped consumes its arrivals and says why', async () => {
  await using world = await createUpstreamWorld();
  const [a, b] = [await world.scenario(), await world.scenario()];
  const down = await world.downstream([a, b]);
  const active = await world.running(down.id);
  await world.succeed(a.id);
  const completing = await world.succeed(b.id);
  await world.tick();
  expect(await world.ticks(down.id)).toMatchObject([
    {
      source: 'upstream',
      source_key: String(completing),
      outcome: 'skipped_overlap',
      reason: `run ${active} was still active`,
      run_id: null,
    },
  ]);
  await world.finish(active);
  await world.succeed(a.id);
  await world.tick();
  expect(await world.ticks(down.id)).toHaveLength(1);
});

test('buffer_one keeps the first that waits and drops the rest; successes that skip share a row', async () => {
  await using world = await createUpstreamWorld();
  const a = await world.scenario();
  const given = { require: 'any' } as const;
  const buffering = await world.downstream([a], { ...given, policies: { overlap: 'buffer_one' } });
  const skipping = await world.downstream([a], given);
  for (let n = 0; n < 2; n += 1) {
    for (let m = 0; m < 2; m += 1) await world.succeed(a.id);
    await world.tick();
  }
  expect(await world.ticks(buffering.id)).toMatchObject([
    { outcome: 'fired' },
    { outcome: 'waiting', run_id: expect.any(Number) },
    { outcome: 'dropped', count: 2, reason: 'another run is waiting already' },
  ]);
  const [, first, second] = await world.ticks(skipping.id);
  expect([first, second]).toMatchObject([
    { outcome: 'skipped_overlap', count: 1 },
    { outcome: 'skipped_overlap', count: 2 },
  ]);
});

test('cancel_other replaces the active run, as a due time would', async () => {
  await using world = await createUpstreamWorld();
  const a = await world.scenario();
  const down = await world.downstream([a], { policies: { overlap: 'cancel_other' } });
  await world.succeed(a.id);
  await world.tick();
  const [first] = await world.ticks(down.id);
  await world.succeed(a.id);
  await world.tick();
  const [, second] = await world.ticks(down.id);
  // The first one was only queued, so it ends at once and its place is free.
  expect(await world.getRun(first!.run_id!)).toMatchObject({ state: 'cancelled' });
  expect(await world.getRun(second!.run_id!)).toMatchObject({ state: 'queued' });

  await world.pool.query(`update run set state = 'running' where id = $1`, [second!.run_id]);
  await world.succeed(a.id);
  await world.tick();
  const { rows } = await world.pool.query(
    'select cancel_requested_at is not null as asked from run where id = $1',
    [second!.run_id],
  );
  expect(rows).toEqual([{ asked: true }]);
  expect((await world.ticks(down.id)).at(-1)).toMatchObject({ outcome: 'waiting' });
});

test('what does not tick consumes its arrivals with the reason, those left over too', async () => {
  await using world = await createUpstreamWorld();
  const a = await world.scenario();
  const silent = await world.scenario();
  const off = await world.downstream([a, silent], { enabled: false });
  const paused = await world.downstream([a], { pausedAt: new Date() });
  const [deleted, broken, unlinked, leftOver] = await Promise.all([
    world.downstream([a]),
    world.downstream([a]),
    world.downstream([a]),
    world.downstream([a, silent]),
  ]);
  const set = (id: number, assignment: string) =>
    world.pool.query(`update scenario set ${assignment} where id = $1`, [id]);
  await set(paused.id, `pause_note = 'Holiday'`);
  await set(deleted.id, 'deleted_at = now()');
  await set(broken.id, `broken = '{"code": "x", "message": "no such zone"}'`);
  const first = await world.succeed(a.id);
  await world.pool.query('delete from upstream_link where downstream_id = $1', [unlinked.id]);
  await world.tick();
  await set(leftOver.id, 'paused_at = now()');
  await world.succeed(a.id);
  await world.tick();

  const told = async (id: number) => (await world.ticks(id))[0];
  expect(await told(off.id)).toMatchObject({
    source: 'upstream',
    source_key: String(first),
    outcome: 'paused',
    reason: 'the scenario is switched off',
    // The same reason again lengthens the row.
    count: 2,
  });
  expect(await told(paused.id)).toMatchObject({ outcome: 'paused', reason: 'paused: Holiday' });
  expect(await told(deleted.id)).toMatchObject({
    outcome: 'dropped',
    reason: 'the scenario was deleted',
  });
  expect(await told(broken.id)).toMatchObject({
    outcome: 'paused',
    reason: 'broken: no such zone',
  });
  expect(await told(unlinked.id)).toMatchObject({
    outcome: 'dropped',
    reason: 'the scenario that succeeded is not among its upstreams any more',
  });
  expect(await told(leftOver.id)).toMatchObject({ outcome: 'paused', reason: 'paused', count: 2 });
  expect(await world.waiting()).toEqual([]);
});

test('a calendar and a paused organisation hold back successes as they hold back due times', async () => {
  await using world = await createUpstreamWorld();
  const a = await world.scenario();
  await world.pool.query(
    `insert into calendar (project_id, name, weekdays) values ($1, 'never', '{1,2,3,4,5,6,7}')`,
    [world.project.id],
  );
  const excluded = await world.downstream([a], { policies: { calendar: 'never' } });
  await world.succeed(a.id);
  await world.tick();
  expect(await world.ticks(excluded.id)).toMatchObject([{ outcome: 'skipped_calendar' }]);

  const down = await world.downstream([a]);
  await world.pool.query(`update org set paused_at = now(), pause_note = 'Moving house'`);
  await world.succeed(a.id);
  await world.tick();
  expect(await world.ticks(down.id)).toMatchObject([
    { outcome: 'paused', reason: 'the organisation is paused: Moving house' },
  ]);
});

test('a scenario that cannot decide is broken, and stops nobody else', async () => {
  await using world = await createUpstreamWorld();
  const a = await world.scenario();
  const bad = await world.downstream([a], { policies: { calendar: 'missing' } });
  const good = await world.downstream([a]);
  const runId = await world.succeed(a.id);
  await world.tick();
  expect(await world.ticks(good.id)).toMatchObject([{ outcome: 'fired' }]);
  expect(await world.ticks(bad.id)).toMatchObject([
    { outcome: 'error', source_key: String(runId), detail: { code: 'trigger_config' } },
  ]);
  const { rows } = await world.pool.query('select broken from scenario where id = $1', [bad.id]);
  expect(rows[0].broken).toMatchObject({ code: 'trigger_config', config: { calendar: 'missing' } });
  expect(await world.waiting()).toEqual([]);
});

test('an arrival whose scenario is gone altogether is cleared away and keeps no ticker awake', async () => {
  await using world = await createUpstreamWorld();
  const a = await world.scenario();
  const down = await world.downstream([a]);
  await world.succeed(a.id);
  await world.pool.query('delete from scenario where id = $1', [down.id]);
  expect(await world.tick()).toMatchObject({ decided: 0, untilNextMs: null });
  expect(await world.waiting()).toEqual([]);
});

test('with all, any order of successes and looks fires as a plain model says', async () => {
  await using world = await createUpstreamWorld();
  const steps = fc.array(fc.oneof(fc.nat({ max: 2 }), fc.constant('look' as const)), {
    minLength: 1,
    maxLength: 14,
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), steps, async (size, asked) => {
      const upstreams = [];
      for (let n = 0; n < size; n += 1) upstreams.push(await world.scenario());
      const down = await world.downstream(upstreams, { policies: { overlap: 'allow' } });

      const expected: { key: string; upstreams: number }[] = [];
      let arrived = new Set<number>();
      let completing: string | null = null;
      for (const step of [...asked, 'look' as const]) {
        if (step === 'look') {
          await world.tick();
          if (completing !== null) {
            expected.push({ key: completing, upstreams: size });
            [arrived, completing] = [new Set(), null];
          }
        } else {
          const { id } = upstreams[step % size]!;
          const runId = await world.succeed(id);
          arrived.add(id);
          if (arrived.size === size) completing ??= String(runId);
        }
      }
      const fired = await world.ticks(down.id);
      const { rows: origins } = await world.pool.query(
        `select t.source_key as key, count(distinct u.scenario_id)::int as upstreams
         from tick t cross join jsonb_array_elements_text(t.detail->'upstream_runs') x(id)
         join run u on u.id = x.id::bigint where t.scenario_id = $1 group by t.id order by t.id`,
        [down.id],
      );
      expect(fired.map(({ outcome }) => outcome)).toEqual(expected.map(() => 'fired'));
      expect(origins).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});
