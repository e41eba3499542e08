/** Three programs of util-linux through which a child gets what Node cannot give it. A Linux with busybox in their
 *  place, and other systems, have none. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findCommand } from './find-command.ts';

const run = promisify(execFile);
const found = new Map<string, Promise<string | null>>();

/** `setpriv --pdeathsig`: the kernel ends a child the moment its parent dies, in whatever way.
 *  @returns its absolute path; null where it does not work. */
export const findSetpriv = () => find('setpriv', ['--pdeathsig=KILL', 'true']);

/** `prlimit --locks`: a limit on file locks, which children inherit and which means nothing since Linux 2.4.25.
 *  @returns its absolute path; null where it does not work. */
export const findPrlimit = () => find('prlimit', [`--locks=${2 ** 48}`, 'true']);

/** `unshare --mount`: a child sees other folders at some places than we do. Root may, outside of most containers.
 *  @returns its absolute path; null where it does not work. */
export const findUnshare = () =>
  find('unshare', ['--mount', '--ipc', '--', '/bin/sh', '-c', 'mount --bind /tmp /tmp']);

/** Looks, and tries the option, once a process. */
function find(name: string, trial: readonly string[]): Promise<string | null> {
  const known = found.get(name);
  if (known) return known;
  const finding = (async () => {
    const file = await findCommand(name, { path: process.env['PATH'] ?? '', cwd: '/' });
    if (file === null) return null;
    return run(file, trial).then(
      () => file,
      () => null,
    );
  })();
  found.set(name, finding);
  return finding;
}
