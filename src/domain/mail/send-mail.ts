/** Sends one message to one recipient and says what is known about it afterwards. Whether it was delivered is never
 *  guessed: once the server has begun to take the message, only its reply tells. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import { converse, settled, type Conversation, type MailServer } from './mail-server.ts';

export type OutgoingMail = {
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Empty: plain text alone. */
  readonly html: string;
  /** With angle brackets; the same for every try of the same message. */
  readonly messageId: string;
  /** Shown by the HTML as `cid:…`. */
  readonly images?: readonly { readonly cid: string; readonly png: Buffer }[];
  readonly attachments?: readonly MailFile[];
};

export type MailFile = {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
};

/** A message as it goes over the wire. */
export type Letter = {
  readonly envelope: { readonly from: string | false; readonly to: string[] };
  readonly raw: Buffer;
};

export type MailOutcome =
  | { readonly outcome: 'sent'; readonly reply: string }
  /** Not delivered. Retryable: a temporary refusal, or the server was not reached. */
  | { readonly outcome: 'refused'; readonly reply: string; readonly retryable: boolean }
  /** The connection was lost while the message was on its way: it may have arrived. */
  | { readonly outcome: 'unknown'; readonly reply: string };

/** @param signal gives the try up: refused before the message was begun, unknown after. */
export async function sendMail(
  server: MailServer,
  mail: OutgoingMail,
  signal: AbortSignal,
): Promise<MailOutcome> {
  const letter = await compose(server, mail);
  try {
    using conversation = await converse(server, signal);
    return await hand(conversation, letter);
  } catch (error) {
    return judge(error, false);
  }
}

/** The message as bytes, signed where the server's set-up says so. */
export async function compose(server: MailServer, mail: OutgoingMail): Promise<Letter> {
  const { to, subject, text, html, messageId, images = [], attachments = [] } = mail;
  const composed = new MailComposer({
    from: server.from,
    to: { name: '', address: to },
    subject,
    text,
    ...(html !== '' && { html }),
    messageId,
    attachments: [
      ...images.map(({ cid, png }) => ({
        cid,
        content: png,
        contentType: 'image/png',
        contentDisposition: 'inline' as const,
        filename: `${cid}.png`,
      })),
      ...attachments.map(({ name, mediaType, bytes }) => ({
        filename: name,
        content: bytes,
        contentType: mediaType,
      })),
    ],
    // No answer from holiday robots (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const envelope = composed.getEnvelope();
  const unsigned = await composed.build();
  const { dkim } = server;
  if (dkim === undefined) return { envelope, raw: unsigned };
  const { domain: domainName, selector: keySelector, key: privateKey } = dkim;
  const signer = new DKIM({ domainName, keySelector, privateKey });
  return { envelope, raw: await buffer(signer.sign(unsigned)) };
}

/** Hands a letter over in a conversation that has been opened. Never throws. */
export async function hand(
  { connection, lost }: Conversation,
  { envelope, raw }: Letter,
): Promise<MailOutcome> {
  let begun = false;
  // Read for the first time when the server has asked for the message (354).
  const message = Readable.from(
    (function* () {
      begun = true;
      yield raw;
    })(),
  );
  try {
    const info = await Promise.race([
      lost,
      settled<{ readonly response: string }>((done) =>
        connection.send({ ...envelope, size: raw.length }, message, done),
      ),
    ]);
    return { outcome: 'sent', reply: info?.response ?? '' };
  } catch (error) {
    return judge(error, begun);
  }
}

/** What the library attaches to its errors. */
type SmtpError = Error & {
  readonly code?: string;
  /** The server's reply, with its number. */
  readonly response?: string;
  readonly responseCode?: number;
  /** Whether that reply is final: any 5yz but 503. */
  readonly permanent?: boolean;
};

// Wrong whatever the server says, now and later: the sign-in, the addresses, the message, the set-up.
const HOPELESS = new Set(['EAUTH', 'ENOAUTH', 'EENVELOPE', 'EMESSAGE', 'ECONFIG']);

/** What an error tells. @param begun whether the server had asked for the message by then. */
export function judge(error: unknown, begun: boolean): MailOutcome {
  // A signal may carry anything as its reason.
  const known = error instanceof Error ? (error as SmtpError) : new Error('it was told to stop');
  const { code = '', response, responseCode, permanent, message } = known as SmtpError;
  if (responseCode !== undefined) {
    return { outcome: 'refused', reply: response ?? message, retryable: permanent !== true };
  }
  if (begun) {
    const reply = `the connection was lost while the message was on its way: ${message}`;
    return { outcome: 'unknown', reply };
  }
  return { outcome: 'refused', reply: message, retryable: !HOPELESS.has(code) };
}
