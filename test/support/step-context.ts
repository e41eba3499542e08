/** A step's surroundings without a worker, for tests of kinds: what `execute` is given, with everything that it
 *  says kept, and `publish` run as a worker runs it, in one transaction. */
import { createLog } from '#platform/log.ts';
import { createPool, rows, statement, transaction, type Pool } from '#platform/db.ts';
import { keepArtifact } from '#domain/run/artifact.ts';
import { createShared } from '#worker/shared.ts';
import type { SecretKey } from '#platform/secrets.ts';
import type { Json, Shared, StepContext, StepResult } from '#domain/step/kind.ts';

export type TestStep = AsyncDisposable & {
  readonly context: StepContext;
  readonly pool: Pool;
  readonly lines: { readonly line: string; readonly level: 'info' | 'warn' | 'error' }[];
  readonly progress: {
    readonly done: number;
    readonly total: number | null;
    readonly note?: string;
    readonly detail?: Json;
  }[];
  /** Ends the step, as a cancel does. */
  abort(): void;
  /** Publishes and answers the output. @throws Error with the reason of a failed result. */
  publish(result: StepResult): Promise<Json>;
};

/** @param given.projectId an existing project; its organisation, schema and owner are looked up.
 *  Sessions are named `hf:<runId>:<fence>` and closed at disposal. */
export async function createTestStep(given: {
  readonly url: string;
  readonly projectId: number;
  readonly runId?: number;
  readonly pos?: number;
  readonly fence?: number;
  readonly secretKey?: SecretKey;
  readonly publicUrl?: string;
  readonly dbt?: Partial<Shared['dbt']>;
}): Promise<TestStep> {
  const { runId = 1, pos = 0, fence = 1 } = given;
  const log = createLog('test-step', 'warn');
  const pool = createPool(given.url, { name: `hf:${runId}:${fence}`, max: 4, log });
  const [project] = await rows(pool, findProject, [given.projectId]);
  if (project === undefined) throw new Error(`There is no project ${given.projectId}.`);
  const stop = new AbortController();
  const { url, secretKey, publicUrl } = given;
  const shared = createShared({
    ...{ url, pool, log, secretKey, publicUrl, dbt: given.dbt },
    // Fenced in all the same where the tests run as root.
    python: { program: undefined, allowUnfenced: true },
  });
  const step: Pick<TestStep, 'lines' | 'progress'> = { lines: [], progress: [] };
  const { orgId, warehouseSchema, ownerId, email, name } = project;
  return {
    ...step,
    pool,
    abort: () => stop.abort(new Error('the run was cancelled')),
    context: {
      runId,
      pos,
      stepName: 'step',
      attempt: 1,
      fence,
      orgId,
      projectId: given.projectId,
      scenarioId: null,
      originRunId: runId,
      dueAt: new Date(),
      zone: 'UTC',
      warehouseSchema,
      owner: { id: ownerId, email, name },
      idempotencyKey: `${runId}:${pos}`,
      secretKey: given.secretKey,
      signal: stop.signal,
      log: (line, level = 'info') => void step.lines.push({ line, level }),
      progress: (done, total, note, detail) =>
        void step.progress.push({
          ...{ done, total, ...(note !== undefined && { note }) },
          ...(detail !== undefined && { detail }),
        }),
      connect: () => pool.connect(),
      keep: (artifact) => keepArtifact(pool, { runId, fence, pos }, artifact),
      shared,
    },
    async publish(result) {
      if (result.outcome === 'failed') throw new Error(result.reason);
      const { publish, output } = result;
      if (publish === undefined) return output;
      return (await transaction(pool, publish)) ?? output;
    },
    async [Symbol.asyncDispose]() {
      await shared[Symbol.asyncDispose]();
      await pool.end();
    },
  };
}

const findProject = statement<{
  orgId: number;
  warehouseSchema: string;
  ownerId: number;
  email: string;
  name: string;
}>(
  'test-find-project',
  `select p.org_id as "orgId", p.warehouse_schema as "warehouseSchema", u.id as "ownerId", u.email, u.name
   from project p join "user" u on u.id = p.owner_user_id where p.id = $1`,
);
