/** The one WebSocket over which everything is pushed, and whether it is open. It comes back by itself, for ever; what
 *  was subscribed to is subscribed to again. */
import { createClient, type Client } from 'graphql-ws';
import { renewSession, whenRenewed } from './session.ts';
import { createStore, useStore } from './store.ts';

export type Connection =
  | { readonly state: 'connecting'; readonly since: number }
  | { readonly state: 'live'; readonly since: number }
  /** What is shown was true at `since` (ms). */
  | { readonly state: 'lost'; readonly since: number }
  /** The link is good for nothing any more; `why` in the server's words. It is not tried again. */
  | { readonly state: 'refused'; readonly since: number; readonly why: string };

export const connection = createStore<Connection>({ state: 'connecting', since: Date.now() });
export const useConnection = (): Connection => useStore(connection);

const MAX_WAIT_MS = 5_000;
const PING_EVERY_MS = 10_000;
// A socket that does not answer is as good as closed, though neither side was told.
const PONG_WITHIN_MS = 5_000;
const CREDENTIALS_REFUSED = 4403;

/** @param token of a signed link; without one the cookie counts. */
export function createSocket(token?: string): Client {
  let refused = false;
  let answered: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    ...(token !== undefined && { connectionParams: { authorization: `Bearer ${token}` } }),
    lazy: true,
    // Between two screens nothing is subscribed to for a moment.
    lazyCloseTimeout: 3_000,
    keepAlive: PING_EVERY_MS,
    retryAttempts: Infinity,
    // A cookie may be renewed, a link that was refused stays refused.
    shouldRetry: () => connection.get().state !== 'refused',
    async retryWait(retries) {
      if (refused && token === undefined) await renewSession();
      refused = false;
      const longest = Math.min(MAX_WAIT_MS, 250 * 2 ** retries);
      // Spread, so that a restarted server is not met by everybody at once.
      await new Promise((done) => setTimeout(done, longest * (0.5 + Math.random() / 2)));
    },
    on: {
      connected: () => connection.set({ state: 'live', since: Date.now() }),
      closed(event) {
        clearTimeout(answered);
        const { code, wasClean, reason } = event as CloseEvent;
        refused = code === CREDENTIALS_REFUSED;
        if (refused && token !== undefined) {
          connection.set({ state: 'refused', since: Date.now(), why: reason });
          return;
        }
        // Nothing is subscribed to any more: not a loss.
        if (code === 1000 && wasClean) return;
        if (connection.get().state !== 'lost') {
          connection.set({ state: 'lost', since: Date.now() });
        }
      },
      ping(received) {
        if (received) return;
        answered = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: () => clearTimeout(answered),
    },
  });
  // A socket ends with the cookie that it was opened with; with the new one it is opened anew.
  if (token === undefined) whenRenewed(() => client.terminate());
  return client;
}
