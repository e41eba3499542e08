/** The worker process: parses its configuration, starts a worker, stops it in good order on SIGTERM. */
import { readFileSync } from 'node:fs';
import { openDatabase } from '#domain/upgrade/open-database.ts';
import { parseConfig, required } from '#platform/config.ts';
import { createLog } from '#platform/log.ts';
import { stopSignal } from '#platform/stop-signal.ts';
import { createRegistry } from '#steps/registry.ts';
import { startWorker } from './worker.ts';

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

const worker = startWorker(
  { ...config, url, listenUrl, version: manifest.version },
  createRegistry(),
  log,
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
}
await stopped;
log.info(
  { graceSeconds: config.shutdownGraceSeconds },
  'stopping: no new runs, those under way finish',
);
await worker.stop(config.shutdownGraceSeconds * 1000);
log.info('stopped');
process.exit(0);
