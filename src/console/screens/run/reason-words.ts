/** A reason in two: what went wrong, and where in somebody's code, which is for whoever looks into it. */

type Parts = { readonly what: string; readonly where: string | null };

/** Python's lines of a traceback stand behind what went wrong, indented; a hint may stand behind them. */
function partsOf(reason: string): Parts {
  const lines = reason.split('\n');
  const from = lines.findIndex((line, at) => at > 0 && /^\s+File "/.test(line));
  if (from < 0) return { what: reason, where: null };
  const after = lines.findIndex((line, at) => at > from && /^\S/.test(line));
  const to = after < 0 ? lines.length : after;
  return {
    what: [...lines.slice(0, from), ...lines.slice(to)].join('\n'),
    where: lines.slice(from, to).join('\n'),
  };
}

export const whatOf = (reason: string): string => partsOf(reason).what;

/** The lines of the traceback; null where there is none. */
export const whereOf = (reason: string | null): string | null => partsOf(reason ?? '').where;
