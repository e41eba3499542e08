/** The demo as `npm start` makes it, on a folder of its own, and what a newcomer has in hand: the command line, the API,
 *  the inbox. Its database is there too, for looking where no public door leads. */
import { expect } from 'vitest';
import { findUser } from '#domain/python/user.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { holderOf } from '#platform/folder-lock.ts';
import { createLog } from '#platform/log.ts';
import { withoutDbt } from '#test/support/dbt.ts';
import { createTestFolder } from '#test/support/folder.ts';
import { startCommand, type RunningProcess } from '#test/support/process.ts';

type Facts = { readonly url: string; readonly token: string; readonly inbox_url: string };

export type Demo = AsyncDisposable & {
  readonly facts: Facts;
  readonly pool: Pool;
  readonly start: RunningProcess;
  /** `npm run cli -- …` in its folder. */
  cli(...words: readonly string[]): RunningProcess;
  /** `npm run worker` in its folder. */
  worker(): RunningProcess;
  ask<T>(query: string): Promise<T>;
};

/** Said once a file: the chain needs dbt, and a worker that may become another user. */
export async function withoutChain(): Promise<boolean> {
  if (withoutDbt()) return true;
  if ((await findUser()) !== null) return false;
  process.stderr.write('skipped, for this user may not run Python as another one\n');
  return true;
}

/** @param given over this process's environment; with a DATA_DIR the demo of that folder goes on. */
export async function startDemo(given: Readonly<Record<string, string>> = {}): Promise<Demo> {
  await using started = new AsyncDisposableStack();
  const dataDir = given['DATA_DIR'] ?? started.use(await createTestFolder()).path;
  const env = {
    ...{ DATABASE_URL: undefined, DATA_DIR: dataDir, PORT: '0' },
    // Some of the demo's steps take long on purpose.
    SHUTDOWN_GRACE_SECONDS: '1',
    ...{ HF_URL: undefined, HF_TOKEN: undefined, HF_PROJECT: undefined },
    ...given,
  };
  const start = started.use(startCommand(['npm', 'start', '--', '--json'], { env }));
  // In order, as Ctrl-C does it: its folder goes next.
  started.defer(async () => {
    start.child.kill('SIGINT');
    await start.exited;
  });
  const [line] = await start.said(/^\{.*\}$/m);
  const facts = JSON.parse(line) as Facts;
  const url = holderOf(dataDir)!.databaseUrl!;
  const pool = createPool(url, { name: 'test', max: 2, log: createLog('test', 'silent') });
  started.defer(() => pool.end());
  const kept = started.move();
  const npm = (...words: readonly string[]) => {
    const command = kept.use(startCommand(['npm', '--silent', 'run', ...words], { env }));
    return command;
  };
  return {
    ...{ facts, pool, start },
    cli: (...words) => npm('cli', '--', ...words),
    worker: () => npm('worker'),
    async ask<T>(query: string) {
      const response = await fetch(`${facts.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${facts.token}` },
        body: JSON.stringify({ query }),
      });
      const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
      expect(errors).toBeUndefined();
      return data;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

// oxlint-disable-next-line typescript/no-explicit-any -- the outputs of seven steps, each of a form of its own
export type Step = { readonly name: string; readonly state: string; readonly output: any };
export type Run = {
  readonly state: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly steps: readonly Step[];
};

/** A run as it ended, its steps by name. */
export async function readRun({ ask }: Demo, id: number) {
  const { run } = await ask<{ run: Run }>(
    `{ run(id: ${id}) { state startedAt finishedAt steps { name state output } } }`,
  );
  const steps = Object.fromEntries(run.steps.map((step) => [step.name, step]));
  return { ...run, steps: steps as Record<string, Step> };
}
