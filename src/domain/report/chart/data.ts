/** What a chart draws of a card's rows: a column of categories or times, and a series for each column of values. */
import type { CardView, Cell, Column } from '../../dashboard/view.ts';
import { MOST_SERIES } from '../look.ts';

export type Series = { readonly name: string; readonly values: readonly (number | null)[] };
export type Data = {
  readonly x: Column;
  readonly at: readonly Cell[];
  readonly series: readonly Series[];
  /** Series that are not drawn, as they could not be told apart. */
  readonly leftOut: number;
};

/** A chart that its card's columns do not allow; the words are shown in its place. */
export class ChartProblem extends Error {
  override readonly name = 'ChartProblem';
}

const read = new WeakMap<CardView, Data>();

/** @throws ChartProblem */
export function chartData(card: CardView): Data {
  let data = read.get(card);
  // A card is asked for its words, its picture and its picture on a phone.
  if (!data) read.set(card, (data = readData(card)));
  return data;
}

function readData({ columns, rows, options }: CardView): Data {
  const index = (name: string) => {
    const found = columns.findIndex((column) => column.name === name);
    if (found >= 0) return found;
    const names = columns.map((column) => column.name).join(', ');
    throw new ChartProblem(`There is no column "${name}". There are: ${names}.`);
  };
  const isNumber = (at: number) => columns[at]?.type === 'number';
  const x = options.x !== undefined ? index(options.x) : firstOther(columns);
  const y =
    options.y !== undefined
      ? [options.y].flat().map(index)
      : columns.map((_, at) => at).filter((at) => at !== x && isNumber(at));
  if (y.length === 0 || columns[x] === undefined) {
    throw new ChartProblem('A chart needs a column to stand along, and one of numbers.');
  }
  const wrong = y.find((at) => !isNumber(at));
  if (wrong !== undefined) {
    throw new ChartProblem(`The column "${columns[wrong]?.name}" has no numbers to draw.`);
  }
  const split = y.length === 1 ? splitBy(columns, rows, x) : undefined;
  const all =
    split === undefined
      ? byColumn(columns, rows, { x, y })
      : byValue(rows, { x, y: y[0]!, by: split });
  const limit = options.limit ?? Infinity;
  const series = all.series.slice(0, MOST_SERIES);
  return {
    x: columns[x],
    at: all.at.slice(0, limit),
    series: series.map(({ name, values }) => ({ name, values: values.slice(0, limit) })),
    leftOut: all.series.length - series.length,
  };
}

/** Numbers that came as texts, since they might be longer than a double holds, are rounded for a picture. */
export function toNumber(cell: Cell | undefined): number | null {
  if (cell === null || cell === undefined || cell === '') return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

function firstOther(columns: readonly Column[]): number {
  return Math.max(
    0,
    columns.findIndex(({ type }) => type !== 'number'),
  );
}

/** A further column of words, when the same category or time comes again and again: each word is a series. */
function splitBy(
  columns: readonly Column[],
  rows: CardView['rows'],
  x: number,
): number | undefined {
  if (new Set(rows.map((row) => row[x])).size === rows.length) return undefined;
  const by = columns.findIndex(({ type }, at) => at !== x && type === 'text');
  return by >= 0 ? by : undefined;
}

function byColumn(
  columns: readonly Column[],
  rows: CardView['rows'],
  { x, y }: { x: number; y: readonly number[] },
) {
  return {
    at: rows.map((row) => row[x] ?? null),
    series: y.map((at) => ({
      name: columns[at]?.name.replaceAll('_', ' ') ?? '',
      values: rows.map((row) => toNumber(row[at])),
    })),
  };
}

function byValue(rows: CardView['rows'], { x, y, by }: { x: number; y: number; by: number }) {
  const at = [...new Set(rows.map((row) => row[x] ?? null))];
  const places = new Map(at.map((cell, place) => [cell, place]));
  const series = new Map<string, (number | null)[]>();
  for (const row of rows) {
    const name = String(row[by] ?? '–');
    let values = series.get(name);
    if (!values)
      series.set(name, (values = Array.from<number | null>({ length: at.length }).fill(null)));
    const place = places.get(row[x] ?? null)!;
    values[place] = (values[place] ?? 0) + (toNumber(row[y]) ?? 0);
  }
  return { at, series: [...series].map(([name, values]) => ({ name, values })) };
}
