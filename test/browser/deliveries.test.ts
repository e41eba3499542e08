/** Deliveries, in a real browser over the real API: mails go to a real mail server, and what becomes of them is on the
 *  page at once. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '#test/support/worker.ts';
import { openMailGround, type MailGround } from './deliveries-ground.ts';
import { cameAt, fire, tabTo, tooWide, untilRun } from './scenario-ground.ts';
import { axe, complaints, sees } from './stage.ts';

const ANA = 'ana@example.com';
const BEN = 'ben@example.com';
const CLEO = 'cleo@example.com';
const LONG = `${'a-name-that-does-not-fit-'.repeat(2)}@${'long-'.repeat(10)}domain.example`;
const DIALOG = '[role=dialog]';

let ground: MailGround;
let weekly: number;

beforeAll(async () => {
  ground = await openMailGround();
  weekly = await ground.mails('Weekly sales', [ANA, BEN, LONG], { message: 'Good morning.' });
});
afterAll(() => ground?.[Symbol.asyncDispose]());

type Row = { id: number; state: string; recipient: string; message_id: string; finished_at: Date };

async function delivery(recipient: string, run: number): Promise<Row | undefined> {
  const { rows } = await ground.stage.pool.query<Row>(
    'select * from email_delivery where recipient = $1 and run_id = $2',
    [recipient, run],
  );
  return rows[0];
}

const untilSettled = (recipient: string, run: number, state: string) =>
  until(`${recipient} is ${state}`, async () => {
    const row = await delivery(recipient, run);
    return row?.state === state ? row : null;
  });

const open = (page: Page, rest = '') => page.goto(ground.stage.path(`deliveries${rest}`));
const line = (id: number | string, state: string) =>
  `[data-delivery="${id}"] td:first-child [data-state="${state}"]`;
const button = (name: string) => `::-p-aria([name="${name}"][role="button"])`;

test('a mail that is sent stands in the list within a second, without reading the page again', async () => {
  const page = await ground.stage.page();
  const told = complaints(page);
  await open(page);
  await sees(page, /Nothing was sent yet/);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const run = await fire(ground.stage, weekly);
  const seen = cameAt(page, `[data-delivery] [data-state="SENT"]`);
  await untilSettled(ANA, run, 'sent');
  await untilSettled(BEN, run, 'sent');
  const { rows } = await ground.stage.pool.query(
    'select min(finished_at) as at from email_delivery',
  );
  expect((await seen) - rows[0].at.getTime()).toBeLessThan(1_000);
  const { id } = (await delivery(BEN, run))!;
  await page.waitForSelector(line(id, 'SENT'), { timeout: 1_000 });
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
  expect(told).toEqual([]);
  await page.close();
});

test('what failed is found by the filters of the address, says why in the server’s words, and leads to its run', async () => {
  ground.smtp.behave({ rcpt: { [BEN]: '550 5.1.1 no such user' } });
  const run = await fire(ground.stage, weekly);
  const { id } = await untilSettled(BEN, run, 'failed');
  await untilRun(ground.stage, run, 'failed');
  const page = await ground.stage.page();
  await open(page);
  await page.locator('::-p-aria([name="Failed"][role="link"])').click();
  await page.waitForFunction(() => document.querySelectorAll('[data-delivery]').length === 1);
  expect(new URL(page.url()).search).toBe('?state=FAILED');
  await sees(page, /550 5\.1\.1 no such user/, { within: `[data-delivery="${id}"]` });
  await page.type('input[type="search"]', 'nobody-like-that');
  await sees(page, /No delivery is like that/);
  await page.goBack();
  await page.waitForSelector(line(id, 'FAILED'));
  await open(page, `?scenario=${weekly}&to=BEN@`);
  await page.waitForFunction(() => document.querySelectorAll('[data-delivery]').length === 2);
  await open(page, '?until=2001-01-01');
  await sees(page, /No delivery is like that/);
  await open(page, `?run=${run}`);
  await sees(page, new RegExp(`Only run ${run}`));
  await page.waitForFunction(() => document.querySelectorAll('[data-delivery]').length === 3);
  await page.locator(`[data-delivery="${id}"] a::-p-text(run ${run})`).click();
  await sees(page, /The run failed/);
  await page.close();
});

test('one delivery shows each try, and its message as it was sent, in a frame that runs nothing', async () => {
  ground.smtp.behave({ rcpt: '451 4.7.1 come back later' }, {});
  const run = await ground.send('Put off', [ANA], { format: 'pdf', attach_csv: true });
  const { id } = await until('it is put off', async () => {
    const row = await delivery(ANA, run);
    return row?.state === 'pending' && row.finished_at === null ? row : null;
  });
  const page = await ground.stage.page();
  const told = complaints(page);
  await open(page, `/${id}`);
  await sees(page, /Put off[^]*451 4\.7\.1 come back later/);
  // Nobody waits for half a minute: it is given up with its run, and asked for.
  await ground.stage.pool.query(
    `update run set cancel_requested_at = clock_timestamp() where id = $1`,
    [run],
  );
  await ground.stage.pool.query(`select pg_notify('hf_cancel', $1)`, [String(run)]);
  await untilSettled(ANA, run, 'failed');
  await sees(page, /It was not delivered/);
  await page.locator(button('Send again')).click();
  await page.waitForSelector(DIALOG);
  await page.locator(`${DIALOG} footer ${button('Send again')}`).click();
  await page.waitForSelector('h1 ~ [role="status"] [data-state="SENT"]');
  await sees(page, /1\s*Put off[^]*2\s*Sent[^]*250/);
  await sees(page, /Asked for again by\s*Ada Operator/);
  const frame = await page.waitForFrame((each) => each.url().endsWith(`deliveries/${id}/message`));
  await frame.waitForSelector('::-p-text(Sales overview)');
  expect(await frame.evaluate(() => document.scripts.length)).toBe(0);
  const files = await page.$$eval('[aria-label="Attachments"] li', (items) =>
    items.map((item) => item.innerText.replaceAll(/\s+/g, ' ')),
  );
  expect(files).toHaveLength(3);
  expect(files[0]).toMatch(/^sales-overview-\d{4}-\d\d-\d\d\.pdf \d+ KB Open Download$/);
  const href = await page.$eval(
    '[aria-label^="Download sales-overview-"]',
    (link) => (link as HTMLAnchorElement).href,
  );
  const answer = await page.evaluate(async (address) => {
    const { status, headers } = await fetch(address);
    return [status, headers.get('content-disposition')];
  }, href);
  expect(answer).toEqual([200, expect.stringMatching(/^attachment/)]);
  await page.locator('label::-p-text(Plain text)').click();
  await sees(page, /Sales overview/, { within: '[aria-label="Plain text"]' });
  expect(told).toEqual([]);
  await page.close();
});

test('one of which nobody knows is sent again only after a question that says it may arrive twice', async () => {
  ground.smtp.behave({ cut: 'body' }, {});
  const run = await ground.send('Cut off', [CLEO]);
  const { id, message_id: messageId } = await untilSettled(CLEO, run, 'unknown');
  const page = await ground.stage.page();
  await open(page, '?state=UNKNOWN');
  await page.waitForSelector(line(id, 'UNKNOWN'));
  await page.locator(button(`Send again to ${CLEO}`)).click();
  await sees(page, /It may arrive twice/, { within: DIALOG });
  await page.locator(button('Back')).click();
  await page.waitForSelector(DIALOG, { hidden: true });
  expect((await delivery(CLEO, run))!.state).toBe('unknown');
  await page.locator(button(`Send again to ${CLEO}`)).click();
  await page.locator(button('Send it all the same')).click();
  await page.waitForSelector(DIALOG, { hidden: true });
  await untilSettled(CLEO, run, 'sent');
  const ids = ground.smtp.received
    .filter(({ to }) => to.includes(CLEO))
    .map(({ mail }) => mail.messageId);
  expect(ids).toEqual([messageId, messageId]);
  await page.close();
});

test('what is refused is told in the server’s words', async () => {
  ground.smtp.behave({ rcpt: '550 5.1.1 no such user' });
  const run = await ground.send('Refused', [CLEO]);
  const { id } = await untilSettled(CLEO, run, 'failed');
  const page = await ground.stage.page();
  await open(page, `/${id}`);
  await page.locator(button('Send again')).click();
  await page.waitForSelector(DIALOG);
  // Somebody else was faster.
  await ground.stage.pool.query(`update email_delivery set state = 'sent' where id = $1`, [id]);
  await page.locator(`${DIALOG} footer ${button('Send again')}`).click();
  await sees(page, new RegExp(`${CLEO} has got it already`), { within: DIALOG });
  await page.close();
});

test('by keyboard alone: from the list to a delivery, and sent again', async () => {
  ground.smtp.behave({ rcpt: '550 5.1.1 no such user' });
  const run = await ground.send('By keyboard', [BEN]);
  const { id } = await untilSettled(BEN, run, 'failed');
  ground.smtp.behave({});
  const page = await ground.stage.page();
  await open(page, `?run=${run}`);
  await page.waitForSelector(line(id, 'FAILED'));
  await tabTo(page, `[data-delivery="${id}"] a`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1::-p-text(To ben)');
  await page.evaluate(() => document.querySelector<HTMLElement>('main')?.focus());
  await tabTo(page, 'header button');
  await page.keyboard.press('Enter');
  await page.waitForSelector(DIALOG);
  await tabTo(page, `${DIALOG} footer button[data-kind="primary"]`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1 ~ [role="status"] [data-state="SENT"]');
  await page.close();
});

test.each([
  [390, false],
  [1_280, true],
  [2_560, false],
] as const)(
  'list and delivery fit %i px, and axe finds nothing (dark: %s)',
  async (width, dark) => {
    const { rows } = await ground.stage.pool.query(
      `select id from email_delivery where recipient = $1 order by id limit 1`,
      [LONG],
    );
    const page = await ground.stage.page({ width, dark });
    for (const [address, ready] of [
      ['?in=all', '[data-delivery]'],
      [`/${rows[0].id}`, 'iframe'],
    ] as const) {
      await open(page, address);
      await page.waitForSelector(ready);
      expect(await tooWide(page), address).toBe(0);
      expect(await axe(page), address).toEqual([]);
    }
    await page.close();
  },
);
