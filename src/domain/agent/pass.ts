/** The rows of one attempt: read once, in one short reading, and kept in the step's own session, so that an attempt of
 *  hours neither holds the warehouse's snapshot nor sees its rows change. */
import { createHash } from 'node:crypto';
import { row, rows, type Client } from '#platform/db.ts';
import { Failure } from '../connector/failure.ts';
import type { OpenedRows } from '../connector/connector-type.ts';
import { shortType } from '../connector/postgresql-types.ts';
import type { Json } from '../step/kind.ts';
import { cellOf, columnType } from '../warehouse/cells.ts';
import type { Streamed, StreamedColumn } from '../warehouse/stream.ts';
import * as sql from './agent-row.sql.ts';
import { cellOfAnswer, type AnswerColumn } from './answer-form.ts';

export type RowColumn = StreamedColumn & { readonly type: string };

/** Of which run and step the answers are. */
export type Chain = { readonly originRunId: number; readonly stepName: string };

export type Pass = {
  readonly columns: readonly RowColumn[];
  /** Rows that were read. */
  readonly total: number;
  /** Rows without an answer, and the questions that they are. */
  readonly todo: { readonly rows: number; readonly questions: number };
};

// An index holds keys of 2,700 bytes; longer ones are known by their hash.
const MAX_KEY = 500;
const BATCH = 100;

/** Reads all rows. @param fingerprint what else an answer depends on: with another one all is asked again.
 *  @throws Failure for columns that cannot be told apart, or a key that is not among them. */
export async function readPass(
  session: Client,
  source: AsyncIterable<Streamed>,
  chain: Chain,
  options: {
    readonly key: readonly string[];
    readonly limit: number | undefined;
    readonly fingerprint: string;
    progress(rows: number): void;
  },
): Promise<Pass> {
  await session.query(sql.CREATE_PASS);
  let columns: RowColumn[] | null = null;
  let keyAt: number[] = [];
  let total = 0;
  const { key, limit = Infinity, fingerprint } = options;
  for await (const batch of source) {
    columns ??= await nameColumns(session, batch.columns);
    keyAt = key.map((name) => columns!.findIndex((column) => column.name === name));
    const missing = key.filter((_, i) => keyAt[i] === -1);
    if (missing.length > 0) {
      throw new Failure(`The rows have no column ${missing.join(', ')}, which is to be their key.`);
    }
    const names = columns.map((column) => column.name);
    const taken = batch.rows.slice(0, limit - total).map((cells, i) => {
      const hash = createHash('sha256')
        .update(JSON.stringify([fingerprint, names, cells]))
        .digest('hex');
      const text = JSON.stringify(keyAt.map((at) => cells[at]));
      const isOwn = key.length > 0 && Buffer.byteLength(text) <= MAX_KEY;
      const digest = () => createHash('sha256').update(text).digest('hex');
      const k = isOwn ? text : key.length > 0 ? digest() : hash;
      return { n: total + i + 1, k, h: hash, c: cells };
    });
    if (taken.length > 0) await rows(session, sql.addToPass, [JSON.stringify(taken)]);
    total += taken.length;
    options.progress(total);
    if (total >= limit) break;
  }
  await session.query('analyze hf_agent_pass');
  await rows(session, sql.findTodo, [chain.originRunId, chain.stepName]);
  const todo = (await row(session, sql.countTodo))!;
  return { columns: columns ?? [], total, todo };
}

async function nameColumns(
  session: Client,
  columns: readonly StreamedColumn[],
): Promise<RowColumn[]> {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) {
      throw new Failure(`Two columns of the rows are named ${name}; give one another name.`);
    }
    seen.add(name);
  }
  const ids = columns.map(({ typeId }) => typeId);
  const modifiers = columns.map(({ typeModifier }) => typeModifier);
  const types = await rows(session, sql.nameTypes, [ids, modifiers]);
  return columns.map((column, i) => ({ ...column, type: shortType(types[i]!.name) }));
}

/** What is to be asked, in order; never more than a hundred in memory. */
export async function* todoOf(session: Client): AsyncGenerator<sql.Todo, void> {
  for (let after = 0; ;) {
    const batch = await rows(session, sql.nextTodo, [after, BATCH]);
    yield* batch;
    if (batch.length < BATCH) return;
    after = batch.at(-1)!.n;
  }
}

const JSON_TYPES = new Set([114, 3802]);

/** The row as the model reads it: numbers as numbers, JSON as what it is, all else as text. */
export function rowAsJson(
  columns: readonly RowColumn[],
  cells: readonly (string | null)[],
): string {
  const entries = columns.map(({ name, typeId }, i): [string, Json] => {
    const cell = cells[i] ?? null;
    if (cell !== null && JSON_TYPES.has(typeId)) return [name, JSON.parse(cell) as Json];
    return [name, cellOf(columnType(typeId), cell)];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

/** The rows with their answers, as a source that a dataset is loaded from: the key's columns, or where there is no key all
 *  of the row's, and those of the answer.
 *  @throws Failure where both have a column of one name. */
export function answersOf(
  session: Client,
  chain: Chain,
  pass: Pass,
  key: readonly string[],
  answer: readonly AnswerColumn[],
): OpenedRows {
  const kept = pass.columns.flatMap((column, at) =>
    key.length === 0 || key.includes(column.name) ? [{ ...column, at }] : [],
  );
  const twice = kept.filter(({ name }) => answer.some((column) => column.name === name));
  if (twice.length > 0) {
    const names = twice.map(({ name }) => name).join(', ');
    throw new Failure(
      `${names}: a column both of the rows and of the answers; name it otherwise in one of them.`,
    );
  }
  return {
    columns: [...kept, ...answer].map(({ name, type }) => ({ name, type })),
    totalBytes: null,
    batches: batches(),
    async [Symbol.asyncDispose]() {},
  };

  async function* batches() {
    for (let after = 0; ;) {
      const values = [chain.originRunId, chain.stepName, after, BATCH];
      const found = await rows(session, sql.nextAnswered, values);
      yield {
        rows: found.map(({ cells, answer: given }) => [
          ...kept.map(({ at }) => cells[at] ?? null),
          ...answer.map(({ name, type }) => cellOfAnswer(given[name], type)),
        ]),
        lines: found.map(({ n }) => n),
        broken: [],
        bytes: 0,
      };
      if (found.length < BATCH) return;
      after = found.at(-1)!.n;
    }
  }
}
