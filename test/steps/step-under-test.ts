/** One step of one claimed run, executed by hand, with the worker's own sessions and publishing. */
import { randomBytes } from 'node:crypto';
import type { Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { publishSteps } from '#domain/run/publish.ts';
import type { Json, StepContext, StepKind, StepResult } from '#domain/step/kind.ts';
import { createStepSessions } from '#worker/step-session.ts';
import { createRun } from '#test/support/factories.ts';
import { createTestStep, type TestStep } from '#test/support/step-context.ts';

export type Place = {
  readonly orgId: number;
  readonly projectId: number;
  readonly userId: number;
};

export type StepUnderTest = AsyncDisposable &
  Pick<TestStep, 'abort' | 'lines' | 'progress'> & {
    readonly runId: number;
    /** Parses the configuration by the kind's form, then executes. */
    execute(config: Json): Promise<StepResult>;
    /** Publishes what `execute` answered and records the step as succeeded, as the worker does.
     *  @param fence of the run unless given. @throws FenceLost. */
    publish(result: StepResult, fence?: number): Promise<Json>;
  };

const SECRET_KEY = [randomBytes(32)] as const;
// So that 1 is an older one.
const FENCE = 2;

/** Makes a running run with this one step. Disposal closes its sessions, as the end of a step does.
 *  @param given what the context says instead. */
export async function createStep(
  url: string,
  pool: Pool,
  { orgId, projectId, userId }: Place,
  kind: StepKind,
  given: Partial<
    Pick<StepContext, 'owner' | 'originRunId' | 'dueAt' | 'zone'> & { publicUrl: string }
  > = {},
): Promise<StepUnderTest> {
  const steps = [{ kind: kind.kind, state: 'running' }];
  const owned = { orgId, projectId, ownerUserId: userId };
  const { id: runId } = await createRun(pool, { ...owned, state: 'running', steps });
  await pool.query('update run set fence = $2 where id = $1', [runId, FENCE]);
  const key = { runId, fence: FENCE };
  const { context, lines, progress, abort, ...inner } = await createTestStep({
    url,
    projectId,
    ...key,
    secretKey: SECRET_KEY,
    ...(given.publicUrl !== undefined && { publicUrl: given.publicUrl }),
  });
  const deps = { url, pool, log: createLog('test', 'silent') };
  const sessions = createStepSessions(deps, key, context.signal);
  const { connect } = sessions;
  return {
    runId,
    lines,
    progress,
    abort,
    async execute(config) {
      const execute = await kind.load();
      return execute({ ...context, ...given, connect }, kind.config.parse(config));
    },
    async publish(result, fence = FENCE) {
      if (result.outcome !== 'succeeded') throw new Error(`the step failed: ${result.reason}`);
      const { output, publish = async () => {} } = result;
      const step = { pos: 0, attempt: 1, output, event: {}, publish };
      const [stored] = await publishSteps(connect, pool, { runId, fence }, [step]);
      return stored!;
    },
    async [Symbol.asyncDispose]() {
      await sessions[Symbol.asyncDispose]();
      await inner[Symbol.asyncDispose]();
    },
  };
}
