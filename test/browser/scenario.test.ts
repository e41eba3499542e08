/** The screen of a scenario, in a real browser over the real API: what a worker writes is in its picture, its grid and
 *  its ticks at once, and every due time says why it did, or did not, run. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGate } from '#test/support/kinds.ts';
import { createRun } from '#test/support/factories.ts';
import { until } from '#test/support/worker.ts';
import { cameAt, fire, save, tabTo, tooWide, untilRun } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

let stage: Stage;
let worker: Awaited<ReturnType<Stage['startWorker']>>;
const tabs = ['', '/runs', '/ticks', '/configuration', '/versions'];

beforeAll(async () => {
  stage = await openStage();
  worker = await stage.startWorker();
});

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

const gated = (name: string) => ({
  name,
  trigger: { cron: '30 2 * 3 0', timezone: 'Europe/Berlin' },
  steps: [
    { kind: 'probe', name: 'load' },
    { kind: 'probe', name: 'fast', parallel: true },
    { kind: 'probe', name: 'slow', parallel: true, gate: name, retries: { max: 2 } },
    { kind: 'probe', name: 'tell', run_if: 'always', timeout: '15m' },
  ],
});

/** Opens a gate for which a step waits, and measures from the step's end to the page. */
async function measure(page: Page, runId: number, gate: string, selector: string): Promise<number> {
  const seen = cameAt(page, selector);
  await openGate(stage.pool, gate);
  const onPage = await seen;
  await untilRun(stage, runId, 'succeeded');
  const { rows } = await stage.pool.query(
    `select finished_at from step_run where run_id = $1 and name = 'slow'`,
    [runId],
  );
  return onPage - Number(rows[0].finished_at);
}

test('the picture shows what runs, side by side where it does, and moves within a second of the write', async () => {
  const { id } = await save(stage, gated('picture'));
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(stage.path(`scenarios/${id}`));
  await sees(page, /It has not run yet/);
  await sees(page, /together, all or nothing/);
  await sees(page, /2 retries[\s\S]*always[\s\S]*≤ 15m/);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const runId = await fire(stage, id);
  await page.waitForSelector('[data-step="slow"] [data-state="RUNNING"]', { timeout: 5_000 });
  // Those of a group lie one below the other, what follows lies to the right of both.
  const [fast, slow, tell] = await Promise.all(
    ['fast', 'slow', 'tell'].map((name) =>
      page.$eval(`[data-step="${name}"]`, (step) => step.getBoundingClientRect().toJSON()),
    ),
  );
  expect(fast.left).toBe(slow.left);
  expect(slow.top).toBeGreaterThan(fast.bottom);
  expect(tell.left).toBeGreaterThan(slow.right);

  const ms = await measure(page, runId, 'picture', '[data-step="slow"] [data-state="SUCCEEDED"]');
  expect(ms).toBeLessThan(1_000);
  await sees(page, new RegExp(`run ${runId}`), { timeoutMs: 1_000 });
  await sees(page, /100 %\s+1 of the last 1/, { timeoutMs: 2_000 });
  // The next clock change of its zone lies on a due time: those are Sundays in March.
  await sees(page, /moved by the clock change/);
  await sees(page, /go forward by 1 h: 02:00 becomes 03:00/);
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
  expect(told).toEqual([]);
  await page.close();
});

test('the grid has a column a run and a row a step, former ones too, and arrow keys move in it', async () => {
  const { id } = await save(stage, gated('grid'));
  const first = await fire(stage, id);
  await openGate(stage.pool, 'grid');
  await untilRun(stage, first, 'succeeded');
  const renamed = gated('grid again');
  renamed.steps[0]!.name = 'read';
  await save(stage, { ...renamed, slug: 'grid' }, { scenarioId: id });

  const page = await stage.page();
  const told = complaints(page);
  await page.goto(stage.path(`scenarios/${id}/runs`));
  await page.waitForSelector(`td [data-step="load"][data-run="${first}"][data-state="SUCCEEDED"]`);
  const second = await fire(stage, id);
  const cell = (state: string) =>
    `td [data-step="slow"][data-run="${second}"][data-state="${state}"]`;
  await page.waitForSelector(cell('RUNNING'), { timeout: 5_000 });
  expect(await measure(page, second, 'grid again', cell('SUCCEEDED'))).toBeLessThan(1_000);

  const rows = await page.$$eval('table tbody th[scope="row"]', (all) =>
    all.map((each) => (each as HTMLElement).innerText.split('\n').join(' ')),
  );
  expect(rows).toEqual(['read', 'fast', 'slow', 'tell', 'load former']);
  const heads = await page.$$eval('table thead a', (all) =>
    all.map((each) => each.getAttribute('href')),
  );
  expect(heads).toEqual([`/p/sales/runs/${first}`, `/p/sales/runs/${second}`]);

  await tabTo(page, '[data-row]');
  const here = () =>
    page.evaluate(() => {
      const { row, column } = (document.activeElement as HTMLElement).dataset;
      return `${row} ${column}`;
    });
  expect(await here()).toBe('0 1');
  const path: string[] = [];
  // Left of `read` is nothing: the first run had no such step.
  const keys = [
    'ArrowDown',
    'ArrowLeft',
    'ArrowDown',
    'ArrowLeft',
    'End',
    'Home',
    'ArrowUp',
  ] as const;
  for (const key of keys) {
    await page.keyboard.press(key);
    path.push(await here());
  }
  expect(path).toEqual(['1 1', '1 1', '2 1', '2 0', '2 1', '2 0', '0 0']);
  await sees(page, new RegExp(`Run ${first} · Succeeded · by hand`));
  await page.keyboard.press('Enter');
  await page.waitForFunction((to) => location.pathname === to, {}, `/p/sales/runs/${first}`);
  expect(told).toEqual([]);
  await page.close();
});

test('what ran while the API was away is in the grid once it is back', async () => {
  const { id } = await save(stage, { name: 'away', steps: [{ kind: 'probe', name: 'slow' }] });
  const before = await fire(stage, id);
  await untilRun(stage, before, 'succeeded');
  const page = await stage.page();
  await page.goto(stage.path(`scenarios/${id}/runs`));
  await page.waitForSelector(`td [data-run="${before}"][data-state="SUCCEEDED"]`);
  const startApi = await stage.stopApi();
  const meanwhile = await fire(stage, id);
  await untilRun(stage, meanwhile, 'succeeded');
  await startApi();
  await page.waitForSelector(`td [data-run="${meanwhile}"][data-state="SUCCEEDED"]`);
  await page.close();
});

test('each due time says in a sentence why it did, or did not, run; a new one comes within a second', async () => {
  const { id } = await save(stage, { ...gated('ticks'), trigger: null });
  const tick = (minutes: number, outcome: string, reason: string, count = 1) =>
    stage.pool.query(
      `insert into tick (org_id, project_id, scenario_id, source, due_at, until_at, outcome, reason, count)
       values ($1, $2, $3, 'schedule', now() - $4 * interval '1 minute',
               case when $7 > 1 then now() - ($4 - 1) * interval '1 minute' end, $5, $6, $7)`,
      [stage.org.id, stage.project.id, id, minutes, outcome, reason, count],
    );
  await tick(90, 'error', 'time zone "Mars" is unknown');
  await tick(80, 'paused', 'paused: the warehouse moves', 3_600);
  await tick(70, 'skipped_overlap', 'run 7 was still active');
  for (let n = 0; n < 30; n++) await tick(60 - n, 'missed', 'decided more than 60 s late');

  const page = await stage.page();
  const told = complaints(page);
  await page.goto(stage.path(`scenarios/${id}/ticks`));
  await sees(page, /33 entries/);
  expect(await page.$$eval('tbody tr', (rows) => rows.length)).toBe(25);
  await page.locator('::-p-aria([name="Older"][role="link"])').click();
  await sees(page, /None of these 3,600 ran: paused: the warehouse moves\./);
  await sees(page, /Did not run: run 7 was still active\./);
  await sees(page, /It could not be decided: time zone "Mars" is unknown\./);
  expect(await page.$$eval('tbody tr', (rows) => rows.length)).toBe(8);

  await page.goto(stage.path(`scenarios/${id}/ticks?outcome=PAUSED,ERROR`));
  await sees(page, /2 entries/);
  await page.locator('::-p-aria([name="Error"][role="link"])').click();
  await sees(page, /1 entry/);
  expect(new URL(page.url()).searchParams.get('outcome')).toBe('PAUSED');
  await page.locator('::-p-aria([name="All"][role="link"])').click();
  await sees(page, /33 entries/);

  const seen = cameAt(page, 'tr[data-outcome="FIRED"]');
  const runId = await fire(stage, id);
  const { rows } = await stage.pool.query('select decided_at from tick where run_id = $1', [runId]);
  expect((await seen) - Number(rows[0].decided_at)).toBeLessThan(1_000);
  await sees(page, new RegExp(`Became run ${runId}, by hand\\.`), { timeoutMs: 1_000 });
  expect(told).toEqual([]);
  await page.close();
});

test('a scenario that breaks says so at once, in the server’s words and with the offending part', async () => {
  const { id } = await save(stage, {
    ...gated('breaks'),
    trigger: { cron: '0 2 * * *', timezone: 'Europe/Berlin' },
  });
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(stage.path(`scenarios/${id}`));
  await sees(page, /at 02:00 every day, Europe\/Berlin/);
  await stage.pool.query(
    `update scenario set trigger = '{"cron": "99 2 * * *", "timezone": "Europe/Berlin"}',
       next_due_at = now() where id = $1`,
    [id],
  );
  await sees(page, /nothing fires until its configuration is mended/);
  await sees(page, /"cron": "99 2 \* \* \*"/, { within: 'pre' });
  await sees(page, /Broken/, { within: 'main header' });
  const message = await until('the ticker says that it is broken', async () => {
    const { rows } = await stage.pool.query(
      `select broken->>'message' as message from scenario where id = $1`,
      [id],
    );
    return rows[0].message as string | null;
  });
  expect(await page.$eval('body', (body) => body.innerText)).toContain(message);
  await page.goto(stage.path(`scenarios/${id}/ticks`));
  await sees(page, /It could not be decided/);
  expect(told).toEqual([]);
  await page.close();
});

test('what a scenario waits for, and what waits for it, are links', async () => {
  const one = await save(stage, { name: 'one', steps: [{ kind: 'probe' }] });
  await save(stage, { name: 'Slow one', steps: [{ kind: 'probe' }] });
  const { id } = await save(stage, {
    name: 'both',
    trigger: { upstream: ['one', 'slow-one'] },
    steps: [{ kind: 'probe' }],
  });
  const page = await stage.page();
  await page.goto(stage.path(`scenarios/${id}`));
  await sees(page, /after one and slow-one succeed/);
  await sees(page, /Not yet\s+one/);
  await fire(stage, one.id);
  await sees(page, /Has succeeded\s+one/);
  await sees(page, /Not yet\s+Slow one/);
  await page.locator('::-p-aria([name="one"][role="link"])').click();
  await sees(page, /^one$/m, { within: 'h1' });
  await page.locator('::-p-aria([name="both"][role="link"])').click();
  await sees(page, /^both$/m, { within: 'h1' });
  await page.close();
});

test('axe finds nothing on any part, in light and in dark, and nothing is wider than a phone', async () => {
  const { id } = await save(stage, gated('parts'));
  for (const state of ['failed', 'cancelled', 'succeeded', 'running']) {
    await createRun(stage.pool, {
      ...stage.place,
      scenarioId: id,
      state,
      steps: ['succeeded', 'failed', 'rolled_back', 'skipped', 'pending', 'reused', 'running'].map(
        (step, n) => ({ kind: 'probe', name: `${step} ${n}`, state: step }),
      ),
    });
  }
  await save(stage, { ...gated('parts'), description: 'What it is for.' }, { scenarioId: id });
  const page = await stage.page();
  const told = complaints(page);
  for (const tab of tabs) {
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(stage.path(`scenarios/${id}${tab}`));
    await page.waitForSelector('nav[aria-label="Parts of this scenario"] [aria-current="page"]');
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    if (tab === '/configuration') await sees(page, /No problems/);
    for (const value of ['light', 'dark']) {
      // Colours that are still on their way from the one to the other are nobody's.
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      expect(await axe(page), `${tab} ${value}`).toEqual([]);
    }
    await page.setViewport({ width: 390, height: 844 });
    expect(await tooWide(page), tab).toBe(0);
  }
  expect(told).toEqual([]);
  await page.close();
});

test('forty steps are drawn, none over another, on a phone too', async () => {
  const { id } = await save(stage, {
    name: 'forty',
    steps: Array.from({ length: 40 }, (_, n) => ({
      kind: 'probe',
      name: `step ${n} ${'with a long name '.repeat(n % 5)}`.trim(),
      parallel: n % 7 > 1 && n % 7 < 5,
    })),
  });
  const page = await stage.page();
  for (const width of [1280, 390]) {
    await page.setViewport({ width, height: 900 });
    await page.goto(stage.path(`scenarios/${id}`));
    await page.waitForSelector('[data-step]');
    const overlaps = await page.$$eval('[data-step]', (all) => {
      const boxes = all.map((each) => each.getBoundingClientRect());
      return boxes.filter((a, i) =>
        boxes.some(
          (b, j) =>
            i !== j && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom,
        ),
      ).length;
    });
    expect(overlaps).toBe(0);
    expect(await page.$$eval('[data-step]', (all) => all.length)).toBe(40);
    expect(await tooWide(page)).toBe(0);
  }
  await page.close();
});
