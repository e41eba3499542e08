/** What builds, Python and agents put out, shown as what it is, in a real browser: made by the real kinds, with a real
 *  Python, a stand-in for a model's server and, where it can be installed, a real dbt. */
import { randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startModelServer, type ModelServer } from '#local/model-server.ts';
import { withoutDbt } from '#test/support/dbt.ts';
import { createRun } from '#test/support/factories.ts';
import { createAgent, createLlm, fillReviews } from '../steps/run_agent/ground.ts';
import { addRecipe, fillOrders } from '../steps/run_recipe/ground.ts';
import { cameAt, fire, save, tabTo, tooWide, untilRun } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

// A build takes 3 s of one processor before its first query.
const STARTS_MS = 60_000;

let stage: Stage;
let model: ModelServer;
let worker: Awaited<ReturnType<Stage['startWorker']>>;
let schema: string;
/** Of Python that succeeds, of Python that fails, of an agent. */
let run: number;

const SCORE = `import honeyframe as hf
hf.write("scores", [{"id": n, "score": n / 2} for n in range(1200)])
hf.output({"best": {"id": 1199, "score": 599.5}})`;
const RAISE = `import honeyframe as hf
hf.output({"seen": 3})

def share(part, whole):
    return part / whole

share(1, 0)`;

beforeAll(async () => {
  [stage, model] = await Promise.all([openStage(), startModelServer()]);
  const { org, owner, pool, project } = stage;
  const place = { orgId: org.id, projectId: project.id, userId: owner.id };
  const key = [randomBytes(32)] as const;
  schema = await fillReviews(pool, place, 40);
  await fillOrders(pool, place, schema);
  await pool.query(
    `insert into dataset (org_id, project_id, slug, name, table_name, key_columns)
     values ($1, $2, 'scores', 'Scores', 'scores', '{id}')`,
    [org.id, project.id],
  );
  await createAgent(pool, place, await createLlm(pool, place, model, { key }));
  // Every tenth row gets an answer that does not fit.
  model.behave(({ row }) => (/ \d*0"/.test(row) ? { text: '{"sentiment": "angry"}' } : null));
  worker = await stage.startWorker({
    secretKey: key,
    python: { program: undefined, allowUnfenced: true },
  });
  const always = { run_if: 'always' };
  const agent = { kind: 'run_agent', agent: 'sentiment', dataset: 'reviews', ...always };
  const { id } = await save(stage, {
    name: 'Outputs',
    steps: [
      { kind: 'run_python', name: 'score', code: SCORE },
      { kind: 'run_python', name: 'raise', code: RAISE },
      { ...agent, name: 'judge', output_dataset: 'moods', token_budget: 20_000 },
    ],
  });
  run = await fire(stage, id);
  await untilRun(stage, run, 'failed');
});
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await model?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

const open = (page: Page, step: number, of = run) =>
  page.goto(stage.path(`runs/${of}?step=${step}`));
const wordsOf = async (page: Page, selector: string) =>
  (await page.$eval(selector, (part) => (part as HTMLElement).innerText)).replaceAll(/\s+/g, ' ');

test('Python shows its value and the datasets that it wrote, each a link', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await open(page, 0);
  await page.waitForSelector('[aria-label="Datasets written"] a');
  expect(await wordsOf(page, '[aria-label="Datasets written"] tbody')).toBe('scores 1,200 1,200 0');
  await sees(page, /Rows written\s+1,200\s+Took\s+\d/);
  await sees(page, /id\s+1199\s+score\s+599\.5/, { within: '[aria-label="Value of score"]' });
  await page.locator('[aria-label="Datasets written"] a').click();
  await page.waitForSelector('h1::-p-text(Scores)');
  expect(told).toEqual([]);
  await page.close();
});

test('Python that failed says what went wrong first, and folds where away, by keyboard', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await open(page, 1);
  await page.waitForSelector('[aria-label="Traceback"]');
  expect(await wordsOf(page, '[aria-label="Traceback"]')).toMatch(
    /^ ?File "raise.py", line 7, in <module> share\(1, 0\) .*line 5, in share return part \/ whole/,
  );
  await sees(page, /ZeroDivisionError: division by zero/);
  const texts = await page.evaluate(() => document.body.innerText.match(/File "raise\.py"/g));
  // There, and in the log; not in each place that tells the reason.
  expect(texts!.length).toBeLessThanOrEqual(4);
  await sees(page, /seen\s+3/, { within: '[aria-label="Value of raise"]' });
  await tabTo(page, 'summary');
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    () => document.querySelector('[aria-label="Traceback"]')?.closest('details')?.open === false,
  );
  expect(told).toEqual([]);
  await page.close();
});

test('an agent shows its rows, tokens, cost and budget, which rows failed and why, and leads to the answers', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await open(page, 2);
  await page.waitForSelector('[aria-label="Rows that failed"]');
  const rows = await page.$$eval('[aria-label="Rows that failed"] tbody tr', (all) =>
    all.map((each) => [...each.children].map((cell) => cell.textContent)),
  );
  expect(new Set(rows.map(([row]) => row))).toEqual(new Set(['10', '20', '30', '40']));
  expect(rows[0]![1]).toContain('sentiment');
  await sees(page, /Rows\s+40\s+Answered\s+36\s+Failed\s+4\s+Tokens in\s+[\d,]+\s+Tokens out/);
  await sees(page, /Cost\s+US\$0\.\d+\s+Of its budget\s+\d+ % of 20,000/);
  await sees(page, /sentiment asked small-1\. 36 rows went into moods\./);
  await page.locator('main ::-p-aria([name="moods"][role="link"])').click();
  await page.waitForSelector('h1::-p-text(moods)');
  expect(told).toEqual([]);
  await page.close();
});

const node = (name: string, status: string, more: object = {}) => ({
  ...{ id: `model.honeyframe.${name}`, name, type: 'model', status, rows: null, seconds: 0.25 },
  ...{ message: null, file: `models/${name}.sql`, table: name, reads: [], ...more },
});
const SKIPPED = { message: 'skipped because the model totals failed', seconds: 0 };
const UNTOLD =
  'Database Error in model totals (models/totals.sql)\n  column "amonut" does not exist';
const NAME = `everything-that-was-sold-${'and-returned-'.repeat(5)}and-reordered`;

/** A run that has ended long ago, as a worker left it. */
async function plantBuild(state: string, output: object | null, progress: object | null = null) {
  const { org, owner, pool, project } = stage;
  const { id } = await createRun(pool, {
    ...{ orgId: org.id, projectId: project.id, ownerUserId: owner.id, state },
    steps: [{ kind: 'run_recipe', state }],
  });
  await pool.query(
    `update step_run set output = $2, progress = $3, started_at = clock_timestamp(),
       finished_at = clock_timestamp() where run_id = $1`,
    [id, output, progress],
  );
  return id;
}

test('a build shows its nodes: what failed first with its file and the database’s words, what was skipped with its cause', async () => {
  const built = await plantBuild('failed', {
    nodes: [
      node('orders', 'success', { rows: 1200, seconds: 3.4 }),
      node('unique_orders_id', 'pass', { type: 'test', rows: 0, file: 'models/schema.yml' }),
      node('totals', 'error', { message: UNTOLD }),
      node(NAME, 'skipped', SKIPPED),
    ],
    counts: { total: 4, success: 1, pass: 1, error: 1, skipped: 1 },
    rows: 1200,
    seconds: 5.5,
  });
  for (const [width, dark] of [
    [390, true],
    [1_280, false],
  ] as const) {
    const page = await stage.page({ width, dark });
    const told = complaints(page);
    await open(page, 0, built);
    await page.waitForSelector('[aria-label="Nodes"]');
    const bodies = await page.$$eval('[aria-label="Nodes"] tbody', (all) =>
      all.map((each) => each.innerText.replaceAll(/\s+/g, ' ').trim()),
    );
    expect(bodies).toEqual([
      'Failed totals model – 250 ms models/totals.sql column "amonut" does not exist',
      `Skipped ${NAME} model – 0 ms skipped because the model totals failed`,
      'Built orders model 1,200 3.4 s',
      'Passed unique_orders_id test 0 250 ms',
    ]);
    await sees(
      page,
      /Nodes\s+4\s+Failed\s+1\s+Skipped\s+1\s+Built\s+1\s+Passed\s+1\s+Rows\s+1,200/,
    );
    expect(await tooWide(page)).toBe(0);
    expect(await axe(page)).toEqual([]);
    expect(told).toEqual([]);
    await page.close();
  }
});

test('a build that was broken off shows how far it had come', async () => {
  const detail = { nodes: [node('orders', 'success', { rows: 3 }), node('totals', 'running')] };
  const broken = await plantBuild('cancelled', null, { done: 1, total: 2, note: null, detail });
  const page = await stage.page();
  await open(page, 0, broken);
  await sees(page, /broken off/);
  await sees(page, /Broken off\s+totals[^]*Built\s+orders/, { within: '[aria-label="Nodes"]' });
  await page.close();
});

test.each([
  [390, true],
  [1_280, false],
] as const)('outputs fit %i px, and axe finds nothing (dark: %s)', async (width, dark) => {
  const page = await stage.page({ width, dark });
  for (const [step, part] of [
    [0, 'Datasets written'],
    [1, 'Traceback'],
    [2, 'Rows that failed'],
  ] as const) {
    await open(page, step);
    await page.waitForSelector(`[aria-label="${part}"]`);
    expect(await tooWide(page)).toBe(0);
    expect(await axe(page)).toEqual([]);
  }
  await page.close();
});

describe.skipIf(withoutDbt())('with dbt', () => {
  test('while a build runs its nodes are there within a second, and change under one’s eyes', async () => {
    const { org, pool, project } = stage;
    const place = { orgId: org.id, projectId: project.id };
    const recipes = {
      totals: `select sum(amount) s from {{ source('raw', 'the-orders') }}`,
      slow: `select s, pg_sleep(600)::text as x from {{ ref('totals') }}`,
      twice: `select s * 2 as s from {{ ref('slow') }}`,
    };
    for (const [slug, sql] of Object.entries(recipes)) await addRecipe(pool, place, slug, sql);
    const { id } = await save(stage, {
      name: 'Build',
      steps: [{ kind: 'run_recipe', name: 'build', recipe: 'twice', scope: 'upstream' }],
    });
    const building = await fire(stage, id);
    const page = await stage.page();
    const told = complaints(page);
    await open(page, 0, building);
    const nodes = { within: '[aria-label="Nodes"]', timeoutMs: STARTS_MS };
    const at = cameAt(page, '[aria-label="Nodes"] [data-status="success"]');
    await sees(page, /Running\s+slow\s+model[^]*Built\s+totals\s+model\s+1/, nodes);
    const { rows } = await pool.query(
      `select at from run_event where run_id = $1 and type = 'step.progress'
       and payload #>> '{detail,nodes,0,status}' = 'success' order by seq limit 1`,
      [building],
    );
    expect((await at) - rows[0].at.getTime()).toBeLessThan(1_000);
    // As somebody who cannot wait would.
    await pool.query(
      `select pg_cancel_backend(pid) from pg_stat_activity
       where datname = current_database() and usename like 'hf_build_%' and query ~ 'pg_sleep'`,
    );
    await untilRun(stage, building, 'failed');
    await sees(
      page,
      /Failed\s+slow\s+model[^]*user request[^]*Skipped\s+twice[^]*Built\s+totals/,
      nodes,
    );
    await sees(page, /Nodes\s+3\s+Failed\s+1\s+Skipped\s+1\s+Built\s+1\s+Rows\s+1/);
    expect(told).toEqual([]);
    await page.close();
  }, 120_000);
});
