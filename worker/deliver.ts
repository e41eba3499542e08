/** A worker's share of delivery: a few notifications under way at a time, so that one slow server does not hold up
 *  the rest. */
import { loop, type Loop } from '#platform/loop.ts';
import type { Counter } from '#platform/metrics.ts';
import {
  deliver,
  giveUpLost,
  msUntilNext,
  takePending,
  type DeliveryDeps,
} from '#domain/notification/deliver.ts';

const SLOTS = 8;

/** @param isHeld while it answers true nothing is sent: after a restore from a backup, what it tells may be told
 *  already.
 *  @param everyMs the longest sleep. Disposal takes nothing new and waits for what is under way, a minute at most. */
export function startDelivery(
  deps: DeliveryDeps,
  isHeld: () => Promise<boolean>,
  everyMs: number,
  tries: Counter,
): Loop {
  const underWay = new Set<Promise<void>>();
  const delivering = loop(
    'deliver',
    async () => {
      await giveUpLost(deps.pool);
      const free = SLOTS - underWay.size;
      if (free === 0 || (await isHeld())) return everyMs;
      for (const taken of await takePending(deps.pool, free)) {
        const sending = deliver(deps, taken)
          .then((state) => tries.add(1, { state }))
          .finally(() => {
            underWay.delete(sending);
            delivering.wake();
          });
        underWay.add(sending);
      }
      // A row that is due although slots are free is in another worker's hands.
      return underWay.size === SLOTS
        ? everyMs
        : Math.max((await msUntilNext(deps.pool)) ?? everyMs, 50);
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
