/** Dashboards in a real browser over the real API, warehouse, worker and mail server: found, looked at, edited,
 *  brought back, shared, sent and deleted. */
import { randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDashboard, saveDashboard } from '#domain/dashboard/save-dashboard.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { createScenario, principalOf } from '#test/support/factories.ts';
import { createMailConnector, startSmtp, type TestSmtp } from '#test/support/smtp.ts';
import { until } from '#test/support/worker.ts';
import { tabTo, tooWide } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

const secretKey: SecretKey = [randomBytes(32)];

let stage: Stage;
let smtp: TestSmtp;
let worker: Awaited<ReturnType<Stage['startWorker']>>;

beforeAll(async () => {
  stage = await openStage({ secretKey });
  smtp = await startSmtp();
  await createMailConnector(stage.pool, stage.org.id, smtp.port);
  worker = await stage.startWorker({ secretKey });
  const { rows } = await stage.pool.query(
    'select warehouse_schema as schema from project where id = $1',
    [stage.project.id],
  );
  await stage.pool.query(
    `create table ${rows[0].schema}.orders as
     select now() - n * interval '1 day' as at, n % 7 as amount, (array['north', 'south'])[1 + n % 2] as region
     from generate_series(1, 90) n`,
  );
});
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await smtp?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

const KPI = {
  title: 'Orders in all',
  visualisation: 'kpi',
  sql: 'select count(*) as orders from orders where at >= {{ from }} and at < {{ to }}',
  position: { x: 0, y: 0, w: 4, h: 2 },
};
const BARS = {
  title: 'By region',
  visualisation: 'bar',
  sql: 'select region, sum(amount) as amount from orders group by 1 order by 1',
  position: { x: 4, y: 0, w: 8, h: 4 },
};
const input = (title: string, ...cards: object[]) => ({
  title,
  defaultTimeFilter: 'last_7_days',
  cards,
});

const admin = () => principalOf(stage.pool, { orgId: stage.org.id, userId: stage.owner.id });
let dashboard: { id: number; title: string; cardIds: readonly number[] };
beforeEach(async () => {
  const title = `Sales ${crypto.randomUUID().slice(0, 8)}`;
  const made = await createDashboard(
    stage.pool,
    await admin(),
    stage.project.id,
    input(title, KPI, BARS),
  );
  dashboard = { ...made, title };
});

/** What does not come within seconds does not come. */
async function open(rest: string, look: { width?: number; dark?: boolean } = {}): Promise<Page> {
  const page = await stage.page(look);
  page.setDefaultTimeout(8_000);
  await page.goto(stage.path(rest));
  await page.waitForSelector('h1');
  return page;
}
const at = (part = '') => `dashboards/${dashboard.id}${part}`;

const button = (page: Page, name: string) =>
  page.locator(`::-p-aria([name="${name}"][role="button"])`);
const field = (page: Page, name: string) => page.locator(`::-p-aria([name="${name}"])`);

/** What stands in the frame, once it matches. */
async function framed(page: Page, text: RegExp): Promise<void> {
  await page.waitForFunction(
    (source) =>
      new RegExp(source).test(
        document.querySelector<HTMLIFrameElement>('iframe[data-shown]')?.contentDocument?.body
          .innerText ?? '',
      ),
    { polling: 50 },
    text.source,
  );
}

async function row<Row>(sql: string, values: unknown[]): Promise<Row> {
  const { rows } = await stage.pool.query(sql, values);
  return rows[0] as Row;
}

test('they are found by title, with what each has', async () => {
  await using page = await open('dashboards');
  const told = complaints(page);
  await sees(page, new RegExp(dashboard.title));
  await field(page, 'Find dashboards').fill(dashboard.title.slice(-6));
  await page.waitForFunction(
    (text) => new URL(location.href).searchParams.get('text') === text,
    {},
    dashboard.title.slice(-6),
  );
  await sees(page, /1 entr/);
  await sees(page, /Last 7 days/, { within: 'tbody' });
  await page.locator(`tbody a`).click();
  await sees(page, /2 cards/);
  await page.goBack();
  await sees(page, /1 entr/);
  expect(told).toEqual([]);
});

test('one is shown as the report engine draws it, for a period and a zone of the address', async () => {
  await using page = await open(at('?period=last_30_days&zone=Asia/Tokyo'));
  const told = complaints(page);
  await framed(page, /Orders in all\s+30/);
  await framed(page, /Asia\/Tokyo/);
  await page.select('select[aria-label="Period"]', 'last_7_days');
  await framed(page, /Orders in all\s+7/);
  expect(page.url()).toContain('period=last_7_days');
  await page.select('select[aria-label="Period"]', 'days');
  for (const name of ['first', 'last']) {
    await page.$eval(`input[aria-label="Period: ${name} day"]`, (each) => {
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
      set.call(each, '2001-02-03');
      each.dispatchEvent(new Event('input', { bubbles: true }));
    });
  }
  await framed(page, /Sat 3 Feb 2001/);
  expect(page.url()).toContain('from=2001-02-03&to=2001-02-03');
  await page.goBack();
  await sees(page, /Last 7 days/);
  await framed(page, /Orders in all\s+7/);
  // The frame is as high as what is in it, and nothing in it runs.
  const frame = await page.$eval('iframe[data-shown]', (each) => ({
    sandbox: each.getAttribute('sandbox'),
    rest: each.contentDocument!.documentElement.scrollHeight - each.clientHeight,
  }));
  expect(frame).toEqual({ sandbox: 'allow-same-origin', rest: 0 });
  expect(told).toEqual([]);
});

test('a card that fails says so in its place, and the others stand', async () => {
  const broken = { ...BARS, id: dashboard.cardIds[1], sql: 'select * from nowhere' };
  const kept = { ...KPI, id: dashboard.cardIds[0] };
  await saveDashboard(stage.pool, await admin(), dashboard.id, input('Broken', kept, broken));
  await using page = await open(at());
  await framed(page, /Orders in all\s+7/);
  await framed(page, /could not be drawn\s+.*nowhere/);
});

test('edits are saved by themselves, can be looked back at, and brought back', async () => {
  await using page = await open(at('/edit'));
  const told = complaints(page);
  await sees(page, /All is saved/);
  await page.locator(`[data-card="${dashboard.cardIds[0]}"] button`).click();
  await field(page, 'Card title').fill('All orders');
  await field(page, 'SQL').fill('select 41 + 1 as answer');
  await sees(page, /1 row/);
  await sees(page, /42/, { within: '[aria-label="The rows themselves"]' });
  await sees(page, /Saved \d\d:\d\d/);
  const saved = await row<{ version: number; title: string }>(
    `select d.version, c.title from dashboard d join dashboard_card c on c.dashboard_id = d.id where c.id = $1`,
    [dashboard.cardIds[0]],
  );
  expect(saved.title).toBe('All orders');

  await page.locator('::-p-aria([name="History"][role="link"])').click();
  await sees(page, /2\s*Autosave/, { within: '[aria-label="Revisions"]' });
  await page.locator('[aria-label="Revisions"] li:nth-child(2) button').click();
  await sees(page, /Renamed from “Orders in all” to “All orders”/);
  await sees(page, /41 \+ 1/);
  await button(page, 'Restore revision 1').click();
  await button(page, 'Restore it').click();
  await sees(page, /3\s*Restored/, { within: '[aria-label="Revisions"]' });
  await page.keyboard.press('Escape');
  await framed(page, /Orders in all\s+7/);
  expect(told).toEqual([]);
});

test('cards are added, moved, sized and removed by keyboard alone', async () => {
  await using page = await open(at('/edit'));
  const told = complaints(page);
  await sees(page, /All is saved/);
  const place = (id: number) =>
    row<{ x: number; y: number; w: number; h: number }>(
      `select (position->>'x')::int x, (position->>'y')::int y, (position->>'w')::int w, (position->>'h')::int h
       from dashboard_card where id = $1`,
      [id],
    );
  const [kpi, bars] = dashboard.cardIds as [number, number];
  await page.focus(`[data-card="${kpi}"] button`);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.down('Shift');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.up('Shift');
  await until('it is saved where it was put', async () => {
    const { x, h } = await place(kpi);
    return x === 1 && h === 3;
  });
  // What lay in its way has slid down.
  expect(await place(bars)).toEqual({ x: 4, y: 3, w: 8, h: 4 });
  const focused = await page.evaluate(() =>
    document.activeElement?.closest('[data-card]')?.getAttribute('data-card'),
  );
  expect(focused).toBe(String(kpi));

  await page.focus('body');
  await tabTo(page, 'main [aria-haspopup="menu"]:not([aria-label])');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role="menuitem"]');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.matches('input'));
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.type('Read me');
  await until('it is saved', async () => {
    const found = await row<{ n: number }>(
      `select count(*)::int n from dashboard_card where dashboard_id = $1 and title = 'Read me' and visualisation = 'text'`,
      [dashboard.id],
    );
    return found.n === 1;
  });
  await page.keyboard.press('Escape');
  const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  expect(name).toContain('Read me, words');
  await page.keyboard.press('Enter');
  await tabTo(page, '[data-kind="danger"]');
  await page.keyboard.press('Enter');
  await until('it is gone', async () => {
    const found = await row<{ n: number }>(
      `select count(*)::int n from dashboard_card where dashboard_id = $1`,
      [dashboard.id],
    );
    return found.n === 2;
  });
  expect(told).toEqual([]);
});

test('a card is dragged, and sized by its corner', async () => {
  await using page = await open(at('/edit'), { width: 1_500 });
  await sees(page, /All is saved/);
  const [kpi] = dashboard.cardIds as [number];
  const drag = async (selector: string, dx: number, dy: number) => {
    const box = (await (await page.waitForSelector(selector))!.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + dx, y + dy, { steps: 5 });
    await page.mouse.up();
  };
  await drag(`[data-card="${kpi}"] button`, 0, 5 * 72);
  await drag(`[data-card="${kpi}"] [aria-hidden="true"]:last-child`, 0, 2 * 72);
  await until('it is saved', async () => {
    const { y, h } = await row<{ y: number; h: number }>(
      `select (position->>'y')::int y, (position->>'h')::int h from dashboard_card where id = $1`,
      [kpi],
    );
    return y === 5 && h === 4;
  });
});

test('what cannot be saved says why, and where', async () => {
  await using page = await open(at('/edit'));
  await sees(page, /All is saved/);
  await page.locator(`[data-card="${dashboard.cardIds[1]}"] button`).click();
  await field(page, 'SQL').fill('select {{ somewhen }}');
  await sees(page, /Not saved/);
  await sees(page, /line 1, column 8/);
  await field(page, 'SQL').fill('select 1 as one');
  await sees(page, /Saved \d\d:\d\d/);
});

test('who saves upon somebody else’s save is asked whose is to stay', async () => {
  await using page = await open(at('/edit'));
  await sees(page, /All is saved/);
  const theirs = async (title: string) =>
    saveDashboard(
      stage.pool,
      await admin(),
      dashboard.id,
      input(title, { ...KPI, id: dashboard.cardIds[0] }, { ...BARS, id: dashboard.cardIds[1] }),
    );
  await theirs('Theirs');
  await field(page, 'Title').fill('Mine');
  await sees(page, /Somebody else has saved/);
  await button(page, 'Take theirs').click();
  await sees(page, /All is saved|Saved \d\d:\d\d/);
  expect(await page.$eval('main input', (each) => each.value)).toBe('Theirs');
  await theirs('Theirs again');
  await field(page, 'Title').fill('Mine');
  await button(page, 'Keep mine').click();
  await sees(page, /Saved \d\d:\d\d/);
  const { title } = await row<{ title: string }>('select title from dashboard where id = $1', [
    dashboard.id,
  ]);
  expect(title).toBe('Mine');
});

test('a link is made, shown once, opens the dashboard, and is revoked', async () => {
  await using page = await open(at());
  const told = complaints(page);
  await button(page, 'Share').click();
  await page.locator('::-p-aria([name="Frozen"][role="radio"])').click();
  await button(page, 'Make a link').click();
  const link = await page.waitForSelector('[role="dialog"] input[readonly]');
  const url = await link!.evaluate((each) => each.value);
  expect(await (await fetch(url)).text()).toContain('Orders in all');
  await button(page, 'Done').click();
  await button(page, 'Share').click();
  await sees(page, /Frozen at revision 2/, { within: '[role="dialog"]' });
  expect(await page.$('[role="dialog"] input[readonly]')).toBeNull();
  await button(page, 'Revoke').click();
  await sees(page, /Revoked/, { within: '[role="dialog"]' });
  expect((await fetch(url)).status).toBe(404);
  expect(told).toEqual([]);
});

test('it is sent now, by a run that one can follow', async () => {
  await using page = await open(at());
  const told = complaints(page);
  await button(page, 'Send now').click();
  await page.locator('[role="dialog"] textarea').fill('ann@example.com, bob');
  await page.locator('::-p-aria([name="In the mail"][role="radio"])').click();
  await page.locator('[role="dialog"] [type="submit"]').click();
  await sees(page, /No\. 2 is no mail address/, { within: '[role="dialog"]' });
  await page.locator('[role="dialog"] textarea').fill('ann@example.com');
  await page.locator('[role="dialog"] [type="submit"]').click();
  await sees(page, /On its way to ann@example.com/);
  await until('it has come', async () => smtp.received.length === 1);
  expect(smtp.received[0]).toMatchObject({ to: ['ann@example.com'] });
  expect(smtp.received[0]!.mail.subject).toContain(dashboard.title);
  expect(smtp.received[0]!.mail.html).toContain('Orders in all');
  await page.locator('[role="dialog"] a').click();
  await sees(page, /Send Sales/, { within: 'h1' });
  await sees(page, /Succeeded/);
  expect(told).toEqual([]);
});

test('a test of it is sent to oneself', async () => {
  const before = smtp.received.length;
  await using page = await open(at());
  await button(page, 'More').click();
  await page.locator('::-p-aria([name="Send test to me"][role="menuitem"])').click();
  await sees(page, new RegExp(stage.owner.email), { within: '[role="dialog"]' });
  await page.locator('::-p-aria([name="In the mail"][role="radio"])').click();
  await button(page, 'Send the test').click();
  await until('it has come', async () => smtp.received.length > before);
  expect(smtp.received.at(-1)!.to).toEqual([stage.owner.email]);
});

test('before it is deleted, the scenarios that mail it are named', async () => {
  await createScenario(stage.pool, {
    ...stage.place,
    name: 'Weekly digest',
    trigger: { cron: '@weekly' },
    steps: [{ kind: 'send_email_report', name: 'mail', dashboard_ids: [dashboard.id] }],
  });
  await using page = await open(at());
  await button(page, 'More').click();
  await page.locator('::-p-aria([name="Delete"][role="menuitem"])').click();
  await sees(page, /One scenario mails it[\s\S]*Weekly digest[\s\S]*mail/, {
    within: '[role="dialog"]',
  });
  await button(page, 'Delete it all the same').click();
  await page.waitForFunction(() => location.pathname.endsWith('/dashboards'));
  await page.goto(stage.path(at()));
  await sees(page, /It was deleted, or never was/);
});

test.each([
  [1_280, false],
  [1_280, true],
  [390, false],
] as const)('axe finds nothing and nothing is too wide at %i, dark: %s', async (width, dark) => {
  await using page = await open('dashboards', { width, dark });
  await sees(page, new RegExp(dashboard.title));
  expect(await axe(page)).toEqual([]);
  for (const part of ['/edit', '/history', '']) {
    await page.goto(stage.path(at(part)));
    await page.waitForSelector('h1');
    if (part === '') await framed(page, /Orders in all/);
    if (part === '/history') await sees(page, /Made/, { within: '[role="dialog"]' });
    if (part === '/edit') {
      await page.locator(`[data-card="${dashboard.cardIds[1]}"] button`).click();
      await sees(page, /2 rows/);
    }
    expect(await axe(page)).toEqual([]);
    expect(await tooWide(page)).toBe(0);
  }
  for (const name of ['Share', 'Send now']) {
    await button(page, name).click();
    await page.waitForSelector('[role="dialog"]');
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.waitForSelector('[role="dialog"]', { hidden: true });
  }
});
