/** Names for the columns of a source: its own where they can be kept, each once. */
import { cutToBytes, MAX_IDENTIFIER_BYTES } from '#platform/identifier.ts';
import type { Cell } from './connector-type.ts';

/** Kept as written but for surrounding blanks, NULs (dropped) and what exceeds 63 bytes. A missing name
 *  becomes `column_<position>`, a second of the same name `<name>_2`. */
export function columnNames(given: readonly Cell[]): string[] {
  const taken = new Set<string>();
  return given.map((cell, i) => {
    const wanted = (cell ?? '').replaceAll('\0', '').toWellFormed().trim() || `column_${i + 1}`;
    let name = cutToBytes(wanted, MAX_IDENTIFIER_BYTES);
    for (let n = 2; taken.has(name); n++) {
      name = cutToBytes(wanted, MAX_IDENTIFIER_BYTES - `_${n}`.length) + `_${n}`;
    }
    taken.add(name);
    return name;
  });
}
