/** A worker's share of reports that somebody asked for again, and of those that other workers left behind. */
import { loop, type Loop } from '#platform/loop.ts';
import type { Counter } from '#platform/metrics.ts';
import {
  deliverAgain,
  giveUpDeliveries,
  takeAsked,
  type AgainDeps,
} from '#domain/mail/deliver-again.ts';

// Each may hold 20 MB.
const SLOTS = 2;

/** @param isHeld while it answers true nothing is sent: after a restore from a backup it may have been sent already.
 *  @param everyMs the longest sleep. Disposal takes nothing new and waits for what is under way, 2 minutes at most. */
export function startAgain(
  deps: AgainDeps,
  isHeld: () => Promise<boolean>,
  everyMs: number,
  tries: Counter,
): Loop {
  const underWay = new Set<Promise<void>>();
  const delivering = loop(
    'deliver again',
    async () => {
      await giveUpDeliveries(deps.pool);
      const free = SLOTS - underWay.size;
      if (free === 0 || (await isHeld())) return everyMs;
      for (const asked of await takeAsked(deps.pool, free)) {
        const sending = deliverAgain(deps, asked)
          .then((state) => tries.add(1, { state }))
          .finally(() => {
            underWay.delete(sending);
            delivering.wake();
          });
        underWay.add(sending);
      }
      return everyMs;
    },
    { everyMs, log: deps.log },
  );
  return {
    ...delivering,
    async [Symbol.asyncDispose]() {
      await delivering[Symbol.asyncDispose]();
      await Promise.all(underWay);
    },
  };
}
