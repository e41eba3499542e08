/** Sends what is pending. A row says `sending` before anything leaves this machine and what came of it afterwards; a
 *  worker that dies in between leaves a row that is never sent again, because it may have arrived: a visible question
 *  is better than telling twice. */
import { setTimeout as delay } from 'node:timers/promises';
import { isTransient, row, rows, type Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { getConnector, openConnector } from '../connector/connector.ts';
import { Failure } from '../connector/failure.ts';
import { mailServerOf } from '../connector/smtp.ts';
import { toText } from '../event/event.ts';
import { sendMail, type MailOutcome } from '../mail/send-mail.ts';
import { allowsRecipient, getSettings } from '../org/settings.ts';
import { mailOf } from './mail.ts';
import * as sql from './notification.sql.ts';
import type { NotificationState } from './notification.ts';
import { sendWebhook } from './send-webhook.ts';

export type DeliveryDeps = {
  readonly pool: Pool;
  readonly log: Log;
  /** SECRET_KEY, for the mail connector's password. */
  readonly secretKey: SecretKey | undefined;
};

// 1 + 3 tries: after 30 s, 2.5 min and 12.5 min. Servers that turn strangers away at first ask for 5 minutes or more.
export const MAX_TRIES = 4;
const FIRST_RETRY_MS = 30_000;
const RETRY_FACTOR = 5;

// A try ends within a minute whatever the other side does; whoever has not reported after five is dead or frozen.
const TRY_TIMEOUT_MS = 60_000;
const LOST_AFTER_SECONDS = 300;

/** Takes up to `limit` rows that are due and fences them for this caller, who must hand each to `deliver`. */
export function takePending(pool: Pool, limit: number): Promise<sql.Taken[]> {
  return rows(pool, sql.takePending, [limit, LOST_AFTER_SECONDS]);
}

/** Gives up what was begun and never reported. @returns how many. */
export async function giveUpLost(pool: Pool): Promise<number> {
  const why = 'the worker was lost while sending; it may have arrived and is not sent again';
  return (await rows(pool, sql.markLost, [why])).length;
}

/** Milliseconds until the next row is due; null when none waits. */
export async function msUntilNext(pool: Pool): Promise<number | null> {
  return (await row(pool, sql.msUntilNext))?.ms ?? null;
}

/** Makes one try and records what came of it. Never throws. @returns the state after it. */
export async function deliver(deps: DeliveryDeps, taken: sql.Taken): Promise<NotificationState> {
  const { log } = deps;
  const outcome = await tryOnce(deps, taken).catch((error: unknown): MailOutcome => {
    if (error instanceof Failure) {
      return { outcome: 'refused', reply: error.message, retryable: error.retryable };
    }
    log.error({ err: error, notificationId: taken.id }, 'a notification could not be sent');
    return { outcome: 'refused', reply: String(error), retryable: true };
  });
  const { state, inMs } = afterTry(outcome, taken.attempts);
  if (state === 'failed' || state === 'unknown') {
    log.warn(
      { notificationId: taken.id, state, reply: outcome.reply },
      'a notification was not delivered',
    );
  }
  await record(deps, [taken.id, taken.attempts, state, toText(outcome.reply).slice(0, 2000), inMs]);
  return state;
}

async function tryOnce(deps: DeliveryDeps, taken: sql.Taken): Promise<MailOutcome> {
  const { id, orgId, projectId, channel, target, payload, createdAt } = taken;
  const signal = AbortSignal.timeout(TRY_TIMEOUT_MS);
  if (channel === 'webhook') {
    const key = `notification-${id}.${createdAt.getTime()}`;
    return sendWebhook(target, key, { id: key, ...payload }, signal);
  }
  if ((await row(deps.pool, sql.findDeactivated, [orgId, target])) !== null) return DEACTIVATED;
  if (!allowsRecipient(await getSettings(deps.pool, orgId), target)) return NOT_ALLOWED;
  const found = await row(deps.pool, sql.findMailConnector, [orgId, projectId]);
  if (found === null) return NO_CONNECTOR;
  const connector = await getConnector(deps.pool, orgId, found.id);
  const { opened } = openConnector(connector, deps.secretKey);
  const server = mailServerOf(opened as Parameters<typeof mailServerOf>[0]);
  return sendMail(server, mailOf(taken, server.from), signal);
}

const refusal = (reply: string): MailOutcome => ({ outcome: 'refused', reply, retryable: false });

const NO_CONNECTOR = refusal(
  'this organisation has no mail connector; an administrator adds one of the type smtp, and later notifications are sent',
);
const NOT_ALLOWED = refusal(
  'the organisation allows no mail to this domain; an administrator adds it to its settings',
);
const DEACTIVATED = refusal(
  'this member is deactivated; give the scenario another owner, or name others in its policy notify.mail',
);

/** The state after a try. A temporary refusal waits, longer each time, until the tries are used up. */
export function afterTry(
  outcome: MailOutcome,
  attempts: number,
): { state: NotificationState; inMs: number } {
  if (outcome.outcome !== 'refused') return { state: outcome.outcome, inMs: 0 };
  if (!outcome.retryable || attempts >= MAX_TRIES) return { state: 'failed', inMs: 0 };
  return { state: 'pending', inMs: FIRST_RETRY_MS * RETRY_FACTOR ** (attempts - 1) };
}

/** What is known is not forgotten because the database is away for a moment. */
async function record({ pool, log }: DeliveryDeps, values: readonly unknown[]): Promise<void> {
  const deadline = performance.now() + (LOST_AFTER_SECONDS * 1000 - TRY_TIMEOUT_MS) / 2;
  for (;;) {
    try {
      await rows(pool, sql.endTry, values);
      return;
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) {
        log.error({ err: error, notificationId: values[0] }, 'the end of a try was not recorded');
        return;
      }
      await delay(1_000);
    }
  }
}
