/** The HTML of a mail, in what mail readers know: tables, styles at each element, and a style element that only
 *  improves on it: narrow screens and dark ones. */
import { escapeHtml } from '#platform/html.ts';
import type { CardView, DashboardView } from '../dashboard/view.ts';
import { figureOf } from './chart/kpi.ts';
import { placed } from './layout.ts';
import { LOOK } from './look.ts';
import type { MailPicture } from './mail-picture.ts';
import { moreOf, tableOf } from './table.ts';
import {
  asOf,
  describeChart,
  FAILED,
  formatOf,
  leftOutOf,
  nothingIn,
  paragraphsOf,
  periodOf,
  problemOf,
} from './words.ts';

export type MailWords = {
  readonly subject: string;
  readonly message: string | null;
  /** Where it can be looked at. */
  readonly link: string | null;
};

export type MailSize = {
  readonly rows: number;
  readonly cards: number;
  readonly picture: (card: CardView) => MailPicture;
};

const COLUMNS = 6;
const FONT = "font-family:Inter,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const STYLE = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%}
@media (max-width:520px){.pad{padding-left:12px!important;padding-right:12px!important}.kpi{display:inline-block!important;width:44%!important}.c{padding-left:5px!important;padding-right:5px!important;font-size:13px!important}}
@media (prefers-color-scheme:dark){
.ground{background:#131416!important}.sheet{background:#1b1d20!important;border-color:#2e3237!important}
.ink,.ink h1,.ink h2{color:#eceef0!important}.soft{color:#b3b8bf!important}
.line{border-color:#2e3237!important}.accent{color:#f3bd4d!important}
.bad{background:#3d1a18!important;color:#ff8d84!important}.warn{background:#35280f!important;color:#f2b84b!important}
}`;

export function mailHtml(
  views: readonly DashboardView[],
  { subject, message, link }: MailWords,
  size: MailSize,
): string {
  let left = size.cards;
  const parts = views.map((view) => {
    const shown = view.cards.slice(0, Math.max(0, left));
    left -= shown.length;
    return dashboard(view, shown, size);
  });
  const words = (message ?? '').split(/\n\s*\n/).filter((part) => part.trim() !== '');
  const hidden = views.length === 0 ? paragraph('The dashboards are too large for a mail.') : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>${STYLE}</style>
</head>
<body class="ground" style="margin:0;padding:0;background:${LOOK.ground}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="ground" style="background:${LOOK.ground}"><tr><td align="center" style="padding:16px 6px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="sheet" style="max-width:640px;background:${LOOK.surface};border:1px solid ${LOOK.line};border-radius:8px"><tr><td class="pad ink" style="padding:20px 23px;${FONT};font-size:14px;line-height:1.5;color:${LOOK.ink}">
${words.map(paragraph).join('')}${hidden}${parts.join('\n')}${link === null ? '' : more(link)}
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
}

function dashboard(view: DashboardView, cards: readonly CardView[], size: MailSize): string {
  const leftOut = leftOutOf(view);
  const warn = (text: string) =>
    `<p class="warn" style="margin:0 0 12px;padding:8px 12px;border-radius:4px;background:${LOOK.warnGround};color:${LOOK.warn}">${escapeHtml(text)}</p>`;
  const missing = view.cards.length - cards.length;
  const body: string[] = [];
  const ordered = placed(cards).map(({ card }) => card);
  for (let at = 0; at < ordered.length;) {
    const figures = ordered.slice(at).findIndex((card) => !isFigure(card));
    const count = figures === -1 ? ordered.length - at : figures;
    if (count > 0) body.push(figureRows(ordered.slice(at, at + count), view));
    else body.push(block(ordered[at]!, view, size));
    at += Math.max(1, count);
  }
  return `<h1 style="margin:18px 0 0;font-size:21px;line-height:1.3;font-weight:600;color:${LOOK.ink};word-break:break-word">${escapeHtml(view.title)}</h1>
<p class="soft" style="margin:2px 0 14px;padding-bottom:12px;border-bottom:2px solid ${LOOK.accentSolid};font-size:13px;color:${LOOK.ink2}">${escapeHtml(view.project.name)} · ${escapeHtml(periodOf(view))}<br>${escapeHtml(asOf(view))}</p>
${leftOut === null ? '' : warn(leftOut)}${body.join('\n')}${missing > 0 ? soft(`and ${missing} more card${missing === 1 ? '' : 's'}`) : ''}${view.cards.length === 0 ? soft('This dashboard has no cards to show.') : ''}`;
}

const isFigure = (card: CardView) =>
  card.visualisation === 'kpi' && problemOf(card) === null && card.rows.length > 0;

/** Up to three figures side by side; below each other on a phone. */
function figureRows(cards: readonly CardView[], view: DashboardView): string {
  const rows: string[] = [];
  for (let at = 0; at < cards.length; at += 3) {
    const row = cards.slice(at, at + 3);
    const cells = row.map((card) => figure(card, view, Math.floor(100 / row.length)));
    rows.push(
      `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>${cells.join('')}</tr></table>`,
    );
  }
  return rows.join('');
}

function figure(card: CardView, _view: DashboardView, width: number): string {
  const { value, beside } = figureOf(card, formatOf(card));
  const words = beside.map((each) => `${each.name} ${each.value}`).join(', ');
  const size = value.length > 12 ? 19 : 25;
  return `<td class="kpi" width="${width}%" valign="top" style="padding:0 12px 14px 0;${FONT};color:${LOOK.ink}"><div class="soft" style="font-size:13px;color:${LOOK.ink2};word-break:break-word">${escapeHtml(card.title)}</div><div class="ink" style="font-size:${size}px;line-height:1.3;font-weight:600;color:${LOOK.ink}">${escapeHtml(value)}</div>${words === '' ? '' : soft(words)}</td>`;
}

function block(card: CardView, view: DashboardView, size: MailSize): string {
  const { unit } = formatOf(card);
  const beside =
    unit === null || card.visualisation === 'table'
      ? ''
      : ` <span class="soft" style="font-weight:400;color:${LOOK.ink3}">${escapeHtml(unit)}</span>`;
  const title =
    card.title === ''
      ? ''
      : `<h2 style="margin:14px 0 6px;font-size:15px;line-height:1.35;font-weight:600;color:${LOOK.ink};word-break:break-word">${escapeHtml(card.title)}${beside}</h2>`;
  return `${title}${content(card, view, size)}`;
}

function content(card: CardView, view: DashboardView, size: MailSize): string {
  const problem = problemOf(card);
  if (problem !== null) {
    return `<p class="bad" style="margin:0 0 14px;padding:8px 12px;border-radius:4px;background:${LOOK.badGround};color:${LOOK.bad};word-break:break-word"><strong>${FAILED}</strong><br>${escapeHtml(problem)}</p>`;
  }
  if (card.visualisation === 'text') return paragraphsOf(card).map(paragraph).join('');
  const nothing = nothingIn(card, view);
  if (nothing !== null) return soft(nothing);
  if (card.visualisation === 'table') return table(card, size);
  const { cid, width, height, notes } = size.picture(card);
  const label = escapeHtml(describeChart(card, formatOf(card)));
  // White beneath it, also where all else is dark.
  return `<img src="cid:${cid}" width="${width}" height="${height}" alt="${label}" style="display:block;width:100%;max-width:${width}px;height:auto;border:0;border-radius:4px;background:#ffffff;margin:0 0 14px">${notes.map(soft).join('')}`;
}

function table(card: CardView, { rows }: MailSize): string {
  const shown = tableOf(card, formatOf(card), { rows, columns: COLUMNS });
  const side = (at: number) => (shown.head[at]?.isNumber ? 'right' : 'left');
  const heads = shown.head.map(
    ({ name }, at) =>
      `<th scope="col" align="${side(at)}" class="c soft line" style="padding:4px 8px;border-bottom:1px solid ${LOOK.lineStrong};color:${LOOK.ink2}">${escapeHtml(name)}</th>`,
  );
  const cell = (text: string, at: number) =>
    `<td align="${side(at)}" class="c line" style="padding:4px 8px;border-bottom:1px solid ${LOOK.line}${shown.head[at]?.isNumber ? ';white-space:nowrap' : ''}">${escapeHtml(clipped(text))}</td>`;
  const lines = shown.rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`);
  const rest = moreOf(shown, card.truncated);
  return `<table width="100%" cellpadding="0" cellspacing="0" class="ink" style="border-collapse:collapse;font-size:13px;line-height:1.4;color:${LOOK.ink};margin:0 0 10px;word-break:break-word"><thead><tr>${heads.join('')}</tr></thead><tbody>
${lines.join('\n')}
</tbody></table>${rest === null ? '' : soft(rest)}`;
}

const MOST_CHARACTERS = 200;
const clipped = (text: string) =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1).trimEnd()}…` : text;

const paragraph = (text: string) =>
  `<p style="margin:0 0 12px">${escapeHtml(text.trim()).replaceAll('\n', '<br>')}</p>`;
const soft = (text: string) =>
  `<p class="soft" style="margin:0 0 12px;font-size:13px;color:${LOOK.ink3}">${escapeHtml(text)}</p>`;
const more = (link: string) =>
  `<p style="margin:18px 0 0"><a class="accent" href="${escapeHtml(link)}" style="color:${LOOK.accent};font-weight:600">Open in the console</a></p>`;
