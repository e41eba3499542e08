/** Workers: one-step runs a second through one worker process and through four, with what they used of the
 *  processors and what they waited for locks.
 *
 *  npm run bench -- workers [--runs 40000] [--json] */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { insertScenarios, prepareGround, type Ground } from './support/ground.ts';
import { queueRuns } from './support/queue-runs.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '40000' },
    slots: { type: 'string', default: '64' },
    json: { type: 'boolean', default: false },
  },
});
const RUNS = Number(options.runs);
// Ticks of the kernel's clock a second, which /proc counts in.
const CLOCK_TICKS = 100;

type Result = {
  workers: number;
  /** From the first start to the last end. */
  runsASecond: number;
  /** Of the runs that ended between a quarter and nineteen twentieths of all: without the processes' warming up,
   *  which costs each its part of a second, and without the end, where some have nothing left to claim. */
  steadyRunsASecond: number;
  workerCpuSeconds: number;
  /** Shares of the looks at the workers' sessions, every 20 ms. */
  waits: Record<string, number>;
};

async function measure(ground: Ground, count: number): Promise<Result> {
  await queueRuns(ground, RUNS);
  const children = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const child = fork(join(import.meta.dirname, 'support/noop-worker.ts'), {
        env: {
          ...process.env,
          DATABASE_URL: ground.url,
          WORKER_ID: `bench-${i}`,
          WORKER_SLOTS: options.slots,
          LOG_LEVEL: 'error',
        },
        execArgv: ['--disable-warning=ExperimentalWarning'],
      });
      await once(child, 'message');
      return child;
    }),
  );
  const cpuBefore = children.map((child) => cpuSeconds(child.pid!));
  for (const child of children) child.send('go');
  const looks: Record<string, number> = {};
  let looked = 0;
  for (;;) {
    const { rows } = await ground.pool.query(
      `select coalesce(wait_event_type, 'CPU') as waits, count(*)::int as n from pg_stat_activity
       where datname = current_database() and application_name like 'hf %' and state = 'active' group by 1`,
    );
    for (const { waits, n } of rows) {
      looks[waits] = (looks[waits] ?? 0) + n;
      looked += n;
    }
    const { rows: left } = await ground.pool.query(
      `select exists (select from run where state in ('queued', 'running')) as some`,
    );
    if (!left[0].some) break;
    await new Promise((done) => setTimeout(done, 20));
  }
  const workerCpuSeconds = children.reduce(
    (sum, child, i) => sum + cpuSeconds(child.pid!) - cpuBefore[i]!,
    0,
  );
  await Promise.all(
    children.map(async (child) => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }),
  );
  const { rows } = await ground.pool.query(
    `with e as (select started_at, finished_at, percent_rank() over (order by finished_at) as share
                from run where state = 'succeeded')
     select count(*)::float8 / extract(epoch from max(finished_at) - min(started_at))::float8 as rate,
            count(*) filter (where share between 0.25 and 0.95)::float8
            / extract(epoch from max(finished_at) filter (where share <= 0.95)
                                 - min(finished_at) filter (where share >= 0.25))::float8 as steady
     from e`,
  );
  const waits = Object.fromEntries(Object.entries(looks).map(([name, n]) => [name, n / looked]));
  return {
    workers: count,
    runsASecond: rows[0].rate,
    steadyRunsASecond: rows[0].steady,
    workerCpuSeconds,
    waits,
  };
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

await using ground = await prepareGround();
await insertScenarios(ground, 1000);
const results: Result[] = [];
// In turns, three times each, so that a busy machine hurts both alike.
for (let round = 0; round < 3; round++) {
  for (const count of [1, 4]) results.push(await measure(ground, count));
}
const median = (count: number) =>
  results
    .filter((result) => result.workers === count)
    .toSorted((a, b) => a.runsASecond - b.runsASecond)[1]!;
const [one, four] = [median(1), median(4)];
const ratio = four.runsASecond / one.runsASecond;
const steadyOf = (count: number) =>
  results
    .filter((result) => result.workers === count)
    .map((result) => result.steadyRunsASecond)
    .toSorted((a, b) => a - b)[1]!;
const steady = { one: steadyOf(1), four: steadyOf(4), ratio: steadyOf(4) / steadyOf(1) };
if (options.json) console.log(JSON.stringify({ runs: RUNS, one, four, ratio, steady }));
else {
  for (const { workers, runsASecond, workerCpuSeconds, waits } of [one, four]) {
    const split = Object.entries(waits)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, share]) => `${name} ${(100 * share).toFixed(0)} %`)
      .join(', ');
    console.log(
      `  ${workers} worker(s): ${runsASecond.toFixed(0)} runs a second, ${workerCpuSeconds.toFixed(1)} s of CPU in workers; their sessions: ${split}`,
    );
  }
  console.log(
    `  four over one: ${ratio.toFixed(2)}; once warm ${steady.ratio.toFixed(2)} (${steady.four.toFixed(0)} beside ${steady.one.toFixed(0)} a second)`,
  );
}
