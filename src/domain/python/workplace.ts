/** The folder in which one step's Python works: made for it, closed to others, and gone with all that it wrote there. */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { become, type User } from '#platform/subprocess-guard.ts';
import { findSetpriv, findUnshare } from '#platform/util-linux.ts';

const run = promisify(execFile);
const MODULE = join(import.meta.dirname, 'module');

const LIB = '.honeyframe';
const FILES = ['honeyframe.py', 'runner.py', 'probe.py'] as const;

/** Also what was closed to its own owner. */
const EMPTY = 'chmod -R u+rwX . && find . -mindepth 1 -delete';

export type Workplace = AsyncDisposable & {
  /** Where it works: its home and its temporary folder. */
  readonly folder: string;
  /** How that is called for the code. */
  readonly inside: string;
  /** Whether the code finds it at /tmp, and nothing of anybody else there. */
  readonly ownTemp: boolean;
  /** The path of a file of the module, for the code. */
  file(name: (typeof FILES)[number]): string;
};

/** @param user who owns the folder; ourselves when null.
 *  @param program the Python that has to be seen from there.
 *  @throws Error where it cannot be given to that user. */
export async function makeWorkplace(user: User | null, program: string): Promise<Workplace> {
  const outer = await mkdtemp(join(tmpdir(), 'hf-python-'));
  const folder = join(outer, 'work');
  const lib = join(folder, LIB);
  const isSeen = !/^\/(var\/)?tmp\//.test(program);
  const ownTemp = user !== null && isSeen && (await findUnshare()) !== null;
  const inside = ownTemp ? '/tmp' : folder;
  try {
    await mkdir(lib, { recursive: true });
    // Others may pass, for a worker that is not root starts it there, and see nothing.
    await chmod(folder, 0o711);
    // The checkout may lie where nobody else may go, so the module is copied to where the code can read it.
    for (const file of FILES) {
      await writeFile(join(lib, file), await readFile(join(MODULE, file)));
      await chmod(join(lib, file), 0o644);
    }
    await chmod(lib, 0o755);
    if (user !== null) {
      await chmod(outer, 0o711);
      // The module too, so that its owner can take all away.
      const all = [...FILES.map((file) => join(lib, file)), lib, folder];
      for (const path of all) await chown(path, user.uid, user.gid);
    }
  } catch (error) {
    await rm(outer, { recursive: true, force: true });
    throw error;
  }
  return {
    ...{ folder, inside, ownTemp },
    file: (name) => join(inside, LIB, name),
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
