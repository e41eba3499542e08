/** One process at a time changes a checkout; others wait. A file with the holder's process id, made whole
 *  in one step by linking. Plain files, because Node 20 offers no lock of the kernel's. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// npm ci on a slow line takes minutes; longer than this, a person should look.
const WAIT_MS = 15 * 60_000;

/** @template T @param {string} root @param {() => Promise<T> | T} work
 *  @param {string} [name] what is changed, each with a lock of its own @returns {Promise<T>} */
export async function withCheckoutLock(root, work, name = 'prepare.lock') {
  const folder = join(root, '.tmp');
  const lock = join(folder, name);
  mkdirSync(folder, { recursive: true });
  const until = Date.now() + WAIT_MS;
  for (let told = false; !taken(lock); await sleep(200)) {
    const holder = read(lock);
    if (holder === null) continue;
    if (!alive(Number(holder))) {
      discard(lock, holder);
    } else if (Date.now() > until) {
      throw new Error(`process ${holder} holds ${lock} since long; end it or remove the file.`);
    } else if (!told) {
      process.stderr.write(`· waiting for process ${holder}, which makes this checkout ready …\n`);
      told = true;
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function taken(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, `${process.pid}`);
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes the lock of a process that is no more; puts it back if another took it in between.
 *  @param {string} lock @param {string} holder */
function discard(lock, holder) {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (read(aside) !== holder) linkSync(aside, lock);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    // Another waiter was quicker.
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** @param {number} pid */
function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
