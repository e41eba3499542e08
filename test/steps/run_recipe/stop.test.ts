/** Builds that must stop, or wait: neither processes nor queries are left, and no project is built twice at a time. */
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { withoutDbt } from '#test/support/dbt.ts';
import { until } from '#test/support/worker.ts';
import { createGround, type Ground } from './ground.ts';

// A build takes 3 s of one processor, and there are up to four of them in a test.
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(withoutDbt())('a build that takes long', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await createGround();
    await ground.addRecipe('slow', 'select pg_sleep(600)::text as x');
    await ground.addRecipe('quick', 'select 1 as x');
  });
  afterAll(() => ground?.[Symbol.asyncDispose]());

  const underWay = () =>
    until(
      'the query is under way',
      async () =>
        (
          await ground.rows(`select 1 from pg_stat_activity where datname = current_database()
            and usename like 'hf_build_%' and state = 'active' and query ~ 'pg_sleep'`)
        ).length > 0,
      60_000,
    );

  test('is cancelled within 2 s, and leaves neither process nor query nor file', async () => {
    const before = await readdir(tmpdir());
    await using step = await ground.newStep();
    const outcome = ground.execute(step, { recipes: ['slow', 'quick'] }).then(
      ({ outcome: came }) => came,
      (error: Error) => error.message,
    );
    await underWay();
    const processes = await dbtProcesses(step.runId);
    expect(processes.length).toBeGreaterThan(0);
    const abortedAt = performance.now();
    step.abort();
    expect(await outcome).toBe('the run was cancelled');
    expect(performance.now() - abortedAt).toBeLessThan(2_000);
    expect(await ground.sessions()).toBe(0);
    expect(await dbtProcesses(step.runId)).toEqual([]);
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith('hf-dbt-'));
    expect(left.filter((name) => !before.includes(name))).toEqual([]);
  });

  test('keeps another build of the project waiting, which says for which run; a waiting one can be cancelled', async () => {
    await using first = await ground.newStep();
    await using second = await ground.newStep();
    await using third = await ground.newStep();
    const slow = ground.execute(first, { recipe: 'slow' }).catch((error: Error) => error.message);
    await underWay();
    const quick = ground.execute(second, { recipe: 'quick' });
    const given = ground.execute(third, { recipe: 'quick' }).catch((error: Error) => error.message);
    const line = `waiting for run ${first.runId}, which builds this project now`;
    for (const step of [second, third]) {
      await until('it waits', async () => step.lines.some((each) => each.line === line));
    }
    await until('both wait in the database', async () => {
      const [waiting] = await ground.rows(
        `select count(*)::int from pg_locks where locktype = 'advisory' and not granted`,
      );
      return waiting![0] === 2;
    });
    third.abort();
    // Its statement is cancelled by the worker, whose part the test plays.
    await ground.pool.query(
      `select pg_cancel_backend(pid) from pg_stat_activity where application_name = $1 and state = 'active'`,
      [`hf:${third.runId}:1`],
    );
    expect(await given).toBe('the run was cancelled');
    expect(await dbtProcesses(second.runId)).toEqual([]);
    first.abort();
    expect(await slow).toBe('the run was cancelled');
    expect(await quick).toMatchObject({ outcome: 'succeeded' });
  });

  test('stops when another has its turn: its login opens nothing any more', async () => {
    await using first = await ground.newStep();
    const slow = ground.execute(first, { recipe: 'slow' });
    await underWay();
    // What a claimer does to the sessions of the claim before.
    await ground.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1`,
      [`hf:${first.runId}:1`],
    );
    expect(await ground.build({ recipe: 'quick' })).toMatchObject({ rows: 1 });
    expect(await slow).toMatchObject({
      outcome: 'failed',
      reason: 'The build was stopped: the database session that held the turn was lost.',
      retryable: true,
    });
  });
});

/** The processes of a run's build, by the name that they give their database sessions. */
async function dbtProcesses(runId: number): Promise<string[]> {
  const { readFile } = await import('node:fs/promises');
  const found = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
        return environment.split('\0').includes(`PGAPPNAME=hf:${runId}:1`) ? [pid] : [];
      }),
  );
  return found.flat();
}
