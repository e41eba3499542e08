/** Dispatch: one-step runs a second through one worker with a kind that does nothing, 4 events a run, fsync on;
 *  beside it the floor, the same statements on the same rows with no product code; and how long after its due
 *  time a run starts at 100 due a second.
 *
 *  npm run bench -- dispatch [--runs 20000] [--slots 16,64] [--json] */
import { parseArgs } from 'node:util';
import { createPool, rows } from '#platform/db.ts';
import { queued } from '#domain/run/claim.sql.ts';
import { flush } from '#domain/run/flush.sql.ts';
import { startWorker } from '#worker/worker.ts';
import { insertScenarios, prepareGround, quantile, type Ground } from './support/ground.ts';
import { noopKinds, queueRuns } from './support/queue-runs.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    slots: { type: 'string', default: '16,64' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const RUNS = Number(options.runs);
const SECONDS = Number(options.seconds);
const HOT = { plan_cache_mode: 'force_generic_plan', jit: 'off' };

/** @returns runs a second, from the first claim to the last end, on the database's clock. */
async function rate(ground: Ground): Promise<number> {
  const { rows: answer } = await ground.pool.query(`
    select count(*)::float8 / extract(epoch from max(finished_at) - min(started_at))::float8 as rate,
           count(*)::int as runs, sum(event_seq)::int as events from run where state = 'succeeded'`);
  if (answer[0].runs !== RUNS || answer[0].events !== RUNS * 5) {
    throw new Error(`expected ${RUNS} runs of 1 + 4 events: ${JSON.stringify(answer[0])}`);
  }
  return answer[0].rate;
}

function worker(ground: Ground, slots: number) {
  return startWorker(
    {
      url: ground.url,
      listenUrl: ground.url,
      workerId: 'bench',
      workerSlots: slots,
      leaseSeconds: 15,
      heartbeatSeconds: 30,
      claimBackstopSeconds: 2,
      startHeld: false,
      secretKey: undefined,
      tickBackstopSeconds: 5,
      version: 'bench',
    },
    noopKinds,
    ground.log,
  );
}

async function product(ground: Ground, slots: number): Promise<number> {
  await queueRuns(ground, RUNS);
  const running = worker(ground, slots);
  for (;;) {
    const { rows: left } = await ground.pool.query(
      `select exists (select from run where state in ('queued', 'running')) as some`,
    );
    if (!left[0].some) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  await running.stop(1000);
  return rate(ground);
}

/** Two connections: while one flushes a batch, the other claims the next. */
async function floor(ground: Ground, slots: number): Promise<number> {
  await queueRuns(ground, RUNS);
  const pool = createPool(ground.url, { name: 'floor', max: 2, log: ground.log, settings: HOT });
  const [claiming, flushing] = [await pool.connect(), await pool.connect()];
  let under: Promise<unknown> = Promise.resolve();
  const events = ['run.started', 'step.started', 'step.finished', 'run.finished'];
  for (let flushId = 1; ; flushId++) {
    const claimed = await rows(claiming, queued, ['floor', 15, slots, ['noop']]);
    if (claimed.length === 0) break;
    const ids = claimed.map((run) => run.id);
    const each = <T>(value: T) => ids.map(() => value);
    await under;
    under = rows(flushing, flush, [
      ids,
      each(1),
      each(4),
      each('succeeded'),
      each(null),
      each(true),
      flushId,
      ids.flatMap((id) => [id, id, id, id]),
      ids.flatMap(() => [1, 2, 3, 4]),
      ids.flatMap(() => events),
      ids.flatMap(() => ['{}', '{"pos":0}', '{"pos":0}', '{}']),
      ids,
      each(0),
      each('succeeded'),
      each(1),
      each('null'),
      each(null),
      each(null),
      ids,
      each(0),
      each(1),
      each('succeeded'),
      each(null),
      ids.join(','),
      false,
    ]);
  }
  await under;
  claiming.release();
  flushing.release();
  await pool.end();
  return rate(ground);
}

/** Milliseconds from due time to start at 100 due a second, sorted. */
async function dueToStart(ground: Ground): Promise<number[]> {
  await ground.pool.query(
    'truncate run, tick, run_event, step_run, step_attempt, run_claim, scenario cascade',
  );
  await insertScenarios(ground, 1000, {
    trigger: `'{"interval": "10s"}'::jsonb`,
    created_at: `date_trunc('second', now()) + n * interval '10 ms'`,
    next_due_at: `date_trunc('second', now()) + interval '2 s' + n * interval '10 ms'`,
  });
  await ground.pool
    .query(`update scenario set trigger = jsonb_build_object('interval', '10s', 'anchor',
    to_char(next_due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`);
  const running = worker(ground, 16);
  await new Promise((done) => setTimeout(done, (SECONDS + 2) * 1000));
  await running.stop(1000);
  const { rows: delays } = await ground.pool.query(
    `select 1000 * extract(epoch from started_at - due_at)::float8 as ms from run where started_at is not null order by 1`,
  );
  return delays.map((run) => run.ms);
}

await using ground = await prepareGround();
await insertScenarios(ground, 1000);
const measured = [];
for (const slots of options.slots.split(',').map(Number)) {
  // Floor and product in turns, so that a busy machine hurts both alike.
  const pairs: { floor: number; product: number }[] = [];
  for (let round = 0; round < 3; round++) {
    pairs.push({ floor: await floor(ground, slots), product: await product(ground, slots) });
  }
  const median = (of: 'floor' | 'product') =>
    pairs.map((pair) => pair[of]).toSorted((a, b) => a - b)[1] ?? NaN;
  const line = { slots, floor: median('floor'), product: median('product') };
  measured.push({ ...line, ratio: line.product / line.floor });
}
const delays = await dueToStart(ground);
const start = {
  dueASecond: 100,
  runs: delays.length,
  p50Ms: quantile(delays, 0.5),
  p99Ms: quantile(delays, 0.99),
  maxMs: delays.at(-1) ?? NaN,
};
if (options.json)
  console.log(JSON.stringify({ runs: RUNS, dispatch: measured, dueToStart: start }));
else {
  console.log(`One-step runs a second, ${RUNS} runs, 4 events each, medians of three:`);
  for (const { slots, floor: raw, product: ours, ratio } of measured) {
    console.log(
      `  ${slots} slots: ${ours.toFixed(0)} of ${raw.toFixed(0)} on the floor, ratio ${ratio.toFixed(2)}`,
    );
  }
  console.log(
    `Due to start at 100 a second, ${start.runs} runs: p50 ${start.p50Ms.toFixed(1)} ms, p99 ${start.p99Ms.toFixed(1)} ms, max ${start.maxMs.toFixed(1)} ms`,
  );
}
