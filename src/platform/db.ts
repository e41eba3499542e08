/** Connections to Postgres, and the one way in which hand-written SQL is declared and run. */
import pg from 'pg';
import type { Log } from './log.ts';

export type Pool = pg.Pool;
export type Client = pg.PoolClient;
/** Whatever can run a statement: a pool, or a connection that is inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export const SCHEMA = 'honeyframe';

// Ids are bigint in the hot tables; they stay below 2^53, so a number holds them exactly. Per pool,
// not globally: Prisma reads the global parsers and wants its bigints whole.
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
};

export type PoolOptions = {
  /** What pg_stat_activity shows, e.g. `hf journal`. */
  name: string;
  max: number;
  log: Log;
  /** Connection settings, e.g. `{ jit: 'off' }`. */
  settings?: Readonly<Record<string, string>>;
};

/** A pool whose sessions search schema honeyframe only, speak UTC and give up a forgotten transaction
 *  after 10 s, so that a hung process cannot hold locks. */
export function createPool(url: string, { name, max, log, settings }: PoolOptions): Pool {
  const all = {
    search_path: SCHEMA,
    timezone: 'UTC',
    idle_in_transaction_session_timeout: '10s',
    ...settings,
  };
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: name,
    options: Object.entries(all)
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(' '),
    types,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  // A connection that dies in use fails its statement; unheard, its event would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  // An idle one that dies raises here; the next query opens another.
  pool.on('error', (error) => log.warn({ err: error, pool: name }, 'an idle connection was lost'));
  return pool;
}

/** A statement with a name of its own: prepared once a connection, typed by its row. */
export type Statement<Row> = { readonly name: string; readonly text: string; readonly row?: Row };

export function statement<Row>(name: string, text: string): Statement<Row> {
  return { name, text };
}

/** Runs a statement as a named prepared one and returns its rows. */
export async function rows<Row>(
  db: Queryable,
  { name, text }: Statement<Row>,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const result = await db.query({ name, text, values: [...values] });
  return result.rows as Row[];
}

/** The first row, or null where there is none. */
export async function row<Row>(
  db: Queryable,
  sql: Statement<Row>,
  values: readonly unknown[] = [],
): Promise<Row | null> {
  return (await rows(db, sql, values))[0] ?? null;
}

/** Runs `work` in one transaction: commits what it returns, rolls back what it throws. A connection
 *  whose rollback fails is closed rather than handed on. */
export async function transaction<T>(pool: Pool, work: (tx: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The SQLSTATE of a database error, e.g. `23505`; undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)
    ? error.code
    : undefined;
}

// Lost connections, deadlocks and serialisation, full resources, shutdown, lock timeouts.
const TRANSIENT = /^(08|40|53|57)|^55P03$/;

/** Whether the same statement may succeed later: the fault lies with the connection, the server or a
 *  neighbour, not with the statement or its data. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return TRANSIENT.test(state);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(E(CONN|PIPE|TIMEDOUT|HOST|NET|AI_))/.test(code) || /connection|timeout/i.test(error.message)
  );
}
