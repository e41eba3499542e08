/** One process a folder. The lock is the kernel's, taken through SQLite because Node itself offers none:
 *  it ends with its process however that dies, so nothing stale stays behind and nothing can race. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

const SQLITE_BUSY = 5;

const holderForm = z.object({
  pid: z.number(),
  /** Where its API answers, once it does. */
  url: z.string().optional(),
  databaseUrl: z.string().optional(),
});
/** What the process in a folder says about itself. */
export type Holder = z.infer<typeof holderForm>;

export type FolderLock = Disposable & {
  /** Tells others more about this process; they read it with `holderOf`. */
  tell(about: Omit<Holder, 'pid'>): void;
};

/** @throws Error that names the process in the folder, and its address if it has told one. */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const holderFile = join(folder, 'holder.json');
  const lock = new DatabaseSync(join(folder, 'lock'));
  try {
    lock.exec('pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) throw inUse(folder);
    throw new Error(`${folder} cannot be locked: ${(error as Error).message}`, { cause: error });
  }
  const write = (about: Holder) =>
    // 0600: the database's address carries its password.
    writeFileSync(holderFile, JSON.stringify(about), { mode: 0o600 });
  write({ pid: process.pid });
  return {
    tell: (about) => write({ pid: process.pid, ...about }),
    [Symbol.dispose]() {
      rmSync(holderFile, { force: true });
      lock.close();
    },
  };
}

/** What the last process in the folder told about itself; null where none did. After a kill -9 this may
 *  be a process that is no more. */
export function holderOf(folder: string): Holder | null {
  try {
    return holderForm.parse(JSON.parse(readFileSync(join(folder, 'holder.json'), 'utf8')));
  } catch {
    // Absent, or being written this very moment: nobody has told anything yet.
    return null;
  }
}

function inUse(folder: string): Error {
  const holder = holderOf(folder);
  const who = holder ? `, pid ${holder.pid}${holder.url ? `, ${holder.url}` : ''}` : '';
  return new Error(
    `already running in ${folder}${who}. Stop it, or give this one a DATA_DIR and a PORT of its own.`,
  );
}
