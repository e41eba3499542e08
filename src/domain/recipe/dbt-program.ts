/** Finds the dbt of this machine: the one that DBT_PROGRAM names, or the one that `npm run setup:dbt` made. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCommand } from '#platform/find-command.ts';
import { Failure } from '../connector/failure.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LOOK_EVERY_MS = 300;

/** Waits while it is being made.
 *  @param named as DBT_PROGRAM has it.
 *  @param waiting is told once when there is something to wait for.
 *  @returns an absolute path.
 *  @throws Failure naming the command that makes one; the signal's reason. */
export async function findDbt(
  named: string | undefined,
  signal: AbortSignal,
  waiting: () => void,
): Promise<string> {
  if (named !== undefined) {
    const found = await findCommand(named, { path: process.env['PATH'] ?? '', cwd: ROOT });
    if (found !== null) return found;
    throw new Failure(`DBT_PROGRAM names ${named}, which is not there or may not be executed.`);
  }
  const folder = join(ROOT, '.dbt', await requirementsHash());
  for (let told = false; ; await sleep(LOOK_EVERY_MS, undefined, { signal })) {
    if ((await textOf(join(folder, 'ready'))) !== null) return join(folder, 'bin/dbt');
    if (!(await isBeingMade())) break;
    if (!told) waiting();
    told = true;
  }
  // It may have been made between the two looks.
  if ((await textOf(join(folder, 'ready'))) !== null) return join(folder, 'bin/dbt');
  throw new Failure(
    'There is no dbt on this machine, by which recipes are built: run `npm run setup:dbt` where the worker runs (it needs Python 3.10 or newer and its package index), or set DBT_PROGRAM to one of yours, 1.12 for Postgres.',
  );
}

/** As scripts/dbt.mjs names its folder. */
async function requirementsHash(): Promise<string> {
  const text = await readFile(join(ROOT, 'python/dbt-requirements.txt'));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

async function isBeingMade(): Promise<boolean> {
  const holder = await textOf(join(ROOT, '.tmp/dbt.lock'));
  if (holder === null) return false;
  try {
    process.kill(Number(holder), 0);
    return true;
  } catch (error) {
    // Another user's lives; of one that died only its lock is left.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const textOf = (file: string) => readFile(file, 'utf8').catch(() => null);
