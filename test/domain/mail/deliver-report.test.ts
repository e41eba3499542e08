/** Deliveries of a report over real sockets: what is tried again, what never is, and what a crash leaves behind. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askAgain, deliverAgain, giveUpDeliveries, takeAsked } from '#domain/mail/deliver-again.ts';
import { deliverReport, type Report } from '#domain/mail/deliver-report.ts';
import { DELIVERY_TRANSITIONS, readTries, type DeliveryState } from '#domain/mail/delivery.ts';
import { createMailer } from '#domain/mail/mailer.ts';
import { FenceLost } from '#domain/run/publish.ts';
import { createRun, createUser, principalOf } from '#test/support/factories.ts';
import {
  createMailConnector,
  startSmtp,
  type Behaviour,
  type TestSmtp,
} from '#test/support/smtp.ts';
import { until } from '#test/support/worker.ts';
import { createWorld, type World } from '#test/support/world.ts';

const ANA = 'ana@example.com';
const BEN = 'ben@example.com';
const CLEO = 'cleo@example.com';
const FROM = 'Scheduler <hf@sender.example>';

let world: World;
let smtp: TestSmtp;
let runId: number;
beforeEach(async () => {
  world = await createWorld();
  smtp = await startSmtp();
  runId = await running();
});
afterEach(async () => {
  await smtp[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** A run that a worker holds. @param origin the one that it retries. */
async function running(origin: number | null = null): Promise<number> {
  const steps = [{ kind: 'send_email_report', name: 'weekly', state: 'running' }];
  const { id } = await createRun(world.pool, { ...world.place, state: 'running', steps });
  await world.pool.query('update run set fence = 1, origin_run_id = $2 where id = $1', [
    id,
    origin,
  ]);
  return id;
}

const report: Report = {
  subject: 'Sales',
  text: 'Up.',
  html: '<p>Up.</p>',
  attachments: [{ name: 'a.csv', mediaType: 'text/csv', bytes: Buffer.from('a\r\n1\r\n') }],
  stored: {
    ...{ from: FROM, text: 'Up.', html: '<p>Up.</p>', run: 0, pos: 0, images: [] },
    attachments: [{ name: 'a.csv', mediaType: 'text/csv', size: 6, attached: true }],
  },
};

type Given = {
  run?: number;
  origin?: number;
  fence?: number;
  signal?: AbortSignal;
  waits?: number[];
  /** What happens between two tries. */
  between?: () => unknown;
};

async function deliver(recipients: string[], given: Given = {}) {
  const { run = runId, origin = run, fence = 1, waits = [] } = given;
  const said: string[] = [];
  using mailer = createMailer({
    ...{ host: '127.0.0.1', port: smtp.port, encryption: 'none' as const },
    ...{ signIn: null, from: FROM },
  });
  const delivered = await deliverReport(
    {
      pool: world.pool,
      log: world.log,
      mailer,
      signal: given.signal ?? new AbortController().signal,
      // Nobody waits for minutes: what would have been waited is written down.
      wait: async (ms) => {
        waits.push(ms);
        await given.between?.();
      },
      say: (line) => void said.push(line),
      progress() {},
    },
    {
      ...{ runId: run, fence, originRunId: origin, stepName: 'weekly' },
      ...{ orgId: world.org.id, projectId: world.project.id },
    },
    { ...report, stored: { ...report.stored, run } },
    recipients,
  );
  return { delivered, said, states: delivered.map(({ state }) => state) };
}

type Row = {
  id: number;
  run_id: number;
  recipient: string;
  state: DeliveryState;
  attempts: number;
  reply: string | null;
  message_id: string;
  finished_at: Date | null;
  tries: object[];
};

async function rowsOf(): Promise<Record<string, Row>> {
  const { rows } = await world.pool.query('select * from email_delivery order by id');
  return Object.fromEntries(rows.map((row) => [row.recipient, row]));
}

const arrived = () =>
  smtp.received.map(({ to: [address = ''] }) => address).toSorted((a, b) => a.localeCompare(b));

test('each recipient gets one message of their own, with the files, and a row that says so', async () => {
  const { delivered } = await deliver([ANA, BEN, CLEO]);
  expect(delivered).toMatchObject(
    [ANA, BEN, CLEO].map((recipient) => ({ recipient, state: 'sent' })),
  );
  expect(arrived()).toEqual([ANA, BEN, CLEO]);
  expect(smtp.received.map(({ mail }) => mail.attachments.map((each) => each.filename))).toEqual(
    Array.from({ length: 3 }, () => ['a.csv']),
  );
  const rows = await rowsOf();
  expect(rows[ANA]).toMatchObject({
    state: 'sent',
    attempts: 1,
    reply: expect.stringMatching(/^250/),
  });
  expect(rows[ANA]!.message_id).toMatch(
    new RegExp(`^<report-${runId}\\.\\d+\\.[0-9a-f]{24}@sender\\.example>$`),
  );
  const ids = smtp.received.map(({ mail }) => mail.messageId);
  expect(new Set(ids)).toEqual(new Set(Object.values(rows).map((row) => row.message_id)));
});

test('a conversation is used again while all goes well', async () => {
  const many = Array.from({ length: 12 }, (_, i) => `person-${i}@example.com`);
  const { states } = await deliver(many);
  expect(new Set(states)).toEqual(new Set(['sent']));
  expect(smtp.received).toHaveLength(12);
  expect(smtp.conversations).toBeLessThanOrEqual(3);
});

test('451 twice: one mail, two retries, waiting longer each time', async () => {
  smtp.behave({ rcpt: '451 4.7.1 greylisted' }, { end: '451 4.3.0 disk full' }, {});
  const waits: number[] = [];
  const { states, said } = await deliver([ANA], { waits });
  expect(states).toEqual(['sent']);
  expect(waits).toEqual([30_000, 90_000]);
  expect((await rowsOf())[ANA]).toMatchObject({ state: 'sent', attempts: 3 });
  // The second one came whole and was refused; the third was taken, under the same Message-ID.
  expect(smtp.received.map(({ mail }) => mail.messageId)).toHaveLength(2);
  expect(new Set(smtp.received.map(({ mail }) => mail.messageId)).size).toBe(1);
  expect(said.filter((line) => line.includes('tried again in 30 s'))).toHaveLength(1);
});

test('451 for ever: four tries, then it fails with the server’s words', async () => {
  smtp.behave({ rcpt: '451 4.7.1 greylisted' });
  const waits: number[] = [];
  const { states } = await deliver([ANA], { waits });
  expect(states).toEqual(['failed']);
  expect(waits).toEqual([30_000, 90_000, 270_000]);
  expect((await rowsOf())[ANA]).toMatchObject({
    ...{ state: 'failed', attempts: 4, reply: expect.stringContaining('greylisted') },
    finished_at: expect.any(Date),
  });
});

test('550 for one of three: two get it, one fails with the server’s words and is not tried again', async () => {
  smtp.behave({ rcpt: { [BEN]: '550 5.1.1 no such user' } });
  const { delivered, states } = await deliver([ANA, BEN, CLEO]);
  expect(states).toEqual(['sent', 'failed', 'sent']);
  expect(delivered[1]!.reply).toContain('550 5.1.1 no such user');
  expect((await rowsOf())[BEN]).toMatchObject({ state: 'failed', attempts: 1 });
  expect(arrived()).toEqual([ANA, CLEO]);
});

test('cut before the body: tried again; cut after: unknown, and not sent again', async () => {
  smtp.behave({ cut: 'rcpt' }, {});
  expect((await deliver([ANA])).states).toEqual(['sent']);
  expect((await rowsOf())[ANA]).toMatchObject({ attempts: 2 });
  expect(arrived()).toEqual([ANA]);

  smtp.behave({ cut: 'body' }, {});
  const { states, said } = await deliver([BEN]);
  expect(states).toEqual(['unknown']);
  expect(said.join('\n')).toContain('may have arrived');
  expect((await rowsOf())[BEN]).toMatchObject({ state: 'unknown', attempts: 1 });
  const again = await deliver([BEN], { fence: 1 });
  expect(again.delivered).toMatchObject([{ state: 'unknown', before: true }]);
  expect(arrived()).toEqual([ANA, BEN]);
});

test('a retry of the run sends only to those who have not got it, under the same Message-ID', async () => {
  smtp.behave({ rcpt: { [BEN]: '550 5.1.1 no such user' } });
  await deliver([ANA, BEN]);
  const before = await rowsOf();
  await world.pool.query(`update run set state = 'failed', finished_at = now() where id = $1`, [
    runId,
  ]);
  smtp.behave({});
  const retry = await running(runId);
  const { delivered } = await deliver([ANA, BEN, CLEO], { run: retry, origin: runId });
  expect(delivered).toMatchObject([
    { recipient: ANA, state: 'sent', before: true },
    { recipient: BEN, state: 'sent', before: false },
    { recipient: CLEO, state: 'sent', before: false },
  ]);
  expect(arrived()).toEqual([ANA, BEN, CLEO]);
  const rows = await rowsOf();
  expect(rows[BEN]).toMatchObject({
    ...{ id: before[BEN]!.id, message_id: before[BEN]!.message_id, run_id: retry },
    ...{ state: 'sent', attempts: 1 },
  });
  expect(rows[ANA]!.run_id).toBe(runId);
});

test('what an older claim began and never reported is unknown, and is not sent', async () => {
  await deliver([ANA]);
  await world.pool.query(`update email_delivery set state = 'sending', finished_at = null`);
  await world.pool.query('update run set fence = 2 where id = $1', [runId]);
  const { delivered, said } = await deliver([ANA, BEN], { fence: 2 });
  expect(delivered).toMatchObject([
    { recipient: ANA, state: 'unknown', before: true },
    { recipient: BEN, state: 'sent', before: false },
  ]);
  expect(said[0]).toContain('the worker was lost while sending');
  expect(arrived()).toEqual([ANA, BEN]);
});

test('whoever has lost the run sends nothing', async () => {
  await world.pool.query('update run set fence = 2 where id = $1', [runId]);
  await expect(deliver([ANA])).rejects.toThrow(FenceLost);
  expect(smtp.conversations).toBe(0);
  expect(await rowsOf()).toEqual({});
});

test('nothing more begins once another claim has come between two tries', async () => {
  smtp.behave({ rcpt: '451 4.7.1 greylisted' });
  const between = () => world.pool.query('update run set fence = 2 where id = $1', [runId]);
  await expect(deliver([ANA], { between })).rejects.toThrow(FenceLost);
  expect(smtp.conversations).toBe(1);
  expect(smtp.received).toEqual([]);
});

test('a domain that is not allowed and a member who is deactivated get nothing; the others do', async () => {
  await world.pool.query(
    `update org set settings = '{"allowedRecipientDomains": ["example.com"]}' where id = $1`,
    [world.org.id],
  );
  const gone = await createUser(world.pool, { orgId: world.org.id, deactivatedAt: new Date() });
  const { delivered, states } = await deliver(['x@example.org', gone.email, ANA]);
  expect(states).toEqual(['failed', 'failed', 'sent']);
  expect(delivered[0]!.reply).toContain('allows no mail to this domain');
  expect(delivered[1]!.reply).toContain('deactivated');
  expect(arrived()).toEqual([ANA]);
});

test('told to stop in the middle of a message it stops within 2 s, and says that it is unknown', async () => {
  smtp.behave({ hang: true });
  const stop = new AbortController();
  const delivering = deliver([ANA, BEN, CLEO, 'dan@example.com'], { signal: stop.signal });
  await until('the messages have come', async () => smtp.received.length === 3);
  const told = performance.now();
  stop.abort(new Error('cancelled'));
  await expect(delivering).rejects.toThrow('cancelled');
  expect(performance.now() - told).toBeLessThan(2_000);
  const rows = Object.values(await rowsOf()).toSorted((a, b) => a.state.localeCompare(b.state));
  expect(rows.map(({ state }) => state)).toEqual(['pending', 'unknown', 'unknown', 'unknown']);
  // It had not had its turn.
  const waiting = rows[0]!;
  expect(waiting.attempts).toBe(0);
  await world.pool.query(`update run set state = 'cancelled', finished_at = now() where id = $1`, [
    runId,
  ]);
  expect(await giveUpDeliveries(world.pool)).toBe(1);
  expect((await rowsOf())[waiting.recipient]).toMatchObject({
    state: 'failed',
    reply: 'its run ended before it was sent',
  });
});

test('told to stop before a message was begun leaves it for the next claim', async () => {
  smtp.behave({ rcpt: '451 4.7.1 greylisted' });
  const stop = new AbortController();
  const between = () => stop.abort(new Error('handed over'));
  await expect(deliver([ANA], { signal: stop.signal, between })).rejects.toThrow('handed over');
  expect((await rowsOf())[ANA]).toMatchObject({ state: 'pending', attempts: 1 });
  smtp.behave({});
  await world.pool.query('update run set fence = 2 where id = $1', [runId]);
  expect((await deliver([ANA], { fence: 2 })).states).toEqual(['sent']);
  expect((await rowsOf())[ANA]).toMatchObject({ attempts: 2 });
});

async function ended(...turns: Behaviour[]): Promise<{ id: number }> {
  smtp.behave(...turns);
  await world.pool.query(
    `insert into artifact (org_id, run_id, pos, name, media_type, bytes, size) values ($1, $2, 0, 'a.csv', 'text/csv', 'a', 1)`,
    [world.org.id, runId],
  );
  await deliver([ANA]);
  await world.pool.query(`update run set state = 'failed', finished_at = now() where id = $1`, [
    runId,
  ]);
  await createMailConnector(world.pool, world.org.id, smtp.port);
  return (await rowsOf())[ANA]!;
}

const asOwner = () => principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });

/** One pass of a worker. */
async function pass() {
  const deps = { pool: world.pool, log: world.log, secretKey: undefined };
  const taken = await takeAsked(world.pool, 10);
  await Promise.all(taken.map((each) => deliverAgain(deps, each)));
  return taken.length;
}

test('a failed one that is asked for goes out once, as it was, and leaves a line in the audit log', async () => {
  const { id } = await ended({ rcpt: '550 5.1.1 no such user' }, {});
  await askAgain(world, await asOwner(), id, false);
  expect((await Promise.all([pass(), pass()])).toSorted()).toEqual([0, 1]);
  expect((await rowsOf())[ANA]).toMatchObject({ state: 'sent', attempts: 1 });
  expect(smtp.received).toHaveLength(1);
  const { mail } = smtp.received[0]!;
  expect(mail).toMatchObject({ subject: 'Sales', messageId: (await rowsOf())[ANA]!.message_id });
  expect(mail.attachments.map(({ content }) => content.toString())).toEqual(['a']);
  const { rows } = await world.pool.query(
    `select before, after from audit_log where action = 'delivery.resend'`,
  );
  expect(rows).toMatchObject([{ before: { state: 'failed' }, after: { recipient: ANA } }]);
});

test('an unknown one is sent again only by somebody who confirms that it may arrive twice', async () => {
  const { id } = await ended({ cut: 'body' }, {});
  const owner = await asOwner();
  await expect(askAgain(world, owner, id, false)).rejects.toThrow(/may have arrived.*Confirm/);
  expect(await pass()).toBe(0);
  await askAgain(world, owner, id, true);
  await expect(askAgain(world, owner, id, true)).rejects.toThrow('on its way');
  expect(await pass()).toBe(1);
  await expect(askAgain(world, owner, id, true)).rejects.toThrow('has got it already');
  expect(smtp.received).toHaveLength(2);
});

test('asked for again it is tried four times, each later; without its files it fails and says so', async () => {
  const { id } = await ended({ rcpt: '550 5.1.1 no' }, { rcpt: '451 4.7.1 later' });
  await askAgain(world, await asOwner(), id, false);
  for (const [attempts, seconds] of [
    [1, 30],
    [2, 90],
    [3, 270],
  ]) {
    expect(await pass()).toBe(1);
    const { rows } = await world.pool.query(
      `select state, attempts, extract(epoch from next_at - clock_timestamp())::float8 as s from email_delivery`,
    );
    expect(rows[0]).toMatchObject({ state: 'pending', attempts });
    expect(rows[0].s).toBeCloseTo(seconds!, -0.5);
    expect(await pass()).toBe(0);
    await world.pool.query('update email_delivery set next_at = clock_timestamp()');
  }
  expect(await pass()).toBe(1);
  expect((await rowsOf())[ANA]).toMatchObject({ state: 'failed', attempts: 4 });
  await world.pool.query('delete from artifact');
  smtp.behave({});
  await askAgain(world, await asOwner(), id, false);
  await pass();
  expect((await rowsOf())[ANA]).toMatchObject({
    state: 'failed',
    reply: expect.stringContaining('a.csv of run'),
  });
});

test('each try leaves when it was and what came of it, also those that somebody asks for', async () => {
  const { id } = await ended(
    { rcpt: '451 4.7.1 greylisted' },
    { rcpt: '550 5.1.1 no such user' },
    {},
  );
  await askAgain(world, await asOwner(), id, false);
  await pass();
  const { tries } = (await rowsOf())[ANA]!;
  expect(readTries(tries)).toMatchObject([
    { state: 'put_off', reply: expect.stringContaining('451 4.7.1 greylisted') },
    { state: 'failed', reply: expect.stringContaining('550 5.1.1 no such user') },
    { state: 'sent', reply: expect.stringMatching(/^250/) },
  ]);
  for (const { at, finishedAt } of readTries(tries)) {
    expect(finishedAt!.getTime()).toBeGreaterThanOrEqual(at.getTime());
  }
});

test('of many tries the last fifty are kept', async () => {
  const { id } = await ended({ rcpt: '550 5.1.1 no such user' });
  const { tries } = (await rowsOf())[ANA]!;
  const fifty = Array.from({ length: 50 }, (_, n) => ({ ...tries[0], reply: String(n) }));
  await world.pool.query('update email_delivery set tries = $1', [JSON.stringify(fifty)]);
  await askAgain(world, await asOwner(), id, false);
  await pass();
  const kept = readTries((await rowsOf())[ANA]!.tries);
  expect(kept).toHaveLength(50);
  expect(kept[0]).toMatchObject({ reply: '1' });
  expect(kept[49]).toMatchObject({ state: 'failed', reply: expect.stringContaining('550') });
});

test('what was begun and never reported is given up after five minutes', async () => {
  await deliver([ANA]);
  await world.pool.query(
    `update email_delivery set state = 'sending', finished_at = null, next_at = clock_timestamp() + interval '1 s'`,
  );
  expect(await giveUpDeliveries(world.pool)).toBe(0);
  await world.pool.query(`update email_delivery set next_at = clock_timestamp() - interval '1 s'`);
  expect(await giveUpDeliveries(world.pool)).toBe(1);
  expect((await rowsOf())[ANA]).toMatchObject({ state: 'unknown' });
});

test('a try that is given up ends with why it is unknown', async () => {
  await deliver([ANA]);
  await world.pool.query(
    `update email_delivery set state = 'sending', next_at = clock_timestamp() - interval '1 s',
            tries = jsonb_build_array(jsonb_build_object('at', clock_timestamp()))`,
  );
  await giveUpDeliveries(world.pool);
  expect(readTries((await rowsOf())[ANA]!.tries)).toMatchObject([
    { state: 'unknown', reply: expect.stringContaining('worker was lost') },
  ]);
});

test('nothing ever leaves the state sent', () => {
  expect(DELIVERY_TRANSITIONS.sent).toEqual([]);
});
