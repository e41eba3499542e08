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
