/** A database of its own with one organisation, one project and its owner: where a test of running begins. */
import { createPool, transaction, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { fireManual } from '#domain/tick/fire-manual.ts';
import { createTestDatabase } from './database.ts';
import { createOrg, createProject, createScenario, createUser } from './factories.ts';
import { createProbeTables } from './kinds.ts';
import { until } from './worker.ts';

type ScenarioGiven = Partial<Parameters<typeof createScenario>[1]>;

export type RunRow = {
  id: number;
  state: string;
  reason: string | null;
  fence: number;
  event_seq: number;
  scenario_id: number;
  due_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
};

export type World = Awaited<ReturnType<typeof createWorld>>;

export async function createWorld() {
  const database = await createTestDatabase();
  const log = createLog('test', 'silent');
  const pool = createPool(database.url, { name: 'test', max: 8, log });
  await createProbeTables(pool);
  const org = await createOrg(pool);
  const owner = await createUser(pool, { orgId: org.id, role: 'admin' });
  const project = await createProject(pool, { orgId: org.id, ownerUserId: owner.id });
  const place = { orgId: org.id, projectId: project.id, ownerUserId: owner.id };
  return {
    url: database.url,
    pool,
    log,
    org,
    owner,
    project,
    place,
    /** A scenario of one probe step unless given otherwise. */
    scenario: (given: ScenarioGiven = {}) =>
      createScenario(pool, { ...place, steps: [{ kind: 'probe' }], ...given }),
    /** Runs a scenario by hand and answers the run's id. */
    async run(scenarioId: number): Promise<number> {
      const { runId } = await transaction(pool, (tx) =>
        fireManual(tx, { scenarioId, userId: owner.id, params: {}, idempotencyKey: '' }),
      );
      return runId;
    },
    async getRun(id: number): Promise<RunRow> {
      const { rows } = await pool.query('select * from run where id = $1', [id]);
      return rows[0];
    },
    /** Waits until the run is in one of these states. */
    untilRun: (id: number, states: readonly string[], timeoutMs?: number) =>
      until(
        `run ${id} ${states.join(' or ')}`,
        async () => {
          const { rows } = await pool.query<RunRow>('select * from run where id = $1', [id]);
          return rows[0] && states.includes(rows[0].state) ? rows[0] : null;
        },
        timeoutMs,
      ),
    /** The run's events, in order, as `type` and payload. */
    async events(id: number): Promise<{ seq: number; type: string; payload: any }[]> {
      const { rows } = await pool.query(
        'select seq, type, payload from run_event where run_id = $1 order by seq',
        [id],
      );
      return rows;
    },
    async steps(
      id: number,
    ): Promise<
      { pos: number; state: string; attempt: number; output: any; reason: string | null }[]
    > {
      const { rows } = await pool.query('select * from step_run where run_id = $1 order by pos', [
        id,
      ]);
      return rows;
    },
    async marks(id: number): Promise<{ pos: number; fence: number }[]> {
      const { rows } = await pool.query(
        'select pos, fence from public.mark where run_id = $1 order by at',
        [id],
      );
      return rows;
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

export async function countRows(pool: Pool, sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await pool.query(`select count(*)::int as n from ${sql}`, values);
  return rows[0].n;
}
