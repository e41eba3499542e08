/** Starts programs that refuse to be root, and ends them with their parent. Root becomes the user
 *  `postgres` (made when it is missing); anyone else stays who they are. */
import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from './log.ts';
import { findSetpriv } from './util-linux.ts';

const run = promisify(execFile);
const USER = 'postgres';

type Ids = { uid: number; gid: number };

export type Unprivileged = {
  /** In a process group of its own, so that a terminal's Ctrl-C reaches only its parent. Where `setpriv`
   *  exists, the death of the parent ends it with SIGINT. */
  spawn(program: string, args: readonly string[], stdio: StdioOptions): ChildProcess;
  /** Makes the user the owner of a file or folder. */
  own(path: string): Promise<void>;
};

/** @param needs a program to execute and a folder to write in, which the user must be able to reach.
 *  @throws Error naming the path that is out of reach and the remedy. */
export async function unprivileged(
  needs: { program: string; folder: string },
  log: Log,
): Promise<Unprivileged> {
  const ids = process.getuid?.() === 0 ? ((await findUser()) ?? (await makeUser())) : null;
  const setpriv = await findSetpriv();
  const own = async (path: string) => {
    if (ids === null) return;
    await chown(path, ids.uid, ids.gid).catch((error: Error) => {
      throw new Error(`${path} cannot be given to the user ${USER}: ${error.message}. ${REMEDY}`);
    });
  };
  const user = (capabilities: readonly string[]): Unprivileged => ({
    own,
    spawn: (program, args, stdio) => {
      if (setpriv === null) return spawn(program, args, { stdio, detached: true, ...ids });
      const become = ids
        ? [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups', ...capabilities]
        : [];
      const options = ['--pdeathsig=INT', ...become, '--', program, ...args];
      return spawn(setpriv, options, { stdio, detached: true });
    },
  });

  await own(needs.folder);
  const plain = user([]);
  if (await reaches(plain, needs)) return plain;
  if (ids !== null && setpriv !== null) {
    // Root's own folders are closed to others (/root is 0700). This one capability opens the way; the
    // secure bit lets access(2) see it, by which Postgres looks for its programs.
    const able = user([
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
      '--securebits=+no_setuid_fixup',
    ]);
    if (await reaches(able, needs)) {
      log.info(
        { user: USER, ...needs },
        'the way to the data is closed to its user: CAP_DAC_OVERRIDE',
      );
      return able;
    }
  }
  throw await outOfReach(plain, needs);
}

const REMEDY =
  'Move the checkout or DATA_DIR to where that user may go, start as another user than root, ' +
  'or set DATABASE_URL to a Postgres of your own.';

const REACHES = 'test -x "$0" && test -r "$0" && test -w "$1" && test -x "$1"';

async function reaches(
  user: Unprivileged,
  { program, folder }: { program: string; folder: string },
) {
  return (await ended(user.spawn('/bin/sh', ['-c', REACHES, program, folder], 'ignore'))) === 0;
}

async function outOfReach(user: Unprivileged, needs: { program: string; folder: string }) {
  for (const path of [needs.program, needs.folder]) {
    const ways: string[] = [];
    for (let at = path; at !== dirname(at); at = dirname(at)) ways.unshift(at);
    for (const way of ways) {
      if ((await ended(user.spawn('/bin/sh', ['-c', 'test -x "$0"', way], 'ignore'))) !== 0) {
        return new Error(`Postgres runs as ${USER}, who may not enter ${way}. ${REMEDY}`);
      }
    }
  }
  return new Error(`Postgres runs as ${USER}, who may not write in ${needs.folder}. ${REMEDY}`);
}

async function findUser(): Promise<Ids | null> {
  const id = async (flag: string) => Number((await run('id', [flag, USER])).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    // `id` fails for a user who does not exist; the caller makes one.
    return null;
  }
}

async function makeUser(): Promise<Ids> {
  const options = ['--system', '--user-group', '--no-create-home', '--shell=/usr/sbin/nologin'];
  try {
    await run('useradd', [...options, USER]);
  } catch (error) {
    throw new Error(
      `Postgres refuses to run as root and the user ${USER} could not be made: ` +
        `${(error as Error).message.trim()}. Start as another user, or set DATABASE_URL.`,
      { cause: error },
    );
  }
  const made = await findUser();
  if (made === null) throw new Error(`useradd made no user ${USER}. Start as another user.`);
  return made;
}

/** The exit code; null after a signal or when the program is not there. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => {
    child.once('error', () => done(null));
    child.once('exit', done);
  });
}
