/** Turns due times into runs. Safe with any number of workers and without a leader: each scenario is decided by
 *  whoever holds its slot. Sleeps until the earliest due time, or until an upstream success wakes it. */
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { loop, type Loop } from '#platform/loop.ts';
import type { Hold } from '#domain/tick/hold.ts';
import { tickOnce } from '#domain/tick/decide-due.ts';
import type { Meters } from './meters.ts';

// Due, but in another worker's hands: look again after this.
const CONTENDED_MS = 25;

export type Ticker = Loop & {
  /** Milliseconds since a pass last ended well; null before the first. */
  ageMs(): number | null;
  /** Milliseconds since a pass last ended, well or not, or since the start: one that never ends is stuck. */
  stillMs(): number;
  /** Settles with the first pass: the heart can tell of it at once, not at its next beat. */
  readonly begun: Promise<void>;
};

/** @param backstopMs the longest sleep, in case a notification was lost. */
export function startTicker(
  pool: Pool,
  log: Log,
  backstopMs: number,
  hold: Hold,
  meters: Pick<Meters, 'tickPasses' | 'tickFailures'>,
): Ticker {
  let tickedAt: number | null = null;
  let endedAt = performance.now();
  const begun = Promise.withResolvers<void>();

  async function pass(): Promise<number> {
    if (await hold.isHeld()) return backstopMs;
    const beganMs = performance.now();
    const { decided, untilNextMs } = await tickOnce(pool, log);
    tickedAt = performance.now();
    meters.tickPasses.observe((tickedAt - beganMs) / 1000);
    begun.resolve();
    if (untilNextMs === null) return backstopMs;
    return untilNextMs > 0 ? untilNextMs : decided > 0 ? 0 : CONTENDED_MS;
  }

  const ticking = loop(
    'tick',
    async () => {
      try {
        return await pass();
      } catch (error) {
        meters.tickFailures.add(1);
        throw error;
      } finally {
        endedAt = performance.now();
      }
    },
    { everyMs: backstopMs, log },
  );
  return {
    ...ticking,
    begun: begun.promise,
    stillMs: () => performance.now() - endedAt,
    ageMs: () => (tickedAt === null ? null : performance.now() - tickedAt),
    [Symbol.asyncDispose]: () => ticking[Symbol.asyncDispose](),
  };
}
