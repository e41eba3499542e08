/** A source that dies half-way: the old rows stay whole, and nothing is left behind. Of the other types their own tests
 *  tell the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestStep } from '#test/support/step-context.ts';
import { startApi } from './api.ts';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

async function expectOldRows(slug: string): Promise<void> {
  expect(await ground.rows(`select count(*)::int from ${ground.schema}."${slug}"`)).toEqual([[3]]);
  expect(await ground.stagingTables()).toEqual([]);
}

const begun = async (step: TestStep) => {
  while (step.progress.length === 0) await sleep(5);
};

test('csv over http', async () => {
  await using api = await startApi((_asked, response) => void response.end('id\n1\n2\n3\n'));
  const connectorId = await ground.addConnector('csv', { base_url: `${api.url}/` });
  for (const mode of ['full', 'incremental']) {
    const slug = `web-${mode}`;
    await ground.addDataset(slug, { connectorId, source: { url: 'x.csv' }, mode, keys: ['id'] });
    await ground.sync({ dataset: slug });
  }
  api.answer((_asked, response) => {
    response.writeHead(200, { 'content-length': '1000000' });
    response.write(`id\n${'7\n8\n'.repeat(20_000)}`, () => response.destroy());
    return undefined;
  });
  for (const slug of ['web-full', 'web-incremental']) {
    expect(await ground.failure({ dataset: slug })).toMatchObject({ retryable: true });
    await expectOldRows(slug);
  }
});

test('postgresql', async () => {
  const connectorId = await ground.addConnector('postgresql', { url: ground.url });
  const id = await ground.addDataset('pg', {
    connectorId,
    source: { query: 'select generate_series(1, 3) as id' },
  });
  await ground.sync({ dataset: 'pg' });
  const query = 'select generate_series(1, 1000000000) as id';
  await ground.pool.query('update dataset set source = $2 where id = $1', [id, { query }]);
  await using step = await ground.newStep();
  const running = ground.execute(step, { dataset: 'pg' });
  await begun(step);
  await ground.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query like 'copy (select q%'`,
  );
  expect(await running).toMatchObject({ outcome: 'failed', retryable: true });
  await expectOldRows('pg');
});
