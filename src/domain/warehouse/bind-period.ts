/** Turns `{{ from }}` and `{{ to }}` in a card's SQL into parameters. What they stand for never becomes part of the
 *  text; any other braces are refused with their place. */

export type Bound = {
  readonly text: string;
  /** What `$1`, `$2` … stand for. */
  readonly parameters: readonly ('from' | 'to')[];
};

export type Flaw = { readonly line: number; readonly column: number; readonly message: string };

// One token of SQL. Words come whole, so that the end of one is never taken for the start of an E'…' string.
const TOKEN =
  /[eE]'(?:[^'\\]|''|\\.)*'?|[\p{L}_][\p{L}\p{N}_$]*|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|--[^\n]*|\/\*|\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$|\{\{|\}\}|[^]/uy;
const PLACEHOLDER = /\{\{\s*([\w.]*)\s*\}\}/y;
const IN_QUOTES = /\{\{\s*([A-Za-z_][\w.]*)\s*\}\}/;

/** @returns the flaws, if there are any; null in the place of what cannot be run. */
export function bindPeriod(sql: string): { bound: Bound | null; flaws: Flaw[] } {
  const flaws: Flaw[] = [];
  const parameters: ('from' | 'to')[] = [];
  let text = '';
  const flaw = (at: number, message: string) => {
    const before = sql.slice(0, at);
    const line = before.split('\n').length;
    flaws.push({ line, column: at - before.lastIndexOf('\n'), message });
  };
  for (let at = 0; at < sql.length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(sql)![0];
    let end = at + token.length;
    if (token === '{{') {
      PLACEHOLDER.lastIndex = at;
      const [whole, name] = PLACEHOLDER.exec(sql) ?? [token, null];
      end = at + whole.length;
      if (name === 'from' || name === 'to') {
        if (!parameters.includes(name)) parameters.push(name);
        text += `$${parameters.indexOf(name) + 1}::timestamptz`;
      } else
        flaw(
          at,
          `${name === null ? 'these braces do not close' : `"${whole}" is unknown`}; ${ALLOWED}`,
        );
      at = end;
      continue;
    }
    if (token === '}}') flaw(at, `these braces were not opened; ${ALLOWED}`);
    else if (token === '/*') end = endOfComment(sql, at);
    else if (/^\$.*\$$/u.test(token)) end = endOf(sql, token, end);
    if (/^(?:[eE]?'|"|\$.*\$)/u.test(token)) {
      const quoted = sql.slice(at, end);
      const found = IN_QUOTES.exec(quoted);
      if (found)
        flaw(at + found.index, `"${found[0]}" stands in quotes; ${ALLOWED}, without quotes`);
    }
    text += sql.slice(at, end);
    at = end;
  }
  return { bound: flaws.length > 0 ? null : { text, parameters }, flaws };
}

const ALLOWED = 'write {{ from }} or {{ to }}';

function endOf(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found < 0 ? sql.length : found + mark.length;
}

/** Comments of Postgres lie within each other. */
function endOfComment(sql: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let depth = 0;
  for (let found = mark.exec(sql); found; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return sql.length;
}
