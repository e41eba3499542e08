/** A project with datasets and recipes, and a way to run Python in it as a worker does. */
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import type { Json, StepResult } from '#domain/step/kind.ts';
import { runPython } from '#steps/run_python/kind.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { createHouse, createRun } from '#test/support/factories.ts';
import { createTestStep, type TestStep } from '#test/support/step-context.ts';

export type Ground = Awaited<ReturnType<typeof createGround>>;

export type Output = {
  value: Json;
  datasets: { dataset: string; rows: number; inserted: number; updated: number }[];
  seconds: number;
};

export async function createGround() {
  const resources = new AsyncDisposableStack();
  const database = resources.use(await createTestDatabase());
  const pool = createPool(database.url, { name: 'test', max: 5, log: createLog('test', 'warn') });
  resources.defer(() => pool.end());
  const house = await createHouse(pool);
  const { org, project } = house;
  const schema = project.warehouseSchema;
  let lastRunId = 1000;

  const newStep = (runId = ++lastRunId): Promise<TestStep> =>
    createTestStep({ url: database.url, projectId: project.id, runId });
  const execute = async (step: TestStep, config: object): Promise<StepResult> =>
    (await runPython.load())(step.context, runPython.config.parse(config));

  return {
    pool,
    url: database.url,
    house,
    schema,
    newStep,
    execute,
    /** A run that is stored. @returns its id. */
    async newRun(): Promise<number> {
      const owned = { orgId: org.id, projectId: project.id, ownerUserId: house.people.admin.id };
      return (await createRun(pool, { ...owned, state: 'running', steps: [] })).id;
    },
    async addDataset(
      slug: string,
      given: { mode?: string; keys?: string[]; projectId?: number; sql?: string } = {},
    ) {
      await pool.query(
        `insert into dataset (org_id, project_id, slug, name, table_name, mode, key_columns)
         values ($1, $2, $3, $3, $3, $4, $5)`,
        [org.id, given.projectId ?? project.id, slug, given.mode ?? 'full', given.keys ?? []],
      );
      if (given.sql !== undefined)
        await pool.query(`create table ${schema}.${slug} as ${given.sql}`);
    },
    async addRecipe(slug: string, kind: string, code: string | null) {
      const { rows } = await pool.query(
        `insert into recipe (org_id, project_id, slug, name, kind, code)
         values ($1, $2, $3, $3, $4, $5) returning id`,
        [org.id, project.id, slug, kind, code],
      );
      return rows[0].id as number;
    },
    /** A whole step. @throws Error with the reason when it fails. */
    async run(code: string, config: object = {}): Promise<{ output: Output; lines: string[] }> {
      await using step = await newStep();
      const output = await step.publish(await execute(step, { code, ...config }));
      return { output: output as unknown as Output, lines: step.lines.map(({ line }) => line) };
    },
    async failure(code: string, config: object = {}) {
      await using step = await newStep();
      const result = await execute(step, { code, ...config });
      if (result.outcome !== 'failed') throw new Error('it succeeded');
      return { reason: result.reason, lines: step.lines.map(({ line }) => line) };
    },
    async rows(sql: string): Promise<unknown[][]> {
      const { rows } = await pool.query({ text: sql, rowMode: 'array' });
      return rows;
    },
    async types(table: string): Promise<Record<string, string>> {
      const { rows } = await pool.query(
        `select attname, format_type(atttypid, atttypmod) as type from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
        [`${schema}.${table}`],
      );
      return Object.fromEntries(rows.map((row) => [row.attname, row.type]));
    },
    async stagingTables(): Promise<string[]> {
      const { rows } = await pool.query(
        `select relname from pg_class where relname ~ 'staging' and relkind = 'r'`,
      );
      return rows.map((row) => row.relname);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
