import { appendFile, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi } from './api.ts';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
let connectorId: number;

beforeAll(async () => {
  ground = await createGround();
  connectorId = await ground.addConnector('parquet', { folder: ground.folder });
});
afterAll(() => ground[Symbol.asyncDispose]());

const add = (slug: string, more: object = {}) =>
  ground.addDataset(slug, { connectorId, source: { path: `${slug}.parquet` }, ...more });

type Written = Parameters<typeof parquetWriteBuffer>[0];
type SchemaElement = NonNullable<Written['schema']>[number];

const write = (slug: string, given: Written) =>
  ground.file(`${slug}.parquet`, Buffer.from(parquetWriteBuffer(given)));

/** One column a type: how the file declares it, what is written, and what the warehouse has of it. */
const TYPES: [Omit<SchemaElement, 'name'>, unknown, string, string][] = [
  [{ type: 'BOOLEAN' }, true, 'boolean', 'true'],
  [{ type: 'INT32' }, -2_147_483_648, 'integer', '-2147483648'],
  [{ type: 'INT32', converted_type: 'INT_16' }, -5, 'smallint', '-5'],
  [{ type: 'INT32', converted_type: 'UINT_16' }, 65_535, 'integer', '65535'],
  [{ type: 'INT32', converted_type: 'UINT_32' }, 4_294_967_295, 'bigint', '4294967295'],
  [{ type: 'INT64' }, -9223372036854775808n, 'bigint', '-9223372036854775808'],
  [{ type: 'FLOAT' }, Math.fround(0.1), 'real', '0.1'],
  [{ type: 'DOUBLE' }, 0.1, 'double precision', '0.1'],
  [{ type: 'DOUBLE' }, NaN, 'double precision', 'NaN'],
  [{ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, 'a\tb\n🙂\\N', 'text', 'a\tb\n🙂\\N'],
  [{ type: 'BYTE_ARRAY' }, Uint8Array.of(0, 255), 'bytea', '\\x00ff'],
  [{ type: 'BYTE_ARRAY', converted_type: 'JSON' }, { a: [1] }, 'jsonb', '{"a": [1]}'],
  [
    { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    'uuid',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  ],
  [
    { type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 2 },
    -123456789012345678n,
    'numeric(18,2)',
    '-1234567890123456.78',
  ],
  [
    {
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 16,
      converted_type: 'DECIMAL',
      precision: 38,
      scale: 10,
    },
    -12345678901234567890123456789n,
    'numeric(38,10)',
    '-1234567890123456789.0123456789',
  ],
  [{ type: 'INT32', converted_type: 'DATE' }, new Date('2024-02-29'), 'date', '2024-02-29'],
  [{ type: 'INT32', converted_type: 'DATE' }, new Date('1900-01-01'), 'date', '1900-01-01'],
  [
    { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
    new Date('1969-12-31T23:59:59.999Z'),
    'timestamp with time zone',
    '1969-12-31 23:59:59.999+00',
  ],
  [
    { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
    1_767_225_600_123_456n,
    'timestamp with time zone',
    '2026-01-01 00:00:00.123456+00',
  ],
  [
    { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' } },
    1_767_225_600_123_456_789n,
    'timestamp without time zone',
    '2026-01-01 00:00:00.123456',
  ],
  [
    { type: 'INT64', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' } },
    86_399_000_001n,
    'time without time zone',
    '23:59:59.000001',
  ],
];

test('every type comes over, every value as it was, and nothing as nothing', async () => {
  const names = TYPES.map((_, i) => `c${i}`);
  await write('types', {
    columnData: TYPES.map(([, value], i) => ({ name: names[i]!, data: [value, null] })),
    schema: [
      { name: 'root', num_children: TYPES.length },
      ...TYPES.map(([element], i): SchemaElement => ({
        name: names[i]!,
        repetition_type: 'OPTIONAL',
        ...element,
      })),
    ],
  });
  await add('types');
  expect(await ground.sync({ dataset: 'types' })).toMatchObject({ rows_read: 2, inserted: 2 });
  expect(await ground.types('types')).toEqual(
    Object.fromEntries(TYPES.map(([, , type], i) => [names[i], type])),
  );
  const list = names.map((name) => `${name}::text`).join(', ');
  const [first, second] = await ground.rows(
    `select ${list} from ${ground.schema}.types order by c0 nulls last`,
  );
  expect(first).toEqual(TYPES.map(([, , , text]) => text));
  expect(second).toEqual(TYPES.map(() => null));
});

test('lists and structs are JSON', async () => {
  await write('nested', {
    columnData: [
      { name: 'id', data: [1, 2] },
      {
        name: 'tags',
        data: [['a', 'b'], []],
      },
      {
        name: 'who',
        data: [
          { name: 'Ada', n: 9007199254740993n },
          { name: null, n: 1n },
        ],
      },
    ],
    schema: [
      { name: 'root', num_children: 3 },
      { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
      { name: 'tags', num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
      { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
      { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'who', num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'name', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'n', type: 'INT64', repetition_type: 'OPTIONAL' },
    ],
  });
  await add('nested');
  await ground.sync({ dataset: 'nested' });
  expect(
    await ground.rows(`select tags::text, who::text from ${ground.schema}.nested order by id`),
  ).toEqual([
    ['["a", "b"]', '{"n": 9007199254740993, "name": "Ada"}'],
    ['[]', '{"n": 1, "name": null}'],
  ]);
});

test.each([
  ['UNCOMPRESSED', (bytes: Uint8Array) => bytes],
  ['SNAPPY', undefined],
  ['GZIP', gzipSync],
  ['ZSTD', zstdCompressSync],
  ['BROTLI', brotliCompressSync],
] as const)('%s: many row groups stream, none lost', async (codec, compress) => {
  const slug = codec.toLowerCase();
  const rows = 50_000;
  await write(slug, {
    codec,
    ...(compress && {
      compressors: { [codec]: (bytes: Uint8Array) => new Uint8Array(compress(bytes)) },
    }),
    rowGroupSize: 30_000,
    columnData: [
      { name: 'id', data: Array.from({ length: rows }, (_, i) => i), type: 'INT32' },
      { name: 't', data: Array.from({ length: rows }, (_, i) => `t${i % 1000}`), type: 'STRING' },
    ],
  });
  await add(slug);
  const { size } = await stat(join(ground.folder, `${slug}.parquet`));
  expect(await ground.sync({ dataset: slug })).toMatchObject({ rows_read: rows, bytes: size });
  expect(
    await ground.rows(
      `select count(distinct id)::int, bool_and(t = 't' || id % 1000) from ${ground.schema}.${slug}`,
    ),
  ).toEqual([[rows, true]]);
});

test('incremental: twice in a row moves nothing twice', async () => {
  const at = (day: number) => new Date(Date.UTC(2026, 0, day));
  const rows = (ids: number[]) => ({
    columnData: [
      { name: 'id', data: ids, type: 'INT32' as const },
      { name: 'at', data: ids.map(at), type: 'TIMESTAMP' as const },
    ],
  });
  await write('growing', rows([1, 2]));
  await add('growing', { mode: 'incremental', keys: ['id'], cursor: 'at' });
  expect(await ground.sync({ dataset: 'growing' })).toMatchObject({ inserted: 2 });
  expect(await ground.sync({ dataset: 'growing' })).toMatchObject({ inserted: 0, updated: 0 });
  await write('growing', rows([1, 2, 3]));
  expect(await ground.sync({ dataset: 'growing' })).toMatchObject({ inserted: 1, updated: 0 });
});

test('a changed type is refused with column, old and new; a new column is added', async () => {
  const decimal = (precision: number, scale: number): Written => ({
    columnData: [{ name: 'v', data: [1234n] }],
    schema: [
      { name: 'root', num_children: 1 },
      { name: 'v', type: 'INT64', converted_type: 'DECIMAL', precision, scale },
    ],
  });
  await write('shifting', decimal(10, 2));
  await add('shifting');
  await ground.sync({ dataset: 'shifting' });
  await write('shifting', decimal(12, 4));
  expect((await ground.failure({ dataset: 'shifting' })).reason).toContain(
    'column v is numeric(10,2) in the warehouse and now numeric(12,4) in the source',
  );
  await write('shifting', { columnData: [{ name: 'v', data: ['text'], type: 'STRING' }] });
  expect((await ground.failure({ dataset: 'shifting' })).reason).toContain('now text');
  expect(await ground.rows(`select v::text from ${ground.schema}.shifting`)).toEqual([['12.34']]);

  await write('wider', { columnData: [{ name: 'id', data: [1], type: 'INT32' }] });
  await add('wider');
  await ground.sync({ dataset: 'wider' });
  await write('wider', {
    columnData: [
      { name: 'id', data: [1], type: 'INT32' },
      { name: 'more', data: [true], type: 'BOOLEAN' },
    ],
  });
  await ground.sync({ dataset: 'wider' });
  expect(await ground.rows(`select * from ${ground.schema}.wider`)).toEqual([[1, true]]);
});

test('bytes may be taken as text', async () => {
  await write('old', {
    columnData: [{ name: 't', data: [new TextEncoder().encode('é')], type: 'BYTE_ARRAY' }],
  });
  await add('old', { source: { path: 'old.parquet', binary_as_text: true } });
  await ground.sync({ dataset: 'old' });
  expect(await ground.rows(`select t from ${ground.schema}.old`)).toEqual([['é']]);
});

describe('files', () => {
  const simple: Written = { columnData: [{ name: 'id', data: [1, 2, 3], type: 'INT32' }] };

  test('one that is cut off, broken or none at all leaves the old rows whole, and is named', async () => {
    await write('broken', simple);
    await add('broken');
    await ground.sync({ dataset: 'broken' });
    const whole = await readFile(join(ground.folder, 'broken.parquet'));
    const torn = Buffer.from(whole).fill(0xff, 4, 30);
    for (const content of [Buffer.from(''), whole.subarray(0, whole.length - 9), torn]) {
      await ground.file('broken.parquet', content);
      const { reason, retryable } = await ground.failure({ dataset: 'broken' });
      expect(reason).toMatch(/^broken\.parquet (?:cannot be read as Parquet|has \d+ values)/);
      expect(retryable).toBe(false);
    }
    expect(await ground.rows(`select count(*)::int from ${ground.schema}.broken`)).toEqual([[3]]);
    expect(await ground.stagingTables()).toEqual([]);
  });

  test('nothing outside of the folder is read', async () => {
    await symlink('/etc/passwd', join(ground.folder, 'link.parquet'));
    for (const [i, path] of ['../x.parquet', 'link.parquet'].entries()) {
      await add(`outside-${i}`, { source: { path } });
      expect((await ground.failure({ dataset: `outside-${i}` })).reason).toContain('lies outside');
    }
    await add('absent', { source: { path: 'absent.parquet' } });
    expect((await ground.failure({ dataset: 'absent' })).reason).toContain('does not exist');
  });

  test('one that grows while it is read is not half taken', async () => {
    const rows = Array.from({ length: 300_000 }, (_, i) => i);
    await write('grows', { columnData: [{ name: 'id', data: rows, type: 'INT32' }] });
    await add('grows');
    await using step = await ground.newStep();
    const running = ground.execute(step, { dataset: 'grows' });
    while (step.progress.length === 0) await new Promise((done) => setImmediate(done));
    await appendFile(join(ground.folder, 'grows.parquet'), 'more');
    expect(await running).toMatchObject({
      outcome: 'failed',
      retryable: true,
      reason: expect.stringContaining('was changed while it was read'),
    });
  });

  test('one behind http comes whole or not at all', async () => {
    const bytes = Buffer.from(parquetWriteBuffer(simple));
    await using api = await startApi((_asked, response) => void response.end(bytes));
    const id = await ground.addConnector('parquet', { base_url: `${api.url}/data/` }, null, {
      authorization: 'Bearer abc',
    });
    await ground.addDataset('web', { connectorId: id, source: { url: 'x.parquet' } });
    expect(await ground.sync({ dataset: 'web' })).toMatchObject({ inserted: 3 });
    expect(api.asked[0]).toMatchObject({
      path: '/data/x.parquet',
      headers: { authorization: 'Bearer abc' },
    });
    api.answer((_asked, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 20), () => response.destroy());
      return undefined;
    });
    expect(await ground.failure({ dataset: 'web' })).toMatchObject({ retryable: true });
    expect(await ground.rows(`select count(*)::int from ${ground.schema}.web`)).toEqual([[3]]);
  });
});

test('a cancel ends a file that is being read', async () => {
  const rows = Array.from({ length: 400_000 }, (_, i) => `value number ${i}`);
  await write('large', { columnData: [{ name: 't', data: rows, type: 'STRING' }] });
  await add('large');
  await using step = await ground.newStep();
  const running = ground.execute(step, { dataset: 'large' });
  running.catch(() => {});
  while (step.progress.length === 0) await new Promise((done) => setImmediate(done));
  const abortedAt = performance.now();
  step.abort();
  await expect(running).rejects.toThrow('the run was cancelled');
  expect(performance.now() - abortedAt).toBeLessThan(2000);
  expect(await ground.stagingTables()).toEqual([]);
});
