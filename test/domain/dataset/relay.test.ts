import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool, type Client, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { relay } from '#domain/dataset/relay.ts';
import { createEmptyDatabase, type TestDatabase } from '#test/support/database.ts';

let database: TestDatabase;
let pool: Pool;
let from: Client;
let to: Client;

beforeAll(async () => {
  database = await createEmptyDatabase();
  pool = createPool(database.url, { name: 'test', max: 2, log: createLog('test', 'warn') });
  await pool.query('create schema honeyframe');
  await pool.query('create table target (n int unique)');
  [from, to] = [await pool.connect(), await pool.connect()];
});
afterAll(async () => {
  from.release();
  to.release();
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const run = async (select: string, signal = new AbortController().signal) => {
  await to.query('begin');
  return relay(
    { session: from, sql: `copy (${select}) to stdout` },
    { session: to, sql: 'copy target from stdin' },
    signal,
  );
};

/** Both sessions answer, and nothing was written. */
async function expectFree() {
  await to.query('rollback');
  expect((await to.query('select count(*)::int as n from target')).rows[0].n).toBe(0);
  expect((await from.query('select 1 as one')).rows[0].one).toBe(1);
}

test('every row goes over', async () => {
  expect(await run('select generate_series(1, 200000)')).toBe(200_000);
  expect((await to.query('select sum(n)::float8 as s from target')).rows[0].s).toBe(20_000_100_000);
  await expectFree();
});

test.each(['select pg_sleep(60)', 'select generate_series(1, 1000000000)'])(
  'an abort ends both sides at once: %s',
  async (select) => {
    const stop = new AbortController();
    const running = run(select, stop.signal);
    running.catch(() => {});
    await new Promise((done) => setTimeout(done, 100));
    const abortedAt = performance.now();
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expectFree();
    expect(performance.now() - abortedAt).toBeLessThan(2000);
  },
);

test('what the writing side refuses is what is told', async () => {
  await expect(run('select 1 from generate_series(1, 300000)')).rejects.toMatchObject({
    code: '23505',
  });
  await expectFree();
});

test('what the reading side refuses is what is told', async () => {
  const select = 'select 1 / (200000 - n) from (select generate_series(1, 300000) as n) s';
  await expect(run(select)).rejects.toMatchObject({ code: expect.stringMatching(/22012|23505/) });
  await expectFree();
  await expect(run(`select 'x'::text::int`)).rejects.toMatchObject({ code: '22P02' });
  await expectFree();
});
