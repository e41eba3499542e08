/** The list of scenarios, in a real browser over the real API: filters in the address, what others and workers do on
 *  the page within a second, and everything by keyboard. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pauseScenario } from '#domain/scenario/operate-scenario.ts';
import { createProject, createRun, principalOf } from '#test/support/factories.ts';
import { fire, save, tabTo, tooWide } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

const SECOND = 1_000;
const probe = [{ kind: 'probe', name: 'work' }];

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const make = (name: string, more: object = {}) => save(stage, { name, steps: probe, ...more });

/** What a page says about what is called so. */
const rowOf = (page: Page, name: string): Promise<string | null> =>
  page.evaluate((words) => {
    const rows = [...document.querySelectorAll<HTMLElement>('[data-index]')];
    const row = rows.find((each) => each.querySelector('a')?.textContent === words);
    return row?.innerText.replaceAll(/\s+/g, ' ') ?? null;
  }, name);

const names = (page: Page): Promise<string[]> =>
  page.$$eval('[data-index] a[data-control=name]', (all) => all.map((each) => each.textContent));

const untilNames = (page: Page, wanted: readonly string[], timeout = 5 * SECOND) =>
  page.waitForFunction(
    (expected) =>
      JSON.stringify(
        [...document.querySelectorAll('[data-index] a[data-control=name]')].map(
          (each) => each.textContent,
        ),
      ) === expected,
    { timeout, polling: 'mutation' },
    JSON.stringify(wanted),
  );

const open = async (page: Page, search: string) => {
  await page.goto(stage.path(`scenarios${search}`));
  await page.waitForSelector('[role=table] [data-index]');
};

test('a row says what a scenario is, when it is due, how it went and what stops it', async () => {
  const { id } = await make('first nightly', {
    description: 'Reads the orders',
    trigger: { cron: '0 2 * * *', timezone: 'Asia/Jakarta' },
  });
  for (const state of ['succeeded', 'failed', 'cancelled']) {
    await createRun(stage.pool, { ...stage.place, scenarioId: id, state });
  }
  const { id: pausedId } = await make('first paused', { trigger: { interval: '15m' } });
  const who = await principalOf(stage.pool, { orgId: stage.org.id, userId: stage.owner.id });
  await pauseScenario({ pool: stage.pool, kinds: new Map() }, who, pausedId, {
    note: 'the supplier moves',
  });
  const { id: brokenId } = await make('first broken');
  await stage.pool.query(`update scenario set broken = $2 where id = $1`, [
    brokenId,
    JSON.stringify({ code: 'trigger_config', message: 'its upstream is gone', config: {} }),
  ]);
  await make('first off', { enabled: false });

  const page = await stage.page();
  const told = complaints(page);
  await open(page, '?text=first&order=name');
  await untilNames(page, ['first broken', 'first nightly', 'first off', 'first paused']);
  expect(await rowOf(page, 'first broken')).toMatch(/Broken its upstream is gone By hand only/);
  expect(await rowOf(page, 'first off')).toMatch(/first-off Off/);
  expect(await rowOf(page, 'first paused')).toMatch(/Paused the supplier moves every 15 minutes/);
  expect(await rowOf(page, 'first nightly')).toMatch(
    /first-nightly · Reads the orders Active .*02:00.* \d\d:\d\d.* in \d+ [hm] 02:00 Asia\/Jakarta/,
  );
  await page.waitForSelector('[data-state=CANCELLED]');
  const strip = await page.$$eval('[role=row] ol a', (all) =>
    all.map((each) => each.getAttribute('aria-label')?.split(',')[0]),
  );
  expect(strip).toEqual(['Succeeded', 'Failed', 'Cancelled']);
  await sees(page, /All\s*4\s*Active\s*1\s*Paused\s*1\s*Off\s*1\s*Broken\s*1/);
  expect(told).toEqual([]);
  await page.close();
});

test('filters stand in the address, and Back undoes them', async () => {
  for (const name of ['second apple', 'second banana', 'second cherry']) await make(name);
  await make('second off', { enabled: false, steps: [{ kind: 'snapshot_dashboards' }] });
  const page = await stage.page();
  const told = complaints(page);
  const search = () => new URL(page.url()).search;
  await open(page, '?order=name');
  await page.type('[type=search]', 'second');
  const all = ['second apple', 'second banana', 'second cherry', 'second off'];
  await untilNames(page, all);
  expect(search()).toBe('?text=second&order=name');
  await page.locator('nav[aria-label=State] ::-p-text(Off)').click();
  await untilNames(page, ['second off']);
  expect(search()).toBe('?text=second&state=disabled&order=name');
  await page.select('[aria-label="Kind of step"]', 'probe');
  await sees(page, /No scenario matches/);
  expect(search()).toBe('?text=second&state=disabled&kind=probe&order=name');
  await page.goBack();
  await untilNames(page, ['second off']);
  await page.goBack();
  await untilNames(page, all);
  await page.select('[aria-label=Order]', 'NEWEST');
  await untilNames(
    page,
    all.toReversed().toSorted((a) => (a === 'second off' ? -1 : 0)),
  );
  await page.reload();
  await untilNames(page, ['second off', 'second cherry', 'second banana', 'second apple']);
  await page.$eval('[type=search]', (input) => (input as HTMLInputElement).select());
  await page.type('[type=search]', 'nothing is called so');
  await sees(page, /No scenario matches/);
  await page.locator('::-p-text(Clear filters)').click();
  await page.waitForSelector('[data-index]');
  expect(search()).toBe('?order=newest');
  expect(await page.$eval('[type=search]', (input) => (input as HTMLInputElement).value)).toBe('');
  expect(told).toEqual([]);
  await page.close();
});

test('Run now leads to the run, and a bar of the strip to its run', async () => {
  const { id } = await make('third');
  const before = await createRun(stage.pool, { ...stage.place, scenarioId: id });
  const page = await stage.page();
  await open(page, '?text=third');
  await page.locator('[aria-label="Run third now"]').click();
  await page.waitForFunction(() => /\/runs\/\d+$/.test(location.pathname));
  const { rows } = await stage.pool.query(
    'select max(id)::int as id from run where scenario_id = $1',
    [id],
  );
  expect(new URL(page.url()).pathname).toBe(`/p/sales/runs/${rows[0].id}`);
  expect(rows[0].id).toBeGreaterThan(before.id);
  await page.goBack();
  await page.locator(`ol a[href="/p/sales/runs/${before.id}"]`).click();
  await page.waitForFunction((n) => location.pathname.endsWith(`/runs/${n}`), {}, before.id);
  await page.close();
});

test('a pause with a note is on the row within a second, for everybody who looks', async () => {
  const { id } = await make('fourth', { trigger: { interval: '1h' } });
  const [page, other] = [await stage.page(), await stage.page()];
  const told = [complaints(page), complaints(other)];
  for (const each of [page, other]) await open(each, '?text=fourth');
  const seen = other.evaluate(
    () =>
      new Promise<number>((done) => {
        const look = () => document.body.innerText.includes('stock-taking') && done(Date.now());
        new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
      }),
  );
  // A tab that nobody sees draws no pictures, which clicks wait for.
  await page.bringToFront();
  await page.locator('[aria-label="Pause fourth"]').click();
  await page.waitForSelector('[name=note]');
  await page.type('[name=note]', 'stock-taking');
  await page.locator('[type=submit]').click();
  const at = await seen;
  const { rows } = await stage.pool.query('select paused_at from scenario where id = $1', [id]);
  expect(at - rows[0].paused_at.getTime()).toBeLessThan(SECOND);
  await sees(page, /Paused\s+stock-taking/);
  await sees(other, /Paused\s*1/, { within: 'nav[aria-label=State]' });

  await other.bringToFront();
  await other.locator('[aria-label="Resume fourth"]').click();
  await sees(page, /Active\s+every/);
  expect(await rowOf(other, 'fourth')).not.toMatch(/stock-taking/);
  expect(told).toEqual([[], []]);
  await Promise.all([page.close(), other.close()]);
});

test('what a worker decides and runs is in the row within a second', async () => {
  const { id } = await make('fifth', { trigger: { interval: '2s' } });
  const page = await stage.page();
  const told = complaints(page);
  await open(page, '?text=fifth');
  await sees(page, /No runs yet/);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const seen = page.evaluate(
    () =>
      new Promise<{ wasDue: string; moved: number; run: string; ran: number }>((done) => {
        const due = () => document.querySelector<HTMLTimeElement>('[data-index] time')!.dateTime;
        const at = { wasDue: due(), moved: 0, run: '', ran: 0 };
        const look = () => {
          if (!at.moved && due() > at.wasDue) at.moved = Date.now();
          const bar = document.querySelector('ol a:has([data-state=SUCCEEDED])');
          if (!at.ran && bar) {
            Object.assign(at, { ran: Date.now(), run: bar.getAttribute('href')!.split('/').pop() });
          }
          if (at.moved && at.ran) done(at);
        };
        const what = { subtree: true, childList: true, attributes: true };
        new MutationObserver(look).observe(document.body, what);
      }),
  );
  await using _worker = await stage.startWorker();
  const at = await seen;
  const { rows: ticks } = await stage.pool.query(
    `select decided_at from tick where scenario_id = $1 and coalesce(until_at, due_at) >= $2 order by id limit 1`,
    [id, at.wasDue],
  );
  expect(at.moved - ticks[0].decided_at.getTime()).toBeLessThan(SECOND);
  const { rows: runs } = await stage.pool.query('select finished_at from run where id = $1', [
    at.run,
  ]);
  expect(at.ran - runs[0].finished_at.getTime()).toBeLessThan(SECOND);
  expect(await rowOf(page, 'fifth')).toMatch(/took \d/);
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
  expect(told).toEqual([]);
  await page.close();
});

test('new ones come and deleted ones go; a deletion names what depends on it', async () => {
  await make('sixth source');
  const page = await stage.page();
  const told = complaints(page);
  await open(page, '?text=sixth&order=name');
  await make('sixth after', { trigger: { upstream: ['sixth-source'] } });
  await untilNames(page, ['sixth after', 'sixth source'], SECOND);

  await page.locator('[aria-label="More for sixth source"]').click();
  await page.locator('[role=menuitem] ::-p-text(Delete …)').click();
  await sees(
    page,
    /One scenario fires on its success and will be broken until edited:\s+sixth after/,
  );
  await page.locator('[role=dialog] ::-p-text(Delete the scenario)').click();
  await untilNames(page, ['sixth after']);
  await sees(page, /Broken/, { within: '[data-index]' });
  expect(told).toEqual([]);
  await page.close();
});

test('a backfill shows what it would do, then does that; a copy is made switched off', async () => {
  const { id } = await make('seventh', { trigger: { cron: '0 3 * * *', timezone: 'UTC' } });
  const page = await stage.page();
  const told = complaints(page);
  await open(page, '?text=seventh');
  await page.locator('[aria-label="More for seventh"]').click();
  await page.locator('[role=menuitem] ::-p-text(Backfill …)').click();
  await page.waitForSelector('[name=from]');
  const set = (name: string, value: string) => page.locator(`[name=${name}]`).fill(value);
  await set('from', '2026-03-01T00:00:00');
  await set('to', '2026-03-04T00:00:00');
  await page.locator('::-p-text(Show what it would do)').click();
  await sees(page, /3 runs would be made/);
  await sees(page, /1 Mar[\s\S]*2 Mar[\s\S]*3 Mar/, { within: '[role=dialog]' });
  // Another period is another plan.
  await set('to', '2026-03-03T00:00:00');
  await page.locator('::-p-text(Show what it would do)').click();
  await page.locator('::-p-text(Make 2 runs)').click();
  await sees(page, /2 runs made/);
  const { rows } = await stage.pool.query(
    `select count(*)::int from run where scenario_id = $1 and source = 'backfill'`,
    [id],
  );
  expect(rows[0].count).toBe(2);
  await page.locator('[role=dialog] ::-p-text(Close)').click();

  await page.locator('[aria-label="More for seventh"]').click();
  await page.locator('[role=menuitem] ::-p-text(Duplicate …)').click();
  await page.locator('[role=dialog] [type=submit]').click();
  await page.waitForFunction(() => location.pathname.endsWith('/configuration'));
  await page.goBack();
  await untilNames(page, ['seventh', 'Copy of seventh']);
  expect(await rowOf(page, 'Copy of seventh')).toMatch(/Off/);
  expect(told).toEqual([]);
  await page.close();
});

test('by keyboard alone: to a row, along the rows, into its menu, and it is paused', async () => {
  for (const name of ['eighth one', 'eighth two'])
    await make(name, { trigger: { interval: '1h' } });
  const page = await stage.page();
  const told = complaints(page);
  await open(page, '?text=eighth&order=name');
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? '',
    );
  await tabTo(page, '[data-control=name]');
  expect(await focused()).toBe('eighth one');
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toBe('eighth two');
  await tabTo(page, '[data-control=more]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=menu]');
  await page.keyboard.press('ArrowDown');
  for (let n = 0; n < 6 && !(await focused()).startsWith('Pause'); n += 1) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector('[name=note]');
  await page.waitForFunction(() => document.activeElement?.closest('[role=dialog]'));
  await tabTo(page, '[name=note]');
  await page.keyboard.type('by keyboard');
  await tabTo(page, '[type=submit]');
  await page.keyboard.press('Enter');
  await sees(page, /Paused\s+by keyboard/);
  expect(await rowOf(page, 'eighth one')).toMatch(/Active/);
  // The focus is back where the menu was opened.
  await page.waitForFunction(() => document.activeElement?.ariaLabel === 'More for eighth two');
  expect(told).toEqual([]);
  await page.close();
});

test('a list of hundreds is read to its end, with only the rows in view on the page', async () => {
  const big = await createProject(stage.pool, {
    orgId: stage.org.id,
    ownerUserId: stage.owner.id,
    slug: 'big',
  });
  await stage.pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, steps, step_kinds)
     select $1, $2, $3, 'n-' || n, 'Number ' || to_char(n, 'FM000'), '[]', '{}' from generate_series(1, 600) n`,
    [stage.org.id, big.id, stage.owner.id],
  );
  const { rows } = await stage.pool.query(
    `select id from scenario where project_id = $1 and slug = 'n-600'`,
    [big.id],
  );
  await createRun(stage.pool, { ...stage.place, projectId: big.id, scenarioId: rows[0].id });
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(`${stage.url}/p/big/scenarios?order=name`);
  await page.waitForSelector('[role=table][aria-rowcount="601"]');
  await page.waitForFunction(() => !document.querySelector('progress'));
  const onPage = await names(page);
  expect(onPage[0]).toBe('Number 001');
  expect(onPage.length).toBeLessThan(40);
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.waitForSelector('[aria-rowindex="601"] ol a');
  expect(await rowOf(page, 'Number 600')).toMatch(/^Number 600/);
  // There and back again: the list is where it was left.
  await page.locator('::-p-text(Number 600)').click();
  await page.waitForFunction(() => scrollY === 0);
  await page.goBack();
  await page.waitForSelector('[aria-rowindex="601"]');
  // What is not on the page is found by asking the server.
  await page.evaluate(() => scrollTo(0, 0));
  await page.type('[type=search]', 'number 42');
  await untilNames(
    page,
    Array.from({ length: 10 }, (_, n) => `Number 42${n}`),
  );
  expect(told).toEqual([]);
  await page.close();
});

test('after a restart of the server the list is right again by itself', async () => {
  await make('tenth before');
  const page = await stage.page();
  await open(page, '?text=tenth&order=name');
  const restart = await stage.stopApi();
  await sees(page, /The connection is lost/);
  await make('tenth meanwhile');
  await stage.pool.query(`update scenario set deleted_at = now() where slug = 'tenth-before'`);
  await restart();
  await untilNames(page, ['tenth meanwhile'], 15 * SECOND);
  await page.waitForFunction(() => !document.body.innerText.includes('The connection is lost'));
  await page.close();
});

test('a project without scenarios says how to make one', async () => {
  await createProject(stage.pool, {
    orgId: stage.org.id,
    ownerUserId: stage.owner.id,
    slug: 'bare',
  });
  const page = await stage.page();
  await page.goto(`${stage.url}/p/bare/scenarios`);
  await sees(page, /No scenarios yet[\s\S]*npm run cli -- apply scenario\.yaml/);
  expect(await axe(page)).toEqual([]);
  expect(
    await page.$$eval('a[data-kind=primary]', (all) =>
      all.map((each) => each.getAttribute('href')),
    ),
  ).toEqual(['/p/bare/new-scenario']);
  await page.close();
});

test.each([false, true])(
  'axe finds nothing (dark: %s), nor with a menu or a dialog',
  async (dark) => {
    await make('ninth', { trigger: { interval: '1h' } });
    const page = await stage.page({ dark });
    await open(page, '');
    await page.waitForSelector('[data-index] ol a');
    expect(await axe(page)).toEqual([]);
    await page.locator('[data-control=more]').click();
    await page.waitForSelector('[role=menu]');
    expect(await axe(page)).toEqual([]);
    await page.locator('[role=menuitem] ::-p-text(Duplicate …)').click();
    await page.waitForSelector('[role=dialog] input');
    expect(await axe(page)).toEqual([]);
    await page.close();
  },
);

test('names without an end break nothing, from a phone to a wall', async () => {
  const long = 'x'.repeat(200);
  await make(long, { description: 'words '.repeat(100), trigger: { interval: '1h' } });
  const { id } = await make(`y${long.slice(1)}`);
  await fire(stage, id);
  const page = await stage.page({ width: 390, height: 844 });
  for (const width of [390, 830, 840, 1_024, 1_280, 2_560]) {
    await page.setViewport({ width, height: 844 });
    await open(page, `?text=${long.slice(150)}`);
    await sees(page, /xxx/);
    expect([width, await tooWide(page)]).toEqual([width, 0]);
    // Nothing lies over its neighbour, and nothing outside of its row.
    const outside = await page.$$eval(
      '[data-index]',
      (rows) =>
        rows.flatMap((row) => {
          const box = row.getBoundingClientRect();
          return [...row.querySelectorAll('a, p, time, button')].filter((part) => {
            const { left, right, bottom } = part.getBoundingClientRect();
            return left < box.left - 1 || right > box.right + 1 || bottom > box.bottom + 1;
          });
        }).length,
    );
    expect([width, outside]).toEqual([width, 0]);
  }
  // What is cut is whole in a tip.
  await page.setViewport({ width: 1_280, height: 844 });
  await page.locator('[data-index] [data-control=name]').hover();
  await page.waitForFunction(
    (name) => [...document.querySelectorAll('[data-side]')].some((tip) => tip.textContent === name),
    {},
    await page.$eval('[data-index] [data-control=name]', (link) => link.textContent),
  );
  await page.close();
});
