/** The mail connector over real TLS, with signed messages, and its test message. */
import { createVerify, generateKeyPairSync, createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { mailServerOf, smtp } from '#domain/connector/smtp.ts';
import { sendTestMessage } from '#domain/connector/test-message.ts';
import { sendMail } from '#domain/mail/send-mail.ts';
import { createCertificate } from '#test/support/certificate.ts';
import { principalOf } from '#test/support/factories.ts';
import { createMailConnector, startSmtp } from '#test/support/smtp.ts';
import { createWorld } from '#test/support/world.ts';

const mail = {
  ...{ to: 'ops@example.com', subject: 'Fällig', text: 'It is due.\n' },
  ...{ html: '<p>It is due.</p>', messageId: '<a@sender.example>' },
};
const never = new AbortController().signal;

const opened = (config: object, secrets: object = {}) => ({
  config: smtp.config.parse({ host: '127.0.0.1', from: 'hf@sender.example', ...config }),
  secrets: smtp.secrets.parse(secrets),
});

test.for(['starttls', 'tls'] as const)(
  'over %s the certificate is checked against the authority that the connector names',
  async (secure) => {
    const certificate = createCertificate();
    await using server = await startSmtp({ certificate, secure: secure === 'tls', password: 'pw' });
    const known = opened(
      { port: server.port, secure, user: 'hf', authority: certificate.cert },
      { password: 'pw' },
    );
    expect(await smtp.test(known, never)).toContain('as hf');
    expect(await sendMail(mailServerOf(known), mail, never)).toMatchObject({ outcome: 'sent' });
    const unknown = opened({ port: server.port, secure, user: 'hf' }, { password: 'pw' });
    await expect(smtp.test(unknown, never)).rejects.toThrow(/self-signed/);
    expect(await sendMail(mailServerOf(unknown), mail, never)).toMatchObject({
      outcome: 'refused',
    });
    const other = { ...unknown, config: { ...known.config, authority: createCertificate().cert } };
    await expect(smtp.test(other, never)).rejects.toThrow(/self-signed|certificate/);
    expect(server.received).toHaveLength(1);
  },
);

test('messages are signed for the domain, and the signature holds', async () => {
  await using server = await startSmtp();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const config = { port: server.port, secure: 'none', dkim_domain: 'sender.example' };
  const connector = opened(config, { dkim_key: key });
  expect(await sendMail(mailServerOf(connector), mail, never)).toMatchObject({ outcome: 'sent' });
  const [head = '', ...rest] = server.raw[0]!.toString('latin1').split('\r\n\r\n');
  const fields = head.split(/\r\n(?![ \t])/);
  const signature = fields.find((field) => field.startsWith('DKIM-Signature:'))!;
  const tags = Object.fromEntries(
    signature
      .slice('DKIM-Signature:'.length)
      .replaceAll(/\r\n[ \t]+/g, ' ')
      .split(';')
      .map((tag) => tag.trim().split(/=(.*)/s).slice(0, 2)),
  );
  expect(tags).toMatchObject({ d: 'sender.example', s: 'scheduler', a: 'rsa-sha256' });
  // The body as `relaxed` has it: no spaces at the ends of lines, one empty end.
  const body = `${rest
    .join('\r\n\r\n')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ \r\n/g, '\r\n')
    .replace(/(\r\n)+$/, '')}\r\n`;
  expect(createHash('sha256').update(body, 'latin1').digest('base64')).toBe(
    tags['bh'].replaceAll(' ', ''),
  );
  const relaxed = (field: string) => {
    const [name = '', value = ''] = field.split(/:(.*)/s);
    return `${name.toLowerCase().trim()}:${value
      .replaceAll(/\r\n/g, '')
      .replaceAll(/[ \t]+/g, ' ')
      .trim()}`;
  };
  const signed = String(tags['h'])
    .split(':')
    .map((name) =>
      fields.find((field) => field.toLowerCase().startsWith(`${name.trim().toLowerCase()}:`)),
    )
    .filter((field) => field !== undefined)
    .map((field) => `${relaxed(field)}\r\n`);
  const own = relaxed(signature).replace(/b=[^;]*$/, 'b=');
  const verify = createVerify('sha256').update(signed.join('') + own, 'latin1');
  expect(verify.verify(publicKey, tags['b'].replaceAll(' ', ''), 'base64')).toBe(true);
});

test('a key that is none is refused, and a domain without one is told by the test', async () => {
  expect(smtp.secrets.safeParse({ dkim_key: 'secret' }).success).toBe(false);
  expect(smtp.config.safeParse({ host: 'h', from: 'a@b.example', authority: 'x' }).success).toBe(
    false,
  );
  await using server = await startSmtp();
  const config = { port: server.port, secure: 'none', dkim_domain: 'sender.example' };
  await expect(smtp.test(opened(config), never)).rejects.toThrow(/set dkim_key/);
});

test('a test message goes to whoever asks, and says what the server answered', async () => {
  await using world = await createWorld();
  await using server = await startSmtp();
  await createMailConnector(world.pool, world.org.id, server.port);
  const { rows } = await world.pool.query('select id from connector');
  const owner = await principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });
  const ask = () => sendTestMessage(world.pool, owner, rows[0].id, undefined);
  expect(await ask()).toEqual({
    ok: true,
    message: expect.stringMatching(new RegExp(`^To ${world.owner.email}: sent \\(250`)),
  });
  expect(server.received[0]!.to).toEqual([world.owner.email]);
  server.behave({ rcpt: '550 5.7.1 relaying denied' });
  expect(await ask()).toMatchObject({ ok: false, message: expect.stringContaining('relaying') });
  await world.pool.query(`update connector set type = 'csv'`);
  await expect(ask()).rejects.toThrow('sends no mail');
});
