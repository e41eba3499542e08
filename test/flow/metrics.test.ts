/** The figures of the real processes, every line of them read as a scraper would. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startProgram } from '#test/support/process.ts';
import { parsePrometheus, type Family } from '#test/support/prometheus.ts';
import { createWorld } from '#test/support/world.ts';
import { until } from '#test/support/worker.ts';

const JWT_SECRET = 'a secret of more than thirty-two characters';

test('API and worker tell their figures, and a run shows in those of the worker', async () => {
  await using world = await createWorld();
  const metricsPort = await freePort();
  const env = { DATABASE_URL: world.url, LOG_LEVEL: 'warn', HOST: '127.0.0.1', JWT_SECRET };
  await using worker = startProgram('worker/main.ts', {
    env: { ...env, METRICS_PORT: `${metricsPort}`, WORKER_SLOTS: '3' },
  });
  await using api = startProgram('src/server.ts', { env: { ...env, PORT: '0' } });
  const [, [told]] = (await Promise.all([
    once(worker.child, 'message'),
    once(api.child, 'message'),
  ])) as [unknown, [{ url: string }]];

  const scenario = await world.scenario({
    steps: [{ kind: 'snapshot_dashboards', name: 'snapshot_dashboards' }],
  });
  await world.untilRun(await world.run(scenario.id), ['succeeded']);

  const ofWorker = await until('the end of the run is counted', async () => {
    const found = await scrape(`http://127.0.0.1:${metricsPort}/metrics`);
    return valueOf(found, 'hf_runs_ended_total', { state: 'succeeded' }) === 1 && found;
  });
  expect(valueOf(ofWorker, 'hf_claims_total', { how: 'queued' })).toBe(1);
  expect(valueOf(ofWorker, 'hf_claims_total', { how: 'expired' })).toBe(0);
  expect(valueOf(ofWorker, 'hf_journal_flushes_total')).toBeGreaterThan(0);
  expect(valueOf(ofWorker, 'hf_tick_pass_seconds', {}, '_count')).toBeGreaterThan(0);
  expect(valueOf(ofWorker, 'hf_slots')).toBe(3);
  expect(valueOf(ofWorker, 'hf_slots_in_use')).toBe(0);
  expect(valueOf(ofWorker, 'hf_leases_lost_total')).toBe(0);
  expect(valueOf(ofWorker, 'hf_notification_tries_total', { state: 'sent' })).toBe(0);

  const ofApi = await scrape(`${told.url}/metrics`);
  for (const found of [ofWorker, ofApi]) {
    expect(valueOf(found, 'hf_queue_depth', { state: 'queued' })).toBe(0);
    expect(valueOf(found, 'hf_notifications_open', { state: 'pending' })).toBe(0);
    expect(valueOf(found, 'hf_workers_alive')).toBe(1);
    for (const [name, { type, help }] of found) {
      expect(name).toMatch(/^hf_/);
      expect(help).toMatch(/\.$/);
      // Base units: counters say that they are ones, and no name speaks of milliseconds.
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).not.toMatch(/_(ms|millis|kb|mb)/);
    }
  }
});

async function scrape(url: string): Promise<Map<string, Family>> {
  return parsePrometheus(await (await fetch(url)).text());
}

function valueOf(
  families: Map<string, Family>,
  name: string,
  labels: Record<string, string> = {},
  suffix = '',
): number | undefined {
  const same = JSON.stringify(labels);
  return families
    .get(name)
    ?.samples.find((each) => each.name === name + suffix && JSON.stringify(each.labels) === same)
    ?.value;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
