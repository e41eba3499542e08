/** What the steps of a run put out, shown as what it is, and the files that they left: in a real browser, made by real
 *  steps. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMailGround, type MailGround } from './deliveries-ground.ts';
import { cameAt, fire, save, tooWide, untilRun } from './scenario-ground.ts';
import { axe, complaints, sees } from './stage.ts';

const ANA = 'ana@example.com';
const BEN = 'ben@example.com';

let ground: MailGround;
let folder: string;
let run: number;

beforeAll(async () => {
  ground = await openMailGround();
  folder = await mkdtemp(join(tmpdir(), 'hf-run-artifacts-'));
  await plantDatasets();
  ground.smtp.behave({ rcpt: { [BEN]: '550 5.1.1 no such user' } });
  const { id } = await save(ground.stage, {
    name: 'Everything',
    steps: [
      { kind: 'sync_dataset', name: 'load', datasets: ['orders', 'shops'] },
      { kind: 'snapshot_dashboards', name: 'keep' },
      { kind: 'probe', name: 'other', output: { answer: 'forty-two' } },
      {
        ...{ kind: 'send_email_report', name: 'report', dashboard_ids: [ground.dashboard] },
        ...{ recipients: [ANA, BEN], format: 'pdf', attach_csv: true },
      },
    ],
  });
  run = await fire(ground.stage, id);
  await untilRun(ground.stage, run, 'failed');
});
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Two files; of one a row cannot be read. */
async function plantDatasets(): Promise<void> {
  const { pool, org, project } = ground.stage;
  await writeFile(join(folder, 'orders.csv'), 'id,amount\n1,10\n2\n3,30\n');
  const { rows } = await pool.query(
    `insert into connector (org_id, slug, name, type, config) values ($1, 'files', 'Files', 'csv', $2)
     returning id`,
    [org.id, { folder }],
  );
  await writeFile(join(folder, 'shops.csv'), 'name\nBerlin\nOsaka\n');
  await pool.query(
    `insert into dataset (org_id, project_id, connector_id, slug, name, source, table_name)
     select $1, $2, $3, slug, slug, jsonb_build_object('path', slug || '.csv'), slug
     from unnest(array['orders', 'shops']) slug`,
    [org.id, project.id, rows[0].id],
  );
}

const open = (page: Page, step: number) => page.goto(ground.stage.path(`runs/${run}?step=${step}`));
const wordsOf = async (page: Page, selector: string) =>
  (await page.$eval(selector, (part) => (part as HTMLElement).innerText)).replaceAll(/\s+/g, ' ');

test('a sync shows its rows by dataset, and why some were rejected', async () => {
  const page = await ground.stage.page();
  const told = complaints(page);
  await open(page, 0);
  await page.waitForSelector('[aria-label="By dataset"]');
  expect(await wordsOf(page, '[aria-label="By dataset"] tbody')).toMatch(
    /^orders 3 2 0 0 1 \d+ bytes .+ shops 2 2 0 0 0 \d+ bytes /,
  );
  expect(await wordsOf(page, '[aria-label="Rejected rows of orders"] tbody')).toBe(
    '3 1 fields where there are 2 columns',
  );
  await sees(page, /Rows read\s+5\s+Inserted\s+4/);
  expect(told).toEqual([]);
  await page.close();
});

test('a snapshot shows how many; a kind without a view of its own shows its JSON', async () => {
  const page = await ground.stage.page();
  await open(page, 1);
  await sees(page, /Snapshots made\s+1\s+Recent enough\s+0/);
  await open(page, 2);
  await sees(page, /answer\s+forty-two/, { within: '[aria-label="Output of other"]' });
  await page.close();
});

test('a report shows who has got it, leads to each delivery, and has its files', async () => {
  const page = await ground.stage.page();
  const told = complaints(page);
  await open(page, 3);
  await page.waitForSelector('[aria-label="Recipients"]');
  expect(await wordsOf(page, '[aria-label="Recipients"]')).toBe(
    `${BEN} Failed 550 5.1.1 no such user ${ANA} Sent`,
  );
  await sees(page, /Recipients\s+2\s+Sent\s+1\s+Failed\s+1/);
  const files = await page.$$eval('[aria-label="Files of report"] a', (links) =>
    links.map((link) => [link.ariaLabel, link.href] as const),
  );
  expect(files.map(([label]) => label)).toEqual([
    expect.stringMatching(/^Open sales-overview-\d{4}-\d\d-\d\d\.pdf$/),
    expect.stringMatching(/^Download sales-overview-\d{4}-\d\d-\d\d\.pdf$/),
    'Download sales-overview-revenue-by-shop.csv',
    'Download sales-overview-orders.csv',
  ]);
  const heads = await page.evaluate(
    (addresses) =>
      Promise.all(
        addresses.map(async (address) => {
          const answer = await fetch(address);
          const begin = new TextDecoder().decode((await answer.arrayBuffer()).slice(0, 4));
          return [answer.status, answer.headers.get('content-disposition')?.split(';')[0], begin];
        }),
      ),
    files.map(([, href]) => href),
  );
  expect(heads.slice(0, 2)).toEqual([
    [200, 'inline', '%PDF'],
    [200, 'attachment', '%PDF'],
  ]);
  await page.locator(`[aria-label="Recipients"] a::-p-text(${BEN})`).click();
  await page.waitForSelector(`h1::-p-text(To ${BEN})`);
  expect(told).toEqual([]);
  await page.close();
});

test('the PDF stands in place where the browser has a viewer, and the page’s policy lets it', async () => {
  const page = await ground.stage.page();
  const told = complaints(page);
  await page.evaluateOnNewDocument(() =>
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`refused: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  await open(page, 3);
  await page.waitForSelector('[aria-label="Files of report"]');
  const hasViewer = await page.evaluate(() => navigator.pdfViewerEnabled);
  if (hasViewer) {
    const frame = await page.waitForSelector('iframe[src*="inline=true"]');
    await frame!.scrollIntoView();
    await page.waitForFrame((each) => each.url().includes('inline=true'));
  } else {
    await page.waitForSelector('[aria-label="Recipients"]');
    expect(await page.$('iframe')).toBeNull();
  }
  expect(told).toEqual([]);
  await page.close();
});

test('while a report goes out, each recipient says so within a second', async () => {
  ground.smtp.behave({ rcpt: { [BEN]: '451 4.7.1 come back later' } });
  const going = await ground.send('Going out', [ANA, BEN]);
  const page = await ground.stage.page();
  await page.goto(ground.stage.path(`runs/${going}`));
  await page.waitForSelector('[aria-label="Recipients"] [data-state="PENDING"]');
  const { rows } = await ground.stage.pool.query(
    'select id, message_id from email_delivery where run_id = $1 and recipient = $2',
    [going, BEN],
  );
  // As its server would answer the second time.
  const at = cameAt(page, `[aria-label="Recipients"] [data-state="FAILED"]`);
  const { rows: ended } = await ground.stage.pool.query(
    `with w as (update email_delivery set state = 'failed', reply = '550', finished_at = clock_timestamp()
                where id = $1 returning finished_at)
     select finished_at as at, pg_notify('hf_delivery', $1::text) from w`,
    [rows[0].id],
  );
  expect((await at) - ended[0].at.getTime()).toBeLessThan(1_000);
  await ground.stage.pool.query(
    `update run set cancel_requested_at = clock_timestamp() where id = $1`,
    [going],
  );
  await ground.stage.pool.query(`select pg_notify('hf_cancel', $1)`, [String(going)]);
  await untilRun(ground.stage, going, 'cancelled');
  await page.close();
});

test.each([
  [390, true],
  [1_280, false],
] as const)('outputs fit %i px, and axe finds nothing (dark: %s)', async (width, dark) => {
  const page = await ground.stage.page({ width, dark });
  for (const [step, part] of [
    [0, 'By dataset'],
    [3, 'Recipients'],
  ] as const) {
    await open(page, step);
    await page.waitForSelector(`[aria-label="${part}"]`);
    expect(await tooWide(page)).toBe(0);
    expect(await axe(page)).toEqual([]);
  }
  await page.close();
});
