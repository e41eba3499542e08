/** A program of ours as a child process: it says when it is ready, is stopped politely, and ends by itself
 *  when its parent dies (it watches the channel, see stop-signal.ts). */
import { spawn } from 'node:child_process';
import { z } from 'zod';

const readyForm = z.object({ ready: z.literal(true), url: z.string().optional() });
/** What a child sends with `process.send` once it works: `{ ready: true, url? }`. */
export type Ready = z.infer<typeof readyForm>;

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A child that ended before it was ready. */
export class ChildEnded extends Error {
  override readonly name = 'ChildEnded';
  readonly exit: Exit;

  constructor(program: string, exit: Exit) {
    super(
      `${program} ended (${describeExit(exit)}) before it was ready; its last words are above.`,
    );
    this.exit = exit;
  }
}

export type Child = {
  readonly pid: number | undefined;
  /** Rejects with ChildEnded when the child ends, with an Error when it says nothing for `readySeconds`. */
  readonly ready: Promise<Ready>;
  readonly exited: Promise<Exit>;
  /** SIGTERM, then SIGKILL after `graceSeconds` or when `hurry` fires. Settles when it is gone. */
  stop(graceSeconds: number, hurry: AbortSignal): Promise<void>;
};

/** Starts a TypeScript file on this Node. Its standard output joins our standard error, so that ours stays
 *  for answers. In a process group of its own: a terminal's Ctrl-C reaches the parent, which decides. */
export function startChild(
  program: string,
  { env, readySeconds = 60 }: { env: NodeJS.ProcessEnv; readySeconds?: number },
): Child {
  const child = spawn(process.execPath, [program], {
    env,
    detached: true,
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const exited = new Promise<Exit>((done) => {
    child.once('error', () => done({ code: null, signal: null }));
    child.once('exit', (code, signal) => done({ code, signal }));
  });
  const ready = new Promise<Ready>((done, fail) => {
    const timer = setTimeout(() => {
      fail(new Error(`${program} did not become ready within ${readySeconds} s.`));
    }, readySeconds * 1000);
    child.on('message', (message) => {
      const parsed = readyForm.safeParse(message);
      if (!parsed.success) return;
      clearTimeout(timer);
      done(parsed.data);
    });
    void exited.then((exit) => {
      clearTimeout(timer);
      fail(new ChildEnded(program, exit));
    });
  });
  // Whoever does not wait for it learns of the end through `exited`.
  ready.catch(() => {});
  return {
    pid: child.pid,
    ready,
    exited,
    async stop(graceSeconds, hurry) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const kill = () => child.kill('SIGKILL');
      const timer = setTimeout(kill, graceSeconds * 1000);
      hurry.addEventListener('abort', kill);
      if (hurry.aborted) kill();
      else child.kill('SIGTERM');
      await exited;
      hurry.removeEventListener('abort', kill);
      clearTimeout(timer);
    },
  };
}

/** `code 1`, `SIGKILL` */
export function describeExit({ code, signal }: Exit): string {
  return signal ?? (code === null ? 'could not be started' : `code ${code}`);
}
