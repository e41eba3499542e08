/** An API and a worker on a database of their own, and the command line in front of them, in this process. */
import { Readable } from 'node:stream';
import type { ApiOptions } from '../../src/api.ts';
import { main } from '../../src/cli/main.ts';
import type { Io } from '../../src/cli/io.ts';
import { createRegistry } from '#steps/registry.ts';
import { createScenario } from '#test/support/factories.ts';
import { createProbeTables, probeKinds } from '#test/support/kinds.ts';
import { startTestWorker } from '#test/support/worker.ts';
import { createGround, type Person } from '../graphql/ground.ts';

export type Result = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers of any shape
  readonly json: any;
  /** Each line of it as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  readonly lines: any[];
};

type CallOptions = {
  person?: Person | null;
  stdin?: string;
  env?: Record<string, string>;
  /** Sees everything that is said, as it is said; what it is handed interrupts as Ctrl-C does. */
  watch?: (said: string, interrupt: () => void) => void;
  /** As on a terminal of that many columns. */
  columns?: number;
};

export type CliGround = Awaited<ReturnType<typeof createCliGround>>;

export async function createCliGround(options: Partial<ApiOptions> = {}) {
  const kinds = new Map([...createRegistry(), ...probeKinds]);
  const ground = await createGround({ kinds, ...options });
  await createProbeTables(ground.pool);
  const worker = await startTestWorker(ground.databaseUrl, { kinds });
  const { org, project, people, pool } = ground;
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.designer.id };

  /** Calls the program as somebody on the ground's project; a designer unless told otherwise. */
  async function hf(words: string | readonly string[], call: CallOptions = {}): Promise<Result> {
    const { person = 'designer', stdin = '', env = {}, columns } = call;
    const handlers: (() => void)[] = [];
    const said = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => ({
      write(text: string) {
        said[name] += text;
        call.watch?.(said.stdout + said.stderr, () => handlers.at(-1)?.());
      },
      ...(columns !== undefined && { isTTY: true, columns, rows: 30 }),
    });
    const io: Io = {
      stdin: Readable.from([stdin]),
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      env: {
        DATA_DIR: '/nonexistent',
        NO_COLOR: '1',
        HF_URL: ground.url,
        HF_PROJECT: project.slug,
        ...(person && { HF_TOKEN: ground.tokens[person].token }),
        ...env,
      },
      cwd: process.cwd(),
      program: 'hf-scheduler',
      onInterrupt(handler) {
        handlers.push(handler);
        return { [Symbol.dispose]: () => void handlers.splice(handlers.indexOf(handler), 1) };
      },
    };
    const code = await main(typeof words === 'string' ? words.split(' ') : words, io);
    return {
      code,
      ...said,
      get json() {
        return JSON.parse(said.stdout);
      },
      get lines() {
        return said.stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
      },
    };
  }

  return {
    ...ground,
    place,
    hf,
    /** A scenario of probe steps, past all checks. */
    probe: (slug: string, steps: readonly object[] = [{}]) =>
      createScenario(pool, {
        ...place,
        slug,
        steps: steps.map((step, index) => ({ kind: 'probe', name: `step-${index}`, ...step })),
      }),
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await ground[Symbol.asyncDispose]();
    },
  };
}
