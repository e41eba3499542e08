/** The program as a process: its exit codes, Ctrl-C, an API that dies under a followed run, and the API of its
 *  own folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestFolder } from '#test/support/folder.ts';
import { openGate } from '#test/support/kinds.ts';
import { startProgram } from '#test/support/process.ts';
import { createCliGround, type CliGround } from './ground.ts';

let ground: CliGround;
beforeAll(async () => {
  ground = await createCliGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const start = (words: string, env: Record<string, string | undefined> = {}) =>
  startProgram('src/cli.ts', {
    args: words.split(' '),
    env: {
      DATA_DIR: '/nonexistent',
      HF_URL: ground.url,
      HF_TOKEN: ground.tokens.designer.token,
      HF_PROJECT: ground.project.slug,
      ...env,
    },
  });

const startServer = async (port: number) => {
  const server = startProgram('src/server.ts', {
    env: {
      DATABASE_URL: ground.databaseUrl,
      JWT_SECRET: 'a secret of at least thirty-two characters',
      PORT: String(port),
      LOG_LEVEL: 'info',
    },
  });
  const [, url = ''] = await server.said(/(http:\/\/127\.0\.0\.1:\d+)/);
  return { server, url };
};

test('exit codes reach the shell, and what is piped has no colours', async () => {
  await ground.probe('fine');
  await ground.probe('bad', [{ fail: 'no' }]);
  for (const [words, code] of [
    ['run fine --follow', 0],
    ['run bad --follow', 1],
    ['run none', 2],
    ['runs --url http://127.0.0.1:1', 3],
  ] as const) {
    await using hf = start(words);
    expect([words, (await hf.exited).code]).toEqual([words, code]);
    expect(hf.stdout + hf.stderr).not.toContain('\x1b');
  }
});

test('Ctrl-C detaches from a followed run, which goes on', async () => {
  const { id } = await ground.probe('kept', [{ gate: 'kept' }]);
  await using hf = start('run kept --follow');
  await hf.said(/step-0 {2}started/);
  hf.child.kill('SIGINT');
  expect((await hf.exited).code).toBe(130);
  expect(hf.stderr).toMatch(/Run \d+ goes on/);
  const { rows } = await ground.pool.query('select state from run where scenario_id = $1', [id]);
  expect(rows).toEqual([{ state: 'running' }]);
  await openGate(ground.pool, 'kept');
});

test('an API that is killed and comes back costs no event, and none comes twice', async () => {
  const step = (gate: string) => ({ gate, lines: [`before ${gate}`] });
  await ground.probe('through', [step('first'), step('second')]);
  const { server, url } = await startServer(0);
  await using first = server;
  await using hf = start('run through --follow --json', { HF_URL: url });
  await hf.said(/before first/);
  first.child.kill('SIGKILL');
  await first.exited;
  await hf.said(/cannot be reached/);
  // Happens while nobody can tell.
  await openGate(ground.pool, 'first');
  await using second = (await startServer(Number(new URL(url).port))).server;
  await hf.said(/before second/);
  expect(hf.stderr).toContain('The connection is back.');
  // The second time in good order.
  second.child.kill('SIGTERM');
  await second.exited;
  await openGate(ground.pool, 'second');
  await using _third = (await startServer(Number(new URL(url).port))).server;

  expect((await hf.exited).code).toBe(0);
  const lines = hf.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { run } = lines.at(-1);
  const seqs = lines.slice(0, -1).map(({ seq }) => seq);
  expect(run.state).toBe('SUCCEEDED');
  expect(seqs).toEqual(Array.from({ length: run.eventCount }, (_, index) => index + 1));
}, 60_000);

test('without settings the API of the folder is asked, as its demo user', async () => {
  await using folder = await createTestFolder();
  const { token } = ground.tokens.designer;
  await mkdir(folder.path, { recursive: true });
  const databaseUrl = ground.databaseUrl;
  const { host, pathname } = new URL(databaseUrl);
  await writeFile(
    join(folder.path, 'holder.json'),
    JSON.stringify({ pid: process.pid, url: ground.url, databaseUrl }),
  );
  await writeFile(
    join(folder.path, 'demo.json'),
    JSON.stringify({
      email: 'a@example.com',
      password: 'x',
      token,
      projectId: 1,
      database: host + pathname,
    }),
  );
  const none = { HF_URL: undefined, HF_TOKEN: undefined, HF_PROJECT: undefined };
  await using hf = start('scenarios', { ...none, DATA_DIR: folder.path });
  expect([(await hf.exited).code, hf.stderr]).toEqual([0, '']);
  // Nobody else's API gets that token.
  const elsewhere = ground.url.replace('127.0.0.1', 'localhost');
  await using other = start('scenarios', { ...none, DATA_DIR: folder.path, HF_URL: elsewhere });
  expect([(await other.exited).code, other.stderr]).toEqual([
    3,
    expect.stringContaining('Name a token'),
  ]);
});
