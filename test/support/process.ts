/** Programs of ours under test as real processes: what they say is gathered, waited for, and none outlives
 *  its test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Exit } from '#platform/child.ts';

const ROOT = join(import.meta.dirname, '../..');

export type RunningProcess = AsyncDisposable & {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything said so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Settles with the first match in what it says (on either stream), also with one said before. Rejects,
   *  with all that it said, when the process ends without. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  readonly exited: Promise<Exit>;
};

export type StartOptions = {
  args?: readonly string[];
  /** Over this process's environment; undefined takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
};

/** Starts a TypeScript file of the repository on this Node; its path is relative to the root.
 *  Disposal kills it and its process group. */
export function startProgram(program: string, options: StartOptions = {}): RunningProcess {
  return startCommand([process.execPath, join(ROOT, program)], options);
}

/** Any command. Disposal kills it and its process group. */
export function startCommand(
  [command, ...before]: readonly [string, ...string[]],
  { args = [], env = {}, cwd = ROOT }: StartOptions = {},
): RunningProcess {
  const child = spawn(command, [...before, ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own, so that disposal reaches what it started.
    detached: true,
  });
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended, and nothing is left of its group.
    }
  };
  // A test that times out never reaches its disposals.
  try {
    onTestFinished(killGroup);
  } catch {
    // Started for a whole file, in beforeAll: afterAll disposes of it.
  }
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const look of watchers) look();
    });
  }
  const exited = new Promise<Exit>((done, fail) => {
    child.once('error', fail);
    // 'close', not 'exit': by then all that it said has arrived.
    child.once('close', (code, signal) => done({ code, signal }));
  });
  return {
    child,
    pid: child.pid ?? 0,
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    exited,
    said: (pattern) =>
      new Promise((done, fail) => {
        const look = () => {
          const match = pattern.exec(text.stdout) ?? pattern.exec(text.stderr);
          if (match) {
            watchers.delete(look);
            done(match);
          }
        };
        watchers.add(look);
        look();
        exited.then(
          () => fail(new Error(`It ended without ${pattern}:\n${text.stdout}${text.stderr}`)),
          fail,
        );
      }),
    async [Symbol.asyncDispose]() {
      killGroup();
      await exited;
    },
  };
}

/** Whether a process of that id runs. One that has ended and waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    // No /proc on this system, yet the process is there.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}
