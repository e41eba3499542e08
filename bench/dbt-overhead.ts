/** How much longer a step run_recipe takes than the same `dbt build` by hand, in turns and in the same run.
 *  By hand: the same models in a folder, dbt's own defaults, a warm partial parse, the database's own user. The step: from
 *  its start to its finish as the run has them, executed by a worker, with everything that it does beside dbt.
 *
 *  `node bench/dbt-overhead.ts [--rounds 5] [--models 8] [--json]`. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { findDbt } from '#domain/recipe/dbt-program.ts';
import { generateProject, PROFILE, profilesYml } from '#domain/recipe/dbt-project.ts';
import * as runs from '#domain/scenario/run-steps.sql.ts';
import { notify } from '#domain/tick/slot.sql.ts';
import { row, rows } from '#platform/db.ts';
import { runRecipe } from '#steps/run_recipe/kind.ts';
import { createRegistry } from '#steps/registry.ts';
import { startWorker } from '#worker/worker.ts';
import { setUpDbt } from '../scripts/dbt.mjs';
import { prepareGround } from './support/ground.ts';

const RATIO_LIMIT = 1.15;
const SCHEMA = 'wh_bench';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    models: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const refused = await setUpDbt(join(import.meta.dirname, '..'));
if (refused !== null) throw new Error(`dbt cannot be installed: ${refused}`);
const dbt = await findDbt(undefined, new AbortController().signal, () => {});

await using ground = await prepareGround();
const folder = await mkdtemp(join(tmpdir(), 'hf-bench-dbt-'));
const slugs = Array.from({ length: Number(values.models) }, (_, at) => `model-${at}`);
const recipes = slugs.map((slug, at) => ({
  ...{ id: at, slug, kind: 'sql', outputTable: null },
  sql: `select id, amount * ${at + 1} as amount from ${at === 0 ? `{{ source('raw', 'orders') }}` : `{{ ref('model-${at - 1}') }}`}`,
}));
await ground.pool.query(`create schema ${SCHEMA}`);
await ground.pool.query(
  `create table ${SCHEMA}.orders as select i as id, i::numeric as amount from generate_series(1, 20000) i`,
);
const { rows: project } = await ground.pool.query('select org_id, owner_user_id from project');
const { org_id: orgId, owner_user_id: userId } = project[0];
await ground.pool.query(
  `insert into dataset (org_id, project_id, slug, name, table_name) values ($1, $2, 'orders', 'Orders', 'orders')`,
  [orgId, ground.projectId],
);
for (const { slug, sql } of recipes) {
  await ground.pool.query(
    `insert into recipe (org_id, project_id, slug, name, kind, sql) values ($1, $2, $3, $3, 'sql', $4)`,
    [orgId, ground.projectId, slug, sql],
  );
}
const kinds = createRegistry([runRecipe] as never);
const worker = startWorker(
  {
    ...{ workerId: 'bench', workerSlots: 1, leaseSeconds: 15, heartbeatSeconds: 30 },
    ...{ claimBackstopSeconds: 2, tickBackstopSeconds: 5, startHeld: false, secretKey: undefined },
    ...{ url: ground.url, listenUrl: ground.url, version: 'bench' },
    dbt: { program: undefined, root: undefined, cache: join(folder, 'cache') },
  },
  kinds,
  ground.log,
);
try {
  await worker.ready;
  await prepareByHand();
  // Both are warm: everything is parsed, every page of dbt is in memory.
  await byHand();
  await byStep();
  const taken = { hand: [] as number[], step: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    taken.hand.push(await byHand());
    taken.step.push(await byStep());
  }
  const [hand, step] = [taken.hand, taken.step].map(sum) as [number, number];
  const ratio = step / hand;
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ models: slugs.length, ...taken, ratio })}\n`
      : `${slugs.length} models of 20,000 rows, ${rounds} rounds in turns
dbt build by hand  ${(hand / rounds).toFixed(2)} s  (${inWords(taken.hand)})
step run_recipe    ${(step / rounds).toFixed(2)} s  (${inWords(taken.step)})
ratio              ${ratio.toFixed(3)} (at most ${RATIO_LIMIT})\n`,
  );
  if (ratio > RATIO_LIMIT) process.exitCode = 1;
} finally {
  await worker.stop(1_000);
  await rm(folder, { recursive: true, force: true });
}

async function prepareByHand(): Promise<void> {
  const { hostname: host, port, username, password, pathname } = new URL(ground.url);
  const at = { host, port: Number(port), user: username, database: pathname.slice(1) };
  const profile = profilesYml(PROFILE, SCHEMA, {
    ...{ ...at, sslMode: undefined, sslRootCert: undefined },
  });
  const files = new Map(
    generateProject(SCHEMA, recipes, [{ slug: 'orders', tableName: 'orders' }]),
  ).set('profiles.yml', profile);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, 'hand', path)), { recursive: true });
    await writeFile(join(folder, 'hand', path), text);
  }
  process.env['DBT_ENV_SECRET_PASSWORD'] = decodeURIComponent(password);
  process.env['DO_NOT_TRACK'] = '1';
}

async function byHand(): Promise<number> {
  const startedAt = performance.now();
  await promisify(execFile)(dbt, ['build', '--select', ...slugs], { cwd: join(folder, 'hand') });
  const seconds = (performance.now() - startedAt) / 1000;
  // What the other login built cannot be replaced by this one.
  for (const { slug } of recipes) {
    await ground.pool.query(
      `drop table if exists ${SCHEMA}."${slug.replaceAll('-', '_')}" cascade`,
    );
  }
  return seconds;
}

async function byStep(): Promise<number> {
  const steps = JSON.stringify([{ kind: 'run_recipe', name: 'run_recipe', recipes: slugs }]);
  const { runId } = (await row(ground.pool, runs.insertRun, [
    ...[ground.projectId, 'bench', steps, '', userId],
  ]))!;
  await rows(ground.pool, notify, [true, String(runId), '']);
  for (;;) {
    const { rows: found } = await ground.pool.query(
      `select s.state, s.reason, extract(epoch from s.finished_at - s.started_at)::float8 as seconds
       from step_run s join run r on r.id = s.run_id
       where s.run_id = $1 and r.state in ('succeeded', 'failed', 'cancelled')`,
      [runId],
    );
    if (found.length > 0) {
      if (found[0].state !== 'succeeded') throw new Error(`the step: ${found[0].reason}`);
      for (const { slug } of recipes) {
        await ground.pool.query(`drop table ${SCHEMA}."${slug.replaceAll('-', '_')}" cascade`);
      }
      return found[0].seconds;
    }
    await new Promise((next) => setTimeout(next, 100));
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function inWords(seconds: readonly number[]): string {
  return seconds.map((each) => each.toFixed(2)).join(', ');
}
