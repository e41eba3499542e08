/** A mail server of a test's own, on loopback, that behaves as the test asks: over real sockets. */
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Pool } from '#platform/db.ts';
import type { Certificate } from './certificate.ts';

export type Received = {
  readonly from: string;
  readonly to: readonly string[];
  readonly mail: ParsedMail;
};

/** What the server does with a conversation, by what it has got to. Absent: it goes well. */
export type Behaviour = {
  /** Answers RCPT with this instead, e.g. `450 come back later`; those named alone where it is by address. */
  readonly rcpt?: string | Readonly<Record<string, string>>;
  /** Answers the end of the message with this instead. */
  readonly end?: string;
  /** Cuts the connection at this point. `body` is after the whole message has come, before the answer. */
  readonly cut?: 'greeting' | 'rcpt' | 'body';
  /** Takes the whole message and never answers. */
  readonly hang?: true;
};

export type TestSmtp = AsyncDisposable & {
  readonly port: number;
  /** Messages whose end has come, also those that were not acknowledged. */
  readonly received: readonly Received[];
  /** The same, as they came. */
  readonly raw: readonly Buffer[];
  /** Conversations so far. */
  readonly conversations: number;
  /** Conversations that are open. */
  readonly open: number;
  /** Of conversations from now on, in turn; the last one stays. */
  behave(...turns: Behaviour[]): void;
};

export async function startSmtp({
  password,
  certificate,
  secure = false,
}: {
  password?: string;
  /** Offers STARTTLS with it; `secure`: speaks TLS from the first byte. */
  certificate?: Certificate;
  secure?: boolean;
} = {}): Promise<TestSmtp> {
  const received: Received[] = [];
  const raw: Buffer[] = [];
  const sockets = new Map<string, Socket>();
  const behaviours = new Map<string, Behaviour>();
  let turns: Behaviour[] = [{}];
  let conversations = 0;
  const of = (session: SMTPServerSession) => behaviours.get(session.id) ?? {};
  const cut = (session: SMTPServerSession) => sockets.get(session.id)?.destroy();

  const server = new SMTPServer({
    hideSTARTTLS: certificate === undefined,
    secure,
    ...certificate,
    authOptional: password === undefined,
    allowInsecureAuth: true,
    disabledCommands: password === undefined ? ['AUTH'] : [],
    onAuth(auth, _session, done) {
      if (auth.password === password) done(null, { user: auth.username });
      else done(refusal('535 5.7.8 wrong password'));
    },
    onConnect(session, done) {
      conversations += 1;
      const turn = turns.length > 1 ? turns.shift()! : (turns[0] ?? {});
      behaviours.set(session.id, turn);
      const connection = [...server.connections].find((each) => each.session === session);
      if (connection) sockets.set(session.id, connection._socket);
      if (turn.cut === 'greeting') cut(session);
      else done();
    },
    onRcptTo({ address }, session, done) {
      const { cut: where, rcpt: answer } = of(session);
      const rcpt = typeof answer === 'object' ? answer[address] : answer;
      if (where === 'rcpt') cut(session);
      else if (rcpt !== undefined) done(refusal(rcpt));
      else done();
    },
    async onData(stream, session, done) {
      const { cut: where, end, hang } = of(session);
      const { mailFrom, rcptTo } = session.envelope;
      const bytes = await buffer(stream);
      raw.push(bytes);
      received.push({
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        mail: await simpleParser(bytes),
      });
      if (where === 'body') cut(session);
      else if (hang !== true) done(end === undefined ? null : refusal(end), 'queued');
    },
  });
  // What a cut or a killed client leaves behind.
  server.on('error', () => {});
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    raw,
    get conversations() {
      return conversations;
    },
    get open() {
      return server.connections.size;
    },
    behave(...next) {
      turns = next;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.values()) socket.destroy();
      await new Promise<void>((done) => server.close(done));
    },
  };
}

function refusal(reply: string): Error {
  const [code = '', ...words] = reply.split(' ');
  return Object.assign(new Error(words.join(' ')), { responseCode: Number(code) });
}

/** The organisation's mail connector, pointing there. */
export async function createMailConnector(db: Pool, orgId: number, port: number): Promise<void> {
  const config = { host: '127.0.0.1', port, secure: 'none', from: 'Scheduler <hf@sender.example>' };
  await db.query(
    `insert into connector (org_id, slug, name, type, config) values ($1, 'mail', 'Mail', 'smtp', $2)`,
    [orgId, JSON.stringify(config)],
  );
}
