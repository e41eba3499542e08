/** run_agent in the conformance walk: three reviews, and a server that hangs. */
import { startModelServer } from '#local/model-server.ts';
import { until } from '#test/support/worker.ts';
import type { ConformanceFixture } from '../fixture.ts';
import { createAgent, createLlm, fillReviews } from './ground.ts';

export const fixture: ConformanceFixture = {
  async prepare(db, place) {
    // It ends with the process of the test file.
    const server = await startModelServer();
    await createAgent(db, place, await createLlm(db, place, server));
    await fillReviews(db, place, 3);
    const good = { agent: 'sentiment', dataset: 'reviews', output_dataset: 'moods' };
    const { dataset: _, ...without } = good;
    return {
      good,
      bad: [
        { config: { dataset: 'reviews', output_dataset: 'moods' }, path: ['agent'] },
        { config: { ...good, agent: 'nobody' }, path: ['agent'] },
        { config: { ...good, dataset: 'orders' }, path: ['dataset'] },
        { config: { ...good, query: 'select 1' }, path: ['dataset'] },
        { config: without, path: ['dataset'] },
        { config: { ...good, output_dataset: 'reviews' }, path: ['output_dataset'] },
        { config: { ...good, output_dataset: 'No Slug' }, path: ['output_dataset'] },
        { config: { ...good, concurrency: 0 }, path: ['concurrency'] },
        { config: { ...good, on_row_error: 'ignore' }, path: ['on_row_error'] },
        { config: { ...good, token_budget: 0 }, path: ['token_budget'] },
        {
          config: { ...without, query: 'select 1', output_dataset: 'x', output_mode: 'merge' },
          path: ['output_mode'],
        },
      ],
      visible: async () => {
        const { rows } = await db.query(
          `select last_synced_at::text as at from dataset where slug = 'moods'`,
        );
        return rows[0]?.at ?? 'never';
      },
      slow: {
        config: good,
        async hold() {
          server.behave(() => ({ hang: true }));
          return {
            async [Symbol.asyncDispose]() {
              server.behave(() => null);
            },
          };
        },
        begun: async () => {
          const before = server.requests.length;
          await until('the model is asked', async () => server.requests.length > before);
        },
      },
    };
  },
};
