import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificate } from '#test/support/certificate.ts';
import { noMariadb, startMariadb, type MariaDb } from '#test/support/mariadb.ts';
import { createGround, type Ground } from './ground.ts';

const certificate = createCertificate();
let ground: Ground;
let db: MariaDb;
let connectorId: number;

const configOf = (more: object = {}) => ({
  host: '127.0.0.1',
  port: db.port,
  database: db.database,
  user: db.user,
  ...more,
});
const connect = (more: object = {}, password = db.password) =>
  ground.addConnector('mysql', configOf(more), null, { password });

const add = (slug: string, source: object, more: object = {}) =>
  ground.addDataset(slug, { connectorId, source, ...more });

if (noMariadb !== null) console.warn(`The tests of mysql are left out: ${noMariadb}.`);

describe.skipIf(noMariadb !== null)('mysql', () => {
  beforeAll(async () => {
    ground = await createGround();
    db = await startMariadb(certificate);
    connectorId = await connect();
  });
  afterAll(async () => {
    await db?.[Symbol.asyncDispose]();
    await ground?.[Symbol.asyncDispose]();
  });

  test('a table comes over with its types, every value as it was', async () => {
    await db.client.query(
      `create table \`Odd \`\`Table\` (
         id int primary key, t tinyint, tu tinyint unsigned, su smallint unsigned, m mediumint, iu int unsigned zerofill,
         b bigint, bu bigint unsigned, n decimal(30,10), f float, d double, flag bit(1), many bit(64), day date,
         at datetime(6), stamp timestamp(3) null, span time(2), y year, j json, e enum('fine', 'ü'), s set('a','b'),
         c char(3), v varchar(50), long_text longtext, raw varbinary(4), bytes blob, u uuid, g point,
         \`Strange \`\`name\` int);
       set time_zone = '+05:00';
       insert into \`Odd \`\`Table\` values
         (1, -128, 255, 65535, -8388608, 42, -9223372036854775808, 18446744073709551615, 12345678901234567890.0123456789,
          0.1, 0.1, b'1', 18446744073709551615, '2026-01-31', '2026-01-31 10:00:00.123456', '2026-01-31 10:00:00.123',
          '-838:59:59.00', 2026, '{"a": [1.10, "\\\\u0000x"]}', 'ü', 'a,b', 'x', 'tab\\tline\\nback\\\\slash 🙂', 'long',
          x'00ff', x'', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', point(1, 2), 7);
       insert into \`Odd \`\`Table\` (id) values (2)`,
    );
    await add('odd', { table: 'Odd `Table' });
    expect(await ground.sync({ dataset: 'odd' })).toMatchObject({ rows_read: 2, inserted: 2 });
    expect(await ground.types('odd')).toEqual({
      id: 'integer',
      t: 'smallint',
      tu: 'smallint',
      su: 'integer',
      m: 'integer',
      iu: 'bigint',
      b: 'bigint',
      bu: 'numeric',
      n: 'numeric',
      f: 'real',
      d: 'double precision',
      flag: 'boolean',
      many: 'numeric',
      day: 'date',
      at: 'timestamp without time zone',
      stamp: 'timestamp with time zone',
      span: 'interval',
      y: 'smallint',
      j: 'jsonb',
      e: 'text',
      s: 'text',
      c: 'text',
      v: 'text',
      long_text: 'text',
      raw: 'bytea',
      bytes: 'bytea',
      u: 'uuid',
      g: 'text',
      'Strange `name': 'integer',
    });
    const [first, second] = await ground.rows(
      `select t, tu, su, m, iu::int, b::text, bu::text, n::text, f::text, d::text, flag, many::text, day::text, at::text,
         stamp::text, span::text, y, j::text, e, s, c, v, long_text, raw::text, bytes::text, u::text, g,
         "Strange \`name" from ${ground.schema}.odd order by id`,
    );
    expect(first).toEqual([
      ...[-128, 255, 65_535, -8_388_608, 42],
      '-9223372036854775808',
      '18446744073709551615',
      '12345678901234567890.0123456789',
      '0.1',
      '0.1',
      true,
      '18446744073709551615',
      '2026-01-31',
      '2026-01-31 10:00:00.123456',
      '2026-01-31 05:00:00.123+00',
      '-838:59:59',
      2026,
      '{"a": [1.10, "\uFFFDx"]}',
      'ü',
      'a,b',
      'x',
      'tab\tline\nback\\slash 🙂',
      'long',
      '\\x00ff',
      '\\x',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      'POINT(1 2)',
      7,
    ]);
    expect(second).toEqual(first!.map(() => null));
  });

  test('zero dates are no value; half of one rejects its row, by number', async () => {
    await db.client.query(
      `set sql_mode = ''; create table zeros (id int, d date, t datetime, s timestamp null);
       insert into zeros values (1, 0, 0, 0), (2, '2026-00-00', null, null), (3, '2026-01-01', null, null)`,
    );
    await add('zeros', { table: 'zeros' });
    expect((await ground.sync({ dataset: 'zeros' })).datasets[0]).toMatchObject({
      inserted: 2,
      rejected: 1,
      rejects: [{ line: 2, why: 'column d: 2026-00-00 is no date' }],
    });
    expect(await ground.rows(`select id, d::text, t, s from ${ground.schema}.zeros`)).toEqual([
      [1, null, null, null],
      [3, '2026-01-01', null, null],
    ]);
  });

  test('a query comes over, the cursor narrows what is read, and twice in a row moves nothing twice', async () => {
    await db.client.query(
      `create table sales (id bigint, total decimal(10,2), at timestamp(6) null);
       set time_zone = '+00:00';
       insert into sales values (1, 10, '2026-01-01 00:00:00.5'), (2, 20, '2026-01-02'), (3, 30, null)`,
    );
    const source = { query: 'select id, total, at from sales where total > 0 -- all of them' };
    const id = await add('sales', source, { mode: 'incremental', keys: ['id'], cursor: 'at' });
    expect(await ground.sync({ dataset: 'sales' })).toMatchObject({ rows_read: 3, inserted: 3 });
    expect((await ground.dataset(id)).cursor_value).toBe('2026-01-02 00:00:00+00');
    expect(await ground.sync({ dataset: 'sales' })).toMatchObject({
      rows_read: 2,
      inserted: 0,
      updated: 0,
      unchanged: 2,
    });
    await db.client.query(
      `update sales set total = 21.5, at = '2026-01-03' where id = 2; insert into sales values (4, 40, '2026-01-04')`,
    );
    expect(await ground.sync({ dataset: 'sales' })).toMatchObject({
      rows_read: 3,
      inserted: 1,
      updated: 1,
    });
    expect(
      await ground.rows(`select id::int, total::text from ${ground.schema}.sales order by id`),
    ).toEqual([
      [1, '10.00'],
      [2, '21.50'],
      [3, '30.00'],
      [4, '40.00'],
    ]);
  });

  test('a number as cursor is compared exactly', async () => {
    await db.client.query(
      `create table seqs (id int, n bigint unsigned);
       insert into seqs values (1, 18446744073709551614), (2, 18446744073709551615)`,
    );
    await add('seqs', { table: 'seqs' }, { mode: 'incremental', keys: ['id'], cursor: 'n' });
    await ground.sync({ dataset: 'seqs' });
    expect(await ground.sync({ dataset: 'seqs' })).toMatchObject({ rows_read: 1, unchanged: 1 });
  });

  test('many rows stream; none is lost or changed on the way', async () => {
    await add('many', { query: 'select seq as id, md5(seq) as t from seq_1_to_100000' });
    expect(await ground.sync({ dataset: 'many' })).toMatchObject({ rows_read: 100_000 });
    expect(
      await ground.rows(
        `select count(*)::int, bool_and(t = md5(id::text)) from ${ground.schema}.many`,
      ),
    ).toEqual([[100_000, true]]);
  });

  test('a changed type is refused with column, old and new; a new column is added', async () => {
    await db.client.query('create table shifting (v int); insert into shifting values (1)');
    await add('shifting', { table: 'shifting' });
    await ground.sync({ dataset: 'shifting' });
    await db.client.query(`alter table shifting add w datetime default '2026-01-01'`);
    await ground.sync({ dataset: 'shifting' });
    expect(await ground.rows(`select v, w::text from ${ground.schema}.shifting`)).toEqual([
      [1, '2026-01-01 00:00:00'],
    ]);
    await db.client.query('alter table shifting modify v varchar(9)');
    expect((await ground.failure({ dataset: 'shifting' })).reason).toContain(
      'column v is integer in the warehouse and now text in the source',
    );
    expect(await ground.rows(`select v from ${ground.schema}.shifting`)).toEqual([[1]]);
  });

  describe('a query cannot do anything but read', () => {
    test.each([
      ['a second statement', 'select 1 as a; drop table victim'],
      ['breaking out of the parentheses', 'select 1 as a) q; drop table victim; -- '],
      ['a statement that writes', 'delete from victim'],
      ['a file on the server', `select 1 as a into outfile '/tmp/hf-never'`],
      ['a function that writes', 'select spoil() as a'],
    ])('%s', async (name, query) => {
      await db.client.query(
        `create table if not exists victim (n int); insert into victim values (1);
         create or replace function spoil() returns int begin delete from victim; return 1; end`,
      );
      const slug = name.replaceAll(/\W/g, '-');
      await add(slug, { query });
      expect(await ground.failure({ dataset: slug })).toMatchObject({ retryable: false });
      const [rows] = await db.client.query('select count(*) as n from victim');
      expect((rows as { n: number }[])[0]!.n).toBeGreaterThan(0);
    });
  });

  describe('failures say what, where and what to do', () => {
    test.each([
      [
        'table',
        { table: 'nowhere' },
        {},
        /Reading nowhere: Table 'shop.nowhere' doesn't exist \(.*check its name/,
        false,
      ],
      ['column', { query: 'select nothing from victim' }, {}, /Unknown column/, false],
      [
        'twice',
        { query: 'select 1 as a, 2 as a' },
        {},
        /Duplicate column name 'a' \(rename/,
        false,
      ],
      ['database', { table: 't' }, { database: 'none' }, /Unknown database 'none'/, false],
      ['user', { table: 't' }, { user: 'nobody' }, /Access denied.*check user and password/, false],
      ['timeout', { query: 'select sleep(20) as s' }, { statement_timeout: 1 }, /time limit/, true],
    ] as [string, object, object, RegExp, boolean][])(
      '%s',
      async (slug, source, config, reason, retryable) => {
        const other = await connect(config);
        await ground.addDataset(`bad-${slug}`, { connectorId: other, source });
        expect(await ground.failure({ dataset: `bad-${slug}` })).toMatchObject({
          reason: expect.stringMatching(reason),
          retryable,
        });
      },
    );

    test('nobody listening, and a server that hangs up', async () => {
      const hangsUp = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
      await once(hangsUp, 'listening');
      const { port } = hangsUp.address() as AddressInfo;
      await ground.addDataset('hangs', {
        connectorId: await connect({ port }),
        source: { table: 't' },
      });
      expect(await ground.failure({ dataset: 'hangs' })).toMatchObject({ retryable: true });
      hangsUp.close();
      await once(hangsUp, 'close');
      const { reason, retryable } = await ground.failure({ dataset: 'hangs' });
      expect(reason).toContain(`Connecting to hf at 127.0.0.1:${port}/shop`);
      expect(retryable).toBe(true);
    });
  });

  test('TLS: encrypted, or with the certificate checked against a private authority', async () => {
    const cipher = `select variable_value as c from information_schema.session_status where variable_name = 'Ssl_cipher'`;
    for (const [i, config] of [
      { ssl: 'require' },
      { ssl: 'verify', authority: certificate.cert },
    ].entries()) {
      await ground.addDataset(`tls-${i}`, {
        connectorId: await connect(config),
        source: { query: cipher },
      });
      await ground.sync({ dataset: `tls-${i}` });
      const [row] = await ground.rows(`select c from ${ground.schema}."tls-${i}"`);
      expect(row![0]).toMatch(/TLS|AES|CHACHA/);
    }
    await ground.addDataset('tls-unknown', {
      connectorId: await connect({ ssl: 'verify' }),
      source: { query: cipher },
    });
    expect((await ground.failure({ dataset: 'tls-unknown' })).reason).toContain(
      'certificate was not accepted',
    );
  });

  test('a server that dies half-way leaves the old rows whole', async () => {
    await db.client.query('create table dying as select seq as id from seq_1_to_5');
    const id = await add('dying', { table: 'dying' });
    await ground.sync({ dataset: 'dying' });
    await ground.pool.query('update dataset set source = $2 where id = $1', [
      id,
      { query: `select seq as id from seq_1_to_500000000` },
    ]);
    await using step = await ground.newStep();
    const running = ground.execute(step, { dataset: 'dying' });
    while (step.progress.length === 0) await sleep(5);
    await killSessions();
    expect(await running).toMatchObject({ outcome: 'failed', retryable: true });
    expect(await ground.rows(`select count(*)::int from ${ground.schema}.dying`)).toEqual([[5]]);
    expect(await ground.stagingTables()).toEqual([]);
  });

  test.each([
    ['sends nothing for a long time', 'select sleep(60) as s from victim', false],
    ['sends without end', 'select seq as id from seq_1_to_500000000', true],
  ])('a query that %s is ended in its server by a cancel', async (name, query, sends) => {
    const slug = `cancel-${sends}`;
    await add(slug, { query });
    const step = await ground.newStep();
    const running = ground.execute(step, { dataset: slug });
    running.catch(() => {});
    while (sends ? step.progress.length === 0 : (await queries()) === 0) await sleep(5);
    const abortedAt = performance.now();
    step.abort();
    await expect(running, name).rejects.toThrow('the run was cancelled');
    expect(performance.now() - abortedAt).toBeLessThan(2000);
    for (let i = 0; i < 100 && (await queries()) > 0; i++) await sleep(10);
    expect(await queries()).toBe(0);
    await step[Symbol.asyncDispose]();
  });
});

/** How many statements of ours the server is running. */
async function queries(): Promise<number> {
  const [rows] = await db.client.query(
    `select count(*) as n from information_schema.processlist where info like 'select q.%'`,
  );
  return Number((rows as { n: number }[])[0]!.n);
}

async function killSessions(): Promise<void> {
  const [rows] = await db.client.query(
    `select id from information_schema.processlist where info like 'select q.%'`,
  );
  for (const { id } of rows as { id: number }[]) await db.client.query(`kill ${id}`);
}
