/** Tables that fit the terminal: as wide as their content, what matters least cut first. */
import { fit, pad, widthOf } from './width.ts';

export type Column<Row> = {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Colours a cell, once it is cut and padded. */
  readonly paint?: (cell: string, row: Row) => string;
  /** May be cut where the terminal is too narrow: `first`, or only when those are as short as may be. */
  readonly cut?: 'first' | 'last';
};

const GAP = '  ';
/** Narrower, a column says nothing any more. */
const LEAST = 8;

/** The lines of a table, its titles first. Columns that are empty in every row are left out.
 *  @param columns how wide the terminal is; Infinity: nothing is cut. */
export function tableLines<Row>(
  rows: readonly Row[],
  described: readonly Column<Row>[],
  columns: number,
  paintTitle: (title: string) => string,
): string[] {
  const filled = described
    .map((column) => ({ column, cells: rows.map((row) => column.text(row)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const natural = filled.map(({ column, cells }) =>
    Math.max(widthOf(column.title), ...cells.map(widthOf)),
  );
  const widths = shrink(
    natural,
    filled.map(({ column }) => column.cut),
    columns - GAP.length * (filled.length - 1),
  );
  const line = (cell: (index: number, width: number, isLast: boolean) => string) =>
    widths
      .map((width, index) => cell(index, width, index === widths.length - 1))
      .join(GAP)
      .trimEnd();
  const place = (text: string, index: number, width: number, isLast: boolean) => {
    const { align = 'left' } = filled[index]!.column;
    const cut = fit(text, width);
    // Trailing spaces only make lines wrap and diffs noisy.
    return isLast && align === 'left' ? cut : pad(cut, width, align);
  };
  return [
    line((index, width, isLast) =>
      paintTitle(place(filled[index]!.column.title, index, width, isLast)),
    ),
    ...rows.map((row, at) =>
      line((index, width, isLast) => {
        const { column, cells } = filled[index]!;
        const cell = place(cells[at]!, index, width, isLast);
        return column.paint ? column.paint(cell, row) : cell;
      }),
    ),
  ];
}

function shrink(
  natural: readonly number[],
  cuts: readonly Column<never>['cut'][],
  room: number,
): number[] {
  const widths = [...natural];
  for (const turn of ['first', 'last'] as const) {
    for (let over = sum(widths) - room; over > 0; over -= 1) {
      const candidates = widths.map((width, index) => (cuts[index] === turn ? width : 0));
      const longest = Math.max(...candidates);
      if (longest <= LEAST) break;
      widths[candidates.indexOf(longest)] = longest - 1;
    }
  }
  return widths;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
