/** A table or query of MySQL as batches of rows. */
import type { Query, QueryOptions } from 'mysql2';
import type { Batch, Cell, Opened, OpenedRows, OpenOptions } from './connector-type.ts';
import { Failure } from './failure.ts';
import { asMysqlFailure } from './mysql-failure.ts';
import type { Config, Secrets, Source } from './mysql-form.ts';
import { openSession, type Session } from './mysql-session.ts';
import { mysqlColumn, type MysqlColumn, type MysqlField } from './mysql-types.ts';

/** Rows and bytes of a batch, whichever is reached first. */
const BATCH_ROWS = 1000;
const BATCH_BYTES = 256 * 1024;

/** @throws Failure, now or while its batches are read. */
export async function openMysql(
  { config, secrets }: Opened<Config, Secrets>,
  source: Source,
  options: OpenOptions,
): Promise<OpenedRows> {
  const session = await openSession(config, secrets, options.sessionName, options.signal);
  try {
    const { columns, text } = await plan(session, source, options);
    return {
      columns: columns.map(({ name, type }) => ({ name, type })),
      totalBytes: null,
      batches: read(session, text, columns, options.signal),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    options.signal.throwIfAborted();
    throw asMysqlFailure(error, `Reading ${source.table ?? 'the query'}`);
  }
}

/** Columns and the statement that streams them. A query stands inside of parentheses, where only a SELECT may, and the
 *  protocol takes one statement at a time. */
async function plan(
  { connection }: Session,
  { table, query }: Source,
  { since }: OpenOptions,
): Promise<{ columns: MysqlColumn[]; text: string }> {
  const from = table === undefined ? `(\n${query!.replace(/;\s*$/, '')}\n)` : quoted(table);
  const [, fields] = await connection.query<never>({
    sql: `select * from ${from} as q limit 0`,
    rowsAsArray: true,
  });
  const columns = (fields as unknown as MysqlField[]).map(mysqlColumn);
  const list = columns.map(({ name, select }) => {
    const column = `q.${quoted(name)}`;
    const selected = select(column);
    return selected === column ? column : `${selected} as ${quoted(name)}`;
  });
  const where =
    since === null ? '' : ` where ${after(since, columns, (given) => connection.escape(given))}`;
  return { columns, text: `select ${list.join(', ')} from ${from} as q${where}` };
}

/** Rows at or after the cursor; one without a cursor comes every time. */
function after(
  { column, value }: NonNullable<OpenOptions['since']>,
  columns: readonly MysqlColumn[],
  escape: (value: unknown) => string,
): string {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined)
    throw new Failure(`The cursor column ${column} is not among the columns.`);
  const name = `q.${quoted(column)}`;
  // Compared with a text, numbers would become doubles.
  const isNumber = /^(?:smallint|integer|bigint|numeric)$/.test(found.type);
  const literal = isNumber && /^-?\d+(?:\.\d+)?$/.test(value) ? value : escape(asUtc(value, found));
  return `(${name} >= ${literal} or ${name} is null)`;
}

/** `2026-01-02 00:00:00+00` without its zone, in which the session is. */
const asUtc = (value: string, { type }: MysqlColumn) =>
  type === 'timestamptz' ? value.replace(/\+00(?::00)?$/, '') : value;

const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;

/** The connection under the one of promises: only it streams. */
type Inner = { readonly connection: { query(options: QueryOptions): Query } };

type Read = (string | Buffer | null)[];

async function* read(
  { connection }: Session,
  text: string,
  columns: readonly MysqlColumn[],
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const binary = new Set(columns.filter((c) => c.binary).map(({ name }) => name));
  const options: QueryOptions = {
    sql: text,
    rowsAsArray: true,
    typeCast: (field) => (binary.has(field.name) ? field.buffer() : field.string('utf8')),
  };
  let batch = emptyBatch(0);
  let count = 0;
  let size = 0;
  try {
    const { connection: inner } = connection as unknown as Inner;
    const stream = inner.query(options).stream({ highWaterMark: BATCH_ROWS });
    // A stream is told nothing of a connection that is lost: it would wait for ever.
    connection.once('error', (error) => stream.destroy(error));
    // Where this is left early the session ends with it, so the stream needs no draining.
    for await (const row of stream as AsyncIterable<Read>) {
      count++;
      size += take(batch, row, columns, count);
      if (batch.rows.length + batch.broken.length < BATCH_ROWS && size < BATCH_BYTES) continue;
      const bytes = batch.bytes + size;
      yield { ...batch, bytes };
      batch = emptyBatch(bytes);
      size = 0;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw asMysqlFailure(error, 'Reading the source');
  }
  if (batch.rows.length + batch.broken.length > 0) yield { ...batch, bytes: batch.bytes + size };
}

type MutableBatch = {
  rows: Cell[][];
  lines: number[];
  broken: { line: number; why: string }[];
  bytes: number;
};

const emptyBatch = (bytes: number): MutableBatch => ({ rows: [], lines: [], broken: [], bytes });

/** @returns the row's bytes, nearly. */
function take(
  batch: MutableBatch,
  row: Read,
  columns: readonly MysqlColumn[],
  line: number,
): number {
  let size = 0;
  const cells: Cell[] = [];
  for (const [i, { name, cell }] of columns.entries()) {
    const value = row[i]!;
    if (value === null) {
      cells.push(null);
      continue;
    }
    size += value.length;
    try {
      cells.push(cell(value));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      batch.broken.push({ line, why: `column ${name}: ${error.message}` });
      return size;
    }
  }
  batch.rows.push(cells);
  batch.lines.push(line);
  return size;
}
