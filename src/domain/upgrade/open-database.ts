/** What every process does first: waits for the database, brings it to this version, or ends with words. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isTransient } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { REFUSED_EXIT_CODE, UpgradeRefused } from './refusal.ts';
import { upgrade } from './upgrade.ts';

export type Opened =
  /** `schemas`: where old tables are looked for. */
  { readonly schemas: readonly string[] } | { readonly exitCode: number };

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

/** Settles at once when it is asked to stop.
 *  @param url a direct connection.
 *  @returns the code with which to end: 78 when the upgrade is refused (the words are on standard error and in the
 *  log by then), 0 when asked to stop. */
export function openDatabase(url: string, log: Log, stop: AbortSignal): Promise<Opened> {
  const stopped = stop.aborted ? Promise.resolve() : once(stop, 'abort');
  return Promise.race([open(url, log, stop), stopped.then(() => ({ exitCode: 0 }))]);
}

async function open(url: string, log: Log, stop: AbortSignal): Promise<Opened> {
  for (let failures = 0; !stop.aborted; failures += 1) {
    try {
      return { schemas: await upgrade(url, log) };
    } catch (error) {
      if (error instanceof UpgradeRefused) {
        log.fatal({ exitCode: REFUSED_EXIT_CODE }, error.message);
        process.stderr.write(`\n${error.message}\n\n`);
        return { exitCode: REFUSED_EXIT_CODE };
      }
      if (!isTransient(error)) throw error;
      const retryInMs = Math.min(FIRST_RETRY_MS * 2 ** failures, MAX_RETRY_MS);
      log.warn({ err: error, retryInMs }, 'the database cannot be reached yet');
      await delay(retryInMs, undefined, { signal: stop }).catch(() => {});
    }
  }
  return { exitCode: 0 };
}
