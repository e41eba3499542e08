/** run_recipe in the conformance walk: a table of a hundred rows. dbt writes it while the step executes; what is published
 *  is that it was built. */
import type { ConformanceFixture } from '../fixture.ts';
import { noDbt } from '#test/support/dbt.ts';
import { until } from '#test/support/worker.ts';
import { addRecipe, fillOrders } from './ground.ts';

export const fixture: ConformanceFixture = {
  unavailable: noDbt && `dbt cannot be installed: ${noDbt}`,
  async prepare(db, place) {
    const { rows } = await db.query(
      'select warehouse_schema as schema from project where id = $1',
      [place.projectId],
    );
    await fillOrders(db, place, rows[0].schema);
    await addRecipe(db, place, 'daily-orders', `select * from {{ source('raw', 'the-orders') }}`);
    await addRecipe(db, place, 'slow', 'select pg_sleep(600)::text as x');
    await db.query(
      `insert into recipe (org_id, project_id, slug, name, kind, code) values ($1, $2, 'py', 'Py', 'python', '')`,
      [place.orgId, place.projectId],
    );
    return {
      good: { recipe: 'daily-orders' },
      bad: [
        { config: {}, path: ['recipe'] },
        { config: { recipe: 'daily-orders', recipes: ['slow'] }, path: ['recipe'] },
        { config: { recipe: 'nowhere' }, path: ['recipe'] },
        { config: { recipe: 'py' }, path: ['recipe'] },
        { config: { recipes: ['slow', 'slow'] }, path: ['recipes', 1] },
        { config: { recipe: 'slow', scope: 'all' }, path: ['scope'] },
      ],
      visible: async () => {
        const { rows: found } = await db.query('select max(built_at)::text as at from recipe');
        return found[0].at ?? 'never';
      },
      slow: {
        config: { recipe: 'slow' },
        hold: async () => ({ [Symbol.asyncDispose]: async () => {} }),
        begun: () => untilItSleeps(db),
      },
    };
  },
};

// dbt takes 3 s of one processor before its first query.
const BEGIN_MS = 60_000;

async function untilItSleeps(db: Parameters<ConformanceFixture['prepare']>[0]): Promise<void> {
  await until(
    'the query is under way',
    async () => {
      const { rows } = await db.query(
        `select 1 from pg_stat_activity where datname = current_database()
       and usename like 'hf_build_%' and state = 'active' and query ~ 'pg_sleep'`,
      );
      return rows.length > 0;
    },
    BEGIN_MS,
  );
}
