/** The worker processes: started, killed, frozen, woken, and told to stop, with a record of when. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Disturbance } from './history.ts';

export type Fleet = AsyncDisposable & {
  readonly disturbances: Disturbance[];
  /** Workers that ended without having been asked to. */
  readonly surprises: readonly string[];
  /** Ids of workers that run, the frozen ones left out. */
  running(): string[];
  /** Starts a worker under a new id. Settles when it is ready; rejects when it ends before. */
  start(): Promise<string>;
  kill(id: string): Promise<void>;
  /** Settles when it is woken again. */
  freeze(id: string, ms: number): Promise<void>;
  wakeAll(): void;
  /** SIGTERM to all. @returns what went wrong, in words. */
  stopAll(withinMs: number): Promise<string[]>;
};

type Member = { readonly id: string; readonly child: ChildProcess; frozen: Frozen | null };
type Frozen = { readonly fromMs: number; readonly wake: AbortController };

/** @param env of every worker: DATABASE_URL, intervals, and what is planted.
 *  @param args of Node, before the program. */
export function createFleet(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  logFolder: string,
): Fleet {
  const members = new Map<string, Member>();
  const disturbances: Disturbance[] = [];
  const surprises: string[] = [];
  let count = 0;
  const get = (id: string) => {
    const member = members.get(id);
    if (!member) throw new Error(`no worker ${id}`);
    return member;
  };
  const killNow = () => {
    for (const { child } of members.values()) child.kill('SIGKILL');
  };
  process.once('exit', killNow);

  function wake(member: Member) {
    if (!member.frozen) return;
    const { fromMs, wake: sleeping } = member.frozen;
    member.frozen = null;
    member.child.kill('SIGCONT');
    disturbances.push({ workerId: member.id, what: 'frozen', fromMs, untilMs: Date.now() });
    sleeping.abort();
  }

  return {
    disturbances,
    surprises,
    running: () => [...members.values()].filter((member) => !member.frozen).map(({ id }) => id),
    async start() {
      const id = `w${++count}`;
      const logFile = openSync(join(logFolder, `${id}.log`), 'a');
      const program = [process.execPath, '--disable-warning=ExperimentalWarning', ...args];
      // Frozen, it would outlive a driver that was killed.
      const guard = process.platform === 'linux' ? ['setpriv', '--pdeathsig=KILL'] : [];
      const [command, ...rest] = [...guard, ...program, join(import.meta.dirname, 'worker.ts')];
      const child = spawn(command, rest, {
        env: { ...process.env, ...env, WORKER_ID: id },
        stdio: ['ignore', logFile, logFile, 'ipc'],
      });
      closeSync(logFile);
      const member: Member = { id, child, frozen: null };
      members.set(id, member);
      child.once('exit', (code, signal) => {
        members.delete(id);
        if (signal === 'SIGKILL' || code === 0) return;
        surprises.push(`worker ${id} ended by itself (${signal ?? `code ${code}`})`);
      });
      const ended = once(child, 'exit').then(() => null);
      // One that was killed before it was ready is no failure.
      await Promise.race([once(child, 'message'), ended]);
      return id;
    },
    async kill(id) {
      const { child } = get(id);
      const fromMs = Date.now();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      disturbances.push({ workerId: id, what: 'killed', fromMs, untilMs: Infinity });
    },
    async freeze(id, ms) {
      const member = get(id);
      const sleeping = new AbortController();
      member.frozen = { fromMs: Date.now(), wake: sleeping };
      member.child.kill('SIGSTOP');
      await delay(ms, undefined, { signal: sleeping.signal }).catch(() => {});
      wake(member);
    },
    wakeAll: () => [...members.values()].forEach(wake),
    async stopAll(withinMs) {
      const problems: string[] = [];
      await Promise.all(
        [...members.values()].map(async ({ id, child }) => {
          const ended = once(child, 'exit');
          child.kill('SIGTERM');
          const [code] = (await Promise.race([
            ended,
            delay(withinMs, [`nothing within ${withinMs} ms`], { ref: false }),
          ])) as [unknown];
          if (code !== 0)
            problems.push(`worker ${id} answered SIGTERM with exit code ${String(code)}`);
        }),
      );
      return problems;
    },
    async [Symbol.asyncDispose]() {
      const ended = [...members.values()].map(({ child }) => once(child, 'exit'));
      killNow();
      await Promise.all(ended);
      process.off('exit', killNow);
    },
  };
}
