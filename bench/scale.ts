/** Scale: what a tick costs with a million scenarios that are not due, and a claim with a million runs that have
 *  ended, beside the same with a thousand.
 *
 *  npm run bench -- scale [--many 1000000] [--json] */
import { parseArgs } from 'node:util';
import { tickOnce } from '#domain/tick/decide-due.ts';
import { claimQueued } from '#domain/run/claim.sql.ts';
import { insertScenarios, prepareGround, quantile, type Ground } from './support/ground.ts';

const { values: options } = parseArgs({
  options: {
    many: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
  },
});
const MANY = Number(options.many);
const FEW = 1_000;
const ROUNDS = 200;
const DUE = 50;

const claim = { workerId: 'bench', leaseSeconds: 15, limit: 16, kinds: ['noop'] };

/** Milliseconds of each round, sorted. */
async function time(prepare: () => Promise<void>, work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let round = -20; round < ROUNDS; round++) {
    await prepare();
    const startedAt = performance.now();
    await work();
    // The first rounds warm caches and plans.
    if (round >= 0) taken.push(performance.now() - startedAt);
  }
  return taken.toSorted((a, b) => a - b);
}

async function tickTime(ground: Ground): Promise<number[]> {
  const makeDue = `update scenario set next_due_at = clock_timestamp() - interval '1 ms' where id <= ${DUE}`;
  const clear = `truncate run, tick, run_event, step_run, step_attempt, run_claim cascade`;
  let round = 0;
  return time(
    async () => {
      if (round++ % 50 === 0) await ground.pool.query(clear);
      await ground.pool.query(makeDue);
    },
    () => tickOnce(ground.pool, ground.log),
  );
}

async function claimTime(ground: Ground): Promise<number[]> {
  return time(
    async () => {
      await ground.pool.query(
        `insert into run (org_id, project_id, scenario_id, owner_user_id, name, source, due_at, state, exclusive, config, step_kinds)
         select org_id, project_id, id, owner_user_id, name, 'manual', now(), 'queued', false, '{"steps": []}', '{noop}'
         from scenario where id <= 16`,
      );
    },
    async () => {
      const claimed = await claimQueued(ground.pool, claim);
      if (claimed.length !== 16) throw new Error(`claimed ${claimed.length} of 16`);
      await ground.pool.query(
        `update run set state = 'succeeded', finished_at = clock_timestamp() where id = any($1)`,
        [claimed.map((run) => run.id)],
      );
    },
  );
}

await using ground = await prepareGround();
const { pool } = ground;
const notDue = {
  trigger: `'{"interval": "1d"}'::jsonb`,
  next_due_at: `now() + interval '1 day' + n * interval '1 ms'`,
};
const measured: Record<string, { p50Ms: number; p99Ms: number }> = {};
const record = (name: string, taken: number[]) => {
  measured[name] = { p50Ms: quantile(taken, 0.5), p99Ms: quantile(taken, 0.99) };
};

await insertScenarios(ground, FEW, notDue);
await pool.query('vacuum analyze scenario');
record(`tick of ${DUE}, ${FEW} scenarios`, await tickTime(ground));
record(`claim of 16, no history`, await claimTime(ground));

process.stderr.write(`inserting ${MANY} scenarios and ${MANY} finished runs …\n`);
for (let at = FEW; at < MANY; at += 100_000) {
  await pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, steps, step_kinds, policies, trigger, next_due_at)
     select org_id, project_id, owner_user_id, 'm' || n, 'm' || n, steps, step_kinds, policies, trigger,
            now() + interval '1 day' + n * interval '1 ms'
     from scenario, generate_series($1::int, $2::int) n where id = 1`,
    [at, Math.min(at + 100_000, MANY) - 1],
  );
  await pool.query(
    `insert into run (org_id, project_id, scenario_id, owner_user_id, name, source, due_at, state, exclusive, config, step_kinds,
                      started_at, finished_at)
     select org_id, project_id, id, owner_user_id, name, 'schedule', now(), 'succeeded', false, '{"steps": []}', '{noop}', now(), now()
     from scenario, generate_series($1::int, $2::int) n where id = 1`,
    [at, Math.min(at + 100_000, MANY) - 1],
  );
}
await pool.query('vacuum analyze scenario, run');
record(`claim of 16, ${MANY} finished runs`, await claimTime(ground));
record(`tick of ${DUE}, ${MANY} scenarios`, await tickTime(ground));

const ratio = (more: string, less: string) => measured[more]!.p50Ms / measured[less]!.p50Ms;
const tick = ratio(`tick of ${DUE}, ${MANY} scenarios`, `tick of ${DUE}, ${FEW} scenarios`);
const claims = ratio(`claim of 16, ${MANY} finished runs`, 'claim of 16, no history');
if (options.json) console.log(JSON.stringify({ measured, ratios: { tick, claim: claims } }));
else {
  for (const [name, { p50Ms, p99Ms }] of Object.entries(measured)) {
    console.log(`  ${name}: p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`);
  }
  console.log(`  ratio of the medians: tick ${tick.toFixed(2)}, claim ${claims.toFixed(2)}`);
}
