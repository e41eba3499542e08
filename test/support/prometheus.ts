/** The Prometheus text format 0.0.4, read as strictly as a scraper may: every line must be one of the three kinds, in
 *  order, and everything that is told must have been announced. */

export type Family = {
  readonly type: string;
  readonly help: string;
  readonly samples: {
    readonly name: string;
    readonly labels: Record<string, string>;
    readonly value: number;
  }[];
};

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary|histogram|untyped)$/;
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?)|NaN|[+-]Inf)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gy;
const SUFFIXES: Record<string, readonly string[]> = { summary: ['_sum', '_count'] };

/** @throws Error with the line that is wrong. */
export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  let open: { name: string; help: string } | null = null;
  let current: [string, Family] | null = null;
  for (const line of text.slice(0, -1).split('\n')) {
    const refuse = (why: string) => new Error(`${why}: ${line}`);
    const help = HELP.exec(line);
    const type = TYPE.exec(line);
    const sample = SAMPLE.exec(line);
    if (help) {
      const [, name = '', words = ''] = help;
      if (families.has(name)) throw refuse('told twice');
      open = { name, help: words };
    } else if (type) {
      if (open === null || open.name !== type[1]) throw refuse('TYPE without its HELP');
      current = [open.name, { type: type[2]!, help: open.help, samples: [] }];
      families.set(...current);
      open = null;
    } else if (sample) {
      const [, name = '', labels, value] = sample;
      if (current === null || open !== null) throw refuse('a sample before its TYPE');
      const [family, { type: kind, samples }] = current;
      const names = (SUFFIXES[kind] ?? ['']).map((suffix) => family + suffix);
      if (!names.includes(name)) throw refuse(`a sample of another family than ${family}`);
      samples.push({ name, labels: readLabels(labels, refuse), value: Number(value) });
    } else throw refuse('not a line of the format');
  }
  return families;
}

function readLabels(
  text: string | undefined,
  refuse: (why: string) => Error,
): Record<string, string> {
  const labels: Record<string, string> = {};
  if (text === undefined) return labels;
  let end = 0;
  for (const match of text.matchAll(LABEL)) {
    labels[match[1]!] = match[2]!;
    end = match.index + match[0].length;
  }
  if (end !== text.length) throw refuse('labels that cannot be read');
  return labels;
}
