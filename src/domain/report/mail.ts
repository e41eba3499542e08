/** Dashboards as a mail: tables as HTML, charts as pictures that travel with it, and the same as plain text. No script,
 *  nothing remote; below 100 kB of HTML, since Gmail cuts a message there: rows first, then cards, are left out. */
import type { DashboardView } from '../dashboard/view.ts';
import { mailHtml, type MailWords } from './mail-html.ts';
import { createPictures } from './mail-picture.ts';
import { mailText } from './mail-text.ts';

export type MailImage = { readonly cid: string; readonly png: Buffer };
export type ReportMail = {
  readonly html: string;
  readonly text: string;
  readonly images: readonly MailImage[];
};
export type { MailWords };

const MOST_BYTES = 96 * 1024;
// What is tried until it fits.
const SIZES = [
  { rows: 25, cards: Infinity },
  { rows: 10, cards: Infinity },
  { rows: 5, cards: Infinity },
  { rows: 3, cards: 60 },
  { rows: 3, cards: 30 },
  { rows: 2, cards: 10 },
];

export function renderMail(views: readonly DashboardView[], words: MailWords): ReportMail {
  const pictures = createPictures();
  let html = '';
  for (const size of SIZES) {
    html = mailHtml(views, words, { ...size, picture: pictures.of });
    if (Buffer.byteLength(html) <= MOST_BYTES) break;
  }
  if (Buffer.byteLength(html) > MOST_BYTES)
    html = mailHtml([], words, { rows: 0, cards: 0, picture: pictures.of });
  const used = pictures.all().filter(({ cid }) => html.includes(`cid:${cid}"`));
  return { html, text: mailText(views, words), images: used };
}
