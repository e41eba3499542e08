/** The database sessions of one step. They bear the run and its fence in their name, so that a later claim can end
 *  them; they are cancelled when the step must stop and closed when it ends. */
import { createPool, SCHEMA, type Client, type Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import type { RunKey } from './journal.ts';

// A step stops within 2 s: its queries are cancelled at once, and after a moment those that were only on their way
// then, not the short ones by which the step clears up; its sessions are ended in the end.
const CANCEL_AGAIN = { afterMs: 300, ifActiveMs: 200 };
const TERMINATE_AFTER_MS = 1500;
// One to read, one to write, one to publish, and one to spare.
const MAX_SESSIONS = 4;

export type StepSessions = AsyncDisposable & {
  /** @throws the signal's reason: a step that has to stop begins nothing more. */
  connect(): Promise<Client>;
  /** The step has ended, and what follows clears away: from now on the signal hinders nothing. */
  settle(): void;
};

/** @param pool the worker's own, for cancelling. */
export function createStepSessions(
  { url, pool, log }: { url: string; pool: Pool; log: Log },
  run: RunKey,
  signal: AbortSignal,
): StepSessions {
  const name = `hf:${run.runId}:${run.fence}`;
  const handedOut = new Set<Client>();
  let sessions: Pool | null = null;
  let timers: NodeJS.Timeout[] = [];
  let settled = false;
  let closed = false;

  const end = (how: 'pg_cancel_backend' | 'pg_terminate_backend', ifActiveMs = 0) => {
    pool
      .query(
        `select ${how}(pid) from pg_stat_activity
         where datname = current_database() and application_name = $1 and state <> 'idle'
           and query_start <= clock_timestamp() - $2 * interval '1 ms'`,
        [name, ifActiveMs],
      )
      .catch((error: unknown) => log.warn({ err: error, session: name }, `${how} failed`));
  };
  const onAbort = () => {
    if (!sessions) return;
    end('pg_cancel_backend');
    timers = [
      setTimeout(() => end('pg_cancel_backend', CANCEL_AGAIN.ifActiveMs), CANCEL_AGAIN.afterMs),
      setTimeout(() => end('pg_terminate_backend'), TERMINATE_AFTER_MS),
    ];
  };
  signal.addEventListener('abort', onAbort);
  const settle = () => {
    settled = true;
    signal.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  };

  return {
    settle,
    async connect() {
      if (closed) throw new Error('the step has ended, and its sessions with it');
      if (!settled) signal.throwIfAborted();
      sessions ??= createPool(url, {
        name,
        max: MAX_SESSIONS,
        log,
        // A step may hold a transaction of its own open while it works; only publishing must be short.
        settings: {
          search_path: SCHEMA,
          idle_in_transaction_session_timeout: '0',
          lock_timeout: '10s',
        },
      });
      const client = await sessions.connect();
      if (signal.aborted && !settled) {
        client.release();
        throw signal.reason;
      }
      handedOut.add(client);
      const release = client.release.bind(client);
      client.release = (error) => {
        handedOut.delete(client);
        release(error);
      };
      return client;
    },
    async [Symbol.asyncDispose]() {
      settle();
      closed = true;
      // Destroyed rather than given back: a statement of an aborted step may still be under way on them.
      for (const client of handedOut) client.release(true);
      await sessions?.end();
    },
  };
}
