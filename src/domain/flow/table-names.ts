/** Which tables a SELECT names: what stands after FROM, JOIN or a comma of a FROM, and dbt's `ref` and `source`. Words
 *  in comments and texts do not count. It is read, not parsed: a name that is no table of the project is dropped by
 *  whoever asks, so naming too much does no harm. */

const IGNORED = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g;
const NAME = String.raw`(?:"[^"]+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const TABLE = `(?:${NAME}\\s*\\.\\s*)?${NAME}`;
// `from a x, b as y`: the list goes on behind an alias, which is no keyword.
const ALIAS = `(?:\\s+(?:as\\s+)?(?!(?:join|inner|left|right|full|cross|natural|where|group|having|order|limit|offset|fetch|union|except|intersect|on|using|window|for|tablesample)\\b)${NAME})?`;
const FROM = new RegExp(
  String.raw`\b(?:from|join)\s+(?:only\s+|lateral\s+)?(${TABLE}${ALIAS}(?:\s*,\s*${TABLE}${ALIAS})*)`,
  'giu',
);
const REF = /\{\{\s*(?:ref|source)\s*\(([^)]*)\)\s*\}\}/g;

export function tablesIn(sql: string): string[] {
  const names = new Set<string>();
  for (const [, args] of sql.matchAll(REF)) {
    const last = [...args!.matchAll(/['"]([^'"]+)['"]/g)].at(-1)?.[1];
    if (last !== undefined) names.add(last);
  }
  const plain = sql.replaceAll(IGNORED, ' ').replaceAll(REF, '""');
  for (const [, list] of plain.matchAll(FROM)) {
    for (const entry of list!.split(',')) {
      const table = new RegExp(`^\\s*(?:${NAME}\\s*\\.\\s*)?(${NAME})`, 'u').exec(entry)?.[1];
      if (table !== undefined) names.add(unquoted(table));
    }
  }
  return [...names];
}

const unquoted = (name: string) => (name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase());
