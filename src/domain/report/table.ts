/** A card's rows as words: which columns and rows a table shows, and how wide it would like to be. */
import type { CardView, Cell } from '../dashboard/view.ts';
import { measure } from './font/measure.ts';
import { IS_NAME, type Format } from './format.ts';

export type Table = {
  readonly head: readonly { readonly name: string; readonly isNumber: boolean }[];
  readonly rows: readonly (readonly string[])[];
  /** Rows and columns that are there and not shown. */
  readonly moreRows: number;
  readonly moreColumns: number;
};

export type TableSize = { readonly rows: number; readonly columns: number };

export function tableOf(
  { columns, rows, options }: CardView,
  format: Format,
  most: TableSize,
): Table {
  const shown = columns.slice(0, most.columns);
  const wanted = rows.slice(0, options.limit ?? rows.length);
  const kept = wanted.slice(0, most.rows);
  const money = [options.y ?? []].flat();
  const digits = shown.map((_, at) => options.decimals ?? digitsOf(kept.map((row) => row[at])));
  return {
    head: shown.map(({ name, type }) => ({
      name: name.replaceAll('_', ' '),
      isNumber: type === 'number' && !IS_NAME.test(name),
    })),
    rows: kept.map((row) =>
      shown.map((column, at) => {
        const cell = row[at] ?? null;
        const hasUnit = money.includes(column.name) && column.type === 'number' && cell !== null;
        return hasUnit ? format.value(Number(cell)) : format.cell(cell, column, digits[at]);
      }),
    ),
    moreRows: wanted.length - kept.length,
    moreColumns: columns.length - shown.length,
  };
}

const MOST_DIGITS = 2;

/** The same for a whole column, so that its points stand below each other. */
function digitsOf(cells: readonly (Cell | undefined)[]): number {
  let most = 0;
  for (const cell of cells) {
    const written = typeof cell === 'number' ? String(cell) : '';
    most = Math.max(most, Math.min(MOST_DIGITS, (written.split('.')[1] ?? '').length));
  }
  return most;
}

/** px in which every cell is on one line; the first rows speak for the others. */
export function naturalWidth({ head, rows }: Table, fontSize: number, padding: number): number {
  const widths = head.map(({ name }, at) => {
    let most = measure(name, fontSize, true);
    for (const row of rows.slice(0, 100)) most = Math.max(most, measure(row[at] ?? '', fontSize));
    return most + 2 * padding;
  });
  return widths.reduce((sum, width) => sum + width, 0);
}

export type TableType = { readonly fontSize: number; readonly padding: number };

/** As many columns as stand beside each other with their figures and words whole; the others are counted. */
export function narrowed(table: Table, width: number, type: TableType): Table {
  let used = 0;
  let count = 0;
  for (const [at] of table.head.entries()) {
    used += leastWidth(table, at, type);
    if (used > width && count > 0) break;
    count += 1;
  }
  if (count === table.head.length) return table;
  return {
    ...table,
    head: table.head.slice(0, count),
    rows: table.rows.map((row) => row.slice(0, count)),
    moreColumns: table.moreColumns + table.head.length - count,
  };
}

const LONG = 40;
/** Broken wherever it must be, such as an address of the web. */
export const isLongCell = (text: string) => text.length > LONG;

/** Of one column: its longest figure or word. */
function leastWidth({ head, rows }: Table, at: number, { fontSize, padding }: TableType): number {
  let longest = '';
  const see = (text: string) => {
    const parts = head[at]?.isNumber ? [text] : text.split(/[\s-]+/);
    for (const part of parts) if (part.length > longest.length) longest = part;
  };
  for (const row of rows) if (!isLongCell(row[at] ?? '')) see(row[at] ?? '');
  const words = (head[at]?.name ?? '').split(/[\s-]+/);
  const named = Math.max(...words.map((word) => measure(word, fontSize, true)));
  return Math.max(named, measure(longest, fontSize)) + 2 * padding;
}

/** `and 12 more rows`; null: everything is shown. */
export function moreOf({ moreRows, moreColumns }: Table, truncated: boolean): string | null {
  const count = (n: number, one: string) =>
    `${n.toLocaleString('en-GB')} more ${one}${n === 1 ? '' : 's'}`;
  const parts = [
    ...(moreRows > 0 ? [`${count(moreRows, 'row')}${truncated ? ' and beyond' : ''}`] : []),
    ...(moreColumns > 0 ? [count(moreColumns, 'column')] : []),
  ];
  return parts.length === 0 ? null : `and ${parts.join(', ')}`;
}
