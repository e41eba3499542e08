/** YAML as the console reads and writes it: what it says, and where in the text each part of that stands. */
import { Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';

/** A place in a text: positions of characters, and the line, from 1 on. */
export type TextPlace = { readonly from: number; readonly to: number; readonly line: number };

export type YamlProblem = TextPlace & { readonly message: string };

export type YamlReading = {
  /** undefined where it cannot be read. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Where a path of the value stands; where that is absent, the nearest that is there. */
  locate(path: readonly (string | number)[]): TextPlace;
};

export function readYaml(text: string): YamlReading {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, merge: true });
  const place = (from: number, to: number): TextPlace => ({
    from: Math.min(from, text.length),
    to: Math.min(Math.max(to, from), text.length),
    line: Math.max(1, counter.linePos(from).line),
  });
  const problems = document.errors.map(({ pos: [from, to], message, code }) => ({
    ...place(from, to),
    // `cron: * * * * *` is the one that everybody writes once.
    message: code === 'BAD_ALIAS' ? `${message}; a text that begins with * needs quotes` : message,
  }));
  const distinct = problems.filter(
    // The first on a line is the mistake, the others follow from it.
    ({ line }, index) => problems.findIndex((each) => each.line === line) === index,
  );
  let value: unknown;
  if (distinct.length === 0) {
    try {
      value = document.toJS();
    } catch (error) {
      // An alias that is used so often that the document would grow without end.
      distinct.push({ ...place(0, 1), message: (error as Error).message });
    }
  }
  return {
    value: distinct.length === 0 ? value : undefined,
    problems: distinct,
    locate: (path) => locate(document, path, place),
  };
}

function locate(
  document: Document,
  path: readonly (string | number)[],
  place: (from: number, to: number) => TextPlace,
): TextPlace {
  let node: unknown = document.contents;
  // The key rather than the value where the value is many lines, or nothing.
  let mark: unknown = isMap(node) ? node.items[0]?.key : node;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(part),
      );
      if (!pair) break;
      node = pair.value;
      const isLine = isScalar(node) && node.value !== null && node.type !== 'BLOCK_LITERAL';
      mark = isLine ? node : pair.key;
    } else if (isSeq(node) && node.items[Number(part)] !== undefined) {
      node = node.items[Number(part)];
      mark = isMap(node) ? (node.items[0]?.key ?? node) : node;
    } else break;
  }
  const [from, to] = (isNode(mark) && mark.range) || [0, 1];
  return place(from, to);
}

/** Reads back to the same. */
export function writeYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Pair(_key, { key, value: written }) {
      // As the handbook writes them; a bare `* * * * *` would not even be YAML.
      if (isScalar(key) && key.value === 'cron' && isScalar(written)) written.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}
