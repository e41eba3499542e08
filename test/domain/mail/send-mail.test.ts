import { expect, test } from 'vitest';
import type { MailServer } from '#domain/mail/mail-server.ts';
import { sendMail } from '#domain/mail/send-mail.ts';
import { smtp } from '#domain/connector/smtp.ts';
import { startSmtp, type Behaviour } from '#test/support/smtp.ts';

const mail = {
  to: 'ops@example.com',
  subject: 'Fällig: <Bestellungen>',
  text: 'It has failed.',
  html: '<p>It has failed.</p>',
  messageId: '<notification-1.2@sender.example>',
};

const at = (port: number, more: Partial<MailServer> = {}): MailServer => ({
  host: '127.0.0.1',
  port,
  encryption: 'none',
  signIn: null,
  from: 'Scheduler <hf@sender.example>',
  ...more,
});

const never = new AbortController().signal;

async function outcomeOf(behaviour: Behaviour, signal = never) {
  await using server = await startSmtp();
  server.behave(behaviour);
  const outcome = await sendMail(at(server.port), mail, signal);
  return { outcome, received: server.received };
}

test('a message arrives as it was written, with the Message-ID that it was given', async () => {
  const { outcome, received } = await outcomeOf({});
  expect(outcome).toEqual({ outcome: 'sent', reply: expect.stringMatching(/^250 .*queued/) });
  expect(received).toHaveLength(1);
  const [{ from, to, mail: got } = { from: '', to: [], mail: null }] = received;
  expect({ from, to }).toEqual({ from: 'hf@sender.example', to: ['ops@example.com'] });
  expect(got).toMatchObject({ subject: mail.subject, messageId: mail.messageId });
  expect(got?.text?.trim()).toBe(mail.text);
  expect(got?.headers.get('auto-submitted')).toBe('auto-generated');
});

test.for<[what: string, Behaviour, object]>([
  ['a 4yz reply to the recipient', { rcpt: '450 4.2.0 greylisted' }, { retryable: true }],
  ['a 5yz reply to the recipient', { rcpt: '550 5.1.1 no such user' }, { retryable: false }],
  ['a 4yz reply to the message', { end: '451 4.3.0 disk full' }, { retryable: true }],
  ['a 5yz reply to the message', { end: '554 5.7.1 spam' }, { retryable: false }],
  ['a connection lost at the greeting', { cut: 'greeting' }, { retryable: true }],
  ['a connection lost before the message', { cut: 'rcpt' }, { retryable: true }],
])('%s refuses it', async ([, behaviour, more]) => {
  const { outcome } = await outcomeOf(behaviour);
  expect(outcome).toMatchObject({ outcome: 'refused', ...more });
  const said = behaviour.rcpt ?? behaviour.end;
  if (typeof said === 'string') expect(outcome.reply).toContain(said.split(' ').at(-1));
});

test('a connection lost after the message came leaves it unknown', async () => {
  const { outcome, received } = await outcomeOf({ cut: 'body' });
  expect(outcome).toMatchObject({ outcome: 'unknown', reply: expect.stringContaining('lost') });
  expect(received).toHaveLength(1);
});

test('a server that never acknowledges the message leaves it unknown when the try is given up', async () => {
  const { outcome } = await outcomeOf({ hang: true }, AbortSignal.timeout(500));
  expect(outcome.outcome).toBe('unknown');
});

test('where nothing listens it may be tried again', async () => {
  const server = await startSmtp();
  await server[Symbol.asyncDispose]();
  expect(await sendMail(at(server.port), mail, never)).toMatchObject({
    outcome: 'refused',
    retryable: true,
    reply: expect.stringContaining('ECONNREFUSED'),
  });
});

test('a wrong password is refused for good, the right one signs in', async () => {
  await using server = await startSmtp({ password: 'right' });
  const as = (password: string) => at(server.port, { signIn: { user: 'hf', password } });
  expect(await sendMail(as('wrong'), mail, never)).toMatchObject({
    outcome: 'refused',
    retryable: false,
    reply: expect.stringContaining('535'),
  });
  expect(await sendMail(as('right'), mail, never)).toMatchObject({ outcome: 'sent' });
});

test('without encryption nothing is said to a server that was to be encrypted', async () => {
  await using server = await startSmtp({ password: 'right' });
  const secret = at(server.port, {
    encryption: 'starttls',
    signIn: { user: 'hf', password: 'right' },
  });
  const outcome = await sendMail(secret, mail, never);
  expect(outcome.outcome).toBe('refused');
  expect(server.received).toEqual([]);
});

test('the connector says whether its server answers, and as whom', async () => {
  await using server = await startSmtp({ password: 'right' });
  const config = smtp.config.parse({
    host: '127.0.0.1',
    port: server.port,
    secure: 'none',
    user: 'hf',
    from: 'hf@sender.example',
  });
  expect(await smtp.test({ config, secrets: { password: 'right' } }, never)).toContain('as hf');
  await expect(smtp.test({ config, secrets: { password: 'x' } }, never)).rejects.toThrow(/535/);
  expect(smtp.config.safeParse({ host: 'h', from: 'nobody' }).success).toBe(false);
});
