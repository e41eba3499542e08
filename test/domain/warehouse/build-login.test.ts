/** The login by which recipes are built: what it may, and for how long. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuildLogin } from '#domain/warehouse/build-login.ts';
import { createWarehouse } from '#domain/warehouse/warehouse.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse } from '#test/support/factories.ts';

const log = createLog('test', 'silent');
const secretKey = [randomBytes(32)] as const;
const parts = new AsyncDisposableStack();
const never = new AbortController().signal;
let database: TestDatabase;
let pool: Pool;
let schema: string;

beforeAll(async () => {
  database = parts.use(await createTestDatabase());
  pool = createPool(database.url, { name: 'test', max: 4, log });
  parts.defer(() => pool.end());
  schema = (await createHouse(pool)).project.warehouseSchema;
  await pool.query(`create schema if not exists ${schema}`);
  await pool.query(`create table ${schema}.orders as select 1 as id`);
});
afterAll(() => parts.disposeAsync());

async function signIn({ host, port, database: name, user, password }: BuildLogin) {
  const client = new pg.Client({ host, port, database: name, user, password });
  client.on('error', () => {});
  await client.connect();
  return client;
}

test('it reads and creates in the schema, what it makes is read, and nothing else is open to it', async () => {
  await using warehouse = createWarehouse({ url: database.url, secretKey, log });
  await using login = await warehouse.builder(schema);
  const client = await signIn(login);
  await client.query(`create table made as select * from orders`);
  await client.query('create temporary table passing (x int)');
  const { rows } = await warehouse.query(schema, 'select * from made', {}, { signal: never });
  expect(rows).toEqual([[1]]);
  for (const statement of [
    'select * from honeyframe.project',
    'delete from orders',
    'drop table orders',
    'create table public.mine (x int)',
    'create schema mine',
    'create role mine',
    'set role postgres',
    `copy orders to program 'true'`,
  ]) {
    await expect(client.query(statement), statement).rejects.toThrow(/denied|must be owner/);
  }
});

test('another build ends its sessions, and its password opens nothing any more', async () => {
  await using warehouse = createWarehouse({ url: database.url, secretKey, log });
  await using first = await warehouse.builder(schema);
  const client = await signIn(first);
  const ended = client.query('select pg_sleep(600)').catch((error: unknown) => error);
  await using second = await warehouse.builder(schema);
  expect(String(await ended)).toMatch(/terminat/);
  await expect(signIn(first)).rejects.toThrow('password authentication failed');
  await (await signIn(second)).end();
  expect([first.user, first.password === second.password]).toEqual([second.user, false]);
});

test('a table that is synced anew is read, and so is one that was there before', async () => {
  await using warehouse = createWarehouse({ url: database.url, secretKey, log });
  await using login = await warehouse.builder(schema);
  const client = await signIn(login);
  await pool.query(`drop table ${schema}.orders; create table ${schema}.orders as select 2 as id`);
  expect((await client.query('select id from orders')).rows).toEqual([{ id: 2 }]);
});

test('it is made by a database user who may make logins, and by no other, who is told so', async () => {
  const name = `plain_${crypto.randomUUID().replaceAll('-', '')}`;
  await pool.query(
    `create role ${name} login password 'plain'; create schema ${name} authorization ${name};
     grant execute on function pg_advisory_xact_lock(bigint) to ${name}`,
  );
  const url = new URL(database.url);
  // As whoever owns the database has it.
  await pool.query(
    `grant temporary on database ${url.pathname.slice(1)} to ${name} with grant option`,
  );
  [url.username, url.password] = [name, 'plain'];
  await using plain = createWarehouse({ url: url.href, secretKey, log });
  await expect(plain.builder(name)).rejects.toThrow(`alter role "${name}" createrole`);
  await pool.query(`alter role ${name} createrole`);
  {
    await using login = await plain.builder(name);
    const client = await signIn(login);
    await client.query('create table made as select 3 as id');
    await client.query('create temporary table passing (x int)');
    const { rows } = await plain.query(name, 'select * from made', {}, { signal: never });
    expect(rows).toEqual([[3]]);
  }
  // A second one finds it made.
  await using again = await plain.builder(name);
  await (await signIn(again)).end();
  await pool.query(
    `drop schema ${name} cascade; drop owned by ${again.user} cascade; drop owned by ${name} cascade`,
  );
});
