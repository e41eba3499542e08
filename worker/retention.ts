/** Keeps history as long as the organisations want it, and no longer. */
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { loop, type Loop } from '#platform/loop.ts';
import { dropOldRanges, takeOld, type Taken } from '#domain/run/retention.ts';

const EVERY_MS = 10 * 60_000;
// Between batches, so that a long history goes in the gaps of the work: at most 1,000 runs a second of a project.
const PAUSE_MS = 200;

export function keepRetention(pool: Pool, log: Log): Loop {
  const total: Taken = { events: 0, runs: 0, ticks: 0 };
  return loop(
    'retention',
    async (signal) => {
      const dropped = await dropOldRanges(pool);
      if (dropped.length > 0) log.info({ dropped }, 'events that nobody keeps were dropped');
      const taken = await takeOld(pool, signal);
      total.events += taken.events;
      total.runs += taken.runs;
      total.ticks += taken.ticks;
      if (taken.events + taken.runs + taken.ticks > 0) return PAUSE_MS;
      if (total.events + total.runs + total.ticks > 0) {
        log.info({ ...total }, 'history that nobody keeps was taken out');
        Object.assign(total, { events: 0, runs: 0, ticks: 0 });
      }
      return EVERY_MS;
    },
    { everyMs: EVERY_MS, log },
  );
}
