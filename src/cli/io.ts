/** The world as the command line sees it: streams, environment, Ctrl-C. Tests hand over their own. */
import type { Readable } from 'node:stream';

export type TextStream = {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

export type Io = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative file names start here. */
  readonly cwd: string;
  /** How a person calls this program, for lines to copy: `hf-scheduler`. */
  readonly program: string;
  /** Takes Ctrl-C over from the default, which ends the program, until disposed of. */
  onInterrupt(handler: () => void): Disposable;
};

// npm hands a terminal's Ctrl-C on although the terminal has sent it to everyone: two or three for one key.
const ONE_KEY_MS = 500;

/** This process. */
export function processIo(): Io {
  const { env, stdin, stdout, stderr } = process;
  const handlers: (() => void)[] = [];
  let lastAt = -Infinity;
  const interrupt = () => {
    const handler = handlers.at(-1);
    if (!handler) process.exit(130);
    if (performance.now() - lastAt < ONE_KEY_MS) return;
    lastAt = performance.now();
    handler();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', () => process.exit(143));
  // A reader that has seen enough, as in `… | head`.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  // npm runs scripts in the project's folder and tells where it was called.
  const throughNpm = env['npm_lifecycle_event'] === 'cli';
  return {
    ...{ env, stdin, stdout, stderr },
    cwd: env['HF_CWD'] ?? (throughNpm ? env['INIT_CWD'] : undefined) ?? process.cwd(),
    program: throughNpm ? 'npm run cli --' : 'hf-scheduler',
    onInterrupt(handler) {
      handlers.push(handler);
      return {
        [Symbol.dispose]() {
          handlers.splice(handlers.indexOf(handler), 1);
        },
      };
    },
  };
}
