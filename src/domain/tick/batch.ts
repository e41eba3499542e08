/** One shape for whatever decides about many scenarios: a batch in one transaction, and when that fails each
 *  scenario alone, so that a broken one is found and never stops the others. */
import { isTransient, transaction, type Client, type Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';

// Scenarios per transaction: enough to share its commit, few enough to hold their slots for some 50 ms.
export const BATCH = 500;

export type Deciding<Slot extends { readonly id: number }> = {
  /** Takes the slots of at most `BATCH` scenarios that have something to decide; another worker's are passed over. */
  take(tx: Client): Promise<Slot[]>;
  /** Takes these slots, waiting for whoever holds them. */
  takeThese(tx: Client, scenarioIds: readonly number[]): Promise<Slot[]>;
  decide(tx: Client, slots: readonly Slot[]): Promise<void>;
  /** Records that a scenario failed alone, under its slot. */
  recordBroken(tx: Client, slot: Slot, error: unknown): Promise<void>;
};

/** @returns how many scenarios were decided. @throws what is nobody's fault: a lost connection, a deadlock. */
export async function decideBatch<Slot extends { readonly id: number }>(
  pool: Pool,
  log: Log,
  deciding: Deciding<Slot>,
): Promise<number> {
  let slots: Slot[] = [];
  try {
    await transaction(pool, async (tx) => {
      slots = await deciding.take(tx);
      await deciding.decide(tx, slots);
    });
  } catch (error) {
    if (slots.length === 0 || isTransient(error)) throw error;
    log.warn(
      { err: error, scenarios: slots.length },
      'a batch of ticks failed; each one alone now',
    );
    for (const { id } of slots) await decideAlone(pool, log, deciding, id);
  }
  return slots.length;
}

/** One scenario in a transaction of its own; what fails here is that scenario's own fault. */
async function decideAlone<Slot extends { readonly id: number }>(
  pool: Pool,
  log: Log,
  { takeThese, decide, recordBroken }: Deciding<Slot>,
  scenarioId: number,
): Promise<void> {
  try {
    await transaction(pool, async (tx) => decide(tx, await takeThese(tx, [scenarioId])));
  } catch (error) {
    if (isTransient(error)) throw error;
    log.error({ err: error, scenarioId }, 'the scenario cannot tick and is broken until edited');
    await transaction(pool, async (tx) => {
      const [slot] = await takeThese(tx, [scenarioId]);
      if (slot) await recordBroken(tx, slot, error);
    });
  }
}
