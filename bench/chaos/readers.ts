/** Live readers of run events, as the API has them, for a share of all runs: what they were given is compared with the
 *  table afterwards. */
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '#platform/db.ts';
import { listen } from '#platform/listen.ts';
import { CHANNELS } from '#domain/event/channels.ts';
import { eventFeed } from '#domain/event/event-feed.ts';
import { DRIVER, type Ground } from './ground.ts';
import type { Reading } from './history.ts';

export type Readers = {
  /** Waits for the readers to end by themselves, for at most so long, and says what they were given. */
  finish(withinMs: number): Promise<Reading[]>;
};

// One run in so many: enough to meet every disturbance, few enough to cost little.
const EVERY = 5;
const LOOK_EVERY_MS = 200;

export function startReaders({ url, pool: driver, log }: Ground): Readers {
  const pool = createPool(url, {
    name: DRIVER,
    max: 2,
    log,
    settings: { enable_seqscan: 'off', jit: 'off' },
  });
  const feed = eventFeed({ pool, log });
  const listening = listen(
    url,
    { [CHANNELS.run]: (payload) => feed.notify(payload) },
    { log, onReady: () => feed.recheck() },
  );
  listening.ready.catch(() => {});
  const readings = new Map<number, { seqs: number[]; ended: boolean }>();
  const stop = new AbortController();

  async function watch(runId: number) {
    const reading = { seqs: [] as number[], ended: false };
    readings.set(runId, reading);
    for await (const item of feed.watch(runId, 0)) {
      // A resync is a hole in what a reader was promised from the first event on.
      reading.seqs.push('seq' in item ? item.seq : -1);
    }
    reading.ended = !stop.signal.aborted;
  }

  const looking = (async () => {
    while (!stop.signal.aborted) {
      const { rows } = await driver
        // Not by id: runs are numbered in one order and committed in another.
        .query<{ id: number }>(
          `select id from run where id % $1 = 0 and created_at > clock_timestamp() - interval '2 min'`,
          [EVERY],
        )
        .catch(() => ({ rows: [] }));
      for (const { id } of rows) if (!readings.has(id)) void watch(id);
      await delay(LOOK_EVERY_MS);
    }
  })();

  return {
    async finish(withinMs) {
      const deadline = Date.now() + withinMs;
      while (Date.now() < deadline && [...readings.values()].some((reading) => !reading.ended)) {
        await delay(50);
      }
      stop.abort();
      await looking;
      await listening[Symbol.asyncDispose]();
      await feed[Symbol.asyncDispose]();
      await pool.end();
      return [...readings].map(([runId, reading]) => ({ runId, ...reading }));
    },
  };
}
