/** Figures of this process in the Prometheus text format 0.0.4: base units, names that begin with `hf_`. */
import type { Log } from './log.ts';

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type Labels = Readonly<Record<string, string>>;
export type Sample = { readonly value: number; readonly labels?: Labels };
type Values = number | readonly Sample[];
type Line = { readonly suffix: string; readonly labels: string; readonly value: number };
type Metric = { readonly type: string; readonly help: string; lines(): Promise<Line[]> };

export type Counter = {
  /** @param amount not negative. */
  add(amount: number, labels?: Labels): void;
};

export type Summary = { observe(value: number): void };

export type Metrics = {
  /** @param from labels that stand there with 0 before the first `add`, so that a rate sees it. */
  counter(name: string, help: string, from?: readonly Labels[]): Counter;
  /** Count and sum of what was observed: what a rate and an average need. */
  summary(name: string, help: string): Summary;
  /** @param read called at every scrape; what it refuses or does not know within 2 s is left out, and logged. */
  gauge(name: string, help: string, read: () => Values | Promise<Values>): void;
  /** A number that only grows, kept by somebody else. */
  total(name: string, help: string, read: () => number): void;
  /** All figures, for METRICS_TYPE. */
  text(): Promise<string>;
};

const READ_TIMEOUT_MS = 2_000;
const NAME = /^hf_[a-z0-9]+(?:_[a-z0-9]+)*$/;

export function createMetrics(log: Log): Metrics {
  const metrics = new Map<string, Metric>();
  const add = (name: string, metric: Metric) => {
    if (!NAME.test(name) || metrics.has(name)) throw new Error(`no name for a metric: ${name}`);
    metrics.set(name, metric);
  };
  return {
    counter(name, help, from = []) {
      const values = new Map(from.map((labels) => [labelText(labels), 0]));
      add(name, {
        type: 'counter',
        help,
        lines: async () => [...values].map(([labels, value]) => ({ suffix: '', labels, value })),
      });
      return {
        add(amount, labels = {}) {
          const key = labelText(labels);
          values.set(key, (values.get(key) ?? 0) + amount);
        },
      };
    },
    summary(name, help) {
      let [count, sum] = [0, 0];
      add(name, {
        type: 'summary',
        help,
        lines: async () => [
          { suffix: '_sum', labels: '', value: sum },
          { suffix: '_count', labels: '', value: count },
        ],
      });
      return {
        observe(value) {
          count += 1;
          sum += value;
        },
      };
    },
    gauge(name, help, read) {
      add(name, { type: 'gauge', help, lines: async () => linesOf(await inTime(read)) });
    },
    total(name, help, read) {
      add(name, { type: 'counter', help, lines: async () => linesOf(read()) });
    },
    async text() {
      const blocks = await Promise.all(
        [...metrics].map(async ([name, { type, help, lines }]) => {
          const head = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`];
          try {
            const found = await lines();
            return [
              ...head,
              ...found.map((line) => `${name}${line.suffix}${line.labels} ${line.value}`),
            ];
          } catch (error) {
            log.warn({ err: error, metric: name }, 'a figure could not be read');
            return head;
          }
        }),
      );
      return `${blocks.flat().join('\n')}\n`;
    },
  };
}

function linesOf(values: Values): Line[] {
  const samples = typeof values === 'number' ? [{ value: values }] : values;
  return samples.map(({ value, labels = {} }) => ({
    suffix: '',
    labels: labelText(labels),
    value,
  }));
}

async function inTime(read: () => Values | Promise<Values>): Promise<Values> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`not known within ${READ_TIMEOUT_MS / 1000} s`)),
    READ_TIMEOUT_MS,
  );
  try {
    return await Promise.race([read(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const escapeHelp = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    return `${name}="${escaped}"`;
  });
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
