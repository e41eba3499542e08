/** A key figure: one number with words around it, or the last of a row of numbers with the way that led there. */
import type { CardView } from '../../dashboard/view.ts';
import { NO_VALUE, type Format } from '../format.ts';
import type { Drawn } from './bar.ts';
import { chartData, ChartProblem, toNumber, type Data } from './data.ts';
import { isTime, onAxis } from './frame.ts';

export type Figure = {
  readonly value: string;
  /** What else the row says: `previous 1,234`. */
  readonly beside: readonly { readonly name: string; readonly value: string }[];
  /** What a line below it draws. */
  readonly trend: Data | null;
};

const MOST_BESIDE = 3;

export function figureOf(card: CardView, format: Format): Figure {
  const { columns, rows, options } = card;
  const isSeries = rows.length > 1 && columns.some(isTime);
  const row = rows[isSeries ? rows.length - 1 : 0] ?? [];
  const named = [options.y ?? []].flat()[0];
  const byName = columns.findIndex(({ name }) => name === named);
  if (named !== undefined && byName < 0) throw new ChartProblem(`There is no column "${named}".`);
  const firstNumber = columns.findIndex(({ type }) => type === 'number');
  const at = byName >= 0 ? byName : Math.max(0, firstNumber);
  const written = (index: number) => {
    const number = columns[index]?.type === 'number' ? toNumber(row[index]) : null;
    const column = columns[index];
    if (number !== null) return format.value(number);
    return column ? format.cell(row[index] ?? null, column) : NO_VALUE;
  };
  const beside = columns
    .map(({ name }, index) => ({ name: name.replaceAll('_', ' '), value: written(index), index }))
    .filter(({ index }) => index !== at && !(isSeries && columns[index]?.type === 'number'))
    .slice(0, MOST_BESIDE)
    .map(({ name, value }) => ({ name, value }));
  const trend = isSeries && columns[at]?.type === 'number' ? trendOf(card, columns[at].name) : null;
  return { value: written(at), beside, trend };
}

function trendOf(card: CardView, y: string): Data {
  return chartData({ ...card, options: { ...card.options, y: [y], limit: undefined } });
}

export function trendChart(data: Data): Drawn {
  const points = data.at.map((cell, at) => [onAxis(cell), data.series[0]?.values[at] ?? null]);
  const bare = { show: false, scale: true };
  const option = {
    useUTC: true,
    grid: { left: 2, right: 2, top: 3, bottom: 2, outerBoundsMode: 'none' },
    xAxis: { type: 'time', ...bare },
    yAxis: { type: 'value', ...bare },
    series: [
      {
        type: 'line' as const,
        data: points,
        showSymbol: false,
        lineStyle: { width: 1.5 },
        areaStyle: { opacity: 0.12 },
      },
    ],
  };
  return { option, notes: [] };
}
