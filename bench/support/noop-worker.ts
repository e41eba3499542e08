/** A worker process that knows the kind that does nothing, and begins when it is told to. */
import { once } from 'node:events';
import { parseConfig, required } from '#platform/config.ts';
import { createLog } from '#platform/log.ts';
import { startWorker } from '#worker/worker.ts';
import { noopKinds } from './queue-runs.ts';

const config = parseConfig(process.env);
const url = required(config.databaseUrl, 'DATABASE_URL');
process.once('disconnect', () => process.exit(1));
process.send?.({ ready: true });
await once(process, 'message');
const worker = startWorker(
  { ...config, url, listenUrl: url, version: 'bench' },
  noopKinds,
  createLog('bench', config.logLevel),
);
process.once('SIGTERM', () => void worker.stop(1000).then(() => process.exit(0)));
