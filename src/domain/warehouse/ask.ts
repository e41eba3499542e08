/** One question on one connection of its own, which ends with it: nothing that the SQL sets, locks or opens stays. */
import pg from 'pg';
import { cellOf, columnType } from './cells.ts';
import type { Login } from './read-login.ts';
import type { Answer } from './warehouse.ts';
import { WarehouseError } from './warehouse-error.ts';

export const MAX_ROWS = 10_000;
// What 10,000 wide rows take; a single value of a gigabyte would end the process.
const MAX_MB = 32;
const CONNECT_MS = 10_000;
// How long a question that is to be stopped may still take; without its socket it ends within a second.
const STOP_MS = 1_500;

// Only a SELECT can be a cursor, and the rows behind the last one that is fetched are never made.
const PREFIX = 'declare answer no scroll cursor for\n';

export type Question = {
  /** Of the database. */
  readonly url: string;
  readonly login: Login;
  readonly text: string;
  readonly values: readonly string[];
  /** IANA name. */
  readonly zone: string;
  /** Postgres ends it by itself then. */
  readonly limitMs: number;
};

/** @throws Postgres's own error; WarehouseError for an answer that is too large; the signal's reason, and then the
 *  question no longer runs. */
export async function ask(question: Question, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const client = openClient(question);
  const size = { bytes: 0 };
  const stopped: Promise<void>[] = [];
  const stop = () => stopped.push(stopBackend(question, client));
  try {
    await client.connect();
    watchSize(client, size);
    signal.addEventListener('abort', stop, { once: true });
    signal.throwIfAborted();
    return await fetch(client, question);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (size.bytes <= MAX_MB * 1e6) throw error;
    const message = `The answer is larger than ${MAX_MB} MB; select fewer columns, or shorter ones.`;
    throw new WarehouseError(message, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
    if (stopped.length > 0) await Promise.all(stopped);
    else await client.end().catch(() => {});
  }
}

async function fetch(client: pg.Client, { text, values }: Question): Promise<Answer> {
  // Nothing is ever committed: with the connection the transaction rolls back.
  await client.query('begin transaction isolation level repeatable read, read only');
  // Parsed as one statement whatever it holds.
  const cursor = { text: PREFIX + text, values: [...values], queryMode: 'extended' as const };
  await client.query(cursor);
  const { fields, rows } = await client.query<(string | null)[]>({
    text: `fetch ${MAX_ROWS + 1} from answer`,
    rowMode: 'array',
    types: { getTypeParser: () => (value: string) => value },
  });
  const columns = fields.map(({ name, dataTypeID }) => ({ name, type: columnType(dataTypeID) }));
  return {
    columns,
    rows: rows
      .slice(0, MAX_ROWS)
      .map((row) => row.map((text, index) => cellOf(columns[index]!.type, text))),
    truncated: rows.length > MAX_ROWS,
  };
}

/** Where in the SQL an error of Postgres lies. */
export function lineOf(text: string, position: string | undefined): number | null {
  if (position === undefined) return null;
  const before = Array.from(PREFIX + text).slice(0, Number(position) - 1);
  const line = before.filter((character) => character === '\n').length;
  return line > 0 ? line : null;
}

export function openClient({ url, login, zone, limitMs }: Question, more = ''): pg.Client {
  const address = new URL(url);
  // Understood as those of the address, also where that names a socket and has no place for a user.
  address.searchParams.set('user', login.user);
  address.searchParams.set('password', login.password);
  const client = new pg.Client({
    connectionString: address.href,
    application_name: `hf warehouse${more}`,
    options: `-c timezone=${zone} -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex -c statement_timeout=${limitMs} -c cursor_tuple_fraction=1 -c jit=off`,
    connectionTimeoutMillis: CONNECT_MS,
  });
  // A connection that dies fails its question; unheard, its event would end the process.
  client.on('error', () => {});
  return client;
}

type Inside = {
  readonly processID: number | null;
  readonly connection: { readonly stream: NodeJS.ReadWriteStream & { destroy(): void } };
};
const inside = (client: pg.Client) => client as unknown as Inside;

function watchSize(client: pg.Client, size: { bytes: number }): void {
  const { stream } = inside(client).connection;
  stream.on('data', (chunk: Buffer) => {
    size.bytes += chunk.length;
    if (size.bytes > MAX_MB * 1e6) stream.destroy();
  });
}

/** Ends the backend: a login may end its own. In no more than 1.5 s, and then its socket is cut at the least. */
export async function stopBackend(question: Question, client: pg.Client): Promise<void> {
  const { processID, connection } = inside(client);
  const other = openClient(question, ' stop');
  const stopping = (async () => {
    try {
      await other.connect();
      await other.query('select pg_terminate_backend($1, 1000)', [processID]);
    } catch {
      // What remains is cutting the socket.
    }
  })();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => (timer = setTimeout(done, STOP_MS)));
  await Promise.race([stopping, late]);
  clearTimeout(timer);
  connection.stream.destroy();
  inside(other).connection.stream.destroy();
}
