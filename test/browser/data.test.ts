/** Data in a real browser, on a real API, worker and Postgres: the Flow, Sync now and Build, forms, the keyboard. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { until } from '#test/support/worker.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

let stage: Stage;
let worker: Awaited<ReturnType<Stage['startWorker']>>;
let folder: string;
let page: Page;
const pages: (readonly string[])[] = [];
let dataset: number;

const nodeSel = (id: string) => `[data-node="FlowNode:${id}"]`;

beforeAll(async () => {
  stage = await openStage();
  folder = await mkdtemp(join(tmpdir(), 'hf-data-'));
  await writeFile(join(folder, 'orders.csv'), 'id,total\n1,10\n2,20\n3,30\n');
  const { pool, org, project } = stage;
  const place = [org.id, project.id];
  const files = await pool.query(
    `insert into connector (org_id, project_id, slug, name, type, config) values ($1, $2, 'files', 'Files', 'csv', $3) returning id`,
    [...place, { folder }],
  );
  const made = await pool.query(
    `insert into dataset (org_id, project_id, connector_id, slug, name, source, table_name)
     values ($1, $2, $3, 'orders', 'Orders', '{"path": "orders.csv"}', 'orders') returning id`,
    [...place, files.rows[0].id],
  );
  dataset = made.rows[0].id;
  await pool.query(
    `insert into recipe (org_id, project_id, slug, name, kind, sql) values
       ($1, $2, 'daily', 'Daily sales', 'sql', $3),
       ($1, $2, 'mart', 'A recipe whose name is so long that no box of the picture could ever hold it', 'sql', $4)`,
    [...place, `select * from {{ source('raw', 'orders') }}`, `select * from {{ ref('daily') }}`],
  );
  worker = await stage.startWorker();
});
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  page = await stage.page();
  pages.push(complaints(page));
});
afterEach(() => page.close());

const stateOf = (selector: string) =>
  page.$eval(selector, (element) => (element as HTMLElement).dataset['state']);

test('Sync now makes the node fresh within a second of the write, without a reload', async () => {
  await page.goto(stage.path('data'));
  await page.waitForSelector(nodeSel(`dataset:${dataset}`));
  expect(await stateOf(nodeSel(`dataset:${dataset}`))).toBe('NEVER');
  // The picture of another tab, which nobody touches.
  const other = page;
  page = await stage.page();
  await page.goto(stage.path('data/datasets'));
  const button = await page.waitForSelector('::-p-aria(Sync Orders now)');
  await button!.click();
  await until('the rows are written', async () => {
    const { rows } = await stage.pool.query(
      'select 1 from dataset where id = $1 and last_synced_at is not null',
      [dataset],
    );
    return rows.length > 0;
  });
  // Both at once: within a second of the write being visible.
  const fresh = `${nodeSel(`dataset:${dataset}`)}[data-state="FRESH"]`;
  await Promise.all([page, other].map((each) => each.waitForSelector(fresh, { timeout: 1_000 })));
  await sees(page, /Orders[\s\S]*Fresh[\s\S]*3/, { within: 'table' });
  await other.close();
});

test('a dataset tells its rows, columns and runs, and what reads it', async () => {
  await page.goto(stage.path(`data/datasets/${dataset}`));
  await sees(page, /Used by[\s\S]*Daily sales/);
  await sees(page, /Last runs[\s\S]*Succeeded[\s\S]*Run \d+/);
  await sees(page, /Written[\s\S]*by run \d+/);
  await sees(page, /Columns[\s\S]*total/);
  expect(await axe(page)).toEqual([]);
});

test('a recipe is made by keyboard alone, with what is refused beside its field', async () => {
  await page.goto(stage.path('data/recipes'));
  const button = await page.waitForSelector('::-p-text(New recipe)');
  await button!.focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=dialog] input');
  await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
  await page.keyboard.type('Weekly');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type(`select * from {{ ref('mart') }}`);
  await page.keyboard.press('Tab');
  await page.keyboard.type('ordres');
  await page.keyboard.press('Enter');
  await sees(page, /did you mean "orders"/, { within: '[role=dialog]' });
  expect(await axe(page)).toEqual([]);
  for (let n = 0; n < 6; n += 1) await page.keyboard.press('Backspace');
  await page.keyboard.press('Enter');
  await sees(page, /Weekly[\s\S]*Never written/);
  expect(new URL(page.url()).pathname).toMatch(/\/data\/recipes\/\d+$/);
  await page.goto(stage.path('data'));
  await page.waitForSelector('::-p-text(Weekly)');
});

test('the picture goes by keys: along the lines, larger, smaller, and to a page', async () => {
  await page.goto(stage.path('data'));
  const first = await page.waitForSelector(nodeSel(`dataset:${dataset}`));
  expect(await axe(page)).toEqual([]);
  await first!.focus();
  await page.keyboard.press('ArrowRight');
  const focused = () =>
    page.evaluate(() => (document.activeElement as HTMLElement).dataset['node'] ?? '');
  expect(await focused()).toMatch(/^FlowNode:recipe:/);
  await page.keyboard.press('ArrowLeft');
  expect(await focused()).toBe(`FlowNode:dataset:${dataset}`);
  const scale = () =>
    page.$eval('ol', () => {
      const world = document.querySelector<HTMLElement>('[style*="scale"]')!;
      return Number(/scale\(([\d.]+)\)/.exec(world.style.transform)![1]);
    });
  const before = await scale();
  await page.keyboard.press('+');
  expect(await scale()).toBeGreaterThan(before);
  await page.keyboard.press('0');
  expect(await scale()).toBe(before);
  await page.keyboard.press('Enter');
  await sees(page, /Sample/);
  expect(new URL(page.url()).pathname).toMatch(new RegExp(`/data/datasets/${dataset}$`));
});

test('in the dark and on a phone it is a list that scrolls no page sideways', async () => {
  await page.close();
  page = await stage.page({ width: 390, height: 844, dark: true });
  pages.push(complaints(page));
  for (const place of ['data', 'data/datasets', 'data/recipes', 'data/agents', 'data/connectors']) {
    await page.goto(stage.path(place));
    await sees(page, place === 'data' ? /from Orders/ : /Data/);
    expect(await axe(page), place).toEqual([]);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(beyond, place).toBeLessThanOrEqual(0);
  }
});

test('a failed sync is told on the node with its reason, and what is in use is not deleted', async () => {
  await rm(join(folder, 'orders.csv'));
  await page.goto(stage.path(`data/datasets/${dataset}`));
  const button = await page.waitForSelector('::-p-text(Sync now)');
  await button!.click();
  await sees(page, /The last try failed[\s\S]*does not exist/);
  await (await page.waitForSelector('::-p-aria(Delete Orders)'))!.click();
  await (await page.waitForSelector('::-p-text(Delete the dataset)'))!.click();
  await sees(page, /in use by recipe Daily sales/, { within: '[role=dialog]' });
});

test('none of these pages complained', () => {
  expect(pages.flat()).toEqual([]);
  expect(pages.length).toBeGreaterThan(5);
});
