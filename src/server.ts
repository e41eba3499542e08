/** The API process: parses its configuration, serves, stops in good order on SIGTERM. */
import { join } from 'node:path';
import { createRequestLimits } from '#domain/access/request-limits.ts';
import { openDatabase } from '#domain/upgrade/open-database.ts';
import { parseConfig, required } from '#platform/config.ts';
import { createLog } from '#platform/log.ts';
import { serviceManager } from '#platform/service-manager.ts';
import { stopSignal } from '#platform/stop-signal.ts';
import { createRegistry } from '#steps/registry.ts';
import { startApi } from './api.ts';

const stop = stopSignal();
const config = parseConfig(process.env);
const log = createLog('api', config.logLevel);
const databaseUrl = required(config.databaseUrl, 'DATABASE_URL');
const listenUrl = config.listenDatabaseUrl ?? databaseUrl;
const jwtSecret = required(config.jwtSecret, 'JWT_SECRET');

// Before anything listens: what must not run on this database ends here.
const opened = await openDatabase(listenUrl, log, stop);
if ('exitCode' in opened) process.exit(opened.exitCode);

const stopped = new Promise<null>((done) => {
  if (stop.aborted) done(null);
  stop.addEventListener('abort', () => done(null), { once: true });
});

const starting = startApi({
  databaseUrl,
  listenUrl,
  host: config.host,
  port: config.port,
  jwtSecret,
  secretKey: config.secretKey,
  publicUrl: config.publicUrl,
  consoleFolder: join(import.meta.dirname, '../.console'),
  kinds: createRegistry(),
  log,
  heartbeatStaleSeconds: config.heartbeatStaleSeconds,
  searchedSchemas: opened.schemas,
  requestLimits: createRequestLimits(config.requestsPerMinute),
});
// Without a database there is no ready, and a stop must not wait for it.
const api = await Promise.race([starting, stopped]);
if (api) {
  log.info({ url: api.url }, 'the API is ready');
  process.send?.({ ready: true, url: api.url });
  const manager = serviceManager(process.env, log);
  // Its event loop alone can be stuck, and then nothing is said.
  await manager.ready(() => true);
  await stopped;
  await manager.stopping();
  log.info('stopping: nothing new is taken, sockets are told to come back');
  await api[Symbol.asyncDispose]();
}
log.info('stopped');
process.exit(0);
