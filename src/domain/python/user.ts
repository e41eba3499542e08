/** Users for code that is not trusted: a number that nobody has, so that it can read no file, no environment and no
 *  memory of anybody, and so that all that runs under it can be ended at once. No such user need exist by name. */
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { become, type User } from '#platform/subprocess-guard.ts';
import { findSetpriv } from '#platform/util-linux.ts';

const run = promisify(execFile);

// Of a billion two steps take the same once in a very long time. Where a container maps only 65,536 numbers: those that
// systemd keeps for users which it makes up, too.
const LARGE = { from: 2 ** 30, to: 2 ** 31 - 1 };
const SMALL = { from: 61_184, to: 65_520 };

/** A new one; null where this process may not become another user: root may, others with CAP_SETUID and CAP_SETGID. */
export async function findUser(): Promise<User | null> {
  const setpriv = await findSetpriv();
  if (setpriv === null) return null;
  const { from, to } = (await mapsAll()) ? LARGE : SMALL;
  const uid = randomInt(from, to);
  const user = { uid, gid: uid };
  return run(setpriv, [...become(user), '--', '/bin/sh', '-c', ':']).then(
    () => user,
    () => null,
  );
}

/** Whether the numbers of users in here reach to 2^31. */
async function mapsAll(): Promise<boolean> {
  const map = await readFile('/proc/self/uid_map', 'utf8').catch(() => '');
  return map.split('\n').some((line) => {
    const [inside, , count] = line.trim().split(/\s+/).map(Number);
    return inside === 0 && (count ?? 0) >= LARGE.to;
  });
}
