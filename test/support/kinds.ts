/** Step kinds that only tests register: they do nothing, wait for a gate, fail, or leave a mark when published. */
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Json, Registry, StepKind } from '#domain/step/kind.ts';
import { describeExit } from '#platform/child.ts';
import type { Queryable } from '#platform/db.ts';
import { runCommand } from '#platform/subprocess.ts';

const config = z.strictObject({
  /** Waits until `openGate` was called with this name. */
  gate: z.string().optional(),
  /** Counts to it; each number waits for a gate of its own, `<gate> <number>`. */
  progress: z.strictObject({ total: z.number(), gate: z.string() }).optional(),
  /** Ends badly with this reason. */
  fail: z.string().optional(),
  /** Throws this. */
  throw: z.string().optional(),
  /** Sleeps in the database for so many seconds. */
  pg_sleep: z.number().optional(),
  /** Runs this shell script in a subprocess, until it ends; its lines go to the log. */
  script: z.string().optional(),
  /** Writes these lines to the log. */
  lines: z.array(z.string()).optional(),
  output: z.json().optional(),
  /** Refuses to be published, in a way that another try may mend, until this gate is open. */
  publish_gate: z.string().optional(),
  /** Leaves a row in `mark` when it is published. */
  mark: z.boolean().default(false),
});

export const probe: StepKind<z.infer<typeof config>> = {
  kind: 'probe',
  description: 'Does what a test asks of it.',
  config,
  load: async () => async (context, asked) => {
    for (const line of asked.lines ?? []) context.log(line);
    if (asked.gate !== undefined || asked.pg_sleep !== undefined) {
      const session = await context.connect();
      if (asked.pg_sleep !== undefined)
        await session.query('select pg_sleep($1)', [asked.pg_sleep]);
      while (asked.gate !== undefined && !(await isOpen(session, asked.gate))) {
        await delay(20, undefined, { signal: context.signal });
      }
    }
    if (asked.progress !== undefined) {
      const { total, gate } = asked.progress;
      const session = await context.connect();
      for (let done = 0; ; done += 1) {
        context.progress(done, total, 'rows');
        if (done === total) break;
        while (!(await isOpen(session, `${gate} ${done + 1}`))) {
          await delay(20, undefined, { signal: context.signal });
        }
      }
    }
    if (asked.script !== undefined) {
      const { code, signal, refused } = await runCommand('sh', ['-c', asked.script], {
        cwd: tmpdir(),
        signal: context.signal,
        onLine: (line) => context.log(line),
      });
      const reason = refused ?? `the script ended with ${describeExit({ code, signal })}`;
      if (code !== 0) return { outcome: 'failed', reason, retryable: false };
    }
    if (asked.throw !== undefined) throw new Error(asked.throw);
    if (asked.fail !== undefined)
      return { outcome: 'failed', reason: asked.fail, retryable: false };
    const output = (asked.output ?? null) as Json;
    if (!asked.mark) return { outcome: 'succeeded', output };
    return {
      outcome: 'succeeded',
      output,
      async publish(tx) {
        if (asked.publish_gate !== undefined && !(await isOpen(tx, asked.publish_gate))) {
          throw Object.assign(new Error('not yet'), { retryable: true });
        }
        await tx.query('insert into public.mark (run_id, pos, fence) values ($1, $2, $3)', [
          context.runId,
          context.pos,
          context.fence,
        ]);
      },
    };
  },
};

export const probeKinds: Registry = new Map<string, StepKind>([['probe', probe as StepKind]]);

/** What the kind needs in a test's database. */
export async function createProbeTables(db: Queryable): Promise<void> {
  await db.query(`create table public.gate (name text primary key);
    create table public.mark (run_id bigint, pos int, fence int, at timestamptz default clock_timestamp())`);
}

export async function openGate(db: Queryable, name: string): Promise<void> {
  await db.query('insert into public.gate (name) values ($1) on conflict do nothing', [name]);
}

async function isOpen(db: Queryable, name: string): Promise<boolean> {
  const { rowCount } = await db.query('select from public.gate where name = $1', [name]);
  return rowCount === 1;
}
