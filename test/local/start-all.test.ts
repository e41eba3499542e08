import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestFolder } from '#test/support/folder.ts';
import { isAlive, startProgram, type RunningProcess } from '#test/support/process.ts';

const start = (dataDir: string, env: Record<string, string> = {}) =>
  startProgram('test/local/fixture/start-all.ts', {
    env: { DATABASE_URL: undefined, DATA_DIR: dataDir, PORT: '0', ...env },
  });

async function facts(all: RunningProcess): Promise<{ url: string; databaseUrl: string }> {
  return JSON.parse((await all.said(/^\{.*\}$/m))[0]);
}

test('Ctrl-C stops worker and API first, then Postgres, and leaves nothing', async () => {
  await using folder = await createTestFolder();
  await using all = start(folder.path);
  const { url, databaseUrl } = await facts(all);
  const postmaster = await postmasterOf(folder.path);
  all.child.kill('SIGINT');
  expect(await all.exited).toEqual({ code: 0, signal: null });
  expect(all.stderr).toContain('worker: goodbye');
  await expect(fetch(url)).rejects.toThrow();
  await expect(connect(databaseUrl)).rejects.toThrow('ECONNREFUSED');
  expect(isAlive(postmaster)).toBe(false);
});

test('a second Ctrl-C does not wait for a child that takes its time', async () => {
  await using folder = await createTestFolder();
  await using all = start(folder.path, { FIXTURE_STOP_MS: '600000' });
  await facts(all);
  all.child.kill('SIGINT');
  await all.said(/worker: goodbye/);
  // Within half a second it counts as the same key: npm hands one Ctrl-C on twice.
  const again = setInterval(() => all.child.kill('SIGINT'), 600);
  expect(await all.exited).toEqual({ code: 0, signal: null });
  clearInterval(again);
});

test('after a kill -9 the children end by themselves, and the next start works', async () => {
  await using folder = await createTestFolder();
  await using first = start(folder.path, { PORT: '0' });
  const { url } = await facts(first);
  first.child.kill('SIGKILL');
  await first.exited;
  // Everybody has closed the pipes that they share with it: they are gone.
  await expect(fetch(url)).rejects.toThrow();
  await using second = start(folder.path);
  await facts(second);
});

test('a second start on the same folder says where the first one is', async () => {
  await using folder = await createTestFolder();
  await using first = start(folder.path);
  const { url } = await facts(first);
  await using second = start(folder.path);
  expect((await second.exited).code).not.toBe(0);
  expect(second.stderr).toContain(`already running in ${folder.path}, pid ${first.pid}, ${url}`);
  expect((await fetch(url)).status).toBe(200);
});

test('a taken port is named with a remedy, before anything is started', async () => {
  await using folder = await createTestFolder();
  const squatter = createServer();
  await new Promise<void>((done) => squatter.listen(0, '127.0.0.1', done));
  const { port } = squatter.address() as { port: number };
  await using all = start(folder.path, { PORT: `${port}` });
  expect((await all.exited).code).not.toBe(0);
  squatter.close();
  expect(all.stderr).toContain(`Port ${port} of 127.0.0.1 is taken`);
  expect(all.stderr).toContain('PORT=');
  await expect(stat(join(folder.path, 'postgres'))).rejects.toThrow('ENOENT');
});

test('secrets are made once, for their owner only, and a variable wins over them', async () => {
  await using folder = await createTestFolder();
  const secretOf = async (env: Record<string, string> = {}) => {
    await using all = start(folder.path, env);
    const { url } = await facts(all);
    const secret = await (await fetch(url)).text();
    all.child.kill('SIGTERM');
    await all.exited;
    return secret;
  };
  const made = await secretOf();
  expect(made).toHaveLength(64);
  expect(await secretOf()).toBe(made);
  const given = 'x'.repeat(40);
  expect(await secretOf({ JWT_SECRET: given })).toBe(given);
  expect((await stat(join(folder.path, 'secrets.json'))).mode & 0o777).toBe(0o600);
});

test('a damaged file of secrets is not written over', async () => {
  await using folder = await createTestFolder();
  await writeFile(join(folder.path, 'secrets.json'), '{');
  await using all = start(folder.path);
  expect((await all.exited).code).not.toBe(0);
  expect(all.stderr).toContain('secrets.json does not hold JWT_SECRET and SECRET_KEY');
  expect(await readFile(join(folder.path, 'secrets.json'), 'utf8')).toBe('{');
});

test('a worker that cannot start ends the start, with its code', async () => {
  await using folder = await createTestFolder();
  await using all = start(folder.path, { FIXTURE_WORKER_EXIT: '78' });
  expect((await all.exited).code).not.toBe(0);
  expect(all.stderr).toMatch(/worker\.ts ended \(code 78\) before it was ready/);
});

test('a Postgres that is lost ends everything', async () => {
  await using folder = await createTestFolder();
  await using all = start(folder.path);
  await facts(all);
  process.kill(await postmasterOf(folder.path), 'SIGQUIT');
  expect((await all.exited).code).toBe(1);
  expect(all.stderr).toContain('Postgres ended');
});

async function postmasterOf(dataDir: string): Promise<number> {
  const file = join(dataDir, 'postgres/cluster/postmaster.pid');
  return Number.parseInt(await readFile(file, 'utf8'), 10);
}

async function connect(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.end();
}
