/** A MariaDB of a test's own, in a temporary folder and on loopback, gone when disposed. It needs the program `mariadbd`,
 *  in Debian the package mariadb-server-core; nothing else of it, and no service. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import mysql from 'mysql2/promise';
import type { Certificate } from './certificate.ts';
import { createTestFolder } from './folder.ts';

const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

const program = FOLDERS.map((folder) => join(folder, 'mariadbd')).find(existsSync);

/** Why tests that need the program cannot run here; null where they can. */
export const noMariadb =
  program === undefined
    ? 'there is no mariadbd on this machine (Debian: apt-get install mariadb-server-core)'
    : null;

export type MariaDb = AsyncDisposable & {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** One who may do everything. */
  readonly client: mysql.Connection;
};

const USER = 'hf';
const PASSWORD = "p'a%ss wörd";
const DATABASE = 'shop';
const START_TIMEOUT_MS = 30_000;

/** Small, and careless about crashes: the data lives as long as the test. */
const SETTINGS = [
  '--no-defaults',
  '--innodb-buffer-pool-size=32M',
  '--innodb-log-file-size=8M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-use-native-aio=0',
  '--skip-log-bin',
  ...(process.getuid?.() === 0 ? ['--user=root'] : []),
];

export async function startMariadb(certificate?: Certificate): Promise<MariaDb> {
  await using resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await createTestFolder());
  const data = join(folder, 'data');
  await mkdir(data);
  await bootstrap(data);
  const port = await freePort();
  const tls = certificate === undefined ? [] : await writeTls(folder, certificate);
  const server = spawn(
    program!,
    [
      ...SETTINGS,
      `--datadir=${data}`,
      `--socket=${join(folder, 's')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--tmpdir=${folder}`,
      `--pid-file=${join(folder, 'pid')}`,
      ...tls,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(server, 'exit');
  resources.defer(async () => {
    server.kill('SIGKILL');
    await exited;
  });
  await untilReady(server);
  const client = await mysql.createConnection({
    host: '127.0.0.1',
    port,
    user: USER,
    password: PASSWORD,
    database: DATABASE,
    multipleStatements: true,
    charset: 'utf8mb4',
  });
  resources.defer(() => client.destroy());
  const all = resources.move();
  return {
    port,
    user: USER,
    password: PASSWORD,
    database: DATABASE,
    client,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** The system tables, as the package's own scripts make them, a database and a user. A statement ends with its line. */
async function bootstrap(data: string): Promise<void> {
  const scripts = join(dirname(realpathSync(program!)), '../share/mysql');
  const script = (name: string) => readFileSync(join(scripts, name), 'utf8');
  const server = spawn(program!, [...SETTINGS, '--bootstrap', `--datadir=${data}`], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (piece) => (said += piece));
  server.stdin.end(
    [
      'create database mysql;',
      'use mysql;',
      script('mysql_system_tables.sql'),
      script('mysql_system_tables_data.sql'),
      'flush privileges;',
      `create user '${USER}'@'127.0.0.1' identified by '${PASSWORD.replaceAll("'", "''")}';`,
      `grant all on *.* to '${USER}'@'127.0.0.1' with grant option;`,
      `create database ${DATABASE} character set utf8mb4;`,
      '',
    ].join('\n'),
  );
  const [code] = await once(server, 'exit');
  if (code !== 0) throw new Error(`mariadbd could not be set up: ${said.slice(-2000)}`);
}

async function untilReady(server: ReturnType<typeof spawn>): Promise<void> {
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  let said = '';
  for await (const [piece] of events(server, timeout)) {
    said += piece;
    if (said.includes('ready for connections')) return;
  }
  throw new Error(`mariadbd ended while starting: ${said.slice(-2000)}`);
}

/** What it says, until it ends. It goes on being read, so that the pipe never fills. */
async function* events(server: ReturnType<typeof spawn>, signal: AbortSignal) {
  const pieces: string[] = [];
  let wake = () => {};
  let ended = false;
  server.stderr!.on('data', (piece) => {
    pieces.push(String(piece));
    wake();
  });
  server.once('exit', () => {
    ended = true;
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  while (!ended || pieces.length > 0) {
    signal.throwIfAborted();
    if (pieces.length > 0) yield [pieces.shift()!];
    else await new Promise<void>((done) => (wake = done));
  }
}

async function writeTls(folder: string, { key, cert }: Certificate): Promise<string[]> {
  await writeFile(join(folder, 'key.pem'), key);
  await writeFile(join(folder, 'cert.pem'), cert);
  return [`--ssl-key=${join(folder, 'key.pem')}`, `--ssl-cert=${join(folder, 'cert.pem')}`];
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
