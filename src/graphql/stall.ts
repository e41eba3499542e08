/** Drops readers that stand still. A slow one costs one message of memory, because nothing is taken from its
 *  source before the last one is sent; one that reads nothing at all would keep that, and its place, for ever. */
import type { Log } from '#platform/log.ts';

export type StallGuard = Disposable & {
  /** Watches one connection until disposed of. */
  watch(connection: Connection): Disposable;
};

export type Connection = {
  /** For the log: a socket or a stream. */
  readonly what: string;
  /** Bytes that wait to be sent. */
  pending(): number;
  /** Ends it. A farewell may never arrive. */
  drop(): void;
};

/** Looks this often; a connection whose waiting bytes have not changed this many times is dropped: 6 s. */
const EVERY_MS = 2_000;
const MAX_STRIKES = 3;

export function stallGuard(log: Log, everyMs = EVERY_MS): StallGuard {
  const watched = new Map<Connection, { pending: number; strikes: number }>();

  const look = () => {
    for (const [connection, last] of watched) {
      const pending = connection.pending();
      const still = pending > 0 && pending === last.pending;
      last.strikes = still ? last.strikes + 1 : 0;
      last.pending = pending;
      if (last.strikes < MAX_STRIKES) continue;
      watched.delete(connection);
      const { what } = connection;
      log.warn({ what, pending, stillMs: everyMs * MAX_STRIKES }, 'a reader stalled; dropped');
      connection.drop();
    }
  };
  const timer = setInterval(look, everyMs);

  return {
    watch(connection) {
      watched.set(connection, { pending: 0, strikes: 0 });
      return {
        [Symbol.dispose]() {
          watched.delete(connection);
        },
      };
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
