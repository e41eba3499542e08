/** Run events for any number of watchers, complete and in order. One reader a run and process: it is
 *  registered before it first reads, then reads on from its cursor whenever a notification, a new LISTEN
 *  or the 2 s backstop gives it reason to. Nothing is ever taken from a notification but "look again". */
import { rows } from '#platform/db.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { loop } from '#platform/loop.ts';
import { READ_COUNTERS, READ_FEEDS } from './event-feed.sql.ts';
import type { FeedRow } from './event-feed.sql.ts';
import { isBehind, runFeed } from './run-feed.ts';
import type { RunFeed } from './run-feed.ts';
import { watcher } from './watcher.ts';
import type { FeedItem } from './watcher.ts';

export type EventFeed = AsyncDisposable & {
  /** A notification on `CHANNELS.run`: run ids separated by commas, or `*`. */
  notify(payload: string): void;
  /** Look at every watched run: notifications may have been missed. */
  recheck(): void;
  /** The events of a run after `after`, then those to come; ends when the run has finished and all is
   *  delivered. The caller has made sure that the run exists. `next` is called one at a time. */
  watch(runId: number, after: number): AsyncIterableIterator<FeedItem>;
  /** How many runs are being watched, for the metrics. */
  readonly size: number;
};

export type FeedOptions = {
  /** Opened with enable_seqscan=off and jit=off: a plan that was cached while the table was small would
   *  scan it when it is large. */
  pool: Pool;
  log: Log;
  /** Default 2,000. */
  backstopMs?: number;
};

/** Runs in one statement: with all of them 500 events behind, 50,000 rows are in memory at most. */
const RUNS_PER_READ = 100;
/** Watchers woken in one turn of the event loop, so that a popular run does not hold up the others. */
const WOKEN_PER_TURN = 100;

export function eventFeed({ pool, log, backstopMs = 2_000 }: FeedOptions): EventFeed {
  const feeds = new Map<number, RunFeed>();
  let nextBackstopMs = 0;

  const pass = async () => {
    if (performance.now() >= nextBackstopMs) {
      await findChanged();
      nextBackstopMs = performance.now() + backstopMs;
    }
    let dirty = takeDirty();
    while (dirty.length > 0) {
      await read(dirty);
      dirty = takeDirty();
    }
    return Math.max(nextBackstopMs - performance.now(), 0);
  };

  const takeDirty = () => {
    const taken: RunFeed[] = [];
    for (const feed of feeds.values()) {
      if (taken.length === RUNS_PER_READ) break;
      if (!feed.dirty) continue;
      feed.dirty = false;
      feed.readsBegun += 1;
      taken.push(feed);
    }
    return taken;
  };

  /** What a lost notification would have told. */
  const findChanged = async () => {
    const watched = [...feeds.keys()];
    if (watched.length === 0) return;
    const counters = await rows(pool, READ_COUNTERS, [watched]);
    const byRun = new Map(counters.map((counter) => [counter.runId, counter]));
    for (const runId of watched) {
      const feed = feeds.get(runId);
      if (feed && isBehind(feed, byRun.get(runId))) feed.dirty = true;
    }
  };

  const read = async (asked: readonly RunFeed[]) => {
    let found: FeedRow[];
    try {
      const cursors = asked.map((feed) => feed.head);
      found = await rows(pool, READ_FEEDS, [asked.map((feed) => feed.runId), cursors]);
    } catch (error) {
      for (const feed of asked) feed.dirty = true;
      throw error;
    }
    // By the object that asked: the same run may have a new feed by now.
    const byRun = Map.groupBy(found, (row) => row.runId);
    for (const feed of asked) feed.take(byRun.get(feed.runId) ?? []);
    const woken = asked.flatMap((feed) => [...feed.watchers]);
    for (const [index, wake] of woken.entries()) {
      if (index > 0 && index % WOKEN_PER_TURN === 0) await nextTurn();
      wake();
    }
  };

  const reading = loop('event feed', pass, { everyMs: backstopMs, log });

  const look = (feed: RunFeed | undefined) => {
    if (!feed) return;
    feed.dirty = true;
    reading.wake();
  };
  const recheck = () => feeds.forEach(look);

  return {
    get size() {
      return feeds.size;
    },
    recheck,
    notify(payload) {
      if (payload === '*') recheck();
      else for (const id of payload.split(',')) look(feeds.get(Number(id)));
    },
    watch(runId, after) {
      const feed = feeds.getOrInsertComputed(runId, () => runFeed(runId));
      return watcher(feed, after, {
        pool,
        log,
        look: () => look(feed),
        unused: () => {
          if (feeds.get(runId) === feed) feeds.delete(runId);
        },
      });
    },
    async [Symbol.asyncDispose]() {
      await reading[Symbol.asyncDispose]();
      for (const feed of feeds.values()) feed.close();
    },
  };
}

const nextTurn = () => new Promise<void>((done) => setImmediate(done));
