/** send_email_report as a scenario meets it: real queries, a real browser for PDFs, a real mail server. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import type { Json, StepKind, StepResult } from '#domain/step/kind.ts';
import { executeBy } from '#steps/send_email_report/execute.ts';
import { sendEmailReport, type ReportConfig } from '#steps/send_email_report/kind.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse } from '#test/support/factories.ts';
import { createMailConnector, startSmtp, type TestSmtp } from '#test/support/smtp.ts';
import { until } from '#test/support/worker.ts';
import { createStep, type StepUnderTest } from '../step-under-test.ts';
import {
  BAR,
  BROKEN,
  createDashboard,
  EMPTY,
  fillWarehouse,
  TABLE,
  type CardGiven,
} from './ground.ts';

const ANA = 'ana@example.com';
const BEN = 'ben@example.com';
const CLEO = 'cleo@example.com';

let database: TestDatabase;
let pool: Pool;
let smtp: TestSmtp;
let house: Awaited<ReturnType<typeof createHouse>>;
const waits: number[] = [];
// As registered, but nobody waits for minutes between two tries.
const kind = {
  ...sendEmailReport,
  load: async () => executeBy({ wait: async (ms) => void waits.push(ms) }),
} as StepKind;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 5, log: createLog('test', 'silent') });
  smtp = await startSmtp();
  house = await createHouse(pool);
  await createMailConnector(pool, house.org.id, smtp.port);
  await fillWarehouse(pool, house.project.id);
});
afterAll(async () => {
  await smtp?.[Symbol.asyncDispose]();
  await pool?.end();
  await database?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  smtp.behave({});
  waits.length = 0;
});

const place = () => ({ orgId: house.org.id, projectId: house.project.id });
const dashboard = (cards?: readonly CardGiven[], title?: string) =>
  createDashboard(pool, place(), cards, title);

type Person = keyof typeof house.people;

async function run(
  config: Partial<ReportConfig> & { dashboard_ids: number[] },
  { as = 'admin', ...given }: { as?: Person } & Parameters<typeof createStep>[4] = {},
) {
  const owner = house.people[as];
  const where = { ...place(), userId: owner.id };
  const from = smtp.received.length;
  await using step: StepUnderTest = await createStep(database.url, pool, where, kind, {
    owner,
    ...given,
  });
  const result: StepResult = await step.execute({
    recipients: [ANA],
    format: 'html',
    ...config,
  });
  const { rows: files } = await pool.query(
    'select name, bytes, media_type from artifact where run_id = $1 order by id',
    [step.runId],
  );
  return {
    result,
    runId: step.runId,
    output: result.output as Record<string, Json>,
    lines: step.lines.map(({ line }) => line).join('\n'),
    mails: smtp.received.slice(from),
    files: files as { name: string; bytes: Buffer; media_type: string }[],
  };
}

test('the dashboards are in the mail, with pictures, and the page is kept with the run', async () => {
  const id = await dashboard([BAR, TABLE]);
  const { result, mails, files, output } = await run({
    dashboard_ids: [id],
    message: 'Good morning.\n\nMore <later>.',
    attach_csv: true,
  });
  expect(result.outcome).toBe('succeeded');
  const [{ mail } = { mail: null }] = mails;
  expect(mail!.subject).toBe('Sales overview');
  expect(mail!.text).toContain('Good morning.');
  expect(mail!.text).toContain('Jakarta');
  expect(mail!.html).toContain('More &lt;later&gt;.');
  const pictures = mail!.attachments.filter((each) => each.related);
  expect(pictures.length).toBeGreaterThan(0);
  const csv = mail!.attachments.filter((each) => !each.related);
  expect(csv.map((each) => each.filename)).toEqual([
    'sales-overview-revenue-by-shop.csv',
    'sales-overview-orders.csv',
  ]);
  expect(csv[0]!.content.toString()).toContain('Jakarta,80');
  const names = files.map(({ name }) => name).filter((name) => !name.startsWith('inline/'));
  expect(names[0]).toMatch(/^sales-overview-\d{4}-\d\d-\d\d\.html$/);
  expect(names.slice(1)).toEqual(csv.map((each) => each.filename));
  expect(files[0]!.bytes.toString()).toContain('Jakarta');
  expect(output).toMatchObject({
    ...{ dashboards: 1, cards: 2, cards_failed: 0, cards_left_out: 0, skipped: false },
    ...{ recipients: 1, sent: 1, failed: 0, unknown: 0 },
  });
  await until('no conversation is left open', async () => smtp.open === 0, 5_000);
});

test('as a PDF it is attached, and the same bytes are kept', async () => {
  const ids = [await dashboard([BAR]), await dashboard([TABLE], 'Zweite Übersicht')];
  const { mails, files, result } = await run({
    dashboard_ids: ids,
    format: 'pdf',
    subject: 'Weekly',
    recipients: [ANA, BEN, ANA.toUpperCase()],
  });
  expect(result.outcome).toBe('succeeded');
  expect(mails).toHaveLength(2);
  const { mail } = mails[0]!;
  expect(mail.subject).toBe('Weekly');
  expect(mail.text).toContain('Zweite Übersicht');
  expect(mail.text).toMatch(/Attached: sales-overview-[\d-]+\.pdf/);
  expect(mail.attachments).toMatchObject([
    { filename: expect.stringMatching(/\.pdf$/), contentType: 'application/pdf' },
  ]);
  expect(mail.attachments[0]!.content.subarray(0, 5).toString()).toBe('%PDF-');
  expect(files).toHaveLength(1);
  expect(files[0]!.bytes.equals(mail.attachments[0]!.content)).toBe(true);
}, 60_000);

test('the period is counted in the scenario’s zone, as seen from the due time', async () => {
  const sql = 'select shop, amount from sales where day >= {{ from }} and day < {{ to }}';
  const id = await dashboard([{ ...TABLE, sql }]);
  const { mails, output } = await run(
    { dashboard_ids: [id], time_filter: 'yesterday' },
    // Already the 20th in Jakarta, still the 19th in UTC.
    { dueAt: new Date('2026-11-19T18:00:00Z'), zone: 'Asia/Jakarta' },
  );
  expect(output['periods']).toEqual(['Thu 19 Nov 2026']);
  expect(mails[0]!.mail.subject).toBe('Sales overview: Thu 19 Nov 2026');
  expect(mails[0]!.mail.text).toContain('Jakarta');
  expect(mails[0]!.mail.text).not.toContain('Osaka');
});

test('a card that the owner may not see is absent from everything, and counted', async () => {
  const hidden = {
    ...TABLE,
    title: 'Margins',
    sql: `select 'classified' as margin`,
    permission: 'org.admin',
  };
  const id = await dashboard([BAR, hidden]);
  const { output, mails, files, lines } = await run(
    { dashboard_ids: [id], attach_csv: true },
    { as: 'viewer' },
  );
  expect(output).toMatchObject({ cards: 1, cards_left_out: 1, sent: 1 });
  expect(lines).toContain('1 card is left out');
  const everything = [
    mails[0]!.mail.html,
    mails[0]!.mail.text,
    ...mails[0]!.mail.attachments.map(({ content }) => content.toString('latin1')),
    ...files.map(({ bytes }) => bytes.toString('latin1')),
    ...files.map(({ name }) => name),
  ].join('\n');
  expect(everything).not.toMatch(/classified|Margins|margins/);
  const none = await run({ dashboard_ids: [await dashboard([hidden])] }, { as: 'viewer' });
  expect(none.result).toMatchObject({
    outcome: 'failed',
    reason: expect.stringContaining('may see none of the 1 cards'),
  });
  expect(none.mails).toEqual([]);
});

test('a card that fails is a warning; when all do, nothing is sent and the step fails', async () => {
  const one = await run({ dashboard_ids: [await dashboard([BAR, BROKEN])] });
  expect(one.result.outcome).toBe('succeeded');
  expect(one.output).toMatchObject({ cards_failed: 1, sent: 1 });
  expect(one.lines).toMatch(/card “Returns”: .*returns/);
  const all = await run({ dashboard_ids: [await dashboard([BROKEN, BROKEN])] });
  expect(all.result).toMatchObject({
    outcome: 'failed',
    reason: expect.stringContaining('the query of every card failed'),
  });
  expect(all.mails).toEqual([]);
});

test('with skip_if_empty nothing is sent when no card has a row', async () => {
  const id = await dashboard([EMPTY, { title: 'Note', visualisation: 'text' }]);
  const skipped = await run({ dashboard_ids: [id], skip_if_empty: true });
  expect(skipped.result).toMatchObject({
    outcome: 'succeeded',
    output: { skipped: true, sent: 0 },
  });
  expect(skipped.mails).toEqual([]);
  const sent = await run({ dashboard_ids: [id] });
  expect(sent.mails).toHaveLength(1);
  const some = await run({ dashboard_ids: [await dashboard([EMPTY, BAR])], skip_if_empty: true });
  expect(some.mails).toHaveLength(1);
});

test('550 for one of three: two get it, and then the step fails with the server’s words', async () => {
  smtp.behave({ rcpt: { [BEN]: '550 5.1.1 no such user' } });
  const { result, mails, output } = await run({
    dashboard_ids: [await dashboard()],
    recipients: [ANA, BEN, CLEO],
  });
  expect(new Set(mails.flatMap(({ to }) => to))).toEqual(new Set([ANA, CLEO]));
  expect(result).toMatchObject({ outcome: 'failed', retryable: false });
  expect((result as { reason: string }).reason).toMatch(
    /^1 of 3 recipients did not get it: ben@example\.com: .*550 5\.1\.1 no such user/,
  );
  expect(output).toMatchObject({ sent: 2, failed: 1 });
});

test('451 twice is waited out; a mail that is lost on the way is a warning', async () => {
  smtp.behave({ rcpt: '451 4.7.1 greylisted' }, { rcpt: '451 4.7.1 greylisted' }, {});
  const late = await run({ dashboard_ids: [await dashboard()] });
  expect(late.result.outcome).toBe('succeeded');
  expect(late.mails).toHaveLength(1);
  expect(waits).toEqual([30_000, 90_000]);
  smtp.behave({ cut: 'body' }, {});
  const lost = await run({ dashboard_ids: [await dashboard()] });
  expect(lost.result.outcome).toBe('succeeded');
  expect(lost.output).toMatchObject({ sent: 0, unknown: 1 });
  expect(lost.lines).toContain('may have arrived');
});

test('what is above 20 MB is kept, and a link takes its place', async () => {
  const sql = `select n, repeat(md5(n::text), 70) as words from generate_series(1, 9000) n`;
  const id = await dashboard([{ ...TABLE, title: 'Everything', sql }, BAR]);
  const { mails, files, runId, lines } = await run(
    { dashboard_ids: [id], attach_csv: true },
    { publicUrl: 'https://scheduler.example' },
  );
  const { mail } = mails[0]!;
  const attached = mail.attachments.filter((each) => !each.related).map((each) => each.filename);
  expect(attached).toEqual(['sales-overview-revenue-by-shop.csv']);
  const link = `https://scheduler.example/api/scheduler/runs/${runId}/artifacts/sales-overview-everything.csv`;
  expect(mail.text).toContain(link);
  expect(mail.text).toContain(`https://scheduler.example/p/${house.project.slug}/runs/${runId}`);
  expect(lines).toContain('too large for a mail');
  expect(files.map(({ name }) => name)).toContain('sales-overview-everything.csv');
  const { rows } = await pool.query('select message from email_delivery where run_id = $1', [
    runId,
  ]);
  expect(rows[0].message.attachments).toMatchObject([
    { name: 'sales-overview-revenue-by-shop.csv', attached: true },
    { name: 'sales-overview-everything.csv', attached: false },
  ]);
}, 60_000);

test('a dashboard of another organisation, or one that the owner lost, fails before anything is sent', async () => {
  const [mine, theirs] = [
    await dashboard(),
    await createDashboard(pool, { orgId: house.otherOrg.id, projectId: house.otherProject.id }),
  ];
  const foreign = await run({ dashboard_ids: [mine, theirs] });
  expect(foreign.result).toMatchObject({
    outcome: 'failed',
    reason: expect.stringMatching(/dashboard_ids\[1\]: there is no such dashboard/),
  });
  const lost = await run({ dashboard_ids: [mine] }, { as: 'nobody' });
  expect(lost.result).toMatchObject({ outcome: 'failed', retryable: false });
  expect([...foreign.mails, ...lost.mails]).toEqual([]);
});

test('without a mail connector it fails and says what to do', async () => {
  await pool.query(`update connector set type = 'csv' where slug = 'mail'`);
  try {
    const { result } = await run({ dashboard_ids: [await dashboard()] });
    expect(result).toMatchObject({
      outcome: 'failed',
      retryable: false,
      reason: expect.stringContaining('an administrator adds one of the type smtp'),
    });
  } finally {
    await pool.query(`update connector set type = 'smtp' where slug = 'mail'`);
  }
});
