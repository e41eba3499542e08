/** What the pictures are taken of: everything as `npm start` starts it, on a temporary folder, with the demo's data. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../src/all-in-one.ts');

export type Stage = AsyncDisposable & {
  readonly url: string;
  readonly email: string;
  readonly password: string;
  /** Asks the API as the demo's administrator. @throws Error for every error that it answers. */
  ask<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>;
};

/** Beats once a second and counts as gone after fifteen, so that a dead worker need not be waited for. */
const ENV = {
  PORT: '0',
  HEARTBEAT_SECONDS: '1',
  HEARTBEAT_STALE_SECONDS: '15',
  SHUTDOWN_GRACE_SECONDS: '1',
  LOG_LEVEL: 'error',
};

export async function openStage(): Promise<Stage> {
  const parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'hf-screens-'));
  parts.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 7, retryDelay: 100 }));
  const env = { ...process.env, ...ENV, DATA_DIR: folder };
  delete (env as NodeJS.ProcessEnv)['DATABASE_URL'];
  const child = spawn(process.execPath, [PROGRAM, '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close');
  parts.defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ready = once(child.stdout.setEncoding('utf8'), 'data') as Promise<[string]>;
  const first = await Promise.race([ready, exited.then(() => null)]);
  if (first === null) {
    await parts.disposeAsync();
    throw new Error(`It did not start:\n${complaints}`);
  }
  const facts = JSON.parse(first[0]) as Record<'url' | 'email' | 'password' | 'token', string>;
  return {
    ...facts,
    async ask<Data>(query: string, variables = {}) {
      const answer = await fetch(`${facts.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${facts.token}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await answer.json()) as {
        data: Data;
        errors?: readonly { readonly message: string }[];
      };
      if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
      return data;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
