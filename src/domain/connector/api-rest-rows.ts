/** Rows out of JSON: each column the value at its path, as text. */
import type { Cell, SourceColumn } from './connector-type.ts';
import type { Source } from './api-rest-form.ts';
import { cutToBytes, MAX_IDENTIFIER_BYTES } from '#platform/identifier.ts';
import { typeOf } from '../dataset/column-type.ts';
import { parsePath, valueAt, type JsonPath } from './json-path.ts';
import { isRawJson } from './raw-json.ts';

export type Column = SourceColumn & { readonly path: JsonPath };

/** The columns that a person gave, else the fields of the first page's rows in the order of their appearance; of an
 *  empty page those that the dataset had before. */
export function columnsOf(
  { columns: given }: Source,
  rows: readonly unknown[],
  known: readonly string[],
): Column[] {
  if (given !== undefined) {
    return given.map(({ name, path, type }): Column => {
      const at = path === undefined ? [name] : parsePath(path)!;
      return type === undefined
        ? { name, path: at, type: natural(at, rows) }
        : { name, path: at, type, unverified: true };
    });
  }
  const names = new Set<string>();
  for (const row of rows) {
    if (isObject(row)) for (const name of Object.keys(row)) names.add(name);
  }
  if (rows.length === 0) return known.map((name) => ({ name, path: [name], type: null }));
  const taken = new Set<string>();
  return [...names].flatMap((field): Column[] => {
    const name = cutToBytes(field.trim(), MAX_IDENTIFIER_BYTES);
    if (name === '' || taken.has(name)) return [];
    taken.add(name);
    return [{ name, path: [field], type: natural([field], rows) }];
  });
}

/** What the values of the first page show: objects and lists stay JSON; a text that looks like a number or a truth
 *  value is text all the same, for JSON has words for both. Else the type is worked out from all values. */
function natural(path: JsonPath, rows: readonly unknown[]): string | null {
  let type: string | null = null;
  for (const row of rows) {
    const value = valueAt(row, path);
    if (typeof value === 'object' && value !== null && !isRawJson(value)) return 'jsonb';
    if (
      typeof value === 'string' &&
      value !== '' &&
      !/^(?:date|timestamptz)$/.test(typeOf(value))
    ) {
      type = 'text';
    }
  }
  return type;
}

/** The row's cells; or why it is none. */
export function cellsOf(
  row: unknown,
  columns: readonly Column[],
): { cells: Cell[] } | { why: string } {
  // Explicit columns may read lists too, by `[0]`.
  if (typeof row !== 'object' || row === null || isRawJson(row)) {
    return { why: `${JSON.stringify(row)?.slice(0, 40)} is no object` };
  }
  return { cells: columns.map(({ path, type }) => cellOf(valueAt(row, path), type)) };
}

function cellOf(value: unknown, type: string | null): Cell {
  if (value === null || value === undefined) return null;
  if (type === 'jsonb') return JSON.stringify(value);
  // In a typed column an empty text is no value.
  if (value === '' && type !== null && type !== 'text') return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Fields of these rows that no column takes. */
export function strayFields(rows: readonly unknown[], taken: ReadonlySet<string>): Set<string> {
  const stray = new Set<string>();
  for (const row of rows) {
    if (!isObject(row)) continue;
    for (const name of Object.keys(row)) if (!taken.has(name)) stray.add(name);
  }
  return stray;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);
