import { once } from 'node:events';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { createLog } from '#platform/log.ts';
import { createTestFolder } from '#test/support/folder.ts';
import { isAlive, startProgram } from '#test/support/process.ts';

const start = (dataDir: string) =>
  startEmbeddedPostgres({
    dataDir,
    log: createLog('test', 'silent'),
    settings: { fsync: 'off', shared_buffers: '16MB' },
  });

test('what is written is there after a stop and a start, at the same address', async () => {
  await using folder = await createTestFolder();
  let firstUrl: string;
  {
    await using postgres = await start(folder.path);
    firstUrl = postgres.url;
    await query(postgres.url, 'create table kept (n int); insert into kept values (7)');
  }
  await expect(query(firstUrl, 'select 1')).rejects.toThrow('ECONNREFUSED');
  await using postgres = await start(folder.path);
  expect(postgres.url).toBe(firstUrl);
  expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 7 }]);
});

test('text sorts and folds alike on every machine', async () => {
  await using folder = await createTestFolder();
  await using postgres = await start(folder.path);
  expect(
    await query(
      postgres.url,
      `select lower('ÄÉ') as folded, 'Z' < 'a' as by_code_point, getdatabaseencoding() as encoding`,
    ),
  ).toEqual([{ folded: 'äé', by_code_point: true, encoding: 'UTF8' }]);
});

test('a wrong password is refused', async () => {
  await using folder = await createTestFolder();
  await using postgres = await start(folder.path);
  const url = new URL(postgres.url);
  url.password = 'guessed';
  await expect(query(url.href, 'select 1')).rejects.toThrow('password authentication failed');
});

test('a second start on a folder in use names the process', async () => {
  await using folder = await createTestFolder();
  await using postgres = await start(folder.path);
  await expect(start(folder.path)).rejects.toThrow(
    `already running in ${folder.path}, pid ${process.pid}`,
  );
  expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('the pid file of a process that is no Postgres does not stop a start', async () => {
  await using folder = await createTestFolder();
  await (await start(folder.path))[Symbol.asyncDispose]();
  // After a crash in a container, the number belongs to someone else: here, to this test.
  const lines = [process.pid, join(folder.path, 'cluster'), 0, 1, '', '127.0.0.1', '0 0', 'ready'];
  await writeFile(join(folder.path, 'cluster/postmaster.pid'), `${lines.join('\n')}\n`);
  await using postgres = await start(folder.path);
  expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a taken port is replaced by another', async () => {
  await using folder = await createTestFolder();
  await (await start(folder.path))[Symbol.asyncDispose]();
  const remembered = Number(await readFile(join(folder.path, 'port'), 'utf8'));
  const squatter = createServer();
  await new Promise<void>((done) => squatter.listen(remembered, '127.0.0.1', done));
  try {
    await using postgres = await start(folder.path);
    expect(Number(new URL(postgres.url).port)).not.toBe(remembered);
  } finally {
    squatter.close();
  }
});

test('a Postgres that ends by itself is told, with its last words', async () => {
  await using folder = await createTestFolder();
  await using postgres = await start(folder.path);
  process.kill(await postmaster(folder.path), 'SIGTERM');
  expect(await postgres.lost).toContain('smart shutdown request');
});

test('Postgres ends with a parent that is killed', async () => {
  await using folder = await createTestFolder();
  await using parent = startProgram('test/platform/fixture/postgres-parent.ts', {
    args: [folder.path],
  });
  await parent.said(/ready/);
  const orphan = await postmaster(folder.path);
  parent.child.kill('SIGKILL');
  await expect.poll(() => isAlive(orphan), { timeout: 10_000 }).toBe(false);
});

test('where it outlives its parent, the next start stops it first', async () => {
  await using folder = await createTestFolder();
  // Without setpriv on the PATH nothing ties the two together.
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  await symlink('/usr/bin/id', join(bin, 'id'));
  const data = join(folder.path, 'data');
  await chmod(folder.path, 0o755);
  await using parent = startProgram('test/platform/fixture/postgres-parent.ts', {
    args: [data],
    env: { PATH: bin },
  });
  await parent.said(/ready/);
  const orphan = await postmaster(data);
  const ended = once(parent.child, 'exit');
  parent.child.kill('SIGKILL');
  // Reaped, not merely a zombie whose threads may still hold the lock.
  await ended;
  expect(isAlive(orphan)).toBe(true);
  await using postgres = await start(data);
  expect(isAlive(orphan)).toBe(false);
  expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

async function postmaster(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'cluster/postmaster.pid'), 'utf8'), 10);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}
