/** A Postgres that outlived its parent, and the pid file of one that is no more. Postgres's own check knows
 *  only whether a process has that number, which in a container it nearly always has. */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Log } from './log.ts';

const run = promisify(execFile);
const STOP_SECONDS = 30;

/** Leaves the cluster's folder free to start in: stops the Postgres that still runs there, removes the pid
 *  file of one that does not. Only for whoever holds the folder's lock.
 *  @throws Error naming the process that does not stop. */
export async function stopLeftover(cluster: string, log: Log): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid)) return;
  if (!(await isPostgres(pid, cluster))) {
    await rm(pidFile, { force: true });
    return;
  }
  log.warn({ pid }, 'a Postgres that outlived its parent is stopped first');
  process.kill(pid, 'SIGINT');
  for (const until = Date.now() + STOP_SECONDS * 1000; Date.now() < until; await sleep(50)) {
    if (!(await isPostgres(pid, cluster))) return;
  }
  throw new Error(
    `Postgres (pid ${pid}) does not stop in ${cluster}; kill -QUIT ${pid} and try again.`,
  );
}

/** Whether that process is a Postgres on this folder. */
async function isPostgres(pid: number, cluster: string): Promise<boolean> {
  return (await commandLine(pid)).includes(`-D ${cluster} `);
}

async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform !== 'linux') {
      return (await run('ps', ['-ww', '-o', 'command=', '-p', `${pid}`])).stdout;
    }
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    // No process has that number.
    return '';
  }
}
