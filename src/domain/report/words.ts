/** What a report says in words, the same on a page, on paper and in a mail. */
import type { CardView, DashboardView } from '../dashboard/view.ts';
import { chartData, ChartProblem } from './chart/data.ts';
import { createFormat, formatTime, LOCALE, NO_VALUE, type Format } from './format.ts';

export const FAILED = 'This card could not be drawn';

/** Why a card has nothing to draw, in words; null: it has. For a card without a problem. */
export function nothingIn(card: CardView, { period }: DashboardView): string | null {
  const when = period === null ? '' : ' in this period';
  if (card.rows.length === 0) return `No data${when}`;
  if (!isChart(card)) return null;
  const { series } = chartData(card);
  if (series.every(({ values }) => values.every((value) => value === null))) {
    return `No values${when}`;
  }
  const shares = series[0]?.values ?? [];
  if (card.visualisation !== 'pie' || shares.some((value) => value !== null && value > 0)) {
    return null;
  }
  return 'Nothing to share: no value is above zero';
}

/** `Mon 16 – Sun 22 Nov 2026 · Europe/Berlin` */
export function periodOf({ period }: DashboardView): string {
  return period === null ? 'All time' : `${period.label} · ${period.zone}`;
}

/** `As of 25 Nov 2026, 14:05 Europe/Berlin` */
export function asOf({ period, at }: DashboardView, locale = LOCALE): string {
  const zone = period?.zone ?? 'UTC';
  return `As of ${formatTime(at, locale, zone)} ${zone}`;
}

export function leftOutOf({ leftOut }: DashboardView): string | null {
  if (leftOut === 0) return null;
  const cards = leftOut === 1 ? '1 card is' : `${leftOut} cards are`;
  return `${cards} not shown: not everybody may see ${leftOut === 1 ? 'it' : 'them'}.`;
}

export function formatOf({ options }: CardView, locale = LOCALE): Format {
  return createFormat({ unit: options.unit, decimals: options.decimals, locale });
}

/** Text of a text card: blank lines part paragraphs. */
export function paragraphsOf({ text }: CardView): string[] {
  return (text ?? '')
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export const isChart = ({ visualisation }: CardView) =>
  visualisation !== 'table' && visualisation !== 'text' && visualisation !== 'kpi';

const KINDS = { bar: 'Bar chart', line: 'Line chart', area: 'Area chart', pie: 'Pie chart' };
const MOST_TOLD = 6;

/** A chart in words, for those who do not see it. */
export function describeChart(card: CardView, format: Format): string {
  const kind = KINDS[card.visualisation as keyof typeof KINDS] ?? 'Chart';
  const { x, at, series } = chartData(card);
  const told = series.slice(0, 3).map(({ name, values }) => {
    const points = values.map((value, index) => {
      const written = value === null ? NO_VALUE : format.value(value);
      return `${format.cell(at[index] ?? null, x)} ${written}`;
    });
    const shown =
      points.length <= MOST_TOLD
        ? points
        : [...points.slice(0, MOST_TOLD - 2), '…', ...points.slice(-1)];
    return `${series.length > 1 ? `${name}: ` : ''}${shown.join(', ')}`;
  });
  return `${kind} “${card.title}”. ${told.join('; ')}.`;
}

/** Why a card shows no data of its own; null: it does. */
export function problemOf(card: CardView): string | null {
  if (card.error !== null) return card.error;
  if (!isChart(card) || card.rows.length === 0) return null;
  try {
    chartData(card);
    return null;
  } catch (error) {
    if (error instanceof ChartProblem) return error.message;
    throw error;
  }
}
