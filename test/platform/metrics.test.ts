import { expect, test } from 'vitest';
import { createLog } from '#platform/log.ts';
import { listenForMetrics } from '#platform/metrics-listener.ts';
import { createMetrics } from '#platform/metrics.ts';
import { parsePrometheus } from '#test/support/prometheus.ts';

const log = createLog('test', 'silent');

test('counters, gauges, summaries and totals are told in the text format, whatever their labels hold', async () => {
  const metrics = createMetrics(log);
  const counter = metrics.counter('hf_things_total', 'Things \\ by\nstate.', [{ state: 'new' }]);
  counter.add(2, { state: 'old' });
  counter.add(1.5, { state: 'old' });
  counter.add(1, { state: 'a "quoted" \\ and\nbroken one' });
  metrics.gauge('hf_level', 'How high.', async () => [
    { value: 1, labels: { where: 'here' } },
    { value: -2.5, labels: { where: 'there' } },
  ]);
  metrics.gauge('hf_plain', 'One number.', () => 7);
  metrics.total('hf_grown_total', 'Only grows.', () => 3);
  const summary = metrics.summary('hf_pass_seconds', 'Passes.');
  summary.observe(0.25);
  summary.observe(1e-7);

  const families = parsePrometheus(await metrics.text());
  expect(families.get('hf_things_total')).toMatchObject({
    type: 'counter',
    samples: [
      { labels: { state: 'new' }, value: 0 },
      { labels: { state: 'old' }, value: 3.5 },
      { labels: { state: 'a \\"quoted\\" \\\\ and\\nbroken one' }, value: 1 },
    ],
  });
  expect(families.get('hf_level')?.samples.map(({ value }) => value)).toEqual([1, -2.5]);
  expect(families.get('hf_plain')?.samples).toEqual([{ name: 'hf_plain', labels: {}, value: 7 }]);
  expect(families.get('hf_grown_total')).toMatchObject({ type: 'counter' });
  expect(families.get('hf_pass_seconds')?.samples).toMatchObject([
    { name: 'hf_pass_seconds_sum', value: 0.2500001 },
    { name: 'hf_pass_seconds_count', value: 2 },
  ]);
});

test('a figure that cannot be read is left out; the others are told', async () => {
  const metrics = createMetrics(log);
  metrics.gauge('hf_broken', 'Nobody knows.', () => Promise.reject(new Error('away')));
  metrics.gauge('hf_known', 'Known.', () => 1);
  const families = parsePrometheus(await metrics.text());
  expect(families.get('hf_broken')?.samples).toEqual([]);
  expect(families.get('hf_known')?.samples).toHaveLength(1);
});

test('a name that breaks the convention, or comes twice, is refused at once', () => {
  const metrics = createMetrics(log);
  metrics.counter('hf_one_total', 'One.');
  expect(() => metrics.counter('hf_one_total', 'Again.')).toThrow('hf_one_total');
  expect(() => metrics.counter('other_total', 'Another.')).toThrow('other_total');
});

test('the listener answers on loopback alone, and names the variable when its port is taken', async () => {
  const metrics = createMetrics(log);
  metrics.gauge('hf_known', 'Known.', () => 1);
  await using listener = await listenForMetrics(metrics, 0);
  const url = `http://127.0.0.1:${listener.port}`;
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(parsePrometheus(await response.text()).get('hf_known')).toBeDefined();
  expect((await fetch(`${url}/`)).status).toBe(404);
  await expect(listenForMetrics(metrics, listener.port)).rejects.toThrow(/METRICS_PORT \d+ cannot/);
});
