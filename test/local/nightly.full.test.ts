/** The demo's nightly chain in trouble: twice at once, cancelled, with a model that is busy, with its worker or all of
 *  `npm start` killed, and on machines that lack what a step needs. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startModelServer } from '#local/model-server.ts';
import { createTestFolder } from '#test/support/folder.ts';
import { isAlive } from '#test/support/process.ts';
import { until } from '#test/support/worker.ts';
import { readRun, startDemo, withoutChain, type Demo } from './demo.ts';

// Of the demo's reviews.
const ROWS = 360;

describe.skipIf(await withoutChain())('the nightly chain', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo();
  });
  afterAll(() => demo?.[Symbol.asyncDispose]());

  /** Follows a new run in a terminal of its own. */
  async function follow() {
    const cli = demo.cli('run', 'demo/nightly', '--follow');
    const [, id] = await cli.said(/run (\d+) of demo\/nightly/);
    return { cli, id: Number(id) };
  }
  const cancel = async (id: number) => {
    const { code } = await demo.cli('cancel', `${id}`).exited;
    expect(code).toBe(0);
  };
  /** The demo's agent asks another server until this is disposed of. */
  async function askAt(url: string): Promise<AsyncDisposable> {
    const before = await pointModel(demo, url);
    return { [Symbol.asyncDispose]: async () => void (await pointModel(demo, before)) };
  }

  /** One of the demo's recipes takes ten minutes, until it is mended. */
  async function slowRecipe(): Promise<AsyncDisposable & { mend(): Promise<void> }> {
    const { rows } = await demo.pool.query(
      `update recipe r set sql = $1 from recipe before
       where before.id = r.id and r.slug = 'weekly-revenue' returning r.id, before.sql`,
      [`select s.* from (select pg_sleep(600)) as slow, {{ source('raw', 'orders') }} s`],
    );
    const { id, sql } = rows[0];
    const mend = async () =>
      void (await demo.pool.query('update recipe set sql = $2 where id = $1', [id, sql]));
    return { mend, [Symbol.asyncDispose]: mend };
  }

  test('takes less than two minutes, and a second one at once waits for the first', async () => {
    const first = await follow();
    const second = await follow();
    await second.cli.said(/waits behind the active run/);
    expect((await first.cli.exited).code).toBe(0);
    expect((await second.cli.exited).code).toBe(0);
    const [one, two] = [await readRun(demo, first.id), await readRun(demo, second.id)];
    expect(Date.parse(one.finishedAt!) - Date.parse(one.startedAt)).toBeLessThan(120_000);
    expect(Date.parse(two.startedAt)).toBeGreaterThanOrEqual(Date.parse(one.finishedAt!));
    for (const { steps } of [one, two]) expect(steps['mail']!.output).toMatchObject({ sent: 2 });
    expect(await rowsOf('review_moods')).toBe(ROWS);
  });

  test('cancelled amid dbt leaves neither process nor query', async () => {
    await using _slow = await slowRecipe();
    const { cli, id } = await follow();
    await until('the query is under way', async () => (await building()) > 0, 120_000);
    const processes = descendantsOf(await workerPid(id));
    expect(processes.length).toBeGreaterThan(0);
    await cancel(id);
    expect((await cli.exited).code).toBe(1);
    expect(await readRun(demo, id)).toMatchObject({ state: 'CANCELLED' });
    expect(await building()).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
  });

  test('cancelled amid the agent asks nothing more, and goes on there when it is retried', async () => {
    await using model = await startModelServer();
    model.behave(({ n }) => (n > 40 ? { hang: true } : null));
    await using _asked = await askAt(model.url);
    const { cli, id } = await follow();
    await cli.said(/judge +\| 360 rows/);
    await until('it hangs', async () => model.requests.length >= 48, 60_000);
    await cancel(id);
    expect((await cli.exited).code).toBe(1);
    expect(await readRun(demo, id)).toMatchObject({ state: 'CANCELLED' });
    const asked = model.requests.length;
    expect(asked).toBe(48);
    model.behave(() => null);
    const retry = demo.cli('retry', `${id}`, '--follow');
    expect((await retry.exited).code).toBe(0);
    const again = Number(/run (\d+)/.exec(retry.stdout + retry.stderr)![1]);
    const { steps } = await readRun(demo, again);
    expect(steps['judge']!.output).toMatchObject({ skipped: 40, done: ROWS - 40 });
    expect(model.requests.length).toBe(48 + ROWS - 40);
  });

  test('waits for a model that has no time, says so, and asks each row until it has its answer', async () => {
    await using model = await startModelServer();
    model.behave(({ n }) =>
      n > 20 && n <= 40 ? { status: 429, headers: { 'retry-after': '1' } } : null,
    );
    await using _asked = await askAt(model.url);
    const { cli, id } = await follow();
    expect((await cli.exited).code).toBe(0);
    expect(cli.stdout).toMatch(/judge +\| .*429/);
    const { steps } = await readRun(demo, id);
    expect(steps['judge']!.output).toMatchObject({ done: ROWS, failed: 0, rows_written: ROWS });
  });

  test('goes on behind the answered rows in another worker when its own is killed', async () => {
    await using model = await startModelServer();
    model.behave(({ n }) => (n > 100 ? { hang: true } : null));
    await using _asked = await askAt(model.url);
    const { cli, id } = await follow();
    await until('it is amid the rows', async () => model.requests.length >= 108, 120_000);
    process.kill(await workerPid(id), 'SIGKILL');
    model.behave(() => null);
    demo.worker();
    expect((await cli.exited).code).toBe(0);
    expect(cli.stdout).toMatch(/judge +attempt 1 lost/);
    const { steps } = await readRun(demo, id);
    // What was under way, eight at most, is asked again; what was answered is not.
    const { done, skipped } = steps['judge']!.output;
    expect(done + skipped).toBe(ROWS);
    expect(skipped).toBe(100);
    expect(model.requests.length).toBe(108 + done);
    expect(steps['mail']!.output).toMatchObject({ sent: 2, cards_failed: 0 });
    expect(await rowsOf('review_moods')).toBe(ROWS);
  });

  test('is built anew in another worker when its own is killed amid dbt', async () => {
    await using slow = await slowRecipe();
    // Those of other tests went with them.
    demo.worker();
    const { cli, id } = await follow();
    await until('the query is under way', async () => (await building()) > 0, 120_000);
    const worker = await workerPid(id);
    const processes = descendantsOf(worker);
    process.kill(worker, 'SIGKILL');
    await until('dbt is gone', async () => !processes.some(isAlive), 10_000);
    await slow.mend();
    demo.worker();
    expect((await cli.exited).code).toBe(0);
    expect(cli.stdout).toMatch(/build +attempt 1 lost/);
    const { steps } = await readRun(demo, id);
    expect(steps['build']!.output.counts).toEqual({ total: 4, success: 4 });
    expect(await building()).toBe(0);
  });

  /** Of whoever holds the run: its name ends in its process. */
  const workerPid = async (id: number) => {
    const { run } = await demo.ask<{ run: { workerId: string } }>(
      `{ run(id: ${id}) { workerId } }`,
    );
    return Number(run.workerId.split(':').at(-1));
  };
  const rowsOf = async (table: string): Promise<number> =>
    (await demo.pool.query(`select count(*)::int as n from wh_demo.${table}`)).rows[0].n;
  const building = async (): Promise<number> =>
    (
      await demo.pool.query(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and usename like 'hf_build_%'`,
      )
    ).rows[0].n;
});

test.skipIf(await withoutChain())(
  'goes on behind the answered rows after all of npm start was killed and started again',
  async () => {
    await using folder = await createTestFolder();
    let id = 0;
    {
      await using first = await startDemo({ DATA_DIR: folder.path });
      await using model = await startModelServer();
      model.behave(({ n }) => (n > 100 ? { hang: true } : null));
      await pointModel(first, model.url);
      const cli = first.cli('run', 'demo/nightly', '--follow');
      await until('it is amid the rows', async () => model.requests.length >= 108, 120_000);
      id = Number(/run (\d+) of/.exec(cli.stderr)![1]);
      process.kill(-first.start.pid, 'SIGKILL');
      await first.start.exited;
    }
    await using again = await startDemo({ DATA_DIR: folder.path });
    const run = await until(
      'it has ended',
      async () => {
        const found = await readRun(again, id);
        return found.finishedAt === null ? null : found;
      },
      120_000,
    );
    expect(run.state).toBe('SUCCEEDED');
    expect(run.steps['judge']!.output).toMatchObject({ skipped: 100, done: ROWS - 100 });
    // Into the inbox of this start.
    expect(await (await fetch(again.facts.inbox_url)).text()).toContain('buyers@demo.example');
  },
);

test.skipIf(await withoutChain()).each([
  ['dbt', { DBT_PROGRAM: 'no-such-dbt' }, 'build', /DBT_PROGRAM names no-such-dbt/],
  ['Python', { PYTHON: 'no-such-python' }, 'weigh', /There is no Python here/],
])(
  'without %s its step says so, and what there is is mailed all the same',
  async (_what, env, name, words) => {
    await using demo = await startDemo(env);
    const cli = demo.cli('run', 'demo/nightly', '--follow');
    expect((await cli.exited).code).toBe(1);
    expect(cli.stdout).toMatch(new RegExp(`${name} +failed in .*${words.source}`));
    const { steps } = await readRun(demo, Number(/run (\d+) of/.exec(cli.stderr)![1]));
    expect(steps[name]!.state).toBe('FAILED');
    expect(steps['mail']!.output).toMatchObject({ sent: 2 });
    expect(steps['mail']!.output.cards_failed).toBeGreaterThan(0);
  },
);

/** The demo's agent asks another server from now on. @returns the one before. */
async function pointModel({ pool }: Demo, url: string): Promise<string> {
  const { rows } = await pool.query(
    `update connector c set config = jsonb_set(c.config, '{base_url}', to_jsonb($1::text))
     from connector before where before.id = c.id and c.slug = 'model' returning before.config->>'base_url' as url`,
    [url],
  );
  return rows[0].url;
}

/** The Chromium that prints reports stays, for the next one. */
function descendantsOf(pid: number): number[] {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, id, parent, command] = /^ *(\d+) +(\d+) (.*)/.exec(line) ?? [];
      if (command === undefined || /chrom/i.test(command)) return [];
      return [{ id: Number(id), parent: Number(parent) }];
    });
  const below = (above: number): number[] =>
    processes.flatMap(({ id, parent }) => (parent === above ? [id, ...below(id)] : []));
  return below(pid);
}
