/** What somebody asks to be sent again: with the message and the files of the first time, under the same Message-ID.
 *  A worker sends it, besides its runs; and gives up what other workers left behind. */
import { row, rows, transaction, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { recordChange } from '../access/audit.ts';
import { permit, type Principal } from '../access/principal.ts';
import { Failure } from '../connector/failure.ts';
import { toText } from '../event/event.ts';
import { readArtifacts } from '../run/artifact.sql.ts';
import { record } from './deliver-report.ts';
import { afterTry, LOST_AFTER_SECONDS, TRY_TIMEOUT_MS, type DeliveryState } from './delivery.ts';
import * as sql from './delivery.sql.ts';
import { findMailServer, refusedRecipient } from './mail-connector.ts';
import { sendMail, type MailOutcome, type OutgoingMail } from './send-mail.ts';

export type AgainDeps = {
  readonly pool: Pool;
  readonly log: Log;
  readonly secretKey: SecretKey | undefined;
};

/** Asks for one that failed, or of which nobody knows whether it arrived.
 *  @param confirmed that it may arrive a second time; needed where it is unknown.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT for one that was sent or is under way, and without the
 *  confirmation. */
export function askAgain(
  { pool }: { readonly pool: Pool },
  who: Principal,
  id: number,
  confirmed: boolean,
): Promise<void> {
  return transaction(pool, async (tx) => {
    const found = await row(tx, sql.findDelivery, [id, who.orgId]);
    if (found === null) throw new DomainError('NOT_FOUND', `No delivery ${id}.`);
    const { state, recipient } = found;
    permit(who, 'project.edit', found.projectId, { type: 'delivery', id });
    if (state !== 'failed' && state !== 'unknown') {
      const message =
        state === 'sent' ? `${recipient} has got it already.` : `It is on its way to ${recipient}.`;
      throw new DomainError('CONFLICT', message, { facts: { state } });
    }
    if (state === 'unknown' && !confirmed) {
      const message = `It may have arrived: sending it again may deliver it to ${recipient} twice. Confirm that.`;
      throw new DomainError('CONFLICT', message, { facts: { state, confirm: true } });
    }
    await rows(tx, sql.ask, [id, who.userId]);
    await recordChange(tx, who, {
      action: 'delivery.resend',
      resourceType: 'delivery',
      resourceId: id,
      before: { state, recipient },
      after: { state: 'pending', recipient },
    });
  });
}

/** Takes up to `limit` that are due; each is to be handed to `deliverAgain`. */
export function takeAsked(pool: Pool, limit: number): Promise<sql.Asked[]> {
  return rows(pool, sql.takeAsked, [limit, LOST_AFTER_SECONDS]);
}

/** Gives up what was begun and never reported, and what waits for a run that has ended. @returns how many. */
export async function giveUpDeliveries(pool: Pool): Promise<number> {
  const lost =
    'the worker was lost while sending; it may have arrived and is not sent again by itself';
  return (await rows(pool, sql.giveUp, [lost, 'its run ended before it was sent'])).length;
}

/** Makes one try and records what came of it. Never throws. @returns the state after it. */
export async function deliverAgain(deps: AgainDeps, asked: sql.Asked): Promise<DeliveryState> {
  const outcome = await tryOnce(deps, asked).catch((error: unknown): MailOutcome => {
    if (error instanceof Failure) {
      return { outcome: 'refused', reply: error.message, retryable: error.retryable };
    }
    deps.log.error({ err: error, deliveryId: asked.id }, 'a report could not be sent');
    return { outcome: 'refused', reply: String(error), retryable: true };
  });
  const { state, inMs } = afterTry(outcome, asked.attempts);
  const reply = toText(outcome.reply).slice(0, 2000);
  await record(deps, [asked.id, asked.attempts, state, reply, inMs]);
  return state;
}

async function tryOnce({ pool, secretKey }: AgainDeps, asked: sql.Asked): Promise<MailOutcome> {
  const why = await refusedRecipient(pool, asked.orgId, asked.recipient);
  if (why !== null) return { outcome: 'refused', reply: why, retryable: false };
  const server = await findMailServer(pool, asked, secretKey);
  return sendMail(server, await readMail(pool, asked), AbortSignal.timeout(TRY_TIMEOUT_MS));
}

/** The message as it was. @throws Failure where its files are gone. */
async function readMail(
  pool: Pool,
  { recipient, subject, messageId, message }: sql.Asked,
): Promise<OutgoingMail> {
  if (message === null) throw new Failure('What was to be sent is not kept; run the step again.');
  const { run, pos, text, html, images } = message;
  const attached = message.attachments.filter((each) => each.attached);
  const names = [...images.map(({ artifact }) => artifact), ...attached.map(({ name }) => name)];
  const found = await rows(pool, readArtifacts, [run, pos, names]);
  const bytesOf = (name: string): Buffer => {
    const file = found.find((each) => each.name === name);
    if (file === undefined) {
      throw new Failure(`The file ${name} of run ${run} is not kept any more; run the step again.`);
    }
    return file.bytes;
  };
  return {
    ...{ to: recipient, subject, messageId, text, html },
    images: images.map(({ cid, artifact }) => ({ cid, png: bytesOf(artifact) })),
    attachments: attached.map(({ name, mediaType }) => ({
      name,
      mediaType,
      bytes: bytesOf(name),
    })),
  };
}
