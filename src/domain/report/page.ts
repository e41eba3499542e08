/** Dashboards as one HTML document, for a browser's window or for paper: styles, fonts and charts
 *  within; no script, nothing that lies elsewhere. Each dashboard on paper begins a page. */
import { escapeHtml } from '#platform/html.ts';
import type { DashboardView } from '../dashboard/view.ts';
import { hasLongTitle, pageCard, printBlocks } from './page-card.ts';
import { embedFonts } from './font/embed.ts';
import { fit } from './font/measure.ts';
import { placed } from './layout.ts';
import { LOOK, SANS } from './look.ts';
import { pageStyle } from './page-style.ts';
import { asOf, leftOutOf, periodOf } from './words.ts';

export type Look = {
  readonly mode: 'page' | 'print';
  /** BCP 47; default en-GB. */
  readonly locale?: string;
  /** Within a page that says already whose it is and what it is called. */
  readonly framed?: boolean;
};

// The document says of itself what its reader enforces as well.
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:`;

export function renderPage(
  views: readonly DashboardView[],
  { mode, locale, framed }: Look,
): string {
  const title = titleOf(views);
  const sections = views
    .map((view, at) => section(view, at, { mode, locale, framed: framed === true }))
    .join('\n');
  const margins = mode === 'print' ? views.map(marginsOf).join('\n') : '';
  // The charts' letters were measured in them: in others, names would be cut.
  const fonts = embedFonts(textOf(sections + margins), mode);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${fonts}${pageStyle(mode)}${margins}</style>
</head>
<body>
<main>
${sections}
</main>
</body>
</html>
`;
}

function titleOf(views: readonly DashboardView[]): string {
  const [first] = views;
  if (!first) return 'Report';
  const titles = views.map(({ title }) => title).join(', ');
  return `${titles} – ${periodOf(first)}`;
}

function section(
  view: DashboardView,
  at: number,
  { mode, locale, framed }: { mode: Look['mode']; locale: string | undefined; framed: boolean },
): string {
  const leftOut = leftOutOf(view);
  const notice = leftOut === null ? '' : `<p class="notice">${escapeHtml(leftOut)}</p>`;
  const context = { view, locale, id: `d${at}` };
  const empty = `<p class="empty">This dashboard has no cards to show.</p>`;
  const cards =
    mode === 'print'
      ? printBlocks(context)
      : `<div class="grid">${placed(view.cards)
          .map((each) => pageCard(each, context))
          .join('\n')}</div>`;
  const period = escapeHtml(periodOf(view));
  const asked = escapeHtml(asOf(view, locale));
  const head = framed
    ? `<p class="sub">${period}</p><p class="sub right">${asked}</p>`
    : `<div><h1 class="clamp">${escapeHtml(view.title)}</h1><p class="sub">${period}</p></div>
<p class="sub right">${escapeHtml(view.project.name)}<br>${asked}</p>`;
  return `<section class="d${at}">
<header${framed ? ' class="framed"' : hasLongTitle(view) ? ' class="long"' : ''}>${head}</header>
${notice}${view.cards.length === 0 ? empty : cards}
</section>`;
}

const MARGIN_PX = 9;

/** What stands in the margins of a dashboard's pages: its name, its period with the zone, the number of the page. */
function marginsOf(view: DashboardView, at: number): string {
  const name = cssText(fit(view.title, 560, MARGIN_PX, true));
  const period = cssText(fit(periodOf(view), 420, MARGIN_PX));
  const font = `font:${MARGIN_PX}px ${SANS};color:${LOOK.ink3};white-space:nowrap`;
  return `@page d${at}{size:A4 landscape;margin:17mm 12mm 13mm;
@top-left{content:${name};${font};font-weight:600;color:${LOOK.ink2};padding-top:3mm}
@top-right{content:${period};${font};padding-top:3mm}
@bottom-left{content:${cssText(fit(view.project.name, 420, MARGIN_PX))};${font}}
@bottom-right{content:"Page " counter(page) " of " counter(pages);${font}}}
.d${at}{page:d${at};break-before:page}`;
}

/** Also safe within a style element, which ends at the first `</`. */
function cssText(text: string): string {
  const safe = text.replaceAll(
    /[\\"<>\n\r\f]/g,
    (character) => `\\${character.codePointAt(0)!.toString(16)} `,
  );
  return `"${safe}"`;
}

/** The words of a piece of HTML, some of its marks among them; it serves to find the letters that are needed. */
function textOf(html: string): string {
  return html
    .replaceAll(/<path [^>]*>/g, '')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
