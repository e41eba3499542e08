/** A report on its way to one recipient: its states, how often it is tried, and what is kept of it. */
import { createHash } from 'node:crypto';
import { senderDomain } from '../connector/smtp.ts';
import type { MailOutcome } from './send-mail.ts';

export type DeliveryState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown';

export const DELIVERY_TRANSITIONS = {
  // Failed without a try: its run ended before.
  pending: ['sending', 'failed'],
  // Pending again: the server asked to come back later, or was not reached.
  sending: ['pending', 'sent', 'failed', 'unknown'],
  sent: [],
  // Again: a retry of the run, or somebody who asks for it.
  failed: ['pending'],
  // It may have arrived: only somebody who says so sends it again.
  unknown: ['pending'],
} as const satisfies Record<DeliveryState, readonly DeliveryState[]>;

// 1 + 3 tries: after 30 s, 90 s and 4.5 min, while the step waits. Servers that turn strangers away at first ask for 5
// minutes; the last try comes 6.5 min after the first.
export const MAX_TRIES = 4;
const FIRST_RETRY_MS = 30_000;
const RETRY_FACTOR = 3;

// A try ends within two minutes whatever the server does: 20 MB over a slow line take one. Whoever has not reported
// after five is dead or frozen.
export const TRY_TIMEOUT_MS = 120_000;
export const LOST_AFTER_SECONDS = 300;

/** What is known after a try. @param attempts tries so far, this one included. */
export function afterTry(
  outcome: MailOutcome,
  attempts: number,
): { state: DeliveryState; inMs: number } {
  if (outcome.outcome !== 'refused') return { state: outcome.outcome, inMs: 0 };
  if (!outcome.retryable || attempts >= MAX_TRIES) return { state: 'failed', inMs: 0 };
  return { state: 'pending', inMs: FIRST_RETRY_MS * RETRY_FACTOR ** (attempts - 1) };
}

/** A message as it was sent, without the bytes of its files: those are artifacts of a step. */
export type StoredMessage = {
  readonly from: string;
  readonly text: string;
  readonly html: string;
  /** Whose artifacts the files are. */
  readonly run: number;
  readonly pos: number;
  readonly images: readonly { readonly cid: string; readonly artifact: string }[];
  readonly attachments: readonly {
    readonly name: string;
    readonly mediaType: string;
    readonly size: number;
    /** false: too large, the message has a link in its place. */
    readonly attached: boolean;
  }[];
};

/** Whether the message has more than plain text. @param message as stored; null where none is. */
export const hasHtml = (message: unknown): boolean =>
  ((message as Partial<StoredMessage> | null)?.html ?? '') !== '';

/** One try of a delivery. `put_off`: it is tried again. */
export type DeliveryTry = {
  readonly at: Date;
  readonly finishedAt: Date | null;
  readonly state: 'sending' | 'put_off' | 'sent' | 'failed' | 'unknown';
  readonly reply: string | null;
};

type StoredTry = {
  readonly at: string;
  readonly finished_at?: string;
  readonly state?: DeliveryState;
  readonly reply?: string;
};

/** @param stored as the statements about deliveries write it. */
export function readTries(stored: unknown): DeliveryTry[] {
  return (stored as readonly StoredTry[]).map(({ at, finished_at, state = 'sending', reply }) => ({
    at: new Date(at),
    finishedAt: finished_at === undefined ? null : new Date(finished_at),
    state: state === 'pending' ? 'put_off' : state,
    reply: reply ?? null,
  }));
}

/** The Message-ID of a report: the same for every try and every retry of the run, and for no other message, not even
 *  of a database that was restored and counts the same ids again.
 *  @param origin the first run of the chain, and when it was made. */
export function messageIdOf(
  origin: { readonly id: number; readonly createdAt: Date },
  stepName: string,
  recipient: string,
  from: string,
): string {
  const parts = JSON.stringify([stepName, recipient.toLowerCase()]);
  const hash = createHash('sha256').update(parts).digest('hex').slice(0, 24);
  return `<report-${origin.id}.${origin.createdAt.getTime()}.${hash}@${senderDomain(from)}>`;
}
