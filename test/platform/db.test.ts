import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createPool,
  row,
  rows,
  sqlState,
  statement,
  transaction,
  type Pool,
} from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 2, log: createLog('test', 'silent') });
  await pool.query('create table note (n int primary key)');
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const NOTES = statement<{ n: number }>('test.notes', 'select n from note where n >= $1 order by n');
const BIG = statement<{ big: number }>('test.big', 'select 9007199254740991::bigint as big');

test('a transaction commits what it returns', async () => {
  const result = await transaction(pool, async (tx) => {
    await tx.query('insert into note values (1)');
    return 'done';
  });
  expect(result).toBe('done');
  expect(await row(pool, NOTES, [1])).toEqual({ n: 1 });
});

test('a transaction that throws leaves nothing, and its error comes through', async () => {
  const failing = transaction(pool, async (tx) => {
    await tx.query('insert into note values (100)');
    await tx.query('insert into note values (100)');
  });
  expect(await failing.catch(sqlState)).toBe('23505');
  expect(await rows(pool, NOTES, [100])).toEqual([]);
});

test('a connection that dies inside a transaction is not handed on', async () => {
  const dying = transaction(pool, (tx) =>
    tx.query('select pg_terminate_backend(pg_backend_pid())'),
  );
  await expect(dying).rejects.toThrow();
  const alive = [1, 2, 3].map(() => transaction(pool, (tx) => tx.query('select 1')));
  await expect(Promise.all(alive)).resolves.toHaveLength(3);
});

test('ids up to 2^53 arrive as numbers, and an absent row as null', async () => {
  expect(await row(pool, BIG)).toEqual({ big: Number.MAX_SAFE_INTEGER });
  expect(await row(pool, NOTES, [1_000_000])).toBeNull();
});

test('a session searches our schema only and speaks UTC', async () => {
  const { rows: settings } = await pool.query(
    "select current_setting('search_path') as path, current_setting('timezone') as zone",
  );
  expect(settings).toEqual([{ path: 'honeyframe', zone: 'UTC' }]);
});
