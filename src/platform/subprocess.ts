/** Commands that a step starts. A subprocess has a process group and a small environment of its own, is told to stop
 *  when its signal says so, and nothing that came from it is left when it has ended, nor when this process dies. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import type { Exit } from './child.ts';
import { findCommand } from './find-command.ts';
import { splitLines } from './split-lines.ts';
import { startGuard, type Limits, type User } from './subprocess-guard.ts';

export type Ended = Exit & {
  /** Whether it was told to stop. It may have ended well all the same. */
  readonly aborted: boolean;
  /** Why it never began, for a person; null when it did. */
  readonly refused: string | null;
  readonly ms: number;
};

export type CommandOptions = {
  /** Where it works; also its HOME, unless `env` names another, so that no dot file of ours reaches it. */
  readonly cwd: string;
  /** Beside what every subprocess gets: PATH, TMPDIR, TZ and the language. Nothing else of ours is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** SIGINT to its group; after the grace SIGKILL to all that is left. */
  readonly signal: AbortSignal;
  /** Default 1,000: a step must have ended 2 s after its signal. */
  readonly graceMs?: number;
  /** Each line that it says, as described in split-lines.ts. */
  readonly onLine?: (line: string, from: 'stdout' | 'stderr') => void;
  /** Runs as this user, of whom nothing is left either. Needs the right to become one, as root has it. */
  readonly as?: User;
  readonly limits?: Limits;
  /** It finds `cwd` at /tmp and /var/tmp, and nothing of anybody else there: see findUnshare. Default false. */
  readonly ownTemp?: boolean;
  /** Gets the other end of the subprocess's file 3, a socket, before anything comes through it. Whoever takes it
   *  listens to its errors. */
  readonly onChannel?: (channel: Duplex) => void;
};

const PASSED_ON = ['PATH', 'TMPDIR', 'TZ', 'LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE'];
// Once all writers are gone the rest is read in no time; one that the guard could not reach must not hold us up.
const READ_REST_MS = 500;

/** Runs a command to its end. What it leaves running in the background is ended with it.
 *  @param command a name on PATH, or a path relative to `cwd`. No shell reads it. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<Ended> {
  const { cwd, env: given = {}, signal, graceMs = 1000, onLine = () => {} } = options;
  const startedAt = performance.now();
  let aborted = signal.aborted;
  const ended = (how: Partial<Ended>): Ended => {
    const ms = performance.now() - startedAt;
    return { code: null, signal: null, refused: null, aborted, ms, ...how };
  };
  const env = { ...passedOn(), HOME: cwd, ...given };
  const program = await findCommand(command, { path: env.PATH, cwd });
  if (!(await isFolder(cwd))) return ended({ refused: `there is no folder ${cwd} to work in` });
  if (program === null) return ended({ refused: notFound(command, env.PATH) });

  await using guard = await startGuard({
    as: options.as,
    limits: options.limits,
    temp: options.ownTemp ? cwd : undefined,
  });
  if ((aborted = signal.aborted)) return ended({});
  const [file, ...rest] = [...guard.before, program, ...args];
  const child = spawn(file!, rest, {
    cwd,
    env,
    // A session, and with it a group, of its own.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', options.onChannel === undefined ? 'ignore' : 'pipe'],
  });
  const exited = exitOf(child);
  if (child.stdio[3]) options.onChannel?.(child.stdio[3] as Duplex);
  const heard = hear(child, onLine, () => killGroup(child, 'SIGKILL'));
  if (child.pid !== undefined) guard.watch(child.pid);
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    aborted = true;
    killGroup(child, 'SIGINT');
    timer = setTimeout(() => {
      killGroup(child, 'SIGKILL');
      void guard[Symbol.asyncDispose]();
    }, graceMs);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  const end = ended(await exited);
  signal.removeEventListener('abort', interrupt);
  clearTimeout(timer);
  await guard[Symbol.asyncDispose]();
  await heard();
  return end;
}

const passedOn = (): Record<string, string> & { PATH: string } => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  ...Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  ),
});

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function notFound(command: string, path: string): string {
  return command.includes('/')
    ? `${command} is not there, or may not be executed (ENOENT)`
    : `there is no command ${command} on PATH (ENOENT), which is ${path}`;
}

/** How it ended; why it did not begin, when the system cannot start it. */
function exitOf(child: ChildProcess): Promise<Exit | { refused: string }> {
  return new Promise((done) => {
    child.once('error', (error) => done({ refused: error.message }));
    child.once('exit', (code, signal) => done({ code, signal }));
  });
}

/** Hands on what it says.
 *  @param stop ends it, when a line could not be taken.
 *  @returns settles when all has been handed on; throws what `onLine` threw. */
function hear(
  { stdout, stderr }: ChildProcess,
  onLine: NonNullable<CommandOptions['onLine']>,
  stop: () => void,
): () => Promise<void> {
  const streams = { stdout, stderr };
  let failure: { error: unknown } | null = null;
  const closed = (['stdout', 'stderr'] as const).map(async (from) => {
    const lines = splitLines((line) => {
      if (failure !== null) return;
      try {
        onLine(line, from);
      } catch (error) {
        failure = { error };
        stop();
      }
    });
    // Absent when the system is out of files or processes.
    const stream = streams[from];
    if (!stream) return;
    stream.on('data', lines.push);
    await once(stream, 'close');
    lines.end();
  });
  return async () => {
    // After another look at what has come: this process may have been busy for longer than that.
    const late = setTimeout(
      () => setImmediate(() => [stdout, stderr].map((stream) => stream?.destroy())),
      READ_REST_MS,
    );
    await Promise.all(closed);
    clearTimeout(late);
    if (failure !== null) throw failure.error;
  };
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // Its last process has ended, or has become another user's: whatever is left is the guard's.
  }
}
