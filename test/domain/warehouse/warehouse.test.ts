/** What a card's SQL gets out of the warehouse, and what it does not. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPool, transaction, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { createWarehouse, type Asked, type Warehouse } from '#domain/warehouse/warehouse.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse } from '#test/support/factories.ts';
import { until } from '#test/support/worker.ts';

const log = createLog('test', 'silent');
const secretKey: SecretKey = [randomBytes(32)];
const parts = new AsyncDisposableStack();
let database: TestDatabase;
let pool: Pool;
let warehouse: Warehouse;
let house: Awaited<ReturnType<typeof createHouse>>;
let schema: string;
let otherSchema: string;

beforeAll(async () => {
  database = parts.use(await createTestDatabase());
  pool = createPool(database.url, { name: 'test', max: 4, log });
  parts.defer(() => pool.end());
  warehouse = parts.use(createWarehouse({ url: database.url, secretKey, log }));
  house = await createHouse(pool);
  [schema, otherSchema] = [await schemaOf(house.project.id), await schemaOf(house.otherProject.id)];
  await pool.query(`create table ${schema}.orders as
    select n as id, date '2026-11-01' + n as day, n * 1.5 as amount, n % 2 = 0 as paid, 'shop ' || n as shop
      from generate_series(1, 30) n`);
  await pool.query(`create table ${otherSchema}.whispers as select 'whisper' as word`);
});
afterAll(() => parts.disposeAsync());

async function schemaOf(projectId: number): Promise<string> {
  const { rows } = await pool.query('select warehouse_schema from project where id = $1', [
    projectId,
  ]);
  return rows[0].warehouse_schema;
}

const never = new AbortController().signal;
const ask = (sql: string, asked: Asked = {}, signal = never) =>
  warehouse.query(schema, sql, asked, { signal });

/** Backends of such logins that are there. */
async function running(): Promise<number> {
  const { rows } = await pool.query(
    `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and usename like 'hf_read%'`,
  );
  return rows[0].n;
}
const untilNothingRuns = () => until('no question runs', async () => (await running()) === 0);

describe('an answer', () => {
  test('has typed columns, and values that JSON can hold', async () => {
    const answer = await ask(
      `select id, day, amount, paid, shop, null as nothing, 9007199254740993::int8 as large,
              'NaN'::float8 as nan, 0.1::numeric as tenth, avg(amount) over () as average,
              timestamp '2026-11-25 14:30' as local, timestamptz '2026-11-25 14:30Z' as instant
         from orders order by id limit 1`,
      { zone: 'Asia/Kathmandu' },
    );
    expect(answer).toEqual({
      columns: [
        { name: 'id', type: 'number' },
        { name: 'day', type: 'date' },
        { name: 'amount', type: 'number' },
        { name: 'paid', type: 'boolean' },
        { name: 'shop', type: 'text' },
        { name: 'nothing', type: 'text' },
        { name: 'large', type: 'number' },
        { name: 'nan', type: 'number' },
        { name: 'tenth', type: 'number' },
        { name: 'average', type: 'number' },
        { name: 'local', type: 'timestamp' },
        { name: 'instant', type: 'timestamp' },
      ],
      rows: [
        [
          ...[1, '2026-11-02', 1.5, false, 'shop 1', null, '9007199254740993', 'NaN', 0.1, 23.25],
          ...['2026-11-25T14:30:00', '2026-11-25T20:15:00+05:45'],
        ],
      ],
      truncated: false,
    });
  });

  test('is of the period, whose bounds are parameters', async () => {
    const from = new Date('2026-11-09T17:00:00Z');
    const to = new Date('2026-11-16T17:00:00Z');
    const sql = 'select min(day), max(day) from orders where day >= {{ from }} and day < {{to}}';
    const { rows } = await ask(sql, { from, to, zone: 'Asia/Jakarta' });
    expect(rows).toEqual([['2026-11-10', '2026-11-16']]);
    expect((await ask(sql)).rows).toEqual([['2026-11-02', '2026-12-01']]);
  });

  test('without rows still has its columns', async () => {
    expect(await ask('select id from orders where false')).toEqual({
      columns: [{ name: 'id', type: 'number' }],
      rows: [],
      truncated: false,
    });
  });

  test('of a million rows ends after 10,000', async () => {
    const { rows, truncated } = await ask('select * from generate_series(1, 1000000)');
    expect([rows.length, rows.at(-1), truncated]).toEqual([10_000, [10_000], true]);
  });

  test('that is larger than 32 MB is refused', async () => {
    const sql = `select repeat(md5(n::text), 5000) from generate_series(1, 1000) n`;
    await expect(ask(sql)).rejects.toThrow('larger than 32 MB');
    await untilNothingRuns();
  });
});

describe('words', () => {
  test('are the database’s own, with the line', async () => {
    await expect(ask('select id\nfrom orders\nwhere colour = 1')).rejects.toThrow(
      'column "colour" does not exist (line 3)',
    );
    await expect(ask('select 1 / 0')).rejects.toThrow('division by zero');
    await expect(ask('')).rejects.toThrow('syntax error');
  });

  test('tell where braces are that stand for nothing', async () => {
    await expect(ask('select 1,\n  {{ param.x }}')).rejects.toThrow(
      'Line 2, column 3: "{{ param.x }}" is unknown; write {{ from }} or {{ to }}.',
    );
  });
});

describe('a card that tries to', () => {
  const CLOSED = 'permission denied';
  const NO_SELECT = 'syntax error';
  test.each([
    ['read another project', 'select * from OTHER.whispers', CLOSED],
    ['read the platform', 'select * from honeyframe."user"', CLOSED],
    ['read it through XML', `select query_to_xml('table honeyframe.org', true, true, '')`, CLOSED],
    ['read it with a cast', `select 'honeyframe.org'::regclass`, CLOSED],
    ['read passwords', 'select * from pg_authid', CLOSED],
    ['write', `insert into orders (id) values (1)`, NO_SELECT],
    [
      'write in a WITH',
      'with x as (delete from orders returning 1) select * from x',
      'DECLARE CURSOR must not contain data-modifying statements in WITH',
    ],
    [
      'write through XML',
      `select query_to_xml('delete from orders', true, true, '')`,
      /not allowed|permission denied|read-only/,
    ],
    ['make a table', 'select * into copied from orders', /INTO/],
    ['make a temporary table', 'create temp table t (a int)', NO_SELECT],
    ['lock rows', 'select * from orders for update', /read-only|permission denied/],
    ['become another', `select set_config('role', 'postgres', false)`, CLOSED],
    ['become another by SET', 'set role postgres', NO_SELECT],
    ['leave its session', `select set_config('session_authorization', 'postgres', false)`, CLOSED],
    ['leave it by SET', 'set session authorization default', NO_SELECT],
    [
      'write after all',
      `select set_config('transaction_read_only', 'off', false)`,
      'read-write mode',
    ],
    ['end its transaction', 'commit', NO_SELECT],
    ['run two statements', 'select 1; select 2', 'cannot insert multiple commands'],
    ['run two, the first one empty', '; drop table orders', NO_SELECT],
    ['hide the second', 'select 1 /* */;delete from orders --', 'cannot insert multiple commands'],
    [
      'connect elsewhere',
      `select * from dblink('dbname=postgres', 'select 1') as t (a int)`,
      'does not exist',
    ],
    ['bring dblink', 'create extension dblink', NO_SELECT],
    ['start a program', `copy orders to program 'id'`, NO_SELECT],
    ['read a file', `select pg_read_file('/etc/passwd')`, CLOSED],
    ['list files', `select pg_ls_dir('.')`, CLOSED],
    ['load a file', `select lo_import('/etc/passwd')`, CLOSED],
    ['make a large object', 'select lo_create(0)', 'read-only'],
    ['fill a large object', `select lo_from_bytea(0, 'x')`, 'read-only'],
    [
      'end others',
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'",
      CLOSED,
    ],
    ['run code', `do $$ begin perform 1; end $$`, NO_SELECT],
    [
      'change its settings for good',
      `alter role current_user set statement_timeout = 0`,
      NO_SELECT,
    ],
    ['ask with a wrong quote', `select '`, 'unterminated quoted string'],
  ] as const)('%s is refused', async (_name, sql, words) => {
    await expect(ask(sql.replace('OTHER', otherSchema))).rejects.toThrow(words);
  });

  test('none of which left a trace', async () => {
    await untilNothingRuns();
    expect((await ask('select count(*) from orders')).rows).toEqual([[30]]);
    const { rows } = await pool.query('select count(*)::int as n from pg_largeobject_metadata');
    expect(rows).toEqual([{ n: 0 }]);
  });

  test('lock a number, which others may wait for, is refused', async () => {
    for (const name of [
      'pg_advisory_lock',
      'pg_try_advisory_xact_lock',
      'pg_advisory_lock_shared',
    ]) {
      const asked = ask(`select query_to_xml('select ${name}(42)', true, true, '')`);
      await expect(asked).rejects.toThrow(`permission denied for function ${name}`);
    }
  });

  test('keep a setting or a message from its session leaves none', async () => {
    const heard: unknown[] = [];
    const listener = new pg.Client(database.url);
    await listener.connect();
    listener.on('notification', (message) => heard.push(message));
    await listener.query('listen hf_run');
    await ask(`select pg_notify('hf_run', '1'), set_config('statement_timeout', '0', false)`);
    await untilNothingRuns();
    expect((await ask(`select current_setting('statement_timeout')`)).rows).toEqual([['31s']]);
    await listener.query('select 1');
    expect(heard).toEqual([]);
    await listener.end();
  });

  test('look around sees no figures and no statements of others', async () => {
    expect(
      (
        await ask(
          "select count(*) from pg_stats where schemaname not in ('pg_catalog', 'information_schema') and tablename <> 'orders'",
        )
      ).rows,
    ).toEqual([[0]]);
    expect(
      (
        await ask(
          `select count(*) from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') and table_name <> 'orders'`,
        )
      ).rows,
    ).toEqual([[0]]);
    expect(
      (
        await ask(
          `select count(*) from pg_stat_activity where usename <> current_user and query not in ('<insufficient privilege>', '')`,
        )
      ).rows,
    ).toEqual([[0]]);
  });

  test.each([
    ['sleep', 'select pg_sleep(3600)'],
    ['compute', 'select count(*) from generate_series(1, 1e12::int8) a'],
    [
      'lift its own limit',
      `select set_config('statement_timeout', '0', false), set_config('client_connection_check_interval', '0', false), pg_sleep(3600)`,
    ],
  ])('%s for an hour is stopped from outside', async (_name, sql) => {
    await using quick = createWarehouse({ url: database.url, secretKey, log, limitMs: 400 });
    const asking = quick.query(schema, sql, {}, { signal: never });
    await expect(asking).rejects.toThrow('It took longer than 0.4 s and was stopped');
    await untilNothingRuns();
  });

  test('outlive whoever asked is stopped with the abort', async () => {
    const stop = new AbortController();
    const asking = ask('select pg_sleep(3600)', {}, stop.signal);
    await until('it runs', async () => (await running()) > 0);
    const startedAt = performance.now();
    stop.abort(new Error('nobody waits'));
    await expect(asking).rejects.toThrow('nobody waits');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await untilNothingRuns();
  });
});

test('more questions than there are places wait for each other, and an abort ends the waiting', async () => {
  const answers = await Promise.all(
    Array.from(
      { length: 20 },
      async (_, n) => (await ask(`select ${n}, pg_sleep(0.01)`)).rows[0]![0],
    ),
  );
  expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => n));
  const stop = new AbortController();
  const all = Array.from({ length: 10 }, () => ask('select pg_sleep(3600)', {}, stop.signal));
  await until('four run', async () => (await running()) === 4);
  stop.abort(new Error('enough'));
  const settled = await Promise.allSettled(all);
  expect(settled.map(({ status }) => status)).toEqual(Array(10).fill('rejected'));
  await untilNothingRuns();
});

test('a login whose connections are all taken is waited for', async () => {
  const others = await Promise.all(
    Array.from({ length: 5 }, async () => createWarehouse({ url: database.url, secretKey, log })),
  );
  const asking = others.flatMap((each) =>
    Array.from({ length: 8 }, () =>
      each.query(schema, 'select pg_sleep(0.2)', {}, { signal: never }),
    ),
  );
  const taken = Array.from({ length: 4 }, () => ask('select pg_sleep(0.4)'));
  await Promise.all([...asking, ...taken]);
  await Promise.all(others.map((each) => each[Symbol.asyncDispose]()));
});

describe('the login', () => {
  let role: string;
  beforeEach(async () => {
    role = String((await ask('select current_user')).rows[0]![0]);
  });

  test('may log in and nothing else, and is a member of nothing', async () => {
    const { rows } = await pool.query(
      `select rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin,
              has_database_privilege(rolname, current_database(), 'temp') as temp,
              has_schema_privilege(rolname, 'public', 'create') as public,
              has_schema_privilege(rolname, 'honeyframe', 'usage') as platform,
              (select count(*)::int from pg_auth_members where member = r.oid) as memberships
         from pg_roles r where rolname = $1`,
      [role],
    );
    const { rolcanlogin, memberships, ...others } = rows[0];
    expect([rolcanlogin, memberships]).toEqual([true, 0]);
    expect(Object.values(others)).toEqual(Object.values(others).map(() => false));
  });

  test('reads tables that come later, or take the place of others', async () => {
    await transaction(pool, async (tx) => {
      await tx.query(`create table ${schema}.fresh as select 1 as n`);
      await tx.query(`drop table if exists ${schema}.swapped`);
      await tx.query(`alter table ${schema}.fresh rename to swapped`);
    });
    expect((await ask('select n from swapped')).rows).toEqual([[1]]);
  });

  test('is one a project', async () => {
    const { rows } = await warehouse.query(
      otherSchema,
      'select current_user, word from whispers',
      {},
      { signal: never },
    );
    expect(rows[0]![0]).not.toBe(role);
    expect(rows[0]![1]).toBe('whisper');
  });

  test('is given another password when the key has changed, without a question being lost', async () => {
    await using other = createWarehouse({ url: database.url, secretKey: [randomBytes(32)], log });
    const one = () => other.query(schema, 'select 1', {}, { signal: never });
    expect((await one()).rows).toEqual([[1]]);
    expect((await ask('select 1')).rows).toEqual([[1]]);
    expect((await one()).rows).toEqual([[1]]);
  });

  test('is not used once somebody gave it more', async () => {
    await pool.query(`grant pg_read_all_data to ${role}`);
    await using other = createWarehouse({ url: database.url, secretKey, log });
    await expect(other.query(schema, 'select 1', {}, { signal: never })).rejects.toThrow(
      'was given more than reading one schema',
    );
    await pool.query(`revoke pg_read_all_data from ${role}`);
  });

  test('goes with its schema, and a schema of the same name has another', async () => {
    await pool.query(`create schema short_lived; create table short_lived.t as select 1 as n`);
    const sql = 'select current_user, (select count(*) from t)';
    const one = async () =>
      (await warehouse.query('short_lived', sql, {}, { signal: never })).rows[0]!;
    const [first, before] = await one();
    await pool.query(`drop schema short_lived cascade`);
    await expect(one()).rejects.toThrow('its schema is gone');
    await pool.query(
      `create schema short_lived; create table short_lived.t as select 1 as n limit 0`,
    );
    const [second, after] = await one();
    expect([first === second, before, after]).toEqual([false, 1, 0]);
    const { rows } = await pool.query('select from pg_roles where rolname = $1', [first]);
    expect(rows).toEqual([]);
  });

  test('needs a database user who may make logins, and says what to do', async () => {
    const name = `plain_${crypto.randomUUID().replaceAll('-', '')}`;
    await pool.query(
      `create role ${name} login password 'plain'; create schema ${name} authorization ${name};
       grant execute on function pg_advisory_xact_lock(bigint) to ${name}`,
    );
    const url = new URL(database.url);
    [url.username, url.password] = [name, 'plain'];
    await using plain = createWarehouse({ url: url.href, secretKey, log });
    const one = () => plain.query(name, 'select 1', {}, { signal: never });
    await expect(one()).rejects.toThrow(`alter role "${name}" createrole`);
    await pool.query(`alter role ${name} createrole`);
    expect((await one()).rows).toEqual([[1]]);
    await pool.query(`drop owned by ${name} cascade`);
  });

  test('cannot be made without SECRET_KEY', async () => {
    await using keyless = createWarehouse({ url: database.url, secretKey: undefined, log });
    await expect(keyless.query(schema, 'select 1', {}, { signal: never })).rejects.toThrow(
      'SECRET_KEY',
    );
  });
});
