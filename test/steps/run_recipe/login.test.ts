/** What a recipe's SQL may do: read and write the project's schema, and nothing else. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createGround as createSyncGround } from '../sync_dataset/ground.ts';
import { addRecipe, createGround, type Ground } from './ground.ts';
import { withoutDbt } from '#test/support/dbt.ts';
import { runRecipe } from '#steps/run_recipe/kind.ts';

// A build takes 3 s of one processor, and there are up to four of them in a test.
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(withoutDbt())('a recipe', () => {
  let ground: Ground;
  beforeAll(async () => {
    vi.stubEnv('SECRET_KEY', 'of the worker');
    ground = await createGround();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await ground?.[Symbol.asyncDispose]();
  });

  test('reads neither the platform’s tables nor other schemas, and makes nothing there', async () => {
    await ground.pool.query('create schema wh_other; create table wh_other.t as select 1 as x');
    await ground.addRecipe('platform', 'select email from honeyframe."user"');
    await ground.addRecipe('other', 'select x from wh_other.t');
    await ground.addRecipe(
      'elsewhere',
      `{{ config(pre_hook='create table public.mine (x int)') }} select 1 as x`,
    );
    await ground.addRecipe(
      'dropper',
      `{{ config(pre_hook='drop table ' ~ target.schema ~ '.orders') }} select 1 as x`,
    );
    const { reason, output } = await ground.failure({
      recipes: ['platform', 'other', 'elsewhere', 'dropper'],
    });
    expect(output.counts).toEqual({ total: 4, error: 4 });
    const said = Object.fromEntries(output.nodes.map(({ name, message }) => [name, message]));
    expect(said).toEqual({
      platform: expect.stringContaining('permission denied for schema honeyframe'),
      other: expect.stringContaining('permission denied for schema wh_other'),
      elsewhere: expect.stringContaining('permission denied for schema public'),
      dropper: expect.stringContaining('must be owner of table orders'),
    });
    expect(reason).toMatch(/^Model \w+ \(models\/\w+\.sql\): .+\n/);
    for (const slug of ['platform', 'other', 'elsewhere', 'dropper']) {
      await ground.pool.query('delete from recipe where slug = $1', [slug]);
    }
  });

  test('finds nothing of the worker’s environment, and its own password is hidden', async () => {
    await ground.addRecipe('spy', `select '{{ env_var("SECRET_KEY", "nothing") }}' as found`);
    await ground.build({ recipe: 'spy' });
    expect(await ground.rows(`select found from ${ground.schema}.spy`)).toEqual([['nothing']]);
    await ground.addRecipe('spy', `select '{{ env_var("DBT_ENV_SECRET_PASSWORD") }}' as found`);
    const { reason } = await ground.failure({ recipe: 'spy' });
    expect(reason).toMatch(/Secret env vars are allowed only in profiles\.yml/);
  });

  test('is read by dashboards as soon as it is built', async () => {
    await ground.pool.query('delete from recipe');
    await ground.addRecipe(
      'shown',
      `{{ config(materialized='view') }} select sum(amount) as total from {{ source('raw', 'the-orders') }}`,
    );
    await using step = await ground.newStep();
    expect(await ground.execute(step, { recipe: 'shown' })).toMatchObject({ outcome: 'succeeded' });
    const warehouse = await step.context.shared.warehouse();
    const { signal } = new AbortController();
    const answer = await warehouse.query(ground.schema, 'select total from shown', {}, { signal });
    expect(answer.rows).toEqual([[5050]]);
  });
});

describe.skipIf(withoutDbt())('a dataset that a recipe reads', () => {
  test('is synced as before: by a swap until a view stands upon it, and then without breaking it', async () => {
    await using sync = await createSyncGround();
    const { org, project } = sync.house;
    const place = { orgId: org.id, projectId: project.id };
    await sync.file('orders.csv', 'id,amount\n1,10\n2,20\n');
    await sync.addDataset('orders');
    await sync.sync({ dataset: 'orders' });
    const build = async (slug: string) => {
      await using step = await sync.newStep();
      const execute = await runRecipe.load();
      expect(await execute(step.context, runRecipe.config.parse({ recipe: slug }))).toMatchObject({
        outcome: 'succeeded',
      });
    };
    const oid = async () =>
      (await sync.rows(`select '${sync.schema}.orders'::regclass::oid`))[0]![0];
    await addRecipe(sync.pool, place, 'copy', `select * from {{ source('raw', 'orders') }}`);
    await build('copy');
    // The first one after a build brings the table the right to be read that new ones have.
    await sync.sync({ dataset: 'orders' });
    const before = await oid();
    await sync.sync({ dataset: 'orders' });
    expect(await oid(), 'another table took its place').not.toBe(before);

    const sum = `{{ config(materialized='view') }} select sum(amount::numeric) as total from {{ source('raw', 'orders') }}`;
    await addRecipe(sync.pool, place, 'totals', sum);
    await build('totals');
    await sync.file('orders.csv', 'id,amount\n1,10\n2,20\n3,30\n');
    await sync.sync({ dataset: 'orders' });
    expect(await sync.rows(`select total::int from ${sync.schema}.totals`)).toEqual([[60]]);
  });
});
