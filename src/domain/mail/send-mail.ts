/** Sends one message to one recipient and says what is known about it afterwards. Whether it was delivered is never
 *  guessed: once the server has begun to take the message, only its reply tells. */
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import { converse, settled, type MailServer } from './mail-server.ts';

export type OutgoingMail = {
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With angle brackets; the same for every try of the same message. */
  readonly messageId: string;
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
  const { from } = server;
  const composed = new MailComposer({
    ...mail,
    from,
    to: { name: '', address: mail.to },
    // No answer from holiday robots (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const envelope = composed.getEnvelope();
  const raw = await composed.build();
  let begun = false;
  // Read for the first time when the server has asked for the message (354).
  const message = Readable.from(
    (function* () {
      begun = true;
      yield raw;
    })(),
  );
  try {
    using conversation = await converse(server, signal);
    const { connection, lost } = conversation;
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

function judge(error: unknown, begun: boolean): MailOutcome {
  const { code = '', response, responseCode, permanent, message } = error as SmtpError;
  if (responseCode !== undefined) {
    return { outcome: 'refused', reply: response ?? message, retryable: permanent !== true };
  }
  if (begun) {
    const reply = `the connection was lost while the message was on its way: ${message}`;
    return { outcome: 'unknown', reply };
  }
  return { outcome: 'refused', reply: message, retryable: !HOPELESS.has(code) };
}
