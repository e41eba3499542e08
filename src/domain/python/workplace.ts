/** The folder in which one step's Python works: made for it, closed to others, and gone with all that it wrote there. */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { become, type User } from '#platform/subprocess-guard.ts';
import { findSetpriv } from '#platform/util-linux.ts';

const run = promisify(execFile);
const MODULE = join(import.meta.dirname, 'module');

/** Also what was closed to its own owner. */
const EMPTY = 'chmod -R u+rwX . && find . -mindepth 1 -delete';

export type Workplace = AsyncDisposable & {
  /** Where it works: its home and its temporary folder. */
  readonly folder: string;
  /** The path of a file of the module. */
  file(name: 'runner.py' | 'probe.py'): string;
};

/** @param user who owns the folder; ourselves when null.
 *  @throws Error where it cannot be given to that user. */
export async function makeWorkplace(user: User | null): Promise<Workplace> {
  const outer = await mkdtemp(join(tmpdir(), 'hf-python-'));
  const [folder, lib] = [join(outer, 'work'), join(outer, 'lib')];
  try {
    await Promise.all([mkdir(folder), mkdir(lib)]);
    // Others may pass, for a worker that is not root starts it there, and see nothing.
    await chmod(folder, 0o711);
    // The checkout may lie where nobody else may go, so the module is copied to where the code can read it.
    for (const file of ['honeyframe.py', 'runner.py', 'probe.py']) {
      await writeFile(join(lib, file), await readFile(join(MODULE, file)));
      await chmod(join(lib, file), 0o644);
    }
    await chmod(lib, 0o755);
    if (user !== null) {
      await chmod(outer, 0o711);
      await chown(folder, user.uid, user.gid);
    }
  } catch (error) {
    await rm(outer, { recursive: true, force: true });
    throw error;
  }
  return {
    folder,
    file: (name) => join(lib, name),
    async [Symbol.asyncDispose]() {
      // Who is not root may not empty another user's folder, but can become that user.
      if (user !== null && process.getuid?.() !== 0) {
        await run((await findSetpriv())!, [...become(user), '--', '/bin/sh', '-c', EMPTY], {
          cwd: folder,
        });
      }
      await rm(outer, { recursive: true, force: true });
    },
  };
}
