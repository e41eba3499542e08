/** The worker process: parses its configuration, starts a worker, stops it in good order on SIGTERM. */
import { readFileSync } from 'node:fs';
import { openDatabase } from '#domain/upgrade/open-database.ts';
import { parseConfig, required } from '#platform/config.ts';
import { createLog } from '#platform/log.ts';
import { createMetrics } from '#platform/metrics.ts';
import { listenForMetrics } from '#platform/metrics-listener.ts';
import { serviceManager } from '#platform/service-manager.ts';
import { stopSignal } from '#platform/stop-signal.ts';
import { createRegistry } from '#steps/registry.ts';
import { startWorker } from './worker.ts';

// Over its longest sleep, for a pass that takes its time. A ticker that is still for longer is stuck.
const STUCK_AFTER_MS = 60_000;

const config = parseConfig(process.env);
const log = createLog('worker', config.logLevel);
const stop = stopSignal();
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const url = required(config.databaseUrl, 'DATABASE_URL');
const listenUrl = config.listenDatabaseUrl ?? url;

// Before anything is claimed: what must not run on this database ends here.
const opened = await openDatabase(listenUrl, log, stop);
if ('exitCode' in opened) process.exit(opened.exitCode);

const metrics = createMetrics(log);
const { metricsPort } = config;
const figures = metricsPort === undefined ? null : await listenForMetrics(metrics, metricsPort);
const manager = serviceManager(process.env, log);

const worker = startWorker(
  { ...config, url, listenUrl, version: manifest.version },
  createRegistry(),
  log,
  metrics,
);
const stopped = new Promise<void>((done) => {
  if (stop.aborted) done();
  stop.addEventListener('abort', () => done(), { once: true });
});
// Without a database there is no ready, and a stop must not wait for it.
await Promise.race([worker.ready, stopped]);
if (!stop.aborted) {
  log.info({ workerId: config.workerId, slots: config.workerSlots }, 'the worker is ready');
  process.send?.({ ready: true });
  const patienceMs = config.tickBackstopSeconds * 1000 + STUCK_AFTER_MS;
  await manager.ready(() => worker.tickerStillMs() < patienceMs);
}
await stopped;
await manager.stopping();
log.info(
  { graceSeconds: config.shutdownGraceSeconds },
  'stopping: no new runs, those under way finish',
);
await worker.stop(config.shutdownGraceSeconds * 1000);
await figures?.[Symbol.asyncDispose]();
log.info('stopped');
process.exit(0);
