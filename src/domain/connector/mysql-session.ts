/** A session on a MySQL or MariaDB server that ends, its query killed there, with a signal or with disposal. */
import { createConnection, type Connection, type ConnectionOptions } from 'mysql2/promise';
import { Failure } from './failure.ts';
import type { Config, Secrets } from './mysql-form.ts';
import { asMysqlFailure } from './mysql-failure.ts';

const CONNECT_TIMEOUT_MS = 10_000;
// How long the server may take to end a query, before we close our side of it.
const KILL_TIMEOUT_MS = 1000;

export type Session = AsyncDisposable & {
  readonly connection: Connection;
  /** As the server names itself, e.g. `10.11.19-MariaDB`. */
  readonly version: string;
};

/** @throws Failure; the signal's reason when aborted. */
export async function openSession(
  config: Config,
  secrets: Secrets,
  name: string,
  signal: AbortSignal,
): Promise<Session> {
  signal.throwIfAborted();
  const where = `Connecting to ${config.user} at ${config.host}:${config.port}/${config.database}`;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  // Nobody may be listening when the signal comes.
  aborted.catch(() => {});
  const connecting = createConnection(optionsOf(config, secrets, name));
  let ended: Promise<void> | undefined;
  const end = () =>
    (ended ??= connecting.then(
      (connection) => endSession(connection, config, secrets),
      // It never began.
      () => {},
    ));
  const onAbort = () => {
    reject(signal.reason);
    void end();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const dispose = async () => {
    signal.removeEventListener('abort', onAbort);
    await end();
  };
  try {
    const connection = await Promise.race([connecting, aborted]);
    // A lost connection also fails the query under way, which reports it.
    connection.on('error', () => {});
    const [rows] = await Promise.race([connection.query('select version() as version'), aborted]);
    const { version } = (rows as { version: string }[])[0]!;
    await Promise.race([prepare(connection, config, version), aborted]);
    return { connection, version, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    void dispose();
    signal.throwIfAborted();
    const failure = asMysqlFailure(error, where);
    throw failure instanceof Failure
      ? failure
      : new Failure(`${where}: ${String(error)}.`, false, error);
  }
}

/** One snapshot, reading only, instants in UTC, and time for us to take the rows. */
async function prepare(connection: Connection, config: Config, version: string): Promise<void> {
  const limit = /mariadb/i.test(version)
    ? `max_statement_time = ${config.statement_timeout}`
    : `max_execution_time = ${config.statement_timeout * 1000}`;
  await connection.query(
    `set session time_zone = '+00:00', session net_write_timeout = 3600, session ${limit}`,
  );
  await connection.query('set session transaction isolation level repeatable read');
  await connection.query('start transaction read only');
}

function optionsOf(config: Config, secrets: Secrets, name: string): ConnectionOptions {
  const { host, port, database, user } = config;
  return {
    host,
    port,
    database,
    user,
    password: secrets.password ?? '',
    charset: 'utf8mb4',
    connectTimeout: CONNECT_TIMEOUT_MS,
    connectAttributes: { program_name: name },
    // No file of this machine is ever sent, whatever the server asks for.
    flags: ['-LOCAL_FILES'],
    ...(config.ssl !== 'disable' && {
      ssl: {
        rejectUnauthorized: config.ssl === 'verify',
        verifyIdentity: config.ssl === 'verify',
        ...(config.authority !== undefined && { ca: config.authority }),
      },
    }),
  };
}

/** Closing the socket alone would leave a query running until it next sends a row: the server ends it first. */
async function endSession(connection: Connection, config: Config, secrets: Secrets): Promise<void> {
  if (isBusy(connection)) {
    const killing = createConnection(optionsOf(config, secrets, 'hf cancel')).then(
      async (other) => {
        await other.query(`kill query ${connection.threadId}`).finally(() => other.destroy());
      },
    );
    const timeout = AbortSignal.timeout(KILL_TIMEOUT_MS);
    const late = new Promise((done) => timeout.addEventListener('abort', done, { once: true }));
    // Where even this fails, the statement's time limit ends the query.
    await Promise.race([killing.catch(() => {}), late]);
  }
  connection.destroy();
}

/** What mysql2 has and its types leave out: the command under way. */
function isBusy(connection: Connection): boolean {
  const { connection: inner } = connection as unknown as { connection: { _command?: unknown } };
  return inner._command != null;
}
