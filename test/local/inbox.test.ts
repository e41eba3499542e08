import { request } from 'node:http';
import { expect, test } from 'vitest';
import { sendMail } from '#domain/mail/send-mail.ts';
import { startInbox } from '#local/inbox.ts';

const never = new AbortController().signal;

const server = (port: number) => ({
  host: '127.0.0.1',
  port,
  encryption: 'none' as const,
  signIn: null,
  from: 'Demo <demo@demo.example>',
});

test('what is sent can be read a moment later, newest first, as text and as HTML', async () => {
  await using inbox = await startInbox();
  expect(await (await fetch(inbox.url)).text()).toContain('Nothing yet');
  for (const subject of ['First', '<Second>']) {
    const outcome = await sendMail(
      server(inbox.smtpPort),
      {
        to: 'ops@demo.example',
        subject,
        text: 'It is <late>.',
        html: '<p>It is <em>late</em>.</p><script>alert(1)</script>',
        messageId: `<${subject.length}@demo.example>`,
      },
      never,
    );
    expect(outcome).toMatchObject({ outcome: 'sent' });
  }
  const list = await (await fetch(inbox.url)).text();
  expect(list).toMatch(/href="\/2">&lt;Second&gt;<[\s\S]*href="\/1">First</);
  const mail = await (await fetch(`${inbox.url}1`)).text();
  expect(mail).toContain('It is &lt;late&gt;.');
  expect(mail).toContain('ops@demo.example');
  const html = await fetch(`${inbox.url}1/html`);
  expect(html.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await html.text()).toContain('<em>late</em>');
  expect((await fetch(`${inbox.url}3`)).status).toBe(404);
});

test('a page of another name does not read it', async () => {
  await using inbox = await startInbox();
  const status = await new Promise((done, fail) => {
    const call = request(inbox.url, { headers: { host: 'evil.example' } }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    call.on('error', fail).end();
  });
  expect(status).toBe(421);
});
