import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmptyDatabase, type TestDatabase } from '#test/support/database.ts';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
let other: TestDatabase;
let client: pg.Client;
let connectorId: number;

beforeAll(async () => {
  ground = await createGround();
  other = await createEmptyDatabase();
  client = new pg.Client({ connectionString: other.url });
  await client.connect();
  connectorId = await ground.addConnector('postgresql', { url: other.url });
});
afterAll(async () => {
  await client.end();
  await other[Symbol.asyncDispose]();
  await ground[Symbol.asyncDispose]();
});

const add = (slug: string, source: object, more: object = {}) =>
  ground.addDataset(slug, { connectorId, source, ...more });

test('a table comes over with its types, every value as it was', async () => {
  await client.query(
    `create type mood as enum ('fine'); create table "Odd ""Table" (
       i smallint, n numeric(10,2), f double precision, b boolean, d date, at timestamptz, local timestamp(3),
       u uuid, j json, jb jsonb, raw bytea, tags text[], m mood, v varchar(5), p point, "Strange ""name" text);
     insert into "Odd ""Table" values
       (1, 1.50, 0.1, true, '2026-01-31', '2026-01-31 10:00+02', '2026-01-31 10:00:00.123',
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b": [2]}', '\\x00ff', '{"x, y",z}', 'fine', 'abc',
        '(1,2)', E'tab\\tline\\nback\\\\slash \\\\N ''q'' "qq" 🙂'),
       (null, null, 'NaN', null, 'infinity', null, null, null, null, null, null, null, null, '', null, '')`,
  );
  await add('odd', { table: 'Odd "Table' });
  expect(await ground.sync({ dataset: 'odd' })).toMatchObject({ rows_read: 2, inserted: 2 });
  expect(await ground.types('odd')).toEqual({
    i: 'smallint',
    n: 'numeric(10,2)',
    f: 'double precision',
    b: 'boolean',
    d: 'date',
    at: 'timestamp with time zone',
    local: 'timestamp(3) without time zone',
    u: 'uuid',
    j: 'jsonb',
    jb: 'jsonb',
    raw: 'bytea',
    tags: 'text',
    m: 'text',
    v: 'text',
    p: 'text',
    'Strange "name': 'text',
  });
  const select = (table: string) =>
    `select i, n::text, f::text, b, d::text, at, local::text, u, j::jsonb::text, jb::text, raw::text, tags::text, m::text,
       v, p::text, "Strange ""name" from ${table} order by i`;
  const { rows } = await client.query({ text: select('"Odd ""Table"'), rowMode: 'array' });
  expect(await ground.rows(select(`${ground.schema}.odd`))).toEqual(rows);
});

test('a query comes over, and the cursor narrows what is read', async () => {
  await client.query(
    `create table sales (id int, total numeric, at timestamptz);
     insert into sales values (1, 10, '2026-01-01Z'), (2, 20, '2026-01-02Z'), (3, 30, null)`,
  );
  const source = { query: 'select id, total, at from sales where total > 0 -- all of them' };
  const id = await add('sales', source, { mode: 'incremental', keys: ['id'], cursor: 'at' });
  expect(await ground.sync({ dataset: 'sales' })).toMatchObject({ rows_read: 3, inserted: 3 });
  expect((await ground.dataset(id)).cursor_value).toBe('2026-01-02 00:00:00+00');
  await client.query(
    `update sales set total = 11 where id = 1; update sales set total = 21, at = '2026-01-03Z' where id = 2;
     insert into sales values (4, 40, '2026-01-04Z')`,
  );
  const output = await ground.sync({ dataset: 'sales' });
  // The changed row 1 lies before the cursor; row 3 has none, and comes each time.
  expect(output).toMatchObject({ rows_read: 3, inserted: 1, updated: 1, unchanged: 1 });
  expect(
    await ground.rows(`select id, total::int from ${ground.schema}.sales order by id`),
  ).toEqual([
    [1, 10],
    [2, 21],
    [3, 30],
    [4, 40],
  ]);
});

test('many rows stream; none is lost or changed on the way', async () => {
  await add('many', {
    query: `select i as id, md5(i::text) as t from generate_series(1, 50000) i`,
  });
  expect(await ground.sync({ dataset: 'many' })).toMatchObject({ rows_read: 50_000 });
  const checksum = (from: string) =>
    `select count(*)::int, md5(string_agg(t, '' order by id)) from ${from}`;
  const [found] = await ground.rows(checksum(`${ground.schema}.many`));
  expect(found).toEqual(
    (
      await ground.rows(
        checksum(`(select i as id, md5(i::text) as t from generate_series(1, 50000) i) s`),
      )
    )[0],
  );
});

test('a declared type that no longer fits is refused before anything is read', async () => {
  await client.query('create table shifting (v int)');
  await add('shifting', { table: 'shifting' });
  await ground.sync({ dataset: 'shifting' });
  await client.query('alter table shifting alter v type bigint');
  expect((await ground.failure({ dataset: 'shifting' })).reason).toContain(
    'column v is integer in the warehouse and now bigint in the source',
  );
});

describe('a query cannot do anything but read', () => {
  test.each([
    ['a second statement', 'select 1; drop table victim'],
    ['breaking out of the parentheses', 'select 1) to stdout; drop table victim; select (1'],
    ['a commit first', 'select 1) as q; commit; drop table victim; --'],
    ['a writing WITH', 'with x as (delete from victim returning n) select * from x'],
    ['a statement that writes', 'delete from victim'],
  ])('%s', async (name, query) => {
    await client.query('create table if not exists victim (n int); insert into victim values (1)');
    const slug = name.replaceAll(/\W/g, '-');
    await add(slug, { query });
    const { retryable } = await ground.failure({ dataset: slug });
    expect(retryable).toBe(false);
    const { rows } = await client.query('select count(*)::int as n from victim');
    expect(rows[0].n).toBeGreaterThan(0);
  });
});

describe('failures say what, where and what to do', () => {
  test('an unknown table', async () => {
    await add('none', { table: 'nowhere' });
    expect(await ground.failure({ dataset: 'none' })).toMatchObject({
      reason: expect.stringMatching(/Reading nowhere: relation "public.nowhere" does not exist/),
      retryable: false,
    });
  });

  test('nobody listening, and a server that hangs up', async () => {
    const hangsUp = createServer((socket) => socket.destroy());
    hangsUp.listen(0, '127.0.0.1');
    await once(hangsUp, 'listening');
    const { port } = hangsUp.address() as AddressInfo;
    const busy = await ground.addConnector('postgresql', {
      host: '127.0.0.1',
      port,
      database: 'x',
      user: 'y',
    });
    await ground.addDataset('hangs', { connectorId: busy, source: { table: 't' } });
    expect(await ground.failure({ dataset: 'hangs' })).toMatchObject({ retryable: true });
    hangsUp.close();
    await once(hangsUp, 'close');
    const { reason, retryable } = await ground.failure({ dataset: 'hangs' });
    expect(reason).toContain(`Connecting to y at 127.0.0.1:${port}/x`);
    expect(reason).toContain('ECONNREFUSED');
    expect(retryable).toBe(true);
  });

  test('an unknown database and an unknown user', async () => {
    const url = new URL(other.url);
    url.pathname = '/no_such_database';
    const wrong = await ground.addConnector('postgresql', { url: url.href });
    await ground.addDataset('no-database', { connectorId: wrong, source: { table: 't' } });
    expect(await ground.failure({ dataset: 'no-database' })).toMatchObject({
      reason: expect.stringContaining('no_such_database'),
      retryable: false,
    });
    url.pathname = '/postgres';
    url.username = 'no_such_user';
    const nobody = await ground.addConnector('postgresql', { url: url.href });
    await ground.addDataset('no-user', { connectorId: nobody, source: { table: 't' } });
    expect(await ground.failure({ dataset: 'no-user' })).toMatchObject({ retryable: false });
  });

  test('the statement timeout', async () => {
    const slow = await ground.addConnector('postgresql', { url: other.url, statement_timeout: 1 });
    await ground.addDataset('slow', {
      connectorId: slow,
      source: { query: 'select pg_sleep(30)::text as s' },
    });
    expect(await ground.failure({ dataset: 'slow' })).toMatchObject({
      reason: expect.stringContaining('statement timeout'),
      retryable: true,
    });
  });
});
