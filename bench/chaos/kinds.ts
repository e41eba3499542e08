/** Step kinds that only the chaos worker knows: they do nothing, sleep, talk, fail now and then, or leave a mark under
 *  their fence when they are published. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Execute, Registry, StepKind } from '#domain/step/kind.ts';
import type { Queryable } from '#platform/db.ts';

const quick: StepKind<Record<string, never>> = {
  kind: 'chaos_quick',
  description: 'Does nothing.',
  config: z.strictObject({}),
  load: async () => async () => ({ outcome: 'succeeded', output: null }),
};

const sleepConfig = z.strictObject({ ms: z.number() });
const sleep: StepKind<z.infer<typeof sleepConfig>> = {
  kind: 'chaos_sleep',
  description: 'Waits.',
  config: sleepConfig,
  load: async () => async (context, asked) => {
    await delay(asked.ms, undefined, { signal: context.signal });
    return { outcome: 'succeeded', output: asked.ms };
  },
};

const talkConfig = z.strictObject({ lines: z.number(), ms: z.number() });
const talk: StepKind<z.infer<typeof talkConfig>> = {
  kind: 'chaos_talk',
  description: 'Writes lines to its log, spread over some time.',
  config: talkConfig,
  load: async () => async (context, asked) => {
    for (let line = 1; line <= asked.lines; line++) {
      context.log(`line ${line} of ${asked.lines}`);
      context.progress(line, asked.lines);
      await delay(asked.ms / asked.lines, undefined, { signal: context.signal });
    }
    return { outcome: 'succeeded', output: { lines: asked.lines } };
  },
};

const flakyConfig = z.strictObject({ every: z.number() });
const flaky: StepKind<z.infer<typeof flakyConfig>> = {
  kind: 'chaos_flaky',
  description: 'Fails every so many runs, throwing every other time.',
  config: flakyConfig,
  load: async () => async (context, asked) => {
    const turn = context.runId + context.attempt;
    if (turn % asked.every !== 0) return { outcome: 'succeeded', output: turn };
    if (turn % 2 === 0) throw new Error('thrown on purpose');
    return { outcome: 'failed', reason: 'failed on purpose', retryable: true };
  },
};

const markConfig = z.strictObject({
  /** How long it works before it publishes. */
  ms: z.number().default(0),
  /** How long the publishing transaction stays open after the mark was made. */
  hold_ms: z.number().default(0),
});
const executeMark: Execute<z.infer<typeof markConfig>> = async (context, asked) => {
  if (asked.ms > 0) await delay(asked.ms, undefined, { signal: context.signal });
  return {
    outcome: 'succeeded',
    output: { attempt: context.attempt, fence: context.fence },
    async publish(tx) {
      await tx.query(
        'insert into public.mark (run_id, pos, attempt, fence) values ($1, $2, $3, $4)',
        [context.runId, context.pos, context.attempt, context.fence],
      );
      if (asked.hold_ms > 0) await delay(asked.hold_ms);
    },
  };
};
const mark: StepKind<z.infer<typeof markConfig>> = {
  kind: 'chaos_mark',
  description: 'Leaves a row with its fence when it is published.',
  config: markConfig,
  load: async () => executeMark,
};

export const chaosKinds: Registry = new Map(
  ([quick, sleep, talk, flaky, mark] as StepKind[]).map((kind) => [kind.kind, kind]),
);

/** Where marks are left. */
export async function createMarkTable(db: Queryable): Promise<void> {
  await db.query(`create table public.mark (
    run_id bigint not null, pos int not null, attempt int not null, fence int not null,
    at timestamptz not null default clock_timestamp())`);
}
