/** Hears Postgres NOTIFY on a connection of its own, and says when it hears again. A notification that is
 *  sent while the connection is down is lost, so `onReady` means: read everything that you watch, now. */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from './log.ts';

export type Listening = AsyncDisposable & {
  /** Settles with the first acknowledged LISTEN; rejects when disposed of before that. */
  readonly ready: Promise<void>;
};

export type ListenOptions = {
  log: Log;
  /** Called after every connect and reconnect, once all channels are heard. */
  onReady?: () => void;
  /** How often the connection is asked whether it still lives; a peer that has not answered after this
   *  long again is given up. Default 10,000. */
  keepAliveMs?: number;
};

// The first try comes at once, the next after 0.1 s: a restarted server is heard again within a second.
const BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

/** Listens until disposed of. A lost connection is replaced, with growing pauses between failing tries.
 *  @param url a direct connection: a pooler in transaction mode cannot LISTEN.
 *  @param handlers by channel; one that throws is logged and disturbs nothing. */
export function listen(
  url: string,
  handlers: Readonly<Record<string, (payload: string) => void>>,
  { log, onReady, keepAliveMs = 10_000 }: ListenOptions,
): Listening {
  const stop = new AbortController();
  const { promise: ready, resolve: isReady, reject: isOver } = Promise.withResolvers<void>();
  ready.catch(() => {}); // Whoever awaits it hears of it; who does not must not bring the process down.
  let failures = 0;

  const tell = (channel: string, handler: (() => void) | undefined) => {
    try {
      handler?.();
    } catch (error) {
      log.error({ err: error, channel }, 'a notification was not handled');
    }
  };

  /** One connection from its birth to its loss or to `stop`. A killed client raises its error twice
   *  (57P01, then "Connection terminated unexpectedly"): the first one ends the session, once. */
  const session = async () => {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'hf listen',
      keepAlive: true,
      connectionTimeoutMillis: keepAliveMs,
      query_timeout: keepAliveMs,
    });
    const ended = new AbortController();
    const end = (error?: Error) => ended.abort(error ?? new Error('the connection was closed'));
    client.on('error', end);
    client.on('end', () => end());
    client.on('notification', ({ channel, payload }) =>
      tell(channel, () => handlers[channel]?.(payload ?? '')),
    );
    const over = AbortSignal.any([ended.signal, stop.signal]);
    try {
      await Promise.race([client.connect(), aborted(over)]);
      await client.query(Object.keys(handlers).map(listenTo).join('; '));
      failures = 0;
      isReady();
      tell('*', onReady);
      while (!over.aborted) {
        await delay(keepAliveMs, undefined, { signal: over }).catch(() => {});
        if (!over.aborted) await client.query('select 1');
      }
      if (ended.signal.aborted) throw ended.signal.reason;
    } finally {
      await farewell(client);
    }
  };

  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        await session();
      } catch (error) {
        if (stop.signal.aborted) break;
        const retryInMs = Math.min(BACKOFF_MS * 2 ** failures++, MAX_BACKOFF_MS);
        log.warn({ err: error, retryInMs }, 'the LISTEN connection was lost');
        await delay(retryInMs, undefined, { signal: stop.signal }).catch(() => {});
      }
    }
    isOver(new Error('listening ended before it began'));
  })();

  return {
    ready,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** Closes in good order, or within a second: a dead peer never answers. */
async function farewell(client: pg.Client): Promise<void> {
  const late = setTimeout(() => socketOf(client).destroy(), 1_000);
  await client.end().catch(() => {});
  clearTimeout(late);
}

// Known to pg, not to its types.
const socketOf = (client: pg.Client) =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = () => reject(signal.reason);
    if (signal.aborted) refuse();
    signal.addEventListener('abort', refuse, { once: true });
  });
}

const listenTo = (channel: string) => `listen ${pg.escapeIdentifier(channel)}`;
