/** Judges the cells of a row while they stream by: does the row fit the columns, and which type does a new
 *  column need? */
import type { Cell } from '../connector/connector-type.ts';
import { encodeCell } from '../connector/copy-text.ts';
import { Failure } from '../connector/failure.ts';
import { FITS, typeOf, widen, type InferredType } from './column-type.ts';
import { checkFor } from './existing-type.ts';
import { typeChange, type PlannedColumn } from './target-table.ts';

// A stray text in a typed column is dirt, and its row is rejected; more of them than this share of all rows
// and the column has changed its type. One value of another type proper (2.5 or 3000000000 among integers)
// is a change at once: rejecting such rows would lose good data.
const DIRT_SHARE = 0.01;

type Column = PlannedColumn & {
  /** The narrowest type of a new column so far; null before its first value. */
  inferred: InferredType | null;
  check: ((text: string) => boolean) | null;
  misfits: number;
  firstMisfit: { line: number; text: string } | null;
};

export class RowCheck {
  readonly #columns: Column[];
  /** Values that hold U+FFFD in place of something that cannot be kept. */
  replaced = 0;

  constructor(planned: readonly PlannedColumn[]) {
    this.#columns = planned.map((column) => ({
      ...column,
      inferred: null,
      check: checkOf(column),
      misfits: 0,
      firstMisfit: null,
    }));
  }

  /** The row as a line for COPY, or why it is rejected.
   *  @throws Failure when a value shows that its column has changed its type. */
  encode(row: readonly Cell[], line: number): { text: string } | { why: string } {
    const columns = this.#columns;
    if (row.length !== columns.length) {
      return { why: `${row.length} fields where there are ${columns.length} columns` };
    }
    let text = '';
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const cell = row[i]!;
      if (i > 0) text += '\t';
      if (cell === null || cell === '') {
        if (column.isKey) return { why: `the key column ${column.name} is empty` };
        if (cell === null) text += '\\N';
        continue;
      }
      if (column.declared === null && column.existing === null) {
        if (column.inferred === null) column.inferred = typeOf(cell);
        else if (!FITS[column.inferred](cell))
          column.inferred = widen(column.inferred, typeOf(cell));
        // Numbers, booleans and points in time hold nothing that needs an escape.
        if (column.inferred !== 'text') {
          text += cell;
          continue;
        }
      } else if (column.check !== null && !column.check(cell)) {
        return { why: misfit(column, cell, line) };
      }
      const encoded = encodeCell(cell);
      if (encoded.replaced) this.replaced++;
      text += encoded.text;
    }
    return { text: `${text}\n` };
  }

  /** The types of all columns, once every row has been seen. A column without any value is text.
   *  @throws Failure when too many values did not fit an existing column. */
  finish(rowsRead: number): string[] {
    const changed = this.#columns.filter((column) => column.misfits > rowsRead * DIRT_SHARE);
    if (changed.length > 0) throw new Failure(`${changed.map(changeOf).join('; ')}.`);
    return this.#columns.map((c) => c.existing ?? c.declared ?? c.inferred ?? 'text');
  }
}

/** A declared type was compared with the existing one already, and needs no look at its values. */
function checkOf({ declared, existing, unverified }: PlannedColumn) {
  const type = existing ?? declared;
  return type !== null && (declared === null || unverified) ? checkFor(type) : null;
}

function misfit(column: Column, cell: string, line: number): string {
  if (column.unverified) {
    return `${shown(cell)} in column ${column.name} is no ${column.existing ?? column.declared}`;
  }
  column.misfits++;
  column.firstMisfit ??= { line, text: cell };
  const type = typeOf(cell);
  if (type === 'text' || isTextual(column.existing!)) {
    return `${shown(cell)} in column ${column.name} is no ${column.existing}`;
  }
  const where = ` (line ${line}: ${shown(cell)})`;
  throw new Failure(`${typeChange(column.name, column.existing!, type, where)}.`);
}

const isTextual = (type: string) => type.startsWith('character') || type.startsWith('json');

function changeOf({ name, existing, misfits, firstMisfit }: Column): string {
  const more = misfits === 1 ? '' : `, and ${misfits - 1} more`;
  const where = ` (line ${firstMisfit!.line}: ${shown(firstMisfit!.text)}${more})`;
  return typeChange(name, existing!, 'text', where);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
