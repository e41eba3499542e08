/** The page of a run, in a real browser over the real API: what a worker writes is on it at once, in order, once. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transaction } from '#platform/db.ts';
import { fireManual } from '#domain/tick/fire-manual.ts';
import { createProject, createScenario } from '#test/support/factories.ts';
import { openGate } from '#test/support/kinds.ts';
import { until } from '#test/support/worker.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

type Steps = NonNullable<Parameters<typeof createScenario>[1]['steps']>;

let stage: Stage;
let worker: Awaited<ReturnType<Stage['startWorker']>>;

beforeAll(async () => {
  stage = await openStage();
  worker = await stage.startWorker();
  await stage.browser
    .defaultBrowserContext()
    .setPermission(
      stage.url,
      { permission: { name: 'clipboard-read' }, state: 'granted' },
      { permission: { name: 'clipboard-write' }, state: 'granted' },
    );
});

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

/** A run by hand of a scenario with these probe steps. */
async function fire(name: string, steps: Steps): Promise<number> {
  const scenario = await createScenario(stage.pool, { ...stage.place, name, steps });
  const { runId } = await transaction(stage.pool, (tx) =>
    fireManual(tx, {
      scenarioId: scenario.id,
      userId: stage.owner.id,
      params: {},
      idempotencyKey: '',
    }),
  );
  return runId;
}

const open = (page: Page, runId: number) => page.goto(stage.path(`runs/${runId}`));

const untilRun = (id: number, state: string) =>
  until(`run ${id} ${state}`, async () => {
    const { rows } = await stage.pool.query('select state from run where id = $1', [id]);
    return rows[0]?.state === state;
  });

/** Settles once something is on the page, with when it came (this machine's clock, in ms). */
const cameAt = (page: Page, selector: string): Promise<number> =>
  page.evaluate(
    (what) =>
      new Promise<number>((done) => {
        const look = () => {
          if (!document.querySelector(what)) return false;
          done(Date.now());
          return true;
        };
        if (look()) return;
        const observer = new MutationObserver(() => look() && observer.disconnect());
        observer.observe(document, { subtree: true, childList: true, attributes: true });
      }),
    selector,
  );

const lane = (pos: number, state: string) => `[data-step="${pos}"] [data-state="${state}"]`;

/** The lines of the log as its button copies them, times taken off. */
async function copied(page: Page): Promise<string[]> {
  await page.bringToFront();
  await page.locator('::-p-aria([name="Copy"][role="button"])').click();
  await sees(page, /Copied/);
  const text = await page.evaluate(() => navigator.clipboard.readText());
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(line.indexOf(' ') + 1));
}

/** Presses Tab until what has the focus fits. */
async function tabTo(page: Page, selector: string, key: 'Tab' | 'back' = 'Tab'): Promise<void> {
  for (let n = 0; n < 80; n++) {
    if (key === 'back') await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    if (key === 'back') await page.keyboard.up('Shift');
    if (await page.evaluate((what) => document.activeElement?.matches(what) ?? false, selector))
      return;
  }
  throw new Error(`the keyboard does not reach ${selector}`);
}

test('bars and states move while a step waits and when its gate opens, within a second of the write', async () => {
  const page = await stage.page();
  const told = complaints(page);
  const id = await fire('Nightly orders', [
    { kind: 'probe', name: 'load', lines: ['reading'], output: { rows_read: 12_034 } },
    { kind: 'probe', name: 'fast', parallel: true },
    { kind: 'probe', name: 'slow', parallel: true, gate: 'bars' },
    { kind: 'probe', name: 'last', gate: 'bars' },
  ]);
  await open(page, id);
  await page.waitForSelector(lane(2, 'RUNNING'));
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  expect(await page.title()).toBe(`Run ${id} of Nightly orders · Honeyframe`);
  await page.waitForSelector(lane(3, 'PENDING'));
  // It grows between two pictures, without anything said by anyone.
  const width = () =>
    page.$eval('[data-step="2"] svg g > rect', (bar) => Number(bar.getAttribute('width')));
  const before = await width();
  await page.waitForFunction(
    (was) =>
      Number(document.querySelector('[data-step="2"] svg g > rect')?.getAttribute('width')) > was,
    {},
    before,
  );
  // Only steps that run together stand in a bracket.
  expect(await page.$$eval('ol ol [data-step]', (all) => all.length)).toBe(2);

  const seen = cameAt(page, lane(2, 'SUCCEEDED'));
  await openGate(stage.pool, 'bars');
  const onPage = await seen;
  await untilRun(id, 'succeeded');
  const { rows } = await stage.pool.query(
    'select finished_at from step_run where run_id = $1 and pos = 2',
    [id],
  );
  expect(onPage - Number(rows[0].finished_at)).toBeLessThan(1_000);
  await sees(page, /Succeeded/, { within: 'header [role="status"]', timeoutMs: 1_000 });
  // The output of a step is no part of its event, yet it comes by itself.
  await page.locator('[data-step="0"]').click();
  await sees(page, /rows_read\s+12,034/, { timeoutMs: 1_000 });
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
  expect(told).toEqual([]);
  await page.close();
});

test('lines come live, in order, each once, also those written while the API was away', async () => {
  const page = await stage.page();
  const script = 'for i in $(seq 1 300); do echo "line $i of 300"; sleep 0.01; done';
  const id = await fire('Chatty', [{ kind: 'probe', name: 'talk', script }]);
  await open(page, id);
  await sees(page, /line 20 of 300/);
  const startApi = await stage.stopApi();
  const linesWritten = async () => {
    const { rows } = await stage.pool.query(
      `select coalesce(sum(jsonb_array_length(payload->'lines')), 0)::int as n
       from run_event where run_id = $1 and type = 'log'`,
      [id],
    );
    return rows[0].n as number;
  };
  const before = await linesWritten();
  await until('lines without an API', async () => (await linesWritten()) > before + 50);
  await sees(page, /connection is lost/);
  await startApi();
  // The end of what is followed is in sight.
  await sees(page, /line 300 of 300/, { within: '[role="log"]', timeoutMs: 15_000 });
  await sees(page, /Succeeded/, { within: 'header [role="status"]' });
  expect(await page.evaluate(() => document.body.innerText)).not.toContain('connection is lost');
  expect(await copied(page)).toEqual(
    Array.from({ length: 300 }, (_, n) => `talk INFO line ${n + 1} of 300`),
  );
  await page.close();
});

test('thousands of lines: few are drawn, search finds and goes round, following stops when scrolled up', async () => {
  const page = await stage.page();
  const told = complaints(page);
  const lines = Array.from({ length: 6_000 }, (_, n) =>
    n % 2_000 === 1_000
      ? `row ${n} has a Needle in ${'a long heap of hay '.repeat(12)}`
      : `row ${n}`,
  );
  const id = await fire('Long log', [
    { kind: 'probe', name: 'talk', lines, gate: 'follow' },
    { kind: 'probe', name: 'more', lines: ['the very last line'] },
  ]);
  await open(page, id);
  await sees(page, /row 5999/, { within: '[role="log"]' });
  expect(await page.$$eval('[role="log"] [data-index]', (all) => all.length)).toBeLessThan(200);

  await page.type('input[type="search"]', 'needle');
  await sees(page, /^3$/m, { within: '[role="search"]' });
  const visited: string[] = [];
  for (const [key, count] of [
    ['Enter', '1 of 3'],
    ['Enter', '2 of 3'],
    ['Enter', '3 of 3'],
    ['Enter', '1 of 3'],
  ] as const) {
    await page.keyboard.press(key);
    await sees(page, new RegExp(count), { within: '[role="search"]' });
    await page.waitForSelector('[role="log"] [aria-current] mark');
    visited.push(
      await page.$eval('[role="log"] [aria-current]', (line) => {
        const box = line.closest('[role="log"]')!.getBoundingClientRect();
        const { top, bottom } = line.getBoundingClientRect();
        const inSight = bottom > box.top && top < box.bottom;
        return `${/row \d+/.exec(line.textContent)![0]}${inSight ? '' : ' out of sight'}`;
      }),
    );
  }
  // From the end on, where one was: around to the first.
  expect(visited).toEqual(['row 1000', 'row 3000', 'row 5000', 'row 1000']);
  await page.keyboard.press('Escape');

  await page.locator('::-p-aria(Follow)').click();
  await sees(page, /row 5999/, { within: '[role="log"]' });
  await page.locator('[role="log"]').hover();
  await page.mouse.wheel({ deltaY: -4_000 });
  await page.waitForSelector('::-p-aria(Follow)');
  const top = () => page.$eval('[role="log"]', (log) => log.scrollTop);
  const stays = await top();
  await openGate(stage.pool, 'follow');
  await sees(page, /6,001 lines/);
  expect(await top()).toBe(stays);
  await page.locator('::-p-aria([name="To the end"][role="button"])').click();
  await sees(page, /the very last line/, { within: '[role="log"]' });
  // Lines of one step alone.
  await page.locator('[data-step="1"]').click();
  await sees(page, /1 line\b/);
  expect(await copied(page)).toEqual(['more INFO the very last line']);
  expect(told).toEqual([]);
  await page.close();
});

test('a failed run says why; retried it leads to the new run, which links back', async () => {
  const page = await stage.page();
  const told = complaints(page);
  const id = await fire('Import returns', [
    { kind: 'probe', name: 'load', output: { rows: 3 } },
    { kind: 'probe', name: 'check', fail: 'returns.csv is not there' },
    { kind: 'probe', name: 'report' },
  ]);
  await untilRun(id, 'failed');
  await open(page, id);
  await sees(page, /The run failed\s+step "check": returns\.csv is not there/, {
    within: '[role="alert"]',
  });
  await page.waitForSelector(lane(2, 'SKIPPED'));
  // The step that failed is open without being asked for.
  await page.waitForSelector('[data-step="1"][aria-expanded="true"]');
  expect(await axe(page)).toEqual([]);

  const beside = await stage.page();
  await open(beside, id);
  await sees(beside, /The run failed/);
  await page.bringToFront();
  await page.locator('::-p-aria([name="Retry"][role="button"])').click();
  await page.locator('::-p-text(From the step that failed)').click();
  await page.waitForFunction((old) => !location.pathname.endsWith(`/${old}`), {}, id);
  const retryId = Number(new URL(page.url()).pathname.split('/').at(-1));
  await sees(page, new RegExp(`Retry of run ${id} from the step that failed by Ada Operator`));
  await page.waitForSelector(lane(0, 'REUSED'));
  await sees(page, new RegExp(`Taken over from run ${id}`));
  await sees(page, /The run failed/);
  // The old run's page, open all the while, knows of it.
  await sees(beside, new RegExp(`Import returns, run ${retryId}`));
  await beside.close();
  await page.locator(`::-p-aria([name="run ${id}"][role="link"])`).click();
  await sees(page, new RegExp(`Run ${id} of Import returns`), { within: 'h1' });
  expect(told).toEqual([]);
  await page.close();
});

test('by keyboard alone: to a step, into it, through its log, and the run is cancelled', async () => {
  const page = await stage.page({ dark: true });
  const told = complaints(page);
  const id = await fire('Carrier delays', [
    { kind: 'probe', name: 'ask', lines: ['asking', 'answered'] },
    { kind: 'probe', name: 'wait', lines: ['waits for the carrier'], gate: 'never' },
  ]);
  await open(page, id);
  await page.waitForSelector(lane(1, 'RUNNING'));
  await sees(page, /waits for the carrier/, { within: '[role="log"]' });
  expect(await axe(page)).toEqual([]);

  await tabTo(page, '[data-step="0"]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-step="0"][aria-expanded="true"]');
  expect(new URL(page.url()).searchParams.get('step')).toBe('0');
  await sees(page, /2 lines/);
  await tabTo(page, 'input[type="search"]');
  await page.keyboard.type('answ');
  await page.keyboard.press('Enter');
  await sees(page, /1 of 1/, { within: '[role="search"]' });
  await tabTo(page, 'h1 ~ div button', 'back');
  await page.keyboard.press('Enter');
  await sees(page, /Cancel run \d+ of Carrier delays\?/, { within: '[role="dialog"]' });
  await tabTo(page, '[role="dialog"] footer button:last-child');
  await page.keyboard.press('Enter');
  await sees(page, /Cancelled/, { within: 'header [role="status"]' });
  await sees(page, /The run was cancelled/, { within: '[role="alert"]' });
  await page.waitForSelector(lane(1, 'CANCELLED'));
  // It may be retried now.
  await page.waitForSelector('h1 ~ div button[aria-haspopup]');
  expect(told).toEqual([]);
  await page.close();
});

test('on a phone nothing makes the page wider, and axe finds nothing, light or dark', async () => {
  const id = await fire(`Orders-${'of-every-shop-'.repeat(12)}`, [
    { kind: 'probe', name: 'load', lines: ['x'.repeat(400)], output: { text: 'y'.repeat(400) } },
    { kind: 'probe', name: 'a_name_that_does_not_fit_into_any_lane_whatever', parallel: true },
    { kind: 'probe', name: 'b', parallel: true, throw: 'z'.repeat(400) },
  ]);
  await untilRun(id, 'failed');
  for (const dark of [false, true]) {
    const page = await stage.page({ width: 390, height: 844, dark });
    const told = complaints(page);
    await open(page, id);
    await sees(page, /The run failed/);
    await sees(page, /xxx/, { within: '[role="log"]' });
    await page.locator('[data-step="0"]').click();
    await sees(page, /yyy/);
    const wide = await page.evaluate(() => document.scrollingElement!.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    expect(await axe(page)).toEqual([]);
    expect(told).toEqual([]);
    await page.close();
  }
});

test('a run that waits says behind which one, and is promoted before one’s eyes', async () => {
  const page = await stage.page();
  const first = await fire('Two in a row', [{ kind: 'probe', name: 'only', gate: 'row' }]);
  const { rows } = await stage.pool.query('select scenario_id from run where id = $1', [first]);
  const { runId } = await transaction(stage.pool, (tx) =>
    fireManual(tx, {
      scenarioId: rows[0].scenario_id,
      userId: stage.owner.id,
      params: {},
      idempotencyKey: '',
    }),
  );
  await open(page, runId);
  await sees(page, new RegExp(`Waits: run ${first} goes first`));
  expect(await page.$eval('main a[href$="/runs/' + first + '"]', (link) => link.textContent)).toBe(
    `run ${first}`,
  );
  await openGate(stage.pool, 'row');
  await sees(page, /Succeeded/, { within: 'header [role="status"]' });
  await page.close();
});

test('a run of another project is shown there, one that is not there is said not to be', async () => {
  const page = await stage.page();
  const other = await createProject(stage.pool, {
    orgId: stage.org.id,
    ownerUserId: stage.owner.id,
    slug: 'support',
  });
  const id = await fire('Moved', [{ kind: 'probe' }]);
  await stage.pool.query('update run set project_id = $2 where id = $1', [id, other.id]);
  await open(page, id);
  await page.waitForFunction((end) => location.pathname === end, {}, `/p/support/runs/${id}`);
  await open(page, 999_999);
  await sees(page, /There is no run 999999 that you may see/);
  // One that was gone to while the API was away comes by itself once it is back.
  const startApi = await stage.stopApi();
  await page.evaluate((path) => history.pushState(null, '', path), `/p/support/runs/${id}`);
  await sees(page, /cannot be reached/, { within: 'main' });
  await startApi();
  await sees(page, new RegExp(`Run ${id} of Moved`), { within: 'h1' });
  await page.close();
});
