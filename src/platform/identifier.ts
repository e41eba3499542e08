/** Names inside SQL. Values travel as parameters; a name cannot, so it is quoted here and nowhere else. */

/** What Postgres keeps of a name, in bytes of UTF-8; it cuts the rest off without a word. */
export const MAX_IDENTIFIER_BYTES = 63;

/** `my "table"` → `"my ""table"""`, safe to stand in a statement whatever the name holds.
 *  @throws TypeError for a name that Postgres could not keep as it is: empty, with a NUL, too long or
 *  with half a surrogate pair. */
export function quoteIdentifier(name: string): string {
  const flaw = identifierFlaw(name);
  if (flaw !== null) throw new TypeError(`${JSON.stringify(name)} cannot name anything: ${flaw}.`);
  return `"${name.replaceAll('"', '""')}"`;
}

/** `quoteIdentifier` of schema and name, joined by a dot. */
export function quoteQualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** Why Postgres could not keep the name as it is, or null. */
export function identifierFlaw(name: string): string | null {
  if (name === '') return 'it is empty';
  if (name.includes('\0')) return 'it holds a NUL character';
  if (!name.isWellFormed()) return 'it holds half a surrogate pair';
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_IDENTIFIER_BYTES) {
    return `it is ${bytes} bytes long and Postgres keeps ${MAX_IDENTIFIER_BYTES}`;
  }
  return null;
}

/** The longest beginning of `text` that fits into `bytes` of UTF-8, whole characters only. */
export function cutToBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let cut = '';
  let used = 0;
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    cut += character;
  }
  return cut;
}
