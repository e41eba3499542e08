/** Delivers one report to several recipients, one message each, and never twice: a row says `sending` before anything
 *  leaves this machine. What is lost on the way after that stays a visible question. */
import { isTransient, row, rows, type Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { toJsonb, toText } from '../event/event.ts';
import { FenceLost } from '../run/publish.ts';
import type { DeliveryState, StoredMessage } from './delivery.ts';
import { afterTry, LOST_AFTER_SECONDS, messageIdOf, TRY_TIMEOUT_MS } from './delivery.ts';
import * as sql from './delivery.sql.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { refusedRecipient } from './mail-connector.ts';
import type { Mailer } from './mailer.ts';
import type { MailOutcome, OutgoingMail } from './send-mail.ts';

export type ReportDeps = {
  readonly pool: Pool;
  readonly log: Log;
  readonly mailer: Mailer;
  readonly signal: AbortSignal;
  /** Between two tries. Rejects once the signal fires. */
  wait(ms: number, signal: AbortSignal): Promise<unknown>;
  /** A line for whoever watches the run. */
  say(line: string, level?: 'info' | 'warn' | 'error'): void;
  /** Recipients of whom it is known what came of it. */
  progress(done: number, total: number): void;
};

/** The step that sends. */
export type Sender = {
  readonly runId: number;
  readonly fence: number;
  readonly orgId: number;
  readonly projectId: number;
  /** The first run of the chain of retries; the run itself where it is none. */
  readonly originRunId: number;
  readonly stepName: string;
};

/** The message to everybody. */
export type Report = Pick<OutgoingMail, 'subject' | 'text' | 'html' | 'images' | 'attachments'> & {
  readonly stored: StoredMessage;
};

/** What became of one recipient. `before`: an earlier run or attempt had sent it, or left it unknown. `asked`: somebody
 *  has asked for it, and a worker sends it besides. */
export type Delivered = {
  readonly recipient: string;
  readonly state: Extract<DeliveryState, 'sent' | 'failed' | 'unknown'> | 'asked';
  readonly before: boolean;
  readonly reply: string;
};

// Servers of every size take three at a time from one client; more are told to come back later by some.
const AT_A_TIME = 3;

const LOST =
  'the worker was lost while sending; it may have arrived and is not sent again by itself';

/** Sends to those who have not got it. @param recipients no two the same.
 *  @returns one entry per recipient, in their order.
 *  @throws FenceLost when another claim holds the run; the signal's reason when it fired. */
export async function deliverReport(
  deps: ReportDeps,
  sender: Sender,
  report: Report,
  recipients: readonly string[],
): Promise<Delivered[]> {
  const { pool, say } = deps;
  const prepared = await prepare(pool, sender, report, recipients, say);
  // A row says `sending` only while it is: those who wait for their turn are pending.
  const lanes = createLanes(AT_A_TIME);
  let done = 0;
  deps.progress(0, recipients.length);
  const settled = await Promise.allSettled(
    recipients.map(async (recipient): Promise<Delivered> => {
      const delivery = prepared.find((each) => each.recipient === recipient)!;
      const delivered = await deliverOne(deps, sender, report, delivery, lanes);
      deps.progress(++done, recipients.length);
      return delivered;
    }),
  );
  deps.signal.throwIfAborted();
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

async function prepare(
  pool: Pool,
  sender: Sender,
  report: Report,
  recipients: readonly string[],
  say: ReportDeps['say'],
): Promise<sql.Prepared[]> {
  const { runId, fence, originRunId, stepName, orgId, projectId } = sender;
  const lost = await rows(pool, sql.giveUpBegun, [runId, fence, originRunId, stepName, LOST]);
  for (const { recipient } of lost) say(`${recipient}: ${LOST}`, 'warn');
  // A run of long ago may have been deleted, and its retry stand alone.
  const origin = (await row(pool, sql.findOrigin, [originRunId])) ?? {
    id: originRunId,
    createdAt: new Date(0),
  };
  await rows(pool, sql.prepare, [
    ...[runId, fence, originRunId, stepName, orgId, projectId, recipients],
    recipients.map((each) => messageIdOf(origin, stepName, each, report.stored.from)),
    report.subject,
    toJsonb(report.stored),
  ]);
  const prepared = await rows(pool, sql.listPrepared, [originRunId, stepName, recipients]);
  if (prepared.length < recipients.length) throw new FenceLost(runId, fence);
  return prepared;
}

async function deliverOne(
  deps: ReportDeps,
  sender: Sender,
  report: Report,
  { id, recipient, messageId, state, asked }: sql.Prepared,
  lanes: Lanes,
): Promise<Delivered> {
  const { pool, say, signal } = deps;
  const { runId, fence, orgId } = sender;
  if (asked && state !== 'sent') {
    say(`${recipient}: somebody asked for it to be sent again; it goes out besides this run`);
    return { recipient, state: 'asked', before: true, reply: '' };
  }
  if (state === 'sent' || state === 'unknown') {
    say(
      state === 'sent'
        ? `${recipient}: has it already`
        : `${recipient}: may have it already, so it is not sent again; ask for it under Deliveries`,
      state === 'sent' ? 'info' : 'warn',
    );
    return { recipient, state, before: true, reply: '' };
  }
  const why = await refusedRecipient(pool, orgId, recipient);
  if (why !== null) {
    if ((await row(pool, sql.refuse, [runId, fence, id, why])) === null) {
      throw new FenceLost(runId, fence);
    }
    say(`${recipient}: ${why}`, 'error');
    return { recipient, state: 'failed', before: false, reply: why };
  }
  const mail = { ...report, to: recipient, messageId };
  const tryOnce = async () => {
    signal.throwIfAborted();
    const begun = await row(pool, sql.begin, [runId, fence, id, LOST_AFTER_SECONDS]);
    if (begun === null) throw new FenceLost(runId, fence);
    const tryFor = AbortSignal.any([signal, AbortSignal.timeout(TRY_TIMEOUT_MS)]);
    const outcome = await deps.mailer.send(mail, tryFor).catch((error: unknown): MailOutcome => {
      deps.log.error({ err: error, deliveryId: id }, 'a report could not be sent');
      return { outcome: 'refused', reply: String(error), retryable: false };
    });
    const after = afterTry(outcome, begun.attempts);
    // Told to stop before the message was begun: the next claim goes on with it.
    const stopped = signal.aborted && outcome.outcome === 'refused' && outcome.retryable;
    const next = stopped ? 'pending' : after.state;
    const reply = toText(outcome.reply).slice(0, 2000);
    await record(deps, [id, begun.attempts, next, reply, after.inMs]);
    return { next, reply, inMs: after.inMs };
  };
  for (;;) {
    const { next, reply, inMs } = await lanes.enter(tryOnce);
    if (next !== 'pending' && next !== 'sending') {
      tell(say, recipient, next, reply);
      return { recipient, state: next, before: false, reply };
    }
    signal.throwIfAborted();
    say(`${recipient}: ${reply}; tried again in ${inMs / 1000} s`, 'warn');
    await deps.wait(inMs, signal);
  }
}

function tell(
  say: ReportDeps['say'],
  recipient: string,
  state: 'sent' | 'failed' | 'unknown',
  reply: string,
): void {
  if (state === 'sent') say(`${recipient}: sent (${reply})`);
  else if (state === 'failed') say(`${recipient}: not delivered: ${reply}`, 'error');
  else say(`${recipient}: ${reply}; it may have arrived and is not sent again by itself`, 'warn');
}

/** What is known is not forgotten because the database is away for a moment; what cannot be recorded stays `sending`
 *  and becomes `unknown`. Aborts do not hinder it. */
export async function record(
  { pool, log }: Pick<ReportDeps, 'pool' | 'log'>,
  values: readonly [id: number, attempts: number, ...rest: unknown[]],
): Promise<void> {
  const deadline = performance.now() + RECORD_FOR_MS;
  for (;;) {
    try {
      const ended = await row(pool, sql.endTry, values);
      if (ended === null) log.warn({ deliveryId: values[0] }, 'a delivery was given up meanwhile');
      return;
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) {
        log.error({ err: error, deliveryId: values[0] }, 'the end of a try was not recorded');
        return;
      }
      await pause();
    }
  }
}

const RECORD_FOR_MS = ((LOST_AFTER_SECONDS * 1000 - TRY_TIMEOUT_MS) * 2) / 3;
const pause = () => new Promise((done) => setTimeout(done, 1_000));
