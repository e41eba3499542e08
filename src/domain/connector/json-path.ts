/** Where something stands in a JSON document: `data.items`, `items[0].id`, `['a.b'].c`; `$` is the document itself and
 *  may begin a path. Plain steps over own fields; nothing is searched, filtered or evaluated. */

export type JsonPath = readonly (string | number)[];

const STEP = /\.?([^.[\]'"\s]+)|\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** null for what is no path. */
export function parsePath(text: string): JsonPath | null {
  const steps: (string | number)[] = [];
  STEP.lastIndex = /^\s*\$?/.exec(text)![0].length;
  const end = text.trimEnd().length;
  while (STEP.lastIndex < end) {
    const found = STEP.exec(text);
    if (found === null) return null;
    const [, name, index, single, double] = found;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(name ?? (single ?? double)!.replaceAll(/\\(.)/g, '$1'));
  }
  return steps;
}

/** What stands there; undefined where nothing does. */
export function valueAt(document: unknown, path: JsonPath): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
