/** One SMTP conversation, from the connection to the sign-in. Encrypted unless the server's set-up says otherwise,
 *  and certificates are always checked. */
import SmtpConnection from 'nodemailer/lib/smtp-connection';

export type MailServer = {
  readonly host: string;
  readonly port: number;
  /** starttls: encrypted before anything is said; tls: from the first byte; none: in clear. */
  readonly encryption: 'starttls' | 'tls' | 'none';
  /** null: without signing in. */
  readonly signIn: { readonly user: string; readonly password: string } | null;
  /** The sender: `ops@example.com` or `Operations <ops@example.com>`. */
  readonly from: string;
  /** Certificates of a private authority, PEM, and no other's; absent: the well-known ones. */
  readonly authority?: string | undefined;
  /** Signs every message (RFC 6376). */
  readonly dkim?: Dkim | undefined;
};

export type Dkim = { readonly domain: string; readonly selector: string; readonly key: string };

// A healthy server answers within a second; one that filters mail may think for half a minute at the end.
const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 45_000;

/** A conversation that has been opened, to be closed whatever becomes of it. */
export type Conversation = Disposable & {
  /** Settles when the connection is lost, whatever else is under way. Never resolves. */
  readonly lost: Promise<never>;
  readonly connection: SmtpConnection;
};

/** Connects and signs in. @throws the library's error, with `responseCode` where the server gave a reason; the
 *  signal's reason when it was aborted. */
export async function converse(server: MailServer, signal: AbortSignal): Promise<Conversation> {
  signal.throwIfAborted();
  const connection = new SmtpConnection({
    host: server.host,
    port: server.port,
    secure: server.encryption === 'tls',
    requireTLS: server.encryption === 'starttls',
    ignoreTLS: server.encryption === 'none',
    ...(server.authority !== undefined && { tls: { ca: server.authority } }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: SILENCE_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    socketCloseTimeout: 1_000,
  });
  const { promise: lost, reject } = Promise.withResolvers<never>();
  // Heard by whoever waits; between two waits nobody may be listening.
  lost.catch(() => {});
  connection.on('error', reject);
  connection.on('end', () => reject(new Error('the server closed the connection')));
  const onAbort = () => {
    reject(signal.reason);
    connection.close();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const close = () => {
    signal.removeEventListener('abort', onAbort);
    connection.close();
  };
  try {
    const { signIn } = server;
    await Promise.race([
      lost,
      settled((done) => connection.connect((error) => done(error ?? null))),
    ]);
    if (signIn !== null) {
      const credentials = { user: signIn.user, pass: signIn.password };
      await Promise.race([
        lost,
        settled((done) => connection.login({ credentials, user: signIn.user }, done)),
      ]);
    }
    return { connection, lost, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

/** A callback of the library as a promise. */
export function settled<T>(begin: (done: (error: Error | null, value?: T) => void) => void) {
  return new Promise<T | undefined>((resolve, reject) =>
    begin((error, value) => (error === null ? resolve(value) : reject(error))),
  );
}
