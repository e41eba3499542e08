/** A world with scenarios that fire on each other's success, for tests of arrivals. */
import { flushBatches } from '#domain/run/flush.sql.ts';
import type { Json } from '#domain/step/kind.ts';
import { tickOnce } from '#domain/tick/decide-due.ts';
import { createRun } from './factories.ts';
import { createWorld } from './world.ts';

type TickRow = {
  source: string;
  source_key: string;
  outcome: string;
  reason: string | null;
  count: number;
  due_at: Date;
  run_id: number | null;
  detail: { upstream_runs?: number[]; code?: string } | null;
};

let flushId = 0;

export async function createUpstreamWorld() {
  const world = await createWorld();
  const { pool, log } = world;
  return {
    ...world,
    /** A scenario that fires on these. */
    async downstream(
      upstreams: readonly { id: number; slug: string }[],
      given: { require?: 'any' | 'all'; policies?: Json; enabled?: boolean; pausedAt?: Date } = {},
    ) {
      const { require = 'all', ...rest } = given;
      const trigger = { upstream: upstreams.map(({ slug }) => slug), require };
      const scenario = await world.scenario({ trigger, ...rest });
      await pool.query(
        'insert into upstream_link (downstream_id, upstream_id) select $1, unnest($2::int[])',
        [scenario.id, upstreams.map(({ id }) => id)],
      );
      return scenario;
    },
    /** A run that is under way. */
    running: async (scenarioId: number, source = 'manual', exclusive = true) =>
      (await createRun(pool, { ...world.place, scenarioId, source, exclusive, state: 'running' }))
        .id,
    /** The flush that ends a run, as a worker's journal sends it. */
    async finish(runId: number, state: 'succeeded' | 'failed' | 'cancelled' = 'succeeded') {
      flushId += 1;
      const event = { type: 'run.finished', payload: { state } } as const;
      const batch = { runId, fence: 0, events: [event], steps: [], attempts: [], run: { state } };
      await flushBatches(pool, [batch], flushId);
      return runId;
    },
    /** A run from its start to its success, beside any other. */
    async succeed(scenarioId: number, source?: string): Promise<number> {
      return this.finish(await this.running(scenarioId, source, false));
    },
    tick: () => tickOnce(pool, log),
    async ticks(scenarioId: number): Promise<TickRow[]> {
      const { rows } = await pool.query<TickRow>(
        'select * from tick where scenario_id = $1 order by due_at, id',
        [scenarioId],
      );
      return rows;
    },
    /** Arrivals that are not decided. */
    async waiting(): Promise<{ run_id: number; seen: boolean; at: Date }[]> {
      const { rows } = await pool.query('select run_id, seen, at from arrival order by id');
      return rows;
    },
  };
}
