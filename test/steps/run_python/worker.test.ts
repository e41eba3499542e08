import { expect, test } from 'vitest';
import { createRegistry } from '#steps/registry.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { createRun } from '#test/support/factories.ts';
import { createGround } from './ground.ts';

test('a worker runs it, publishes what it wrote with the step, and keeps its log and its output', async () => {
  await using ground = await createGround();
  await ground.addDataset('scores');
  const { org, project, people } = ground.house;
  const code = `import honeyframe as hf
print("scoring")
hf.output(hf.write("scores", [{"id": 1}, {"id": 2}]))`;
  const step = { kind: 'run_python', name: 'run_python', code };
  const run = await createRun(ground.pool, {
    ...{ orgId: org.id, projectId: project.id, ownerUserId: people.admin.id, state: 'queued' },
    steps: [step],
  });
  await using _worker = await startTestWorker(ground.url, {
    kinds: createRegistry(),
    python: { program: undefined, allowUnfenced: true },
  });
  const [ended] = await until('the run has ended', async () => {
    const rows = await ground.rows(
      `select state, (select output from step_run where run_id = run.id) from run
       where id = ${run.id} and finished_at is not null`,
    );
    return rows.length > 0 ? rows : null;
  });
  expect(ended).toEqual([
    'succeeded',
    {
      value: 2,
      datasets: [{ dataset: 'scores', rows: 2, inserted: 2, updated: 0 }],
      seconds: expect.any(Number),
    },
  ]);
  expect(await ground.rows(`select id from ${ground.schema}.scores order by id`)).toEqual([
    [1],
    [2],
  ]);
  const [lines] = await ground.rows(
    `select string_agg(payload::text, '') from run_event where run_id = ${run.id} and type = 'log'`,
  );
  expect(lines![0]).toContain('"scoring"');
});
