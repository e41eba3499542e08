/** A card's rows as CSV after RFC 4180: UTF-8 with a byte order mark, without which Excel takes it for Windows-1252.
 *  Values are as the database has them, not as the report writes them. */
import type { CardView, Cell, Column } from '../dashboard/view.ts';

const BYTE_ORDER_MARK = '\uFEFF';
// Spreadsheets take a text that begins so for a formula, which could read other cells and send them away.
const FORMULA = /^[=+\-@\t\r]/;

export function toCsv({ columns, rows }: CardView): string {
  const head = columns.map(({ name }) => quoted(guarded(name)));
  const lines = rows.map((row) => columns.map((column, at) => field(row[at] ?? null, column)));
  return `${BYTE_ORDER_MARK}${[head, ...lines].map((line) => `${line.join(',')}\r\n`).join('')}`;
}

function field(cell: Cell, { type }: Column): string {
  if (cell === null) return '';
  return quoted(type === 'text' ? guarded(String(cell)) : String(cell));
}

const guarded = (text: string) => (FORMULA.test(text) ? `'${text}` : text);
const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
