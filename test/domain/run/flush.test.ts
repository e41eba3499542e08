import { expect, test } from 'vitest';
import { rows, transaction, type Client, type Queryable } from '#platform/db.ts';
import { appendEvents } from '#domain/event/append.sql.ts';
import { claimQueued } from '#domain/run/claim.sql.ts';
import { flushBatches, type RunBatch } from '#domain/run/flush.sql.ts';
import { FenceLost, OutcomeUnknown, publishSteps } from '#domain/run/publish.ts';
import { renewLeases } from '#domain/run/renew.sql.ts';
import { createJournal } from '#worker/journal.ts';
import { createWorld, type World } from '#test/support/world.ts';

async function claimed(world: World, count = 1): Promise<number[]> {
  for (let i = 0; i < count; i++) await world.run((await world.scenario()).id);
  const runs = await claimQueued(world.pool, {
    workerId: 'w',
    leaseSeconds: 15,
    limit: count,
    kinds: ['probe'],
  });
  expect(runs.map((run) => run.fence)).toEqual(Array.from({ length: count }, () => 1));
  return runs.map((run) => run.id);
}

const batch = (runId: number, more: Partial<RunBatch> = {}): RunBatch => ({
  runId,
  fence: 1,
  events: [{ type: 'log', payload: { text: 'x' } }],
  steps: [],
  attempts: [],
  ...more,
});

test('a flush that is sent twice is applied once', async () => {
  await using world = await createWorld();
  const [id = 0] = await claimed(world);
  expect(await flushBatches(world.pool, [batch(id)], 7)).toEqual(new Set([id]));
  expect(await flushBatches(world.pool, [batch(id)], 7)).toEqual(new Set([id]));
  expect((await world.events(id)).map((event) => event.seq)).toEqual([1, 2]);
});

test('a flush under an older fence changes nothing and says so', async () => {
  await using world = await createWorld();
  const [id = 0] = await claimed(world);
  await world.pool.query('update run set fence = 2 where id = $1', [id]);
  expect(await flushBatches(world.pool, [batch(id, { run: { state: 'succeeded' } })], 7)).toEqual(
    new Set(),
  );
  expect(await world.getRun(id)).toMatchObject({ state: 'running', event_seq: 1 });
});

test('a finished run takes no more', async () => {
  await using world = await createWorld();
  const [id = 0] = await claimed(world);
  await flushBatches(world.pool, [batch(id, { run: { state: 'succeeded' } })], 7);
  expect(await flushBatches(world.pool, [batch(id)], 8)).toEqual(new Set());
});

test("one run's bad datum hurts that run alone", async () => {
  await using world = await createWorld();
  const ids = await claimed(world, 5);
  await using journal = createJournal(world.pool, world.log);
  const bad = ids[2] ?? 0;
  const outcomes = await Promise.allSettled(
    ids.map((runId) =>
      journal.write(
        { runId, fence: 1 },
        // A position beyond int4: SQLSTATE 22003.
        {
          events: [{ type: 'log', payload: {} }],
          steps: runId === bad ? [{ pos: 2 ** 40, state: 'running', attempt: 1 }] : [],
        },
      ),
    ),
  );
  expect(outcomes.map((outcome) => outcome.status)).toEqual(
    ids.map((runId) => (runId === bad ? 'rejected' : 'fulfilled')),
  );
  expect(await world.events(bad)).toHaveLength(1);
  expect(await world.events(ids[0] ?? 0)).toHaveLength(2);
});

test('eight writers on one run leave no gap in its numbers', async () => {
  await using world = await createWorld();
  const [id = 0] = await claimed(world);
  await using journal = createJournal(world.pool, world.log);
  const events = [{ type: 'log' as const, payload: {} }];
  await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let i = 0; i < 20; i++) {
        if (writer % 2) await journal.write({ runId: id, fence: 1 }, { events });
        else await transaction(world.pool, (tx) => appendEvents(tx, id, events));
      }
    }),
  );
  const seqs = (await world.events(id)).map((event) => event.seq);
  expect(seqs).toEqual(Array.from({ length: 161 }, (_, i) => i + 1));
});

test('a step publishes under its fence, and under an older one nothing at all', async () => {
  await using world = await createWorld();
  const [id = 0] = await claimed(world);
  const run = { runId: id, fence: 1 };
  const mark = (tx: { query: (sql: string, values: unknown[]) => Promise<unknown> }) =>
    tx.query('insert into public.mark (run_id, pos, fence) values ($1, 0, 1)', [id]).then(() => {});
  await world.pool.query('update run set fence = 2 where id = $1', [id]);
  const stale = await world.pool.connect();
  const step = { pos: 0, attempt: 1, output: null, event: { pos: 0 }, publish: mark };
  await expect(publishSteps(async () => stale, world.pool, run, [step])).rejects.toBeInstanceOf(
    FenceLost,
  );
  expect(await world.marks(id)).toEqual([]);
  await publishSteps(async () => stale, world.pool, { ...run, fence: 2 }, [step]);
  stale.release();
  expect(await world.marks(id)).toHaveLength(1);
  expect((await world.steps(id))[0]?.state).toBe('succeeded');
});

const LOST = new Error('Connection terminated unexpectedly');

/** A connection that is lost in the commit, which takes place all the same, so much later. */
async function losesCommit(world: World, laterMs: number): Promise<Client> {
  const client = await world.pool.connect();
  return new Proxy(client, {
    get(target, name) {
      if (name !== 'query') return Reflect.get(target, name);
      return async (...args: Parameters<typeof target.query>) => {
        if ((args as unknown[])[0] === 'rollback') throw LOST;
        if ((args as unknown[])[0] !== 'commit') return target.query(...args);
        setTimeout(() => void target.query('commit').then(() => target.release()), laterMs);
        throw LOST;
      };
    },
  });
}

/** A database that refuses so many statements first. */
function refuses({ pool }: World, times: number, error: Error): Queryable {
  let left = times;
  return new Proxy(pool, {
    get: (target, name) =>
      name === 'query' && left-- > 0 ? () => Promise.reject(error) : Reflect.get(target, name),
  });
}

const step = { pos: 0, attempt: 1, output: 'kept', event: { pos: 0 }, publish: async () => {} };

test('a step whose commit was answered by nobody has succeeded if it did, once the database is back to tell', async () => {
  await using world = await createWorld();
  const [id = 0] = await claimed(world);
  const lost = await losesCommit(world, 300);
  const db = refuses(world, 2, LOST);
  const connect = async () => lost;
  expect(await publishSteps(connect, db, { runId: id, fence: 1 }, [step])).toEqual(['kept']);
  expect((await world.steps(id))[0]?.state).toBe('succeeded');
});

test('where nobody can be asked what came of a commit, nothing is said about it', async () => {
  await using world = await createWorld();
  const [id = 0] = await claimed(world);
  const lost = await losesCommit(world, 0);
  const db = refuses(world, Infinity, new Error('no such database'));
  const publishing = publishSteps(async () => lost, db, { runId: id, fence: 1 }, [step]);
  await expect(publishing).rejects.toBeInstanceOf(OutcomeUnknown);
});

test('renewing tells which runs are still held and which should end', async () => {
  await using world = await createWorld();
  const [a = 0, b = 0, c = 0] = await claimed(world, 3);
  await world.pool.query('update run set fence = 9 where id = $1', [a]);
  await world.pool.query('update run set cancel_requested_at = now() where id = $1', [b]);
  await world.pool.query("update run set lease_until = now() + interval '1 s'");
  const answers = await renewLeases(
    world.pool,
    [a, b, c].map((runId) => ({ runId, fence: 1 })),
    15,
  );
  expect(answers.toSorted((x, y) => x.runId - y.runId)).toEqual([
    { runId: a, held: false, cancelRequested: false, reason: null },
    { runId: b, held: true, cancelRequested: true, reason: null },
    { runId: c, held: true, cancelRequested: false, reason: null },
  ]);
  const left = await rows<{ id: number; seconds: number }>(world.pool, {
    name: 'left',
    text: 'select id, extract(epoch from lease_until - clock_timestamp())::float8 as seconds from run order by id',
  });
  expect(left.map((run) => run.seconds > 10)).toEqual([false, true, true]);
});

test('runs of a kind that a worker does not know are left to those who do', async () => {
  await using world = await createWorld();
  await world.run((await world.scenario({ steps: [{ kind: 'unheard_of' }] })).id);
  const claim = { workerId: 'w', leaseSeconds: 15, limit: 9, kinds: ['probe'] };
  expect(await claimQueued(world.pool, claim)).toEqual([]);
  expect(await claimQueued(world.pool, { ...claim, kinds: ['unheard_of'] })).toHaveLength(1);
});
