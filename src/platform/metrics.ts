/** Figures of this process in the Prometheus text format. */

type Labels = Readonly<Record<string, string>>;
type Metric = { readonly type: string; readonly help: string; lines(name: string): string[] };

export type Counter = {
  /** @param amount not negative. */
  add(amount: number, labels?: Labels): void;
};

export type Metrics = {
  counter(name: string, help: string): Counter;
  /** @param read called at every scrape. */
  gauge(name: string, help: string, read: () => number): void;
  /** All figures, for `text/plain; version=0.0.4`. */
  text(): string;
};

export function createMetrics(): Metrics {
  const metrics = new Map<string, Metric>();
  return {
    counter(name, help) {
      const values = new Map<string, number>();
      metrics.set(name, {
        type: 'counter',
        help,
        lines: () => [...values].map(([labels, value]) => `${name}${labels} ${value}`),
      });
      return {
        add(amount, labels = {}) {
          const key = labelText(labels);
          values.set(key, (values.get(key) ?? 0) + amount);
        },
      };
    },
    gauge(name, help, read) {
      metrics.set(name, { type: 'gauge', help, lines: () => [`${name} ${read()}`] });
    },
    text() {
      const lines = [...metrics].flatMap(([name, { type, help, lines: values }]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...values(name),
      ]);
      return `${lines.join('\n')}\n`;
    },
  };
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll(/["\\\n]/g, '_')}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
