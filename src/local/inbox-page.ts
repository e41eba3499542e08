/** The inbox as pages: a list, and a mail with its parts. */
import { escapeHtml } from '#platform/html.ts';
import type { InboxMail } from './inbox.ts';

export function inboxPage(mails: readonly InboxMail[]): string {
  const rows = mails.map(
    ({ id, to, mail }) =>
      `<tr><td>${time(mail.date)}</td><td>${escapeHtml(to)}</td>` +
      `<td><a href="/${id}">${escapeHtml(mail.subject ?? '(no subject)')}</a></td></tr>`,
  );
  const table =
    rows.length === 0
      ? '<p>Nothing yet. What the demo sends appears here; it leaves this machine for nobody.</p>'
      : `<table><tr><th>Sent</th><th>To</th><th>Subject</th></tr>${rows.join('')}</table>`;
  return page('Inbox', `<h1>Inbox</h1>${table}`, '<meta http-equiv="refresh" content="5">');
}

export function mailPage({ id, to, mail }: InboxMail): string {
  const attachments = mail.attachments.map(
    ({ filename, size }, i) =>
      `<li><a href="/${id}/attachments/${i}">${escapeHtml(filename ?? 'unnamed')}</a>, ${size} bytes</li>`,
  );
  return page(
    mail.subject ?? '',
    `<p><a href="/">Inbox</a></p><h1>${escapeHtml(mail.subject ?? '(no subject)')}</h1>
     <p>From ${escapeHtml(mail.from?.text ?? '')}<br>To ${escapeHtml(to)}<br>${time(mail.date)}<br>
     <small>${escapeHtml(mail.messageId ?? '')}</small></p>
     ${attachments.length > 0 ? `<ul>${attachments.join('')}</ul>` : ''}
     ${mail.html ? `<iframe title="The message" src="/${id}/html" sandbox></iframe>` : ''}
     <h2>As text</h2><pre>${escapeHtml(mail.text ?? '')}</pre>`,
  );
}

const STYLE = `body { font: 15px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top }
  iframe { width: 100%; height: 24rem; border: 1px solid #ccc; background: #fff }
  pre { white-space: pre-wrap }`;

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)}</title>
    <meta name="viewport" content="width=device-width">${head}<style>${STYLE}</style>${body}</html>`;
}

const time = (date: Date | undefined) => escapeHtml(date?.toISOString().replace('T', ' ') ?? '');
