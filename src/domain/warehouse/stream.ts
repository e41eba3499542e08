/** All rows of one question, some at a time, on one connection of its own, which ends with the reading. */
import type pg from 'pg';
import type { Question } from './ask.ts';
import { openClient, stopBackend } from './ask.ts';
import { WarehouseError } from './warehouse-error.ts';

const BATCH = 500;
// 500 rows of 100 KB; a single value of a gigabyte would end the process.
const MAX_BATCH_MB = 64;

export type StreamedColumn = {
  readonly name: string;
  /** As pg_type and format_type know it. */
  readonly typeId: number;
  readonly typeModifier: number;
};

export type Streamed = {
  readonly columns: readonly StreamedColumn[];
  /** As Postgres writes each value. */
  readonly rows: readonly (readonly (string | null)[])[];
};

/** At least one batch, so that the columns of no rows are told too. The SQL may be one SELECT and nothing else.
 *  @throws Postgres's own error; WarehouseError for rows that are too large; the signal's reason, and then the question
 *  no longer runs. */
export async function* stream(
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<Streamed, void> {
  signal.throwIfAborted();
  const client = openClient(question);
  const size = { bytes: 0 };
  const stopped: Promise<void>[] = [];
  const stop = () => stopped.push(stopBackend(question, client));
  try {
    await client.connect();
    watch(client, size);
    signal.addEventListener('abort', stop, { once: true });
    signal.throwIfAborted();
    await client.query('begin transaction isolation level repeatable read, read only');
    // Parsed as one statement whatever it holds.
    const text = `declare answer no scroll cursor for\n${question.text}`;
    await client.query({ text, values: [], queryMode: 'extended' } as pg.QueryConfig);
    for (;;) {
      size.bytes = 0;
      const { fields, rows } = await client.query<(string | null)[]>({
        text: `fetch ${BATCH} from answer`,
        rowMode: 'array',
        types: { getTypeParser: () => (value: string) => value },
      });
      const columns = fields.map(({ name, dataTypeID: typeId, dataTypeModifier }) => ({
        name,
        typeId,
        typeModifier: dataTypeModifier,
      }));
      yield { columns, rows };
      if (rows.length < BATCH) return;
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (size.bytes <= MAX_BATCH_MB * 1e6) throw error;
    const message = `${BATCH} rows are larger than ${MAX_BATCH_MB} MB; select fewer columns, or shorter ones.`;
    throw new WarehouseError(message, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
    if (stopped.length > 0) await Promise.all(stopped);
    else await client.end().catch(() => {});
  }
}

function watch(client: pg.Client, size: { bytes: number }): void {
  const { stream: socket } = (
    client as unknown as { connection: { stream: NodeJS.ReadWriteStream & { destroy(): void } } }
  ).connection;
  socket.on('data', (chunk: Buffer) => {
    size.bytes += chunk.length;
    if (size.bytes > MAX_BATCH_MB * 1e6) socket.destroy();
  });
}
