/** Everything on this machine: Postgres (unless DATABASE_URL is set), migrations, secrets, an inbox, a stand-in model,
 *  demo data, one API and one worker. Started in that order, stopped in the opposite one, each once the next is gone. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describeExit, startChild, type Child, type Exit } from '#platform/child.ts';
import { parseConfig, required, type Config } from '#platform/config.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { lockFolder } from '#platform/folder-lock.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { keepDemoSignIn, readDemoSignIn, type DemoSignIn } from './demo-sign-in.ts';
import { startInbox } from './inbox.ts';
import { startModelServer } from './model-server.ts';
import { keepSecrets } from './secrets.ts';

export type AllInOneOptions = {
  config: Config;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** The TypeScript files to run. Each sends `{ ready: true, url? }` when it works. */
  programs: { api: string; worker: string };
  /** Brings the database to this version. */
  upgrade(url: string, log: Log): Promise<unknown>;
  /** Fills an empty database; null when there is nothing to do. `secretKey` seals what it stores; its mail
   *  goes to `inboxPort` of this machine and its agent asks `modelPort`, from now on also in a database that was
   *  filled before. */
  seed(
    pool: Pool,
    options: { log: Log; secretKey: SecretKey; inboxPort: number; modelPort: number },
  ): Promise<DemoSignIn | null>;
  stop: AbortSignal;
  hurry: AbortSignal;
};

export type AllInOne = AsyncDisposable & {
  readonly url: string;
  readonly databaseUrl: string;
  /** Where a browser reads the mail that the demo sends. */
  readonly inboxUrl: string;
  /** Null where this folder does not know it: a database that somebody else has filled. */
  readonly demo: DemoSignIn | null;
  /** Settles when what it cannot do without is gone: Postgres or the API. */
  readonly broken: Promise<Failure>;
  readonly workerEnded: Promise<Exit>;
};

export type Failure = { readonly message: string; readonly exitCode: number };

type Database = { url: string; name: string; lost: Promise<string> };

// Over the worker's own grace: to hand its runs back and write its last lines.
const MORE_SECONDS = 10;

/** @throws Error for people when a part does not start, or the signal's reason when it was asked to stop
 *  meanwhile; what had started is stopped by then. */
export async function startAllInOne(options: AllInOneOptions): Promise<AllInOne> {
  const { config, log, programs, stop } = options;
  const started = new AsyncDisposableStack();
  try {
    const lock = started.use(lockFolder(config.dataDir));
    if (config.port !== 0) await assertFree(config.host, config.port);
    const database = await findDatabase(config, log, started);
    stop.throwIfAborted();
    const directUrl = config.databaseUrl === undefined ? undefined : config.listenDatabaseUrl;
    await options.upgrade(directUrl ?? database.url, log);
    stop.throwIfAborted();
    const env = childEnvironment(options, database.url);
    const inbox = started.use(await startInbox());
    const model = started.use(await startModelServer());
    const ports = { inboxPort: inbox.smtpPort, modelPort: model.port };
    const demo = await fillDatabase(options, database, env, ports);

    const children: Child[] = [];
    started.defer(() => stopAll(children, options));
    const api = startChild(programs.api, { env });
    children.push(api);
    const { url = `http://${config.host}:${config.port}` } = await unless(stop, api.ready);
    const worker = startChild(programs.worker, { env });
    children.push(worker);
    await unless(stop, worker.ready);
    lock.tell({ url, databaseUrl: database.url });
    log.info({ url, api: api.pid, worker: worker.pid }, 'ready');
    return {
      url,
      databaseUrl: database.url,
      inboxUrl: inbox.url,
      demo,
      workerEnded: worker.exited,
      broken: Promise.race([
        database.lost.then((words) => ({ message: `Postgres ended:\n${words}`, exitCode: 1 })),
        api.exited.then((exit) => ({
          message: `The API ended (${describeExit(exit)}); its last words are above.`,
          exitCode: exit.code || 1,
        })),
      ]),
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

async function findDatabase(
  { dataDir, databaseUrl }: Config,
  log: Log,
  started: AsyncDisposableStack,
): Promise<Database> {
  if (databaseUrl !== undefined) {
    const { host, pathname } = new URL(databaseUrl);
    return { url: databaseUrl, name: host + pathname, lost: new Promise(() => {}) };
  }
  const postgres = started.use(
    await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log }),
  );
  return { url: postgres.url, name: 'embedded', lost: postgres.lost };
}

async function fillDatabase(
  { config, log, seed }: AllInOneOptions,
  { url, name }: Database,
  env: NodeJS.ProcessEnv,
  ports: { inboxPort: number; modelPort: number },
): Promise<DemoSignIn | null> {
  const secretKey = required(parseConfig(env).secretKey, 'SECRET_KEY');
  const pool = createPool(url, { name: 'hf demo', max: 4, log });
  try {
    const made = await seed(pool, { log, secretKey, ...ports });
    if (made === null) return readDemoSignIn(config.dataDir, name);
    keepDemoSignIn(config.dataDir, name, made);
    return made;
  } finally {
    await pool.end();
  }
}

/** A variable that is set wins over a kept secret; an empty one counts as unset. */
function childEnvironment(
  { config, env }: AllInOneOptions,
  databaseUrl: string,
): NodeJS.ProcessEnv {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  const secrets = keepSecrets(config.dataDir);
  return { ...secrets, ...given, DATABASE_URL: databaseUrl, DATA_DIR: config.dataDir };
}

async function assertFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      code === 'EADDRINUSE'
        ? `Port ${port} of ${host} is taken by another program. Stop that one, or choose another: ` +
            `PORT=${port + 1} npm start`
        : `${host}:${port} cannot be listened on: ${message}. Choose another HOST or PORT.`,
      { cause: error },
    );
  }
  server.close();
  await once(server, 'close');
}

/** The promise's result, or a throw as soon as the signal fires. */
async function unless<T>(stop: AbortSignal, promise: Promise<T>): Promise<T> {
  const result = await Promise.race([promise, once(stop, 'abort').then(() => null)]);
  stop.throwIfAborted();
  return result as T;
}

async function stopAll(children: readonly Child[], { config, hurry }: AllInOneOptions) {
  const graceSeconds = config.shutdownGraceSeconds + MORE_SECONDS;
  await Promise.all(children.map((child) => child.stop(graceSeconds, hurry)));
}
