/** Second half of a load: the rows move from text into the staging table, typed, one row a key, ready to be
 *  published by another session.
 *
 *  COPY with FREEZE: the rows are visible to every snapshot, also to one that is older than they are. So when
 *  the staging table takes the place of the old one, a reader in a long repeatable-read transaction finds
 *  rows in it, where it would otherwise find an empty table. FREEZE needs a COPY into a table of the same
 *  transaction, and COPY cannot read from a table, hence the relay. */
import type { Client } from '#platform/db.ts';
import { quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import { asFailure } from '../connector/failure.ts';
import type { Dataset } from './dataset.ts';
import { relay } from './relay.ts';
import { TEXT_TABLE } from './stage-rows.ts';
import type { PlannedColumn } from './target-table.ts';

export type StagingPlan = {
  readonly dataset: Dataset;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly PlannedColumn[];
  /** By position. */
  readonly types: readonly string[];
  /** What publishing will do: put the table in place, replace the rows of the old one, or merge into it. */
  readonly how: 'create' | 'replace' | 'merge';
  /** Only rows at or after this cursor. */
  readonly since: string | null;
  /** What the source calls its state, to be kept with the rows. */
  readonly sourceVersion?: string | null;
};

export type Built = {
  readonly rows: number;
  /** The highest cursor among them, as text. */
  readonly cursor: string | null;
};

/** @param reader the session that holds the text. @param writer another one.
 *  @throws Failure; the signal's reason when aborted. Nothing is left behind then. */
export async function buildStaging(
  reader: Client,
  writer: Client,
  plan: StagingPlan,
  signal: AbortSignal,
): Promise<Built> {
  const { dataset, columns } = plan;
  const staging = quoteQualified(plan.schema, plan.table);
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  try {
    // Temporary tables are never analysed by themselves, and DISTINCT ON wants to know their size.
    await reader.query(`analyze ${TEXT_TABLE}`);
    await reader.query(`select set_config('hf.cursor', $1, false)`, [plan.since ?? '']);
    await writer.query('begin');
    for (const statement of definition(plan)) await writer.query(statement);
    const count = await relay(
      { session: reader, sql: `copy (${selection(plan)}) to stdout` },
      { session: writer, sql: `copy ${staging} (${names}) from stdin (freeze)` },
      signal,
    );
    let cursor: string | null = null;
    if (dataset.cursorColumn !== null) {
      const column = quoteIdentifier(dataset.cursorColumn);
      const { rows } = await writer.query(`select max(${column})::text as cursor from ${staging}`);
      cursor = rows[0].cursor;
    }
    if (plan.how === 'create' && dataset.mode === 'incremental' && dataset.keyColumns.length > 0) {
      const keys = dataset.keyColumns.map(quoteIdentifier).join(', ');
      await writer.query(
        `create unique index ${quoteIdentifier(keyIndexName(plan.table))} on ${staging} (${keys})`,
      );
    }
    await writer.query(`analyze ${staging}`);
    signal.throwIfAborted();
    await writer.query('commit');
    return { rows: count, cursor };
  } catch (error) {
    await writer.query('rollback').catch(() => {
      // The session is gone, and its transaction with it.
    });
    signal.throwIfAborted();
    throw asFailure(error, `Preparing the rows of ${dataset.slug}`);
  }
}

/** A staging name is unique in its schema and ends in numbers: so is this. */
const keyIndexName = (staging: string) => `k${/_staging_[\d_]+$/.exec(staging)![0]}`;

function definition({ schema, table, dataset, columns, types, how }: StagingPlan): string[] {
  const staging = quoteQualified(schema, table);
  const define = (all: boolean) =>
    columns.flatMap(({ name, existing }, i) =>
      all || existing === null ? [`${quoteIdentifier(name)} ${types[i]}`] : [],
    );
  if (how !== 'replace') {
    // What is only merged from need not survive a crash of the server.
    const kind = how === 'merge' ? 'unlogged table' : 'table';
    return [`create ${kind} ${staging} (${define(true).join(', ')})`];
  }
  const old = quoteQualified(schema, dataset.tableName);
  const added = define(false).map((column) => `add column ${column}`);
  return [
    `create table ${staging} (like ${old} including all)`,
    ...(added.length > 0 ? [`alter table ${staging} ${added.join(', ')}`] : []),
  ];
}

/** The typed rows: those at or after the cursor, the last read of each key. ctid is the order of reading. */
function selection({ dataset, columns, types, since }: StagingPlan): string {
  const cast = ({ declared }: PlannedColumn, i: number) =>
    // In a source without types an empty text is no value, unless the column is text.
    declared === null && !isTextual(types[i]!)
      ? `nullif(c${i}, '')::${types[i]}`
      : `c${i}::${types[i]}`;
  const casts = columns.map(cast);
  const at = (name: string) => casts[columns.findIndex((column) => column.name === name)]!;
  const keys = dataset.keyColumns.map(at).join(', ');
  const cursor = dataset.cursorColumn === null ? null : at(dataset.cursorColumn);
  const cursorType = types[columns.findIndex(({ name }) => name === dataset.cursorColumn)];
  return [
    `select ${keys === '' ? '' : `distinct on (${keys}) `}${casts.join(', ')} from ${TEXT_TABLE}`,
    since === null || cursor === null
      ? ''
      : `where ${cursor} >= current_setting('hf.cursor')::${cursorType} or ${cursor} is null`,
    keys === '' ? '' : `order by ${keys}, ctid desc`,
  ].join(' ');
}

const isTextual = (type: string) => type === 'text' || type.startsWith('character');
