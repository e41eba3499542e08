import { chmod, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { CUT, MAX_LINE } from '#platform/split-lines.ts';
import { runCommand, type CommandOptions } from '#platform/subprocess.ts';
import { createTestFolder } from '#test/support/folder.ts';
import { startProgram } from '#test/support/process.ts';
import { livingOf, readTree, TREE } from '#test/support/process-tree.ts';

const NEVER = new AbortController().signal;

/** A script's end and what it said. */
async function sh(script: string, options: Partial<CommandOptions> = {}) {
  const lines: string[] = [];
  const ended = await runCommand('sh', ['-c', script], {
    cwd: tmpdir(),
    signal: NEVER,
    onLine: (line, from) => void lines.push(from === 'stderr' ? `! ${line}` : line),
    ...options,
  });
  return { ...ended, lines };
}

/** Starts a script and answers once it has said something that `isReady` is content with. */
async function begin<T>(
  script: string,
  isReady: (lines: readonly string[]) => T | null,
  options: Partial<CommandOptions> = {},
) {
  const stop = new AbortController();
  const ready = Promise.withResolvers<T>();
  const lines: string[] = [];
  const ended = sh(script, {
    ...options,
    signal: stop.signal,
    onLine(line) {
      lines.push(line);
      const is = isReady(lines);
      if (is !== null) ready.resolve(is);
    },
  });
  return { is: await ready.promise, ended, abort: () => stop.abort(), lines };
}

const saysReady = (lines: readonly string[]) => (lines.includes('ready') ? true : null);

test('both streams come line by line, the last one also without its end, with the exit code', async () => {
  const ended = await sh(`echo one; printf 'two\\r\\n\\nfour'; printf 'oh\\nno' >&2; exit 3`);
  expect(ended.lines.filter((line) => !line.startsWith('!'))).toEqual(['one', 'two', '', 'four']);
  expect(ended.lines.filter((line) => line.startsWith('!'))).toEqual(['! oh', '! no']);
  expect(ended).toMatchObject({ code: 3, signal: null, aborted: false, refused: null });
  expect(ended.ms).toBeGreaterThan(0);
});

test('a command that a signal ends says so', async () => {
  expect(await sh('kill -TERM $$')).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test('arguments reach the command as they are, without a shell', async () => {
  const lines: string[] = [];
  await runCommand('printf', ['%s\n', '$HOME; echo "two"', ''], {
    cwd: tmpdir(),
    signal: NEVER,
    onLine: (line) => void lines.push(line),
  });
  expect(lines).toEqual(['$HOME; echo "two"', '']);
});

test('a long line is cut, and the next is whole again', async () => {
  const { lines } = await sh(`head -c 3000000 /dev/zero | tr '\\0' x; echo; echo next`);
  expect(lines.map((line) => line.length)).toEqual([MAX_LINE + CUT.length, 4]);
  expect(lines[0]).toBe('x'.repeat(MAX_LINE) + CUT);
});

test('a character that arrives in pieces is whole, one that never does is replaced', async () => {
  const { lines } = await sh(`printf 'gr\\303'; sleep 0.05; printf '\\274n\\n\\377\\303'`);
  expect(lines).toEqual(['grün', '��']);
});

test('it gets an environment of its own, without our secrets', async () => {
  vi.stubEnv('DATABASE_URL', 'postgres://user:secret@127.0.0.1/db');
  vi.stubEnv('SECRET_KEY', 'secret');
  vi.stubEnv('JWT_SECRET', 'secret');
  vi.stubEnv('NODE_OPTIONS', '--secret');
  vi.stubEnv('TZ', 'Asia/Jakarta');
  await using folder = await createTestFolder();
  const { lines } = await sh('exec env', { cwd: folder.path, env: { DBT_PROJECT: 'sales' } });
  vi.unstubAllEnvs();
  const names = lines.map((line) => line.replace(/=.*/, ''));
  const allowed = ['DBT_PROJECT', 'HOME', 'PATH', 'PWD', 'TZ'];
  const ofThisMachine = ['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'TMPDIR', 'OLDPWD'];
  expect(names.filter((name) => !ofThisMachine.includes(name)).toSorted()).toEqual(allowed);
  expect(lines.join('\n')).not.toContain('secret');
  expect(lines).toContain(`HOME=${folder.path}`);
  expect(lines).toContain('TZ=Asia/Jakarta');
});

test('it works in its folder, where a relative command is found', async () => {
  await using folder = await createTestFolder();
  await writeFile(join(folder.path, 'here'), '#!/bin/sh\npwd\n', { mode: 0o755 });
  const lines: string[] = [];
  const onLine = (line: string) => void lines.push(line);
  await runCommand('./here', [], { cwd: folder.path, signal: NEVER, onLine });
  expect(lines).toEqual([folder.path]);
});

test('a command or a folder that is missing is a refusal, not a throw', async () => {
  await using folder = await createTestFolder();
  const where = { cwd: folder.path, signal: NEVER, env: { PATH: '/usr/bin:/bin' } };
  expect(await runCommand('no-such-command', [], where)).toMatchObject({
    code: null,
    signal: null,
    refused: 'there is no command no-such-command on PATH (ENOENT), which is /usr/bin:/bin',
  });
  await writeFile(join(folder.path, 'plain'), 'echo');
  await chmod(join(folder.path, 'plain'), 0o644);
  expect((await runCommand('./plain', [], where)).refused).toBe(
    './plain is not there, or may not be executed (ENOENT)',
  );
  const cwd = join(folder.path, 'gone');
  expect((await runCommand('true', [], { ...where, cwd })).refused).toBe(
    `there is no folder ${cwd} to work in`,
  );
});

test('aborted before it began, it does not begin', async () => {
  await using folder = await createTestFolder();
  const signal = AbortSignal.abort();
  const ended = await sh('touch begun', { cwd: folder.path, signal });
  expect(ended).toMatchObject({ code: null, signal: null, aborted: true, refused: null });
  expect((await sh('ls', { cwd: folder.path })).lines).toEqual([]);
});

test('an abort interrupts it, and it may still end in its own way', async () => {
  const it = await begin(
    `trap 'echo tidied; exit 7' INT; echo ready; while :; do sleep 0.01; done`,
    saysReady,
  );
  it.abort();
  expect(await it.ended).toMatchObject({ code: 7, signal: null, aborted: true });
  expect(it.lines).toEqual(['ready', 'tidied']);
});

test('one that takes no notice is killed when its grace is over, and not before', async () => {
  const it = await begin(
    `trap 'echo no' INT; echo ready; while :; do sleep 0.01; done`,
    saysReady,
    {
      graceMs: 400,
    },
  );
  const abortedAt = performance.now();
  it.abort();
  expect(await it.ended).toMatchObject({ code: null, signal: 'SIGKILL', aborted: true });
  const tookMs = performance.now() - abortedAt;
  expect(tookMs).toBeGreaterThan(390);
  expect(tookMs).toBeLessThan(2000);
  expect(it.lines).toEqual(['ready', 'no']);
});

test('with the default grace, nothing of a stubborn tree is left after 2 s', async () => {
  const it = await begin(`trap '' INT; ${TREE}; wait`, readTree);
  expect(livingOf(it.is)).toEqual(it.is);
  const abortedAt = performance.now();
  it.abort();
  await it.ended;
  expect(performance.now() - abortedAt).toBeLessThan(2000);
  expect(livingOf(it.is)).toEqual([]);
});

test('what a command leaves in the background ends with it', async () => {
  const { lines, code } = await sh(TREE);
  expect(livingOf(readTree(lines)!)).toEqual([]);
  expect(code).toBe(0);
});

test('one subprocess ends without the other', async () => {
  const [one, other] = [
    await begin(`${TREE}; wait`, readTree),
    await begin(`${TREE}; wait`, readTree),
  ];
  one.abort();
  await one.ended;
  expect(livingOf(one.is)).toEqual([]);
  expect(livingOf(other.is)).toEqual(other.is);
  other.abort();
  await other.ended;
  expect(livingOf(other.is)).toEqual([]);
});

test('its parent is killed, and the whole tree with it', async () => {
  await using parent = startParent(`${TREE}; wait`);
  await parent.said(/the shell/);
  const pids = readTree(parent.stdout.split('\n'))!;
  expect(livingOf(pids)).toEqual(pids);
  parent.child.kill('SIGKILL');
  await expect.poll(() => livingOf(pids), { timeout: 5000 }).toEqual([]);
});

test('where util-linux is missing, its group still ends with its parent', async () => {
  await using folder = await createTestFolder();
  for (const name of ['sh', 'sleep', 'grep']) {
    await symlink(`/bin/${name}`, join(folder.path, name));
  }
  await using parent = startParent(`sleep 600 & echo "pids $! $$"; wait`, { PATH: folder.path });
  const pids = (await parent.said(/pids (\d+) (\d+)/)).slice(1).map(Number);
  expect(livingOf(pids)).toEqual(pids);
  parent.child.kill('SIGKILL');
  await expect.poll(() => livingOf(pids), { timeout: 5000 }).toEqual([]);
});

const startParent = (script: string, env = {}, more: string[] = []) =>
  startProgram('test/platform/fixture/subprocess-parent.ts', { args: [script, ...more], env });

test('a listener that throws ends it, and is heard', async () => {
  const ended = sh('echo one; exec sleep 600', {
    onLine() {
      throw new Error('not understood');
    },
  });
  await expect(ended).rejects.toThrow('not understood');
});

test('limits hold for it, and one that they do not fit says so itself', async () => {
  const { lines } = await sh('ulimit -v; ulimit -t; ulimit -f; ulimit -c', {
    limits: { memoryBytes: 512 * 1024 ** 2, cpuSeconds: 7, fileBytes: 1024 ** 2 },
  });
  expect(lines).toEqual([String(512 * 1024), '7', '2048', '0']);
});

test('file 3 is a channel both ways', async () => {
  let heard = '';
  const ended = await sh('read -r line <&3; echo "$line to you" >&3', {
    onChannel(channel) {
      channel.on('error', () => {});
      channel.on('data', (bytes: Buffer) => (heard += bytes.toString()));
      channel.write('hello\n');
    },
  });
  expect(ended.code).toBe(0);
  await expect.poll(() => heard).toBe('hello to you\n');
});

describe.skipIf(process.getuid?.() !== 0)('another user, which needs root:', () => {
  const as = { uid: 1_900_000_001, gid: 1_900_000_001 };

  test('it has no group, no capability and no way to get any', async () => {
    const { lines } = await sh(
      `id -u; id -G; grep -E '^(Cap(Prm|Eff|Amb)|NoNewPrivs)' /proc/self/status`,
      { as, cwd: '/' },
    );
    expect(lines.map((line) => line.replace(/\s+/g, ' '))).toEqual([
      '1900000001',
      '1900000001',
      'CapPrm: 0000000000000000',
      'CapEff: 0000000000000000',
      'CapAmb: 0000000000000000',
      'NoNewPrivs: 1',
    ]);
  });

  test('what lost the mark ends all the same, and nobody else does', async () => {
    const other = { uid: as.uid + 1, gid: as.gid + 1 };
    const bystander = await begin(`echo ready; exec sleep 600`, saysReady, { as: other, cwd: '/' });
    const { lines, code } = await sh(TREE, { as, cwd: '/' });
    const flown = await sh(`setsid prlimit --locks=5:5 -- sleep 600 & echo "pid $!"`, {
      as,
      cwd: '/',
    });
    const pid = Number(/\d+/.exec(flown.lines[0]!)![0]);
    expect(livingOf([pid, ...(readTree(lines) ?? [])])).toEqual([]);
    expect(code).toBe(0);
    bystander.abort();
    expect(await bystander.ended).toMatchObject({ signal: 'SIGINT', aborted: true });
  });

  test('its parent is killed, and all that it has with it', async () => {
    const script = `prlimit --locks=5:5 -- sh -c 'setsid sleep 600 & echo "pid $!"'; echo "pid $$"; wait; sleep 600`;
    await using parent = startParent(script, {}, [String(as.uid + 2)]);
    await parent.said(/pid \d+\npid \d+/);
    const pids = [...parent.stdout.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
    expect(livingOf(pids)).toEqual(pids);
    parent.child.kill('SIGKILL');
    await expect.poll(() => livingOf(pids), { timeout: 5000 }).toEqual([]);
  });
});
