/** Rows of a PostgreSQL table or query. One COPY in a read-only transaction: the server sends as fast as we
 *  take, and neither side holds the set. */
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { z } from 'zod';
import { quoteIdentifier } from '#platform/identifier.ts';
import type { Batch, ConnectorType, OpenOptions } from './connector-type.ts';
import { CopyTextParser } from './copy-text.ts';
import { asFailure, explained, Failure } from './failure.ts';
import { carriedType } from './postgresql-types.ts';

const CONNECT_TIMEOUT_MS = 10_000;
// How long the server may take to end a session that is busy, before we close our side of it.
const CANCEL_TIMEOUT_MS = 1000;

const config = z
  .strictObject({
    url: z
      .url({ protocol: /^postgres(ql)?$/ })
      .refine((url) => new URL(url).password === '', 'keep the password out of it: it has a field')
      .refine((url) => new URL(url).search === '', 'no options in it; ssl is a field')
      .optional()
      .describe('The whole address in place of host, port, database and user.'),
    host: z.string().min(1).optional().describe('E.g. db.example.com'),
    port: z.number().int().min(1).max(65_535).default(5432).describe('E.g. 5432'),
    database: z.string().min(1).optional().describe('E.g. shop'),
    user: z.string().min(1).optional().describe('E.g. reader'),
    ssl: z
      .enum(['disable', 'require', 'verify'])
      .default('disable')
      .describe('require: encrypted; verify: and the certificate is checked.'),
    statement_timeout: z
      .number()
      .int()
      .min(1)
      .max(86_400)
      .default(3600)
      .describe('Seconds that one read may take. E.g. 3600'),
  })
  .refine((given) => (given.url === undefined) !== (given.host === undefined), {
    error: 'give either a url or a host',
    path: ['host'],
  });

const secrets = z.strictObject({
  password: z.string().min(1).optional().describe("The user's password."),
});

const source = z
  .strictObject({
    schema: z.string().min(1).default('public').describe('The schema of the table. E.g. public'),
    table: z.string().min(1).optional().describe('A table or view, as it is spelt. E.g. orders'),
    query: z
      .string()
      .min(1)
      .optional()
      .describe('One SELECT. E.g. select id, total from orders where paid'),
  })
  .refine((given) => (given.table === undefined) !== (given.query === undefined), {
    error: 'give either a table or a query',
    path: ['table'],
  });

type Config = z.output<typeof config>;
type Secrets = z.output<typeof secrets>;
type Source = z.output<typeof source>;

export const postgresql: ConnectorType<Config, Secrets, Source> = {
  type: 'postgresql',
  label: 'PostgreSQL',
  description: 'Tables and queries of a PostgreSQL database.',
  config,
  secrets,
  async test({ config, secrets }, signal) {
    await using session = await connect(config, secrets, 'hf test', signal);
    const { rows } = await session.query(
      `select current_setting('server_version') as version, current_database() as database,
              current_user as "user"`,
    );
    return `PostgreSQL ${rows[0].version}, database ${rows[0].database}, as ${rows[0].user}`;
  },
  rows: {
    source,
    async open({ config, secrets }, source, options) {
      const session = await connect(config, secrets, options.sessionName, options.signal);
      try {
        const { columns, text } = await plan(session, selectOf(source), options.since);
        return {
          columns,
          totalBytes: null,
          batches: read(session, text, options.signal),
          [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
        };
      } catch (error) {
        await session[Symbol.asyncDispose]();
        options.signal.throwIfAborted();
        throw asFailure(error, `Reading ${source.table ?? 'the query'}`);
      }
    },
  },
};

const selectOf = ({ schema, table, query }: Source) =>
  table === undefined
    ? query!.replace(/;\s*$/, '')
    : `select * from ${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;

/** Columns and the statement that streams them. The describing query goes through the extended protocol,
 *  which refuses a second statement, so a query cannot break out of the COPY that encloses it (sent as plain
 *  text, since COPY takes no parameters; the cursor travels in a setting). */
async function plan(session: Session, select: string, since: OpenOptions['since']) {
  await session.query('begin isolation level repeatable read read only');
  const described = await session.query({
    text: `select * from (\n${select}\n) as q limit 0`,
    queryMode: 'extended',
  } as pg.QueryConfig);
  const types = await session.query(
    `select f.n, format_type(t.oid, f.modifier) as type, t.typname as "typeName", t.typtype as "typeKind"
     from unnest($1::oid[], $2::int[]) with ordinality as f(oid, modifier, n)
     join pg_type t on t.oid = f.oid order by f.n`,
    [
      described.fields.map((field) => field.dataTypeID),
      described.fields.map((field) => field.dataTypeModifier),
    ],
  );
  const names = described.fields.map((field) => field.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Failure(`Two columns are named ${twice}; rename one with AS.`);
  const columns = names.map((name, i) => ({ name, type: carriedType(types.rows[i]) }));
  let where = '';
  if (since !== null) {
    const i = names.indexOf(since.column);
    if (i === -1) throw new Failure(`The cursor column ${since.column} is not among the columns.`);
    await session.query(`select set_config('hf.cursor', $1, true)`, [since.value]);
    // The cast is spelt by the server's own format_type. A row without a cursor comes every time.
    const cursor = `q.${quoteIdentifier(since.column)}`;
    where = `where ${cursor} >= current_setting('hf.cursor')::${types.rows[i].type} or ${cursor} is null`;
  }
  const list = columns.map(({ name, type }) => `q.${quoteIdentifier(name)}::${type}`).join(', ');
  return { columns, text: `copy (select ${list} from (\n${select}\n) as q ${where}) to stdout` };
}

async function* read(session: Session, text: string, signal: AbortSignal): AsyncGenerator<Batch> {
  const parser = new CopyTextParser();
  let bytes = 0;
  let count = 0;
  try {
    // Where this is left early the session ends with it, so the stream needs no draining.
    const stream = session.query(copyTo(text)) as AsyncIterable<Uint8Array>;
    for await (const piece of stream) {
      bytes += piece.byteLength;
      const rows = parser.push(piece);
      const from = count;
      count += rows.length;
      if (rows.length > 0) {
        yield { rows, lines: rows.map((_, i) => from + i + 1), broken: [], bytes };
      }
    }
    await session.query('commit');
  } catch (error) {
    signal.throwIfAborted();
    throw asFailure(error, 'Reading the source');
  }
}

type Session = Pick<pg.Client, 'query'> & AsyncDisposable;

/** A session that ends, its query cancelled in the server, with `signal` or with disposal. */
async function connect(
  config: Config,
  secrets: Secrets,
  name: string,
  signal: AbortSignal,
): Promise<Session> {
  signal.throwIfAborted();
  const client = newClient(config, secrets, name, config.statement_timeout);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  // Nobody may be listening when the signal comes.
  aborted.catch(() => {});
  let ended: Promise<void> | undefined;
  const end = () =>
    (ended ??= endSession(client, () => newClient(config, secrets, 'hf cancel', 5)));
  const onAbort = () => {
    reject(signal.reason);
    void end();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const dispose = async () => {
    signal.removeEventListener('abort', onAbort);
    await end();
  };
  const where = `Connecting to ${client.user} at ${client.host}:${client.port}/${client.database}`;
  try {
    await explained(where, () => Promise.race([client.connect(), aborted]));
  } catch (error) {
    await dispose();
    signal.throwIfAborted();
    // pg has refusals of its own, without a code: no SSL there, a password missing.
    throw error instanceof Failure
      ? error
      : new Failure(`${where}: ${String(error)}.`, false, error);
  }
  return { query: client.query.bind(client), [Symbol.asyncDispose]: dispose };
}

function newClient(config: Config, secrets: Secrets, name: string, timeoutSeconds: number) {
  const client = new pg.Client({
    ...addressOf(config),
    // A function, so that an absent password is not looked up in this process's environment.
    password: () => secrets.password ?? '',
    ssl: config.ssl === 'disable' ? false : { rejectUnauthorized: config.ssl === 'verify' },
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: timeoutSeconds * 1000,
    idle_in_transaction_session_timeout: 60_000,
    // Text in the forms that every server reads back: ISO instants in UTC, exact floats.
    options: '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1',
  });
  // A lost connection also fails the query under way, which reports it.
  client.on('error', () => {});
  return client;
}

function addressOf({ url, host, port, database, user }: Config) {
  if (url === undefined) return { host, port, database, user };
  const { hostname, pathname, username, port: urlPort } = new URL(url);
  return {
    host: decodeURIComponent(hostname),
    port: urlPort === '' ? port : Number(urlPort),
    database: decodeURIComponent(pathname.slice(1)) || database,
    user: decodeURIComponent(username) || user,
  };
}

/** Closing the socket alone would leave a query running until it next sends a row: the server ends it first. */
async function endSession(client: pg.Client, another: () => pg.Client): Promise<void> {
  const { processID, connection, readyForQuery } = client as unknown as Internals;
  if (readyForQuery) return client.end();
  if (processID && !connection.stream.destroyed) {
    const other = another();
    const cancelled = other
      .connect()
      .then(() => other.query('select pg_terminate_backend($1)', [processID]));
    const timeout = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
    const late = new Promise((done) => timeout.addEventListener('abort', done, { once: true }));
    // Where even this fails, the statement timeout ends the query.
    await Promise.race([cancelled.catch(() => {}), late]);
    (other as unknown as Internals).connection.stream.destroy();
  }
  connection.stream.destroy();
}

/** What pg.Client has and its types leave out. */
type Internals = {
  readonly processID: number | null;
  /** Connected, and no query is under way. */
  readonly readyForQuery: boolean;
  readonly connection: {
    readonly stream: { readonly destroyed: boolean; destroy(): void };
  };
};
