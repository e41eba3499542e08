/** One reader of one run's events: a cursor into the run's feed, or into pages of its own while it is
 *  further back. Written by hand rather than as a generator: `return()` must end a `next()` that waits. */
import { rows } from '#platform/db.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { READ_PAGE } from './event-feed.sql.ts';
import type { RunFeed } from './run-feed.ts';
import { parseEvent } from './stored-event.ts';
import type { StoredEvent } from './stored-event.ts';

/** The cursor could not be served: read the run anew; events go on after `after`. */
export type Resync = { readonly after: number; readonly reason: string };

/** Watchers of one run get the same event object, so that it can be answered once for all. */
export type FeedItem = StoredEvent | Resync;

type Surroundings = {
  pool: Pool;
  log: Log;
  /** Asks for a read of the feed. */
  look(): void;
  /** The last watcher left. */
  unused(): void;
};

export function watcher(
  feed: RunFeed,
  after: number,
  { pool, log, look, unused }: Surroundings,
): AsyncIterableIterator<FeedItem> {
  let cursor = after;
  let page: StoredEvent[] = [];
  let closed = false;
  let woken = true;
  let goOn: (() => void) | undefined;
  // Only a read that begins from now on can tell a cursor from the future from one that is up to date.
  const firstRead = feed.readsBegun + 1;

  const wake = () => {
    woken = true;
    goOn?.();
  };
  const sleep = async () => {
    if (!woken) await new Promise<void>((done) => (goOn = done));
    woken = false;
  };
  const resync = (continueAfter: number, reason: string): FeedItem => {
    cursor = continueAfter;
    return { after: continueAfter, reason };
  };

  const readPage = async (head: number): Promise<FeedItem | undefined> => {
    page = (await rows(pool, READ_PAGE, [feed.runId, cursor, head])).map(parseEvent).reverse();
    const oldest = page.at(-1)?.seq ?? head + 1;
    if (oldest === cursor + 1) return undefined;
    return resync(oldest - 1, `events up to ${oldest - 1} are no longer kept`);
  };

  /** The next item at once, or nothing while there is none. */
  const take = async (): Promise<FeedItem | undefined> => {
    const event = page.pop() ?? feed.after(cursor);
    if (event) {
      cursor = event.seq;
      return event;
    }
    if (feed.head === null) return undefined;
    if (cursor < feed.head) return readPage(feed.head);
    if (cursor > feed.counter && feed.readsDone >= firstRead) {
      return resync(feed.counter, `the run has ${feed.counter} events, not ${cursor}`);
    }
    return undefined;
  };

  const close = () => {
    if (closed) return;
    closed = true;
    feed.watchers.delete(wake);
    if (feed.watchers.size === 0) unused();
    wake();
  };

  feed.watchers.add(wake);
  look();

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      while (!closed) {
        try {
          const item = await take();
          if (item && !closed) return { value: item, done: false };
          if (page.length > 0) continue;
        } catch (error) {
          log.warn(
            { err: error, runId: feed.runId },
            'a page of events was not read; trying again',
          );
          look();
        }
        if (feed.closed || (feed.finished && cursor === feed.counter)) break;
        await sleep();
      }
      close();
      return { value: undefined, done: true };
    },
    async return() {
      close();
      return { value: undefined, done: true };
    },
    async throw(error) {
      close();
      throw error;
    },
  };
}
