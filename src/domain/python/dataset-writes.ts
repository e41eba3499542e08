/** Datasets that the code writes: loaded into staging tables as a sync loads them, one after the other, to be published
 *  with the step. */
import { z } from 'zod';
import type { Client } from '#platform/db.ts';
import { quoteQualified } from '#platform/identifier.ts';
import type { Cell, SourceColumn } from '../connector/connector-type.ts';
import { asFailure, Failure } from '../connector/failure.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { loadDataset, type LoadContext, type Loaded } from '../dataset/load-dataset.ts';
import { leftovers } from '../dataset/staging-name.ts';
import { findTarget } from '../dataset/target-table.ts';
import type { Answer } from './channel.ts';
import { form, type FindDataset } from './dataset-reads.ts';
import { createFeed } from './feed.ts';

export type WriteContext = Omit<LoadContext, 'reader' | 'writer' | 'key'> & {
  connect(): Promise<Client>;
};

export type DatasetWrites = {
  open(asked: unknown, find: FindDataset): Promise<Answer>;
  rows(asked: unknown): Promise<Answer>;
  end(): Promise<Answer>;
  abandon(): Promise<Answer>;
  /** What is ready to be published, in the order in which it was written. */
  readonly loaded: readonly Loaded[];
};

// A type is put into SQL, so it is one of these.
const TYPE =
  /^(text|boolean|smallint|integer|bigint|real|double precision|numeric(\(\d{1,4}(, ?\d{1,4})?\))?|date|time|timestamp|timestamptz|interval|uuid|jsonb?|bytea)$/;
const openForm = z.object({
  columns: z
    .array(
      z.object({
        name: z.string(),
        type: z.string().regex(TYPE, 'is no type that a column can be given').nullable(),
      }),
    )
    .max(1600),
  mode: z.enum(['full', 'incremental']).nullish(),
});
const rowsForm = z.object({ rows: z.array(z.array(z.string().nullable())) });

export function createDatasetWrites(context: WriteContext): DatasetWrites {
  const loaded: Loaded[] = [];
  let writing: ReturnType<typeof begin> | null = null;

  function begin(
    dataset: Dataset,
    columns: readonly SourceColumn[],
    mode: 'full' | 'incremental',
    sessions: readonly [Client, Client],
  ) {
    const feed = createFeed();
    const [reader, writer] = sessions;
    const source = {
      columns,
      totalBytes: null,
      batches: feed.batches,
      [Symbol.asyncDispose]: async () => {},
    };
    const loading = loadDataset({ ...context, reader, writer, key: undefined }, dataset, {
      mode,
      // Code that writes rows means all of them.
      maxRejected: 0,
      source,
    }).finally(() => {
      reader.release();
      writer.release();
    });
    // Looked at with the next question.
    loading.catch(() => {});
    return { feed, loading, count: 0, bytes: 0 };
  }

  async function open(asked: unknown, find: FindDataset): Promise<Answer> {
    const { columns, mode } = form(openForm, asked);
    if (writing !== null) throw new Failure('One dataset is being written; end that first.');
    const reader = await context.connect();
    const writer = await context.connect();
    try {
      const dataset = await find(reader);
      if (loaded.some((each) => each.dataset.id === dataset.id)) {
        throw new Failure(
          `${dataset.slug} was written by this step already; write all rows at once.`,
        );
      }
      if (loaded.length === 0) await dropLeftovers(reader);
      const target = await findTarget(reader, context.schema, dataset.tableName);
      const known = target?.columns ?? [];
      if (columns.length === 0 && known.length === 0) {
        throw new Failure(
          `There are no rows for ${dataset.slug}, and so no columns; name them as types.`,
        );
      }
      const types = new Map(known.map(({ name, type }) => [name, type]));
      const given = columns.length > 0 ? columns : known.map(({ name }) => ({ name, type: null }));
      const fitted = given.map(({ name, type }) => ({
        name,
        type: staysAsItIs(types.get(name), type) ? null : type,
      }));
      writing = begin(dataset, fitted, mode ?? dataset.mode, [reader, writer]);
    } catch (error) {
      reader.release(true);
      writer.release(true);
      throw asFailure(error, 'Writing a dataset');
    }
    return {};
  }

  async function dropLeftovers(db: Client): Promise<void> {
    const { schema, owner, log } = context;
    for (const name of await leftovers(db, schema, owner)) {
      log(`dropping ${name}, which an interrupted attempt left behind`);
      await db.query(`drop table if exists ${quoteQualified(schema, name)}`);
    }
  }

  /** @throws Failure of the load, when that has ended before all rows had come. */
  async function unlessEnded<T>(step: Promise<T>): Promise<T> {
    const { loading } = writing!;
    try {
      return await Promise.race([step, loading.then(() => step)]);
    } catch (error) {
      writing = null;
      throw error;
    }
  }

  return {
    loaded,
    open,
    async rows(asked) {
      if (writing === null) throw new Failure('Nothing is being written.');
      const rows: Cell[][] = form(rowsForm, asked).rows;
      const lines = rows.map((_, i) => writing!.count + i + 1);
      for (const row of rows) for (const cell of row) writing.bytes += cell?.length ?? 0;
      writing.count += rows.length;
      await unlessEnded(writing.feed.push({ rows, lines, broken: [], bytes: writing.bytes }));
      return {};
    },
    async end() {
      if (writing === null) throw new Failure('Nothing is being written.');
      writing.feed.end();
      loaded.push(await unlessEnded(writing.loading));
      writing = null;
      return {};
    },
    async abandon() {
      if (writing === null) return {};
      const { feed, loading } = writing;
      writing = null;
      feed.fail(new Failure('The code ended before all rows were written.'));
      await loading.catch(() => {});
      return {};
    },
  };
}

/** Text stays text of whatever length, and JSON whatever JSON the column holds: the values are looked at. */
function staysAsItIs(existing: string | undefined, declared: string | null): boolean {
  if (existing === undefined || declared === null) return false;
  if (declared === 'text') return existing.startsWith('character');
  return declared === 'jsonb' && existing === 'json';
}
