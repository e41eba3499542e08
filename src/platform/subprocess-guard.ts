/** Stands beside a subprocess and outlives us: ends all that came from it when told to, and when this process dies in
 *  whatever way. A shell of a megabyte: see subprocess-guard.sh. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { findPrlimit, findSetpriv } from './util-linux.ts';

const SCRIPT = join(import.meta.dirname, 'subprocess-guard.sh');
// 13 to 15 digits: no two subprocesses that live at the same time have the same, and nobody else has any.
const MARKS = { from: 2 ** 40, to: 2 ** 48 - 1 };

/** Disposal settles when nothing is left. */
export type Guard = AsyncDisposable & {
  /** What the subprocess must be started with, in front of its command: on Linux the mark by which the guard finds
   *  what came from it, and a SIGKILL when this process dies. Elsewhere nothing: there its group is all that ends. */
  readonly before: readonly string[];
  /** Tells it the subprocess's group, which the kernel ends as one. */
  watch(group: number): void;
};

/** Started before the subprocess, so that there is no moment without.
 *  @throws Error when no process can be started. */
export async function startGuard(): Promise<Guard> {
  const [setpriv, prlimit] = await Promise.all([findSetpriv(), findPrlimit()]);
  const mark = prlimit === null ? '' : String(randomInt(MARKS.from, MARKS.to));
  const guard = spawn('/bin/sh', [SCRIPT, mark], {
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    // What ends our group, or the terminal's, must not end it.
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  await once(guard, 'spawn');
  const gone = once(guard, 'exit');
  // Written to after somebody ended it: its exit tells.
  guard.stdin.on('error', () => {});
  return {
    before: [
      ...(setpriv === null ? [] : [setpriv, '--pdeathsig=KILL', '--']),
      ...(prlimit === null ? [] : [prlimit, `--locks=${mark}:${mark}`, '--']),
    ],
    watch: (group) => void guard.stdin.write(`${group}\n`),
    async [Symbol.asyncDispose]() {
      guard.stdin.end();
      await gone;
    },
  };
}
