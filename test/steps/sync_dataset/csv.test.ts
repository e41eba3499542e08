import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

test('a file becomes a table with the narrowest types that hold every row', async () => {
  const id = await ground.addDataset('typed');
  await ground.file(
    'typed.csv',
    [
      'id,big,amount,paid,day,at,zip,mixed,nothing,note',
      '1,3000000000,1,true,2026-01-31,2026-01-31T10:00:00Z,00123,1,,plain',
      '2,1,2.50,FALSE,2024-02-29,2026-01-31,00124,x,,"a ""quoted"", note"',
      '3,,,,,,,,,"two\r\nlines"',
    ].join('\r\n'),
  );
  const output = await ground.sync({ dataset: 'typed' });
  expect(output).toMatchObject({ rows_read: 3, inserted: 3, updated: 0, rejected: 0 });
  expect(output.datasets[0]).toMatchObject({ dataset: 'typed', rows_read: 3, rejects: [] });
  expect(await ground.types('typed')).toEqual({
    id: 'integer',
    big: 'bigint',
    amount: 'numeric',
    paid: 'boolean',
    day: 'date',
    at: 'timestamp with time zone',
    zip: 'text',
    mixed: 'text',
    nothing: 'text',
    note: 'text',
  });
  expect(
    await ground.rows(
      `select id, big, amount::text, paid, day::text, at::text, zip, mixed, nothing, note
       from ${ground.schema}.typed order by id`,
    ),
  ).toEqual([
    [1, 3000000000, '1', true, '2026-01-31', '2026-01-31 10:00:00+00', '00123', '1', null, 'plain'],
    [
      2,
      1,
      '2.50',
      false,
      '2024-02-29',
      '2026-01-31 00:00:00+00',
      '00124',
      'x',
      null,
      'a "quoted", note',
    ],
    [3, null, null, null, null, null, null, null, null, 'two\r\nlines'],
  ]);
  const stored = await ground.dataset(id);
  expect(stored).toMatchObject({ row_count: 3, cursor_value: null });
  expect(stored.columns.slice(0, 2)).toEqual([
    { name: 'id', type: 'integer' },
    { name: 'big', type: 'bigint' },
  ]);
  expect(stored.last_synced_at).toBeInstanceOf(Date);
  expect(await ground.stagingTables()).toEqual([]);
});

test('one value in the last of many rows decides the type of its column', async () => {
  await ground.addDataset('late');
  const rows = Array.from({ length: 50_000 }, (_, i) => `${i},${i}`).join('\n');
  await ground.file('late.csv', `n,m\n${rows}\n007,1.5\n`);
  expect(await ground.sync({ dataset: 'late' })).toMatchObject({ inserted: 50_001, rejected: 0 });
  expect(await ground.types('late')).toEqual({ n: 'text', m: 'numeric' });
  expect(await ground.rows(`select n from ${ground.schema}.late where m = 1.5`)).toEqual([['007']]);
});

test('a file with a header only makes an empty table, and empties a full one', async () => {
  await ground.addDataset('header');
  await ground.file('header.csv', 'a,b\n');
  expect(await ground.sync({ dataset: 'header' })).toMatchObject({ rows_read: 0, inserted: 0 });
  expect(await ground.types('header')).toEqual({ a: 'text', b: 'text' });
  await ground.file('header.csv', 'a,b\n1,2\n');
  await ground.sync({ dataset: 'header' });
  await ground.file('header.csv', 'a,b');
  await ground.sync({ dataset: 'header' });
  expect(await ground.rows(`select * from ${ground.schema}.header`)).toEqual([]);
});

test.each([[''], ['\n\n'], ['\uFEFF']])(
  'a file without even a header fails: %j',
  async (content) => {
    const slug = `empty-${content.length}-${content.charCodeAt(0)}`;
    await ground.addDataset(slug, { source: { path: 'empty.csv' } });
    await ground.file('empty.csv', content);
    const { reason, retryable } = await ground.failure({ dataset: slug });
    expect(reason).toContain('empty.csv is empty');
    expect(retryable).toBe(false);
  },
);

test('ragged rows are rejected and counted, the first twenty with line and reason', async () => {
  await ground.addDataset('ragged');
  const lines = Array.from({ length: 60 }, (_, i) =>
    i % 2 === 0 ? `${i},x` : i % 4 === 1 ? 'y' : 'a,b,c',
  );
  await ground.file('ragged.csv', `n,t\n${lines.join('\n')}\n"a"b,c\n`);
  const output = await ground.sync({ dataset: 'ragged' });
  expect(output).toMatchObject({ rows_read: 61, inserted: 30, rejected: 31, unchanged: 0 });
  const { rejects } = output.datasets[0]!;
  expect(rejects).toHaveLength(20);
  expect(rejects.slice(0, 2)).toEqual([
    { line: 3, why: '1 fields where there are 2 columns' },
    { line: 5, why: '3 fields where there are 2 columns' },
  ]);
  expect(rejects.at(-1)!.line).toBe(41);
});

test('max_rejected limits the share of rejected rows; none left always fails', async () => {
  await ground.addDataset('limit');
  await ground.file('limit.csv', 'n,t\n1,x\n2\n3,x\n4,x\n');
  const { reason } = await ground.failure({ dataset: 'limit', max_rejected: 0.2 });
  expect(reason).toMatch(/1 of 4 rows were rejected, more than the 20 % allowed.*line 3/);
  await ground.sync({ dataset: 'limit', max_rejected: 0.25 });
  await ground.file('limit.csv', 'n,t\n1\n');
  expect((await ground.failure({ dataset: 'limit' })).reason).toContain('1 of 1 rows');
  expect(await ground.rows(`select count(*)::int from ${ground.schema}.limit`)).toEqual([[3]]);
});

test('NULs, bad UTF-8 and COPY’s own characters never end a sync', async () => {
  await ground.addDataset('nasty', { source: { path: 'nasty.csv' } });
  await ground.file(
    'nasty.csv',
    Buffer.concat([
      Buffer.from('n,t\n1,a\0b\n2,tab\there\\N\n3,\\.\n4,'),
      Buffer.from([0xff, 0x41]),
      Buffer.from('\n5,🙂\n6,\\\n'),
    ]),
  );
  const output = await ground.sync({ dataset: 'nasty' });
  expect(output.datasets[0]).toMatchObject({ inserted: 6, replaced_values: 2 });
  expect(await ground.rows(`select t from ${ground.schema}.nasty order by n`)).toEqual([
    ['a\uFFFDb'],
    ['tab\there\\N'],
    ['\\.'],
    ['\uFFFDA'],
    ['🙂'],
    ['\\'],
  ]);
});

test('a byte order mark, other delimiters, quotes and encodings, no header', async () => {
  await ground.addDataset('bom');
  await ground.file('bom.csv', '\uFEFFid,name\n1,é\n');
  await ground.sync({ dataset: 'bom' });
  expect(await ground.types('bom')).toEqual({ id: 'integer', name: 'text' });

  const source = {
    path: 'odd.csv',
    delimiter: ';',
    quote: "'",
    header: false,
    encoding: 'windows-1252',
  };
  await ground.addDataset('odd', { source });
  await ground.file('odd.csv', Buffer.from("1;'a;b'\n2;\xe9\n", 'latin1'));
  await ground.sync({ dataset: 'odd' });
  expect(await ground.rows(`select column_1, column_2 from ${ground.schema}.odd`)).toEqual([
    [1, 'a;b'],
    [2, 'é'],
  ]);
});

test('names of tables and columns are taken as they are, whatever they hold', async () => {
  const table = 'o"rders; drop table "x"; -- 表';
  const long = 'é'.repeat(40);
  await ground.addDataset('names', { table, mode: 'incremental', keys: ['i"d'] });
  const header = ` i"d ,"a ""b""; drop schema x; --",,select,select,${long}`;
  await ground.file('names.csv', `${header}\n1,2,3,4,5,6\n`);
  await ground.sync({ dataset: 'names' });
  await ground.sync({ dataset: 'names' });
  await ground.sync({ dataset: 'names', mode: 'full' });
  expect(Object.keys(await ground.types(table))).toEqual([
    'i"d',
    'a "b"; drop schema x; --',
    'column_3',
    'select',
    'select_2',
    'é'.repeat(31),
  ]);
});

describe('files', () => {
  test('a missing file is named, with its folder', async () => {
    await ground.addDataset('missing', { source: { path: 'sub/none.csv' } });
    const { reason, retryable } = await ground.failure({ dataset: 'missing' });
    expect(reason).toContain(join(ground.folder, 'sub/none.csv'));
    expect(reason).toContain('does not exist');
    expect(retryable).toBe(false);
  });

  test('nothing outside of the folder is read, not by a link either', async () => {
    const inner = join(ground.folder, 'inner');
    await mkdir(inner, { recursive: true });
    await writeFile(join(ground.folder, 'secret.csv'), 'a\n1\n');
    await symlink(join(ground.folder, 'secret.csv'), join(inner, 'link.csv'));
    await writeFile(join(inner, '..fine.csv'), 'a\n1\n');
    const connectorId = await ground.addConnector('csv', { folder: inner });
    const paths = [
      '../secret.csv',
      join(ground.folder, 'secret.csv'),
      'link.csv',
      '..',
      'x/../../secret.csv',
    ];
    for (const [i, path] of paths.entries()) {
      await ground.addDataset(`outside-${i}`, { connectorId, source: { path } });
      const { reason } = await ground.failure({ dataset: `outside-${i}` });
      expect(reason).toContain(`${path} lies outside`);
    }
    await ground.addDataset('inside', { connectorId, source: { path: '..fine.csv' } });
    await ground.sync({ dataset: 'inside' });
    await ground.addDataset('folder', { source: { path: 'inner' } });
    expect((await ground.failure({ dataset: 'folder' })).reason).toContain('is not a file');
  });
});

describe('addresses', () => {
  test('a file streams from http with its authorization; refusals say why and whether to retry', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/data/ok.csv' && request.headers.authorization === undefined) {
        response.end('id,name\n1,a\n2,b\n');
      } else {
        response.writeHead(request.url === '/data/busy.csv' ? 503 : 404).end();
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`;
    const connectorId = await ground.addConnector('csv', { base_url: `${base}/` });
    const add = (slug: string, url: string) =>
      ground.addDataset(slug, { connectorId, source: { url } });
    await add('web', 'ok.csv');
    await add('web-404', `${base}/none.csv?token=abc`);
    await add('web-503', 'busy.csv');
    await add('web-else', 'http://127.0.0.2/data/x.csv');
    await add('web-up', '../etc.csv');
    expect(await ground.sync({ dataset: 'web' })).toMatchObject({ inserted: 2, bytes: 16 });
    const missing = await ground.failure({ dataset: 'web-404' });
    expect(missing).toMatchObject({ retryable: false });
    expect(missing.reason).toContain(`${base}/none.csv answered 404`);
    expect(missing.reason).not.toContain('abc');
    expect(await ground.failure({ dataset: 'web-503' })).toMatchObject({ retryable: true });
    expect((await ground.failure({ dataset: 'web-else' })).reason).toContain('does not lie below');
    expect((await ground.failure({ dataset: 'web-up' })).reason).toContain('does not lie below');
    server.close();
    await once(server, 'close');
    const gone = await ground.failure({ dataset: 'web' });
    expect(gone).toMatchObject({ retryable: true });
    expect(gone.reason).toContain('ECONNREFUSED');
  });
});
