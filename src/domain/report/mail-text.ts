/** The plain text of a mail, for readers that show no HTML. */
import type { CardView, DashboardView } from '../dashboard/view.ts';
import { figureOf } from './chart/kpi.ts';
import { placed } from './layout.ts';
import type { MailWords } from './mail-html.ts';
import { moreOf, tableOf } from './table.ts';
import {
  asOf,
  FAILED,
  formatOf,
  leftOutOf,
  nothingIn,
  paragraphsOf,
  periodOf,
  problemOf,
} from './words.ts';

const MOST = { rows: 15, columns: 6 };
const MOST_WIDE = 30;
const MOST_CARDS = 100;

export function mailText(
  views: readonly DashboardView[],
  { message, link }: Pick<MailWords, 'message' | 'link'>,
): string {
  const parts = [
    ...(message === null ? [] : [message.trim()]),
    ...views.map(dashboard),
    ...(link === null ? [] : [`Open in the console: ${link}`]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function dashboard(view: DashboardView): string {
  const leftOut = leftOutOf(view);
  const cards = placed(view.cards.slice(0, MOST_CARDS)).map(({ card }) => cardText(card, view));
  const missing = view.cards.length - cards.length;
  return [
    `${view.title}\n${'='.repeat(Math.min(72, view.title.length))}`,
    `${view.project.name} · ${periodOf(view)}\n${asOf(view)}`,
    ...(leftOut === null ? [] : [leftOut]),
    ...cards,
    ...(missing > 0 ? [`and ${missing} more cards`] : []),
  ].join('\n\n');
}

function cardText(card: CardView, view: DashboardView): string {
  const problem = problemOf(card);
  const title = card.title === '' ? '' : `${card.title}\n`;
  if (problem !== null) return `${title}${FAILED}: ${problem}`;
  if (card.visualisation === 'text') return `${title}${paragraphsOf(card).join('\n\n')}`;
  const nothing = nothingIn(card, view);
  if (nothing !== null) return `${title}${nothing}`;
  if (card.visualisation === 'kpi') {
    const { value, beside } = figureOf(card, formatOf(card));
    const words = beside.map((each) => `, ${each.name} ${each.value}`).join('');
    return `${card.title}: ${value}${words}`;
  }
  return `${title}${table(card)}`;
}

function table(card: CardView): string {
  const shown = tableOf(card, formatOf(card), MOST);
  const lines = [shown.head.map(({ name }) => name), ...shown.rows].map((row) => row.map(clipped));
  const widths = shown.head.map((_, at) => Math.max(...lines.map((row) => (row[at] ?? '').length)));
  const written = lines.map((row) =>
    row
      .map((text, at) => {
        const width = widths[at] ?? 0;
        return shown.head[at]?.isNumber ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const rest = moreOf(shown, card.truncated);
  return [...written, ...(rest === null ? [] : [rest])].join('\n');
}

function clipped(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > MOST_WIDE ? `${line.slice(0, MOST_WIDE - 1)}…` : line;
}
