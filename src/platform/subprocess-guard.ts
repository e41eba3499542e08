/** Stands beside a subprocess and outlives us: ends all that came from it when told to, and when this process dies in
 *  whatever way. A shell of a megabyte: see subprocess-guard.sh. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { findPrlimit, findSetpriv, findUnshare } from './util-linux.ts';

const SCRIPT = join(import.meta.dirname, 'subprocess-guard.sh');
// 13 to 15 digits: no two subprocesses that live at the same time have the same, and nobody else has any.
const MARKS = { from: 2 ** 40, to: 2 ** 48 - 1 };

/** Disposal settles when nothing is left. */
export type Guard = AsyncDisposable & {
  /** What the subprocess must be started with, in front of its command: on Linux the mark by which the guard finds
   *  what came from it, and a SIGKILL when this process dies. Elsewhere nothing: there its group is all that ends. */
  readonly before: readonly string[];
  /** Tells it the subprocess's group, which the kernel ends as one. */
  watch(group: number): void;
};

/** Another user. A number that nobody else has, so that all that runs under it may be ended; it needs no name. */
export type User = { readonly uid: number; readonly gid: number };

/** What the kernel lets each of its processes have. */
export type Limits = {
  /** Of address space. */
  readonly memoryBytes?: number;
  /** Of computing, not of waiting. */
  readonly cpuSeconds?: number;
  /** With threads; counted over all that its user has, so only for a user of its own. */
  readonly processes?: number;
  /** Of any one file that it writes. */
  readonly fileBytes?: number;
};

export type GuardOptions = {
  readonly as?: User | undefined;
  readonly limits?: Limits | undefined;
  /** A folder that it finds at /tmp and /var/tmp, where it begins. */
  readonly temp?: string | undefined;
};

// Shared memory is a folder too, and is gone with the last process that sees it.
const OWN =
  'mount --bind "$1" /var/tmp && mount --bind /var/tmp /tmp && ' +
  'mount -t tmpfs -o size=256m,mode=1777,nosuid,nodev none /dev/shm && cd /tmp && unset OLDPWD && shift && exec "$@"';

/** Started before the subprocess, so that there is no moment without.
 *  @throws Error when no process can be started, or none with this user or these limits. */
export async function startGuard({ as, limits = {}, temp }: GuardOptions): Promise<Guard> {
  const [setpriv, prlimit] = await Promise.all([findSetpriv(), findPrlimit()]);
  const unshare = temp === undefined ? null : await findUnshare();
  if (as !== undefined && setpriv === null) throw new Error(missing('setpriv'));
  if (temp !== undefined && unshare === null) throw new Error(missing('unshare'));
  if (prlimit === null && Object.keys(limits).length > 0) throw new Error(missing('prlimit'));
  const mark = prlimit === null ? '' : String(randomInt(MARKS.from, MARKS.to));
  const user = as === undefined ? [] : [String(as.uid), setpriv!];
  const guard = spawn('/bin/sh', [SCRIPT, mark, ...user], {
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    // What ends our group, or the terminal's, must not end it.
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  await once(guard, 'spawn');
  const gone = once(guard, 'exit');
  // Written to after somebody ended it: its exit tells.
  guard.stdin.on('error', () => {});
  return {
    before: [
      ...(unshare === null
        ? []
        : [unshare, '--mount', '--ipc', '--', '/bin/sh', '-c', OWN, 'sh', temp!]),
      ...(setpriv === null ? [] : [setpriv, '--pdeathsig=KILL', ...become(as), '--']),
      ...(prlimit === null ? [] : [prlimit, `--locks=${mark}:${mark}`, ...limiting(limits), '--']),
    ],
    watch: (group) => void guard.stdin.write(`${group}\n`),
    async [Symbol.asyncDispose]() {
      guard.stdin.end();
      await gone;
    },
  };
}

/** Without a group and without a capability of ours, and unable to get more by a set-uid program. */
export const become = (as: User | undefined): string[] =>
  as === undefined
    ? []
    : [
        ...[`--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups'],
        ...['--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs'],
      ];

// SIGXCPU may be caught; what goes on for as long again is killed.
function limiting({ memoryBytes, cpuSeconds, processes, fileBytes }: Limits): string[] {
  const entries = { as: memoryBytes, nproc: processes, fsize: fileBytes };
  const given = Object.entries(entries).filter(([, value]) => value !== undefined);
  return [
    '--core=0',
    ...given.map(([name, value]) => `--${name}=${value}:${value}`),
    ...(cpuSeconds === undefined ? [] : [`--cpu=${cpuSeconds}:${2 * cpuSeconds}`]),
  ];
}

const missing = (program: string) =>
  `there is no ${program} on this machine; it comes with util-linux`;
