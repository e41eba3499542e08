/** Workers for tests: in this process, or as processes that can be killed and frozen. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLog } from '#platform/log.ts';
import type { Registry } from '#domain/step/kind.ts';
import { startWorker, type Worker, type WorkerOptions } from '#worker/worker.ts';
import { probeKinds } from './kinds.ts';

/** A worker in this process, with short intervals unless given otherwise, stopped when disposed of. */
export async function startTestWorker(
  url: string,
  given: Partial<WorkerOptions> & { kinds?: Registry; graceMs?: number } = {},
): Promise<Worker & AsyncDisposable> {
  const { kinds = probeKinds, graceMs = 0, ...options } = given;
  const worker = startWorker(
    {
      url,
      listenUrl: url,
      workerId: `in-process-${crypto.randomUUID()}`,
      workerSlots: 16,
      leaseSeconds: 15,
      heartbeatSeconds: 30,
      claimBackstopSeconds: 0.2,
      startHeld: false,
      secretKey: undefined,
      tickBackstopSeconds: 0.2,
      version: 'test',
      ...options,
    },
    kinds,
    createLog('test-worker', 'silent'),
  );
  await worker.ready;
  let stopped: Promise<void> | null = null;
  const stop = (ms: number) => (stopped ??= worker.stop(ms));
  return { ...worker, stop, [Symbol.asyncDispose]: () => stop(graceMs) };
}

export type WorkerProcess = AsyncDisposable & {
  readonly id: string;
  /** null while it runs, and when a signal ended it. */
  readonly exitCode: number | null;
  /** Sends a signal; SIGKILL and SIGTERM wait for the end of the process. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): Promise<void>;
};

/** A worker as a process of its own, killed when disposed of. */
export async function spawnWorker(
  url: string,
  id: string,
  env: Record<string, string> = {},
): Promise<WorkerProcess> {
  const child = fork(join(import.meta.dirname, 'worker-entry.ts'), {
    env: { ...process.env, DATABASE_URL: url, WORKER_ID: id, LOG_LEVEL: 'error', ...env },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    id,
    get exitCode() {
      return child.exitCode;
    },
    async signal(name) {
      child.kill(name);
      if (name === 'SIGKILL' || name === 'SIGTERM') await ended(child);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Asks until the answer is there. @throws Error with `what` when it is not after `timeoutMs`. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await delay(20);
  }
}
