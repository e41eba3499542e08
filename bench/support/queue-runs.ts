/** Queued runs of a kind that does nothing, for benchmarks of what is around it. */
import { z } from 'zod';
import { transaction } from '#platform/db.ts';
import { fireRuns } from '#domain/run/fire.sql.ts';
import type { Registry, StepKind } from '#domain/step/kind.ts';
import type { Ground } from './ground.ts';

const noop: StepKind = {
  kind: 'noop',
  description: 'Does nothing.',
  config: z.strictObject({}),
  load: async () => async () => ({ outcome: 'succeeded', output: null }),
};
/** Only benchmarks register it. */
export const noopKinds: Registry = new Map([['noop', noop]]);

/** Empties the tables of runs and queues so many, a millisecond apart, over the scenarios that there are. */
export async function queueRuns(ground: Ground, runs: number): Promise<void> {
  await ground.pool.query(
    'truncate run, tick, run_event, step_run, step_attempt, run_claim cascade',
  );
  const { rows: scenarios } = await ground.pool.query('select id from scenario order by id');
  const dueMs = Date.now() - runs;
  for (let at = 0; at < runs; at += 1000) {
    await transaction(ground.pool, (tx) =>
      fireRuns(
        tx,
        Array.from({ length: Math.min(1000, runs - at) }, (_, i) => ({
          scenarioId: scenarios[(at + i) % scenarios.length].id,
          source: 'schedule' as const,
          sourceKey: '',
          dueMs: dueMs + at + i,
          state: 'queued' as const,
          exclusive: false,
          priority: 0,
          startMs: dueMs + at + i,
          startBeforeMs: null,
          maxRunning: null,
          params: {},
          triggeredByUserId: null,
          reason: null,
        })),
      ),
    );
  }
  await ground.pool.query('vacuum analyze run');
}
