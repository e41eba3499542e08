/** Datasets that the code reads: streamed out of the warehouse as COPY writes them, a piece at a time, each when the
 *  code asks for it. */
import type { Readable } from 'node:stream';
import { to as copyTo } from 'pg-copy-streams';
import { z } from 'zod';
import type { Client, Queryable } from '#platform/db.ts';
import { quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import { asFailure, Failure } from '../connector/failure.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { findTarget } from '../dataset/target-table.ts';
import type { Answer } from './channel.ts';

// Of a step's four sessions a write takes two.
const MAX_OPEN = 2;
/** What honeyframe.py reads, whatever the server's own settings are. */
const SPELLING = `select set_config('datestyle', 'ISO, MDY', false), set_config('timezone', 'UTC', false),
  set_config('extra_float_digits', '1', false), set_config('bytea_output', 'hex', false)`;

type Reading = { readonly session: Client; readonly pieces: AsyncIterator<Buffer> };

/** The dataset that the code named. @throws Failure where the project has none such. */
export type FindDataset = (db: Queryable) => Promise<Dataset>;

export type DatasetReads = {
  open(asked: unknown, find: FindDataset): Promise<Answer>;
  next(asked: unknown): Promise<Answer>;
  close(asked: unknown): Promise<Answer>;
  /** Ends what is still being read. */
  closeAll(): void;
};

const openForm = z.object({ columns: z.array(z.string()).min(1).max(1600).optional() });
const idForm = z.object({ id: z.int() });

export function createDatasetReads(connect: () => Promise<Client>, schema: string): DatasetReads {
  const readings = new Map<number, Reading>();
  let lastId = 0;

  async function open(asked: unknown, find: FindDataset): Promise<Answer> {
    const { columns: wanted } = form(openForm, asked);
    if (readings.size >= MAX_OPEN) {
      throw new Failure(
        `${MAX_OPEN} datasets are being read already; read one to its end first, as list(read(…)) does, or close() it.`,
      );
    }
    const session = await connect();
    try {
      const dataset = await find(session);
      // Never a view: what a project's own SQL calls would run with the rights of the platform.
      const target = await findTarget(session, schema, dataset.tableName);
      if (target === null) {
        throw new Failure(`Dataset ${dataset.slug} has no rows yet; sync it, or write it first.`);
      }
      const names = wanted ?? target.columns.map(({ name }) => name);
      const columns = names.map((name) => {
        const column = target.columns.find((each) => each.name === name);
        if (column) return { name, type: column.type };
        const all = target.columns.map((each) => each.name).join(', ');
        throw new Failure(`Dataset ${dataset.slug} has no column ${name}; it has ${all}.`);
      });
      await session.query(SPELLING);
      const list = names.map(quoteIdentifier).join(', ');
      const table = quoteQualified(schema, dataset.tableName);
      const stream = session.query(copyTo(`copy (select ${list} from ${table}) to stdout`));
      const pieces = (stream as Readable).iterator({ destroyOnReturn: false });
      readings.set(++lastId, { session, pieces });
      return { fields: { id: lastId, columns } };
    } catch (error) {
      session.release(true);
      throw asFailure(error, 'Reading a dataset');
    }
  }

  function end(id: number, whole: boolean): void {
    const reading = readings.get(id);
    readings.delete(id);
    // A COPY that nobody reads to its end holds the session; closing the connection ends it.
    reading?.session.release(!whole);
  }

  return {
    open,
    async next(asked) {
      const { id } = form(idForm, asked);
      const reading = readings.get(id);
      if (reading === undefined) throw new Failure('this reading has ended');
      try {
        const piece = await reading.pieces.next();
        if (!piece.done) return { fields: { done: false }, bytes: piece.value };
      } catch (error) {
        end(id, false);
        throw asFailure(error, 'Reading on');
      }
      end(id, true);
      return { fields: { done: true } };
    },
    close: async (asked) => {
      end(form(idForm, asked).id, false);
      return {};
    },
    closeAll() {
      for (const id of readings.keys()) end(id, false);
    },
  };
}

/** @throws Failure: the module asks in the right form, other code may not. */
export function form<T>(schema: z.ZodType<T>, asked: unknown): T {
  const parsed = schema.safeParse(asked);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Failure(`${issue!.path.join('.')}: ${issue!.message}`);
}
