/** Turns due times into runs. Safe with any number of workers and without a leader: each scenario is decided by
 *  whoever holds its slot. Sleeps until the earliest due time, or until an upstream success wakes it. */
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { loop, type Loop } from '#platform/loop.ts';
import type { Hold } from '#domain/tick/hold.ts';
import { tickOnce } from '#domain/tick/decide-due.ts';

// Due, but in another worker's hands: look again after this.
const CONTENDED_MS = 25;

export type Ticker = Loop & {
  /** Milliseconds since a pass last ended well; null before the first. */
  ageMs(): number | null;
  /** Settles with the first pass: the heart can tell of it at once, not at its next beat. */
  readonly begun: Promise<void>;
};

/** @param backstopMs the longest sleep, in case a notification was lost. */
export function startTicker(pool: Pool, log: Log, backstopMs: number, hold: Hold): Ticker {
  let tickedAt: number | null = null;
  const begun = Promise.withResolvers<void>();
  const ticking = loop(
    'tick',
    async () => {
      if (await hold.isHeld()) return backstopMs;
      const { decided, untilNextMs } = await tickOnce(pool, log);
      tickedAt = performance.now();
      begun.resolve();
      if (untilNextMs === null) return backstopMs;
      return untilNextMs > 0 ? untilNextMs : decided > 0 ? 0 : CONTENDED_MS;
    },
    { everyMs: backstopMs, log },
  );
  return {
    ...ticking,
    begun: begun.promise,
    ageMs: () => (tickedAt === null ? null : performance.now() - tickedAt),
    [Symbol.asyncDispose]: () => ticking[Symbol.asyncDispose](),
  };
}
