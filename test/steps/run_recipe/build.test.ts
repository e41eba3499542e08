/** Recipes built by the real dbt: what is built, what is told of it, and what a failure says. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BuiltNode } from '#domain/recipe/build-nodes.ts';
import { withoutDbt } from '#test/support/dbt.ts';
import { createGround, type Ground } from './ground.ts';

// A build takes 3 s of one processor, and there are up to four of them in a test.
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(withoutDbt())('a project with three recipes', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await createGround();
    await ground.addRecipe(
      'daily-orders',
      `select id, amount from {{ source('raw', 'the-orders') }}`,
    );
    await ground.addRecipe(
      'revenue',
      `{{ config(materialized='view') }} select sum(amount) as total from {{ ref('daily-orders') }}`,
    );
    await ground.addRecipe(
      'report',
      `select total * {{ var('factor', 1) }} as total from {{ ref('revenue') }}`,
    );
  });
  afterAll(() => ground?.[Symbol.asyncDispose]());

  test('a recipe becomes a table, told live and kept with its rows', async () => {
    await using step = await ground.newStep();
    const result = await ground.execute(step, { recipe: 'daily-orders' });
    expect(step.lines.map(({ line }) => line)).toEqual([
      'daily-orders: started',
      expect.stringMatching(/^daily-orders: built, 100 rows in \d+\.\d s$/),
    ]);
    const states = step.progress.map(({ detail }) =>
      (detail as unknown as { nodes: BuiltNode[] }).nodes.map(({ status }) => status),
    );
    expect(states).toEqual([['running'], ['success']]);
    expect(step.progress.at(-1)).toMatchObject({ done: 1, total: 1 });
    expect(result).toMatchObject({
      outcome: 'succeeded',
      output: {
        counts: { total: 1, success: 1 },
        rows: 100,
        nodes: [
          {
            id: 'model.honeyframe.daily-orders',
            ...{ name: 'daily-orders', type: 'model', status: 'success', rows: 100, message: null },
            ...{ file: 'models/daily-orders.sql', table: 'daily_orders' },
            reads: ['source.honeyframe.raw.the-orders'],
            seconds: expect.any(Number),
          },
        ],
      },
    });
    expect(await ground.recipe('daily-orders')).toMatchObject({ built_at: null });
    await step.publish(result);
    expect(await ground.rows(`select count(*)::int from ${ground.schema}.daily_orders`)).toEqual([
      [100],
    ]);
    expect(await ground.recipe('daily-orders')).toMatchObject({
      built_at: expect.any(Date),
      row_count: 100,
      build_state: 'succeeded',
    });
    expect(await ground.sessions()).toBe(0);
  });

  test('a scope takes what is read, what reads, or both; a variable reaches the SQL', async () => {
    const names = async (config: object) =>
      (await ground.build(config)).nodes.map(({ name }) => name).toSorted();
    const all = ['daily-orders', 'report', 'revenue'];
    expect(await names({ recipe: 'revenue', scope: 'full' })).toEqual(all);
    expect(await ground.rows(`select total::int from ${ground.schema}.report`)).toEqual([[5050]]);
    const down = { recipes: ['revenue'], scope: 'downstream', vars: { factor: 2 } };
    expect(await names(down)).toEqual(['report', 'revenue']);
    expect(await ground.rows(`select total::int from ${ground.schema}.report`)).toEqual([[10_100]]);
    const two = { recipes: ['daily-orders', 'revenue'] };
    expect(await names({ ...two, scope: 'upstream' })).toEqual(two.recipes);
  });

  test('an incremental recipe adds, and begins anew on a full refresh', async () => {
    await ground.addRecipe(
      'grows',
      `{{ config(materialized='incremental') }} select id from {{ source('raw', 'the-orders') }}`,
    );
    const rows = async () =>
      (await ground.rows(`select count(*)::int from ${ground.schema}.grows`))[0]![0];
    await ground.build({ recipe: 'grows' });
    await ground.build({ recipe: 'grows' });
    expect(await rows()).toBe(200);
    await ground.build({ recipe: 'grows', full_refresh: true });
    expect(await rows()).toBe(100);
  });

  test('a failing recipe is named with its file and the database’s words; what reads it is skipped, and why', async () => {
    await ground.addRecipe('broken', `select 1 / (id - id) as x from {{ ref('daily-orders') }}`);
    await ground.addRecipe('behind', `select * from {{ ref('broken') }}`);
    await ground.addRecipe('far-behind', `select * from {{ ref('behind') }}`);
    const { reason, output, retryable, lines } = await ground.failure({
      recipe: 'broken',
      scope: 'downstream',
    });
    expect(reason).toBe(
      'Model broken (models/broken.sql): division by zero\n2 that read from what failed were skipped.',
    );
    expect(retryable).toBe(false);
    expect(lines).toContainEqual({ line: 'broken: error: division by zero', level: 'error' });
    expect(output.counts).toEqual({ total: 3, error: 1, skipped: 2 });
    const why = 'skipped because the model broken failed';
    expect(output.nodes.map(({ name, message }) => [name, message])).toEqual([
      ['broken', expect.stringContaining('division by zero')],
      ['behind', why],
      ['far-behind', why],
    ]);
    expect(await ground.recipe('broken')).toMatchObject({ build_state: 'failed', built_at: null });
    expect(await ground.recipe('behind')).toMatchObject({
      build_state: 'skipped',
      build_message: why,
    });
  });

  test('SQL that dbt cannot read fails with dbt’s words', async () => {
    await ground.addRecipe('lost', `select * from {{ ref('nowhere') }}`);
    const { reason } = await ground.failure({ recipe: 'lost' });
    expect(reason).toMatch(/lost[^]*nowhere/);
    await ground.pool.query(`delete from recipe where slug = 'lost'`);
  });

  test('two recipes that would be one table are refused by name', async () => {
    await ground.addRecipe('orders', 'select 1 as x');
    const { reason } = await ground.failure({ recipe: 'daily-orders' });
    expect(reason).toBe(
      'The recipe orders and the dataset the-orders would both be the table orders; give the recipe another slug.',
    );
    await ground.pool.query(`delete from recipe where slug = 'orders'`);
  });
});
