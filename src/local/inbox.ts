/** The demo's mailbox: a mail server on this machine that delivers nothing, and a page that shows what was sent.
 *  It keeps the last messages in memory, listens on loopback only and forgets them when it stops. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { inboxPage, mailPage } from './inbox-page.ts';

export type Inbox = AsyncDisposable & {
  /** Where it takes mail, without encryption or sign-in. */
  readonly smtpPort: number;
  /** Where a browser reads it. */
  readonly url: string;
};

export type InboxMail = {
  /** 1, 2, 3 … since the start. */
  readonly id: number;
  readonly to: string;
  readonly mail: ParsedMail;
};

const HOST = '127.0.0.1';
const MAX_MAILS = 200;
const MAX_BYTES = 25 * 1024 * 1024;

/** Listens on any two free ports. @throws Error when it cannot. */
export async function startInbox(): Promise<Inbox> {
  const mails: InboxMail[] = [];
  let count = 0;
  const smtp = new SMTPServer({
    hideSTARTTLS: true,
    disabledCommands: ['AUTH'],
    size: MAX_BYTES,
    async onData(stream, { envelope }, done) {
      const to = envelope.rcptTo.map(({ address }) => address).join(', ');
      const mail = await simpleParser(stream).catch((error: Error) => error);
      if (mail instanceof Error) return done(mail);
      mails.unshift({ id: ++count, to, mail });
      mails.splice(MAX_MAILS);
      done(null, `kept as ${count}`);
    },
  });
  // A client that vanished.
  smtp.on('error', () => {});
  await listening(smtp.listen(0, HOST));
  const web = createServer((request, response) => {
    // Only under its own name: another site's page must not read it through a name that it points here.
    if (!/^(127\.0\.0\.1|localhost):\d+$/.test(request.headers.host ?? '')) {
      return void response.writeHead(421).end();
    }
    answer(response, mails, new URL(request.url ?? '/', `http://${HOST}`).pathname);
  });
  await listening(web.listen(0, HOST));
  return {
    smtpPort: (smtp.server.address() as AddressInfo).port,
    url: `http://${HOST}:${(web.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      web.closeAllConnections();
      await Promise.all([
        new Promise((done) => web.close(done)),
        new Promise<void>((done) => smtp.close(done)),
      ]);
    },
  };
}

/** `/`, `/7`, `/7/html`, `/7/attachments/0`. */
function answer(response: ServerResponse, mails: readonly InboxMail[], path: string): void {
  const [, id, part, index] = path.split('/');
  const found = mails.find((each) => String(each.id) === id);
  if (id === '') return page(response, inboxPage(mails));
  if (found === undefined) return void response.writeHead(404).end('No such mail.');
  if (part === undefined) return page(response, mailPage(found));
  if (part === 'html') return page(response, found.mail.html || 'This mail has no HTML.');
  const attachment = part === 'attachments' ? found.mail.attachments[Number(index)] : undefined;
  if (attachment === undefined) return void response.writeHead(404).end('No such part.');
  // Shown where it is harmless, downloaded where it could be a page of its own.
  const shown = /^(application\/pdf|image\/png|text\/csv)$/.test(attachment.contentType);
  response.writeHead(200, {
    'content-type': shown ? attachment.contentType : 'application/octet-stream',
    'x-content-type-options': 'nosniff',
  });
  response.end(attachment.content);
}

// A mail's HTML may look as it likes, and neither run nor fetch anything.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; frame-src 'self'";

function page(response: ServerResponse, html: string): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
  });
  response.end(html);
}

async function listening(server: { once(event: string, listener: () => void): unknown }) {
  await once(server as never, 'listening');
}
