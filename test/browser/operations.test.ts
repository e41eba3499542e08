/** The operator's screen, in a real browser over the real API: what a worker does is on it within a second, and a
 *  server that restarts under it is made up for. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pauseOrg, resumeOrg } from '#domain/org/operate-org.ts';
import { createProject, createScenario, principalOf } from '#test/support/factories.ts';
import { openGate } from '#test/support/kinds.ts';
import { until } from '#test/support/worker.ts';
import { cameAt, fire, tabTo, tooWide, untilRun } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

type Given = Partial<Parameters<typeof createScenario>[1]>;

let stage: Stage;
let worker: Awaited<ReturnType<Stage['startWorker']>>;

beforeAll(async () => {
  stage = await openStage();
  worker = await stage.startWorker({ workerSlots: 2, heartbeatSeconds: 1 });
});

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

const scenario = (given: Given) => createScenario(stage.pool, { ...stage.place, ...given });

const list = (name: string) => `[data-list="${name}"]`;
const row = (name: string, runId: number) => `${list(name)} [data-run="${runId}"]`;
const figure = (name: string) => `[data-figure="${name}"]`;

/** A page of this screen that has heard of everything: what comes from now on is pushed. */
async function open(given: Parameters<Stage['page']>[0] = {}, path = 'operations'): Promise<Page> {
  const page = await stage.page(given);
  await page.goto(stage.path(path));
  await page.waitForSelector('[data-state="GREEN"] [data-age]');
  await sees(page, /^\d/, { within: `${figure('Running')} b` });
  return page;
}

async function instant(runId: number, column: 'started_at' | 'finished_at'): Promise<number> {
  const { rows } = await stage.pool.query(`select ${column} as at from run where id = $1`, [runId]);
  return (rows[0].at as Date).getTime();
}

/** Settles once nothing matches any more, with when that was. */
const wentAt = (page: Page, selector: string): Promise<number> =>
  page.evaluate(
    (what) =>
      new Promise<number>((done) => {
        const look = () => {
          if (document.querySelector(what)) return false;
          done(Date.now());
          return true;
        };
        if (look()) return;
        const observer = new MutationObserver(() => look() && observer.disconnect());
        observer.observe(document, { subtree: true, childList: true });
      }),
    selector,
  );

test('a run stands under “running now” within a second, its progress moves, and it leaves', async () => {
  const page = await open();
  const told = complaints(page);
  const { id } = await scenario({
    name: 'Load orders',
    steps: [
      { kind: 'probe', name: 'load', progress: { total: 4, gate: 'load' } },
      { kind: 'probe' },
    ],
  });
  const came = cameAt(page, `${list('running')} [data-run]`);
  const runId = await fire(stage, id);
  const shownMs = (await came) - (await until('it started', () => instant(runId, 'started_at')));
  expect(shownMs).toBeLessThan(1_000);
  const within = row('running', runId);
  await sees(page, /load step 1 of 2/, { within, timeoutMs: 1_000 });
  await sees(page, /0 of 4 · rows/, { within, timeoutMs: 1_000 });
  for (const n of [1, 2]) {
    await openGate(stage.pool, `load ${n}`);
    await sees(page, new RegExp(`${n} of 4`), { within, timeoutMs: 1_000 });
  }
  await sees(page, /1 of 2/, { within: 'table' });
  const bar = `[data-mark="Run:${runId}"]`;
  expect(await page.$eval(bar, (mark) => mark.getAttribute('href'))).toBe(`/p/sales/runs/${runId}`);
  // As if it had begun a while ago: wide enough to see it grow.
  await stage.pool.query(
    `update run set started_at = started_at - interval '5 minutes' where id = $1`,
    [runId],
  );
  await openGate(stage.pool, 'load 3');
  const width = () =>
    page.$eval(`${bar} rect`, (rect) => Math.floor(Number(rect.getAttribute('width'))));
  await until('it is as long as that', async () => (await width()) > 40);
  const before = await width();
  await page.locator('::-p-aria(15 m)').click();
  await until('it grows', async () => (await width()) > before);
  const went = wentAt(page, within);
  await openGate(stage.pool, 'load 4');
  const leftMs = (await went) - (await until('it ended', () => instant(runId, 'finished_at')));
  expect(leftMs).toBeLessThan(1_000);
  await page.waitForSelector(`${bar} [data-state="SUCCEEDED"]`, { timeout: 1_000 });
  await sees(page, /Succeeded\s+1/, { timeoutMs: 2_000 });
  expect(told).toEqual([]);
  await page.close();
});

test('a failure stands there with its reason within a second, and can be retried from there', async () => {
  const page = await open();
  const told = complaints(page);
  const { id } = await scenario({
    name: 'Read stock',
    steps: [{ kind: 'probe', name: 'read', fail: 'the disk of shelf 7 is full' }],
  });
  const came = cameAt(page, `${list('failures')} [data-run]`);
  const runId = await fire(stage, id);
  const shownMs = (await came) - (await until('it ended', () => instant(runId, 'finished_at')));
  expect(shownMs).toBeLessThan(1_000);
  const within = row('failures', runId);
  await sees(page, /Read stock[^]*the disk of shelf 7 is full/, { within, timeoutMs: 1_000 });
  await page.locator(`${within} button`).click();
  await page.locator('::-p-aria(From the start)').click();
  await page.waitForFunction(
    (old) => !location.pathname.endsWith(`/${old}`) && /\/runs\/\d+$/.test(location.pathname),
    {},
    runId,
  );
  const retryId = Number(page.url().split('/').at(-1));
  await untilRun(stage, retryId, 'failed');
  await page.goBack();
  await sees(page, new RegExp(`retried as\\s+#${retryId}\\s+Failed`), { within });
  await sees(page, new RegExp(`retry of\\s+#${runId}`), { within: row('failures', retryId) });
  await sees(page, /Failed\s+2/);
  expect(told).toEqual([]);
  await page.close();
});

test('the queue’s counts move, and the first in line ages', async () => {
  const page = await open();
  const gated = (name: string) => scenario({ name, steps: [{ kind: 'probe', gate: 'queue' }] });
  const [first, second, third] = [
    await gated('First'),
    await gated('Second'),
    await gated('Third'),
  ];
  await fire(stage, first.id);
  await fire(stage, second.id);
  await sees(page, /^2$/, { within: `${figure('Running')} b`, timeoutMs: 2_000 });
  await fire(stage, third.id);
  const again = await fire(stage, first.id);
  await sees(page, /^2$/, { within: `${figure('Depth')} b`, timeoutMs: 2_000 });
  await sees(page, /^1$/, { within: `${figure('Waiting')} b`, timeoutMs: 2_000 });
  await sees(page, /^[1-9]\d* s$/, { within: `${figure('Oldest wait')} b`, timeoutMs: 5_000 });
  await openGate(stage.pool, 'queue');
  await untilRun(stage, again, 'succeeded');
  for (const name of ['Running', 'Depth', 'Waiting']) {
    await sees(page, /^0$/, { within: `${figure(name)} b`, timeoutMs: 2_000 });
  }
  await sees(page, /^–$/, { within: `${figure('Oldest wait')} b`, timeoutMs: 2_000 });
  await page.close();
});

test('a pause of the whole organisation is told on top, with its note, for as long as it lasts', async () => {
  const page = await open();
  const who = await principalOf(stage.pool, { orgId: stage.org.id, userId: stage.owner.id });
  await pauseOrg(stage.pool, who, { note: 'the warehouse moves' });
  await sees(page, /as a whole was paused[^]*Why: the warehouse moves/, { timeoutMs: 3_000 });
  await resumeOrg(stage.pool, who);
  await page.waitForFunction(() => !/was paused/.test(document.body.innerText), { timeout: 3_000 });
  await page.close();
});

test('a due time that the clocks move is marked, in both zones', async () => {
  const spring = nextSpring('America/New_York');
  const project = await createProject(stage.pool, {
    orgId: stage.org.id,
    ownerUserId: stage.owner.id,
    slug: 'nights',
  });
  await scenario({
    projectId: project.id,
    name: 'Nightly',
    zone: 'America/New_York',
    trigger: { cron: '30 2 * * *', timezone: 'America/New_York' },
    nextDueAt: new Date(spring.epochMilliseconds),
    steps: [{ kind: 'probe' }],
  });
  const page = await stage.page();
  await page.goto(`${stage.url}/p/nights/operations`);
  await sees(page, /03:00[^]* in America\/New_York\s+Moved by a clock change/, {
    within: list('next'),
  });
  await page.close();
});

/** When the clocks of a zone next go forward. */
function nextSpring(zone: string): Temporal.ZonedDateTime {
  let at = Temporal.Now.zonedDateTimeISO(zone);
  for (;;) {
    const next = at.getTimeZoneTransition('next')!;
    if (next.offsetNanoseconds > at.offsetNanoseconds) return next;
    at = next;
  }
}

test('by keyboard from mark to mark to a run; period and view stand in the address', async () => {
  const page = await open();
  const told = complaints(page);
  await page.waitForSelector('[data-mark^="Run:"]');
  await tabTo(page, 'svg [data-lane] [data-mark]');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  const name = await page.evaluate(() => document.activeElement?.textContent);
  expect(name).toBe('First');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  const label = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  expect(label).toMatch(/^Succeeded: Load orders #\d+/);
  await sees(page, /Succeeded: Load orders #\d+\s+\d\d:\d\d:\d\d to/);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !/Succeeded: Load orders/.test(document.body.innerText));
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /\/runs\/\d+$/.test(location.pathname));
  await page.goBack();
  await page.waitForSelector('[data-mark^="Run:"]');
  await tabTo(page, 'input[type="radio"]:checked');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => location.search === '?period=6h');
  await tabTo(page, 'input[type="radio"]:checked');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => location.search === '?period=6h&view=table');
  await sees(page, /Failed\s+Read stock #\d+/, { within: 'table' });
  await page.goBack();
  await page.waitForSelector('[data-mark^="Run:"]');
  expect(await page.evaluate(() => location.search)).toBe('?period=6h');
  expect(told).toEqual([]);
  await page.close();
});

test('the server stops and starts under the page: what was shown stays, what happened meanwhile comes', async () => {
  const page = await open();
  await sees(page, /the disk of shelf 7 is full/);
  await page.evaluate(() => Object.assign(window, { same: true }));
  const start = await stage.stopApi();
  await sees(page, /The connection is lost\. What you see is as of \d\d:\d\d:\d\d/);
  await sees(page, /No connection\. This is as of/);
  await sees(page, /the disk of shelf 7 is full/);
  expect(await page.$$(`${list('failures')} [data-run]`)).toHaveLength(2);
  const { id } = await scenario({
    name: 'While away',
    steps: [{ kind: 'probe', fail: 'nobody was looking' }],
  });
  const runId = await fire(stage, id);
  await untilRun(stage, runId, 'failed');
  await start();
  await sees(page, /While away[^]*nobody was looking/, {
    within: list('failures'),
    timeoutMs: 7_000,
  });
  await page.waitForFunction(() => !/The connection is lost/.test(document.body.innerText));
  await page.waitForSelector(`[data-mark="Run:${runId}"]`);
  expect(await page.evaluate(() => 'same' in window)).toBe(true);
  await page.close();
});

test.each([
  ['light', {}],
  ['dark', { dark: true }],
])('axe finds nothing, and nothing is too wide: %s', async (_name, given) => {
  const page = await open(given);
  await page.waitForSelector('[data-mark^="Run:"]');
  expect(await axe(page)).toEqual([]);
  await page.setViewport({ width: 390, height: 844 });
  // Names stand above their lanes now.
  await page.waitForSelector('[data-narrow]');
  expect(await tooWide(page)).toBe(0);
  expect(await axe(page)).toEqual([]);
  await page.locator('::-p-aria(Table)').click();
  await sees(page, /Read stock #\d+/, { within: 'table' });
  expect(await axe(page)).toEqual([]);
  expect(await tooWide(page)).toBe(0);
  await page.close();
});
