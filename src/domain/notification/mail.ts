/** A notification as a mail: plain text, and the same as simple HTML without anything that a client must fetch. */
import { escapeHtml } from '#platform/html.ts';
import { senderDomain } from '../connector/smtp.ts';
import type { OutgoingMail } from '../mail/send-mail.ts';
import type { Taken } from './notification.sql.ts';
import { wordsOf, type Words } from './words.ts';

/** @param from the sender, for the domain of the Message-ID: the same for every try, and for no other message, not
 *  even of a database that was restored and counts the same ids again. */
export function mailOf({ id, target, payload, createdAt }: Taken, from: string): OutgoingMail {
  const words = wordsOf(payload);
  return {
    to: target,
    subject: words.subject,
    text: textOf(words),
    html: htmlOf(words),
    messageId: `<notification-${id}.${createdAt.getTime()}@${senderDomain(from)}>`,
  };
}

function textOf({ headline, detail, facts }: Words): string {
  const width = Math.max(...facts.map(([label]) => label.length));
  const table = facts
    .map(([label, value]) => `${`${label}:`.padEnd(width + 2)}${value}`)
    .join('\n');
  return `${[headline, detail, table, FOOTER].filter((part) => part !== null).join('\n\n')}\n`;
}

function htmlOf({ headline, detail, facts }: Words): string {
  const table = facts
    .map(
      ([label, value]) =>
        `<tr><td ${LABEL}>${escapeHtml(label)}</td><td>${escapeHtml(value)}</td></tr>`,
    )
    .join('');
  const quoted = detail === null ? '' : `<pre ${QUOTE}>${escapeHtml(detail)}</pre>`;
  return (
    `<!doctype html><html lang="en"><body ${BODY}><p><strong>${escapeHtml(headline)}</strong></p>${quoted}` +
    `<table cellpadding="0" cellspacing="0">${table}</table><p ${SMALL}>${escapeHtml(FOOTER)}</p></body></html>`
  );
}

const FOOTER =
  'You are told because the scenario is yours or its notifications name you. Who is told is one of its policies (notify).';

const BODY = 'style="font: 15px/1.5 sans-serif; color: #1a1a1a; max-width: 640px"';
const QUOTE =
  'style="white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f4f5; padding: 12px; font-size: 13px"';
const LABEL = 'style="padding-right: 16px; color: #5c5c66; vertical-align: top"';
const SMALL = 'style="color: #5c5c66; font-size: 13px"';
