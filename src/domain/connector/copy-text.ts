/** The text format of COPY, both ways. Cells are separated by tabs, rows by line feeds; both, and backslashes,
 *  are escaped inside of values, so a line feed always ends a row. */
import type { Cell } from './connector-type.ts';

const NEEDS_ESCAPE = /[\\\t\n\r\0]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  // Postgres keeps no NUL in text.
  '\0': '\uFFFD',
};
// Nearly every cell holds none of these and costs this one look.
const SUSPECT = /[\\\t\n\r\0\uFFFD\uD800-\uDFFF]/;

/** A cell as COPY reads it, and whether it holds U+FFFD in place of something: put there for a NUL or half a
 *  surrogate pair, which Postgres cannot keep, or earlier by a decoder that met bytes of another encoding. */
export function encodeCell(cell: Cell): { text: string; replaced: boolean } {
  if (cell === null) return { text: '\\N', replaced: false };
  if (!SUSPECT.test(cell)) return { text: cell, replaced: false };
  const whole = cell.toWellFormed();
  return {
    text: whole.replace(NEEDS_ESCAPE, (character) => ESCAPES[character]!),
    replaced: whole.includes('\uFFFD') || whole.includes('\0'),
  };
}

const UNESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Rows out of what COPY … TO sends, in pieces of any size. */
export class CopyTextParser {
  readonly #decoder = new TextDecoder('utf-8');
  #rest = '';

  /** The rows that `piece` completes. */
  push(piece: Uint8Array): Cell[][] {
    const lines = (this.#rest + this.#decoder.decode(piece, { stream: true })).split('\n');
    this.#rest = lines.pop()!;
    return lines.map(decodeRow);
  }
}

function decodeRow(line: string): Cell[] {
  const row: Cell[] = line.split('\t');
  if (!line.includes('\\')) return row;
  return row.map((cell) => (cell === '\\N' ? null : unescape(cell!)));
}

const unescape = (cell: string) =>
  cell.includes('\\')
    ? cell.replace(/\\(.)/gs, (_all, letter: string) => UNESCAPES[letter] ?? letter)
    : cell;
