/** A worker as a process of its own, with the tests' step kinds beside the real ones: something that can be killed
 *  and frozen. Configured by the same variables as worker/main.ts. */
import { parseConfig, required } from '#platform/config.ts';
import { createLog } from '#platform/log.ts';
import { createRegistry } from '#steps/registry.ts';
import { startWorker } from '#worker/worker.ts';
import { probeKinds } from './kinds.ts';

const config = parseConfig(process.env);
const url = required(config.databaseUrl, 'DATABASE_URL');
const worker = startWorker(
  { ...config, url, listenUrl: config.listenDatabaseUrl ?? url, version: 'test' },
  new Map([...createRegistry(), ...probeKinds]),
  createLog('worker', config.logLevel),
);
await worker.ready;
process.send?.({ ready: true });
const stop = () => {
  void worker.stop(config.shutdownGraceSeconds * 1000).then(() => process.exit(0));
};
process.once('SIGTERM', stop);
// The test is gone: nothing may be left running.
process.once('disconnect', () => process.exit(1));
