/** A project with a dataset of orders, recipes upon it, and a way to build them as a worker does. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltNode } from '#domain/recipe/build-nodes.ts';
import type { Json, Shared, StepResult } from '#domain/step/kind.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { runRecipe } from '#steps/run_recipe/kind.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { createHouse, createRun } from '#test/support/factories.ts';
import { createTestStep, type TestStep } from '#test/support/step-context.ts';

export type Output = {
  nodes: BuiltNode[];
  counts: Record<string, number>;
  rows: number;
  seconds: number;
};

export type Ground = Awaited<ReturnType<typeof createGround>>;

/** @param dbt as a worker has it; what dbt parsed is kept unless it says otherwise. */
export async function createGround(dbt: Partial<Shared['dbt']> = {}) {
  const resources = new AsyncDisposableStack();
  const database = resources.use(await createTestDatabase());
  const log = createLog('test', 'warn');
  const pool = createPool(database.url, { name: 'test', max: 6, log });
  resources.defer(() => pool.end());
  const folder = await mkdtemp(join(tmpdir(), 'hf-recipe-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const { org, project, people } = await createHouse(pool);
  const shared = { cache: join(folder, 'cache'), ...dbt };
  const schema = project.warehouseSchema;
  const place = { orgId: org.id, projectId: project.id };
  await fillOrders(pool, place, schema);
  const key = [randomBytes(32)] as const;

  const newStep = async (): Promise<TestStep & { runId: number }> => {
    const owned = { ...place, ownerUserId: people.admin.id };
    const steps = [{ kind: 'run_recipe', state: 'running' }];
    const { id: runId } = await createRun(pool, { ...owned, state: 'running', steps });
    await pool.query('update run set fence = 1 where id = $1', [runId]);
    const step = await createTestStep({
      url: database.url,
      projectId: project.id,
      ...{ runId, fence: 1, secretKey: key, dbt: shared },
    });
    return { ...step, runId };
  };
  const execute = async (step: TestStep, config: object): Promise<StepResult> =>
    (await runRecipe.load())(step.context, runRecipe.config.parse(config));

  return {
    ...{ pool, folder, schema, place, people, newStep, execute },
    url: database.url,
    addRecipe: (slug: string, sql: string) => addRecipe(pool, place, slug, sql),
    /** A whole build. @throws Error with the reason when it fails. */
    async build(config: object): Promise<Output> {
      await using step = await newStep();
      return (await step.publish(await execute(step, config))) as unknown as Output;
    },
    async failure(config: object) {
      await using step = await newStep();
      const result = await execute(step, config);
      if (result.outcome !== 'failed') throw new Error('it succeeded');
      return { ...result, output: result.output as unknown as Output, lines: step.lines };
    },
    async rows(sql: string): Promise<unknown[][]> {
      return (await pool.query({ text: sql, rowMode: 'array' })).rows;
    },
    recipe: async (slug: string) =>
      (await pool.query('select * from recipe where slug = $1', [slug])).rows[0],
    /** Sessions that a build has opened. */
    async sessions(): Promise<number> {
      const { rows } = await pool.query(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and usename like 'hf_build_%'`,
      );
      return rows[0].n;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

type Place = { readonly orgId: number; readonly projectId: number };

/** The dataset `the-orders` in the table `orders`: 100 rows, 5,050 in all. */
export async function fillOrders(pool: Pool, place: Place, schema: string): Promise<void> {
  await pool.query(`create schema if not exists ${schema}`);
  await pool.query(
    `create table ${schema}.orders as select i as id, i::numeric as amount from generate_series(1, 100) i`,
  );
  await pool.query(
    `insert into dataset (org_id, project_id, slug, name, table_name)
     values ($1, $2, 'the-orders', 'Orders', 'orders')`,
    [place.orgId, place.projectId],
  );
}

export async function addRecipe(
  pool: Pool,
  { orgId, projectId }: Place,
  slug: string,
  sql: Json,
): Promise<number> {
  const { rows } = await pool.query(
    `insert into recipe (org_id, project_id, slug, name, kind, sql)
     values ($1, $2, $3, $3, 'sql', $4)
     on conflict (project_id, slug) do update set sql = excluded.sql returning id`,
    [orgId, projectId, slug, sql],
  );
  return rows[0].id;
}
