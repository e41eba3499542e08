/** The demo's nightly chain in trouble: twice at once, cancelled, a model that is busy, a worker that is killed. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startModelServer } from '#local/model-server.ts';
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
  /** The demo's agent asks another server from now on. @returns gives the old one back. */
  async function askAt(url: string): Promise<AsyncDisposable> {
    const point = (to: string) =>
      demo.pool.query(
        `update connector c set config = jsonb_set(c.config, '{base_url}', to_jsonb($1::text))
         from connector before where before.id = c.id and c.slug = 'model' returning before.config->>'base_url' as url`,
        [to],
      );
    const { rows } = await point(url);
    return {
      [Symbol.asyncDispose]: async () => void (await point(rows[0].url)),
    };
  }

  test('takes less than two minutes, and a second one at once waits for the first', async () => {
    const first = await follow();
    const second = await follow();
    await second.cli.said(/waits behind the active run/);
    expect((await first.cli.exited).code).toBe(0);
    expect((await second.cli.exited).code).toBe(0);
    const [one, two] = [await readRun(demo, first.id), await readRun(demo, second.id)];
    expect(Date.parse(one.finishedAt) - Date.parse(one.startedAt)).toBeLessThan(120_000);
    expect(Date.parse(two.startedAt)).toBeGreaterThanOrEqual(Date.parse(one.finishedAt));
    for (const { steps } of [one, two]) expect(steps['mail']!.output).toMatchObject({ sent: 2 });
    expect(await rowsOf('review_moods')).toBe(ROWS);
  });

  test('cancelled amid dbt leaves neither process nor query', async () => {
    const slow = `select s.* from (select pg_sleep(600)) as slow, {{ source('raw', 'orders') }} s`;
    const { rows } = await demo.pool.query(
      `select id, sql from recipe where slug = 'weekly-revenue'`,
    );
    const write = (sql: string) =>
      demo.pool.query('update recipe set sql = $2 where id = $1', [rows[0].id, sql]);
    await write(slow);
    try {
      const { cli, id } = await follow();
      await until('the query is under way', async () => (await building()) > 0, 120_000);
      const processes = descendantsOf(await workerPid());
      expect(processes.length).toBeGreaterThan(0);
      await cancel(id);
      expect((await cli.exited).code).toBe(1);
      expect(await readRun(demo, id)).toMatchObject({ state: 'CANCELLED' });
      expect(await building()).toBe(0);
      expect(processes.filter(isAlive)).toEqual([]);
    } finally {
      await write(rows[0].sql);
    }
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
    process.kill(await workerPid(), 'SIGKILL');
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

  const workerPid = async () =>
    (await demo.ask<{ workers: { pid: number }[] }>('{ workers { pid } }')).workers[0]!.pid;
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
