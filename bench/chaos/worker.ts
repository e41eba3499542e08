/** A worker as a process of its own with the chaos kinds: something that can be killed, frozen and woken. Configured by
 *  the same variables as worker/main.ts. */
import { parseConfig, required } from '#platform/config.ts';
import { createLog } from '#platform/log.ts';
import { startWorker } from '#worker/worker.ts';
import { chaosKinds } from './kinds.ts';

const config = parseConfig(process.env);
const url = required(config.databaseUrl, 'DATABASE_URL');
const log = createLog(config.workerId, config.logLevel);
const worker = startWorker(
  { ...config, url, listenUrl: config.listenDatabaseUrl ?? url, version: 'chaos' },
  chaosKinds,
  log,
);
process.once('SIGTERM', () => {
  void worker.stop(config.shutdownGraceSeconds * 1000).then(() => process.exit(0));
});
// The driver is gone: nothing may be left running.
process.once('disconnect', () => process.exit(1));
await worker.ready;
process.send?.({ ready: true });
