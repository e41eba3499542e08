/** Turns upstream successes into ticks and runs. Any number of workers may do so at once: whoever holds the
 *  downstream's slot sees every arrival that was committed before, and consumes what it decides about. */
import { rows, type Client } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { parseTrigger } from '../trigger/parse-trigger.ts';
import * as sql from './arrivals.sql.ts';
import { BATCH, type Deciding } from './batch.ts';
import { calendarOf } from './calendar-of.ts';
import { carryOut, findTaken } from './carry-out.ts';
import {
  decideArrivals as decide,
  passOverArrivals,
  type ArrivalDecision,
} from './decide-arrivals.ts';
import type { Taken } from './place.ts';
import { readPolicies } from './policies.ts';
import { faultOf, recordBroken } from './record-quiet.ts';
import type { TickOutcome } from './tick.ts';

export const arrivals: Deciding<sql.DownstreamSlot> = {
  take: (tx) => rows(tx, sql.lockArrived, [BATCH]),
  takeThese: (tx, scenarioIds) => rows(tx, sql.lockDownstreams, [scenarioIds]),
  decide: decideSlots,
  async recordBroken(tx, slot, error) {
    const found = await rows(tx, sql.findArrivals, [[slot.id]]);
    const first = found[0];
    if (first === undefined) return;
    const due = { dueMs: first.atMs, sourceKey: String(first.runId) };
    await recordBroken(tx, 'upstream', slot.id, due, faultOf(slot, error));
    await rows(tx, sql.consumeArrivals, [found.map(({ id }) => id), []]);
  },
};

/** Decides about the arrivals of these scenarios as they stand, in the caller's transaction: what a change of the
 *  trigger, a switch or a pause does before and after, so that nothing that came before is judged by what holds
 *  after, and nothing that came during a pause is replayed.
 *  @throws DomainError TRIGGER_CONFIG when a stored trigger or calendar cannot be read. */
export async function decideArrivals(tx: Client, scenarioIds: readonly number[]): Promise<void> {
  await decideSlots(tx, await arrivals.takeThese(tx, scenarioIds));
}

async function decideSlots(tx: Client, slots: readonly sql.DownstreamSlot[]): Promise<void> {
  const ids = slots.map(({ id }) => id);
  const found = ids.length === 0 ? [] : await rows(tx, sql.findArrivals, [ids]);
  if (found.length === 0) return;
  const arrivalsOf = Map.groupBy(found, ({ downstreamId }) => downstreamId);
  const links = await rows(tx, sql.findUpstreamIds, [ids]);
  const linksOf = Map.groupBy(links, ({ downstreamId }) => downstreamId);
  const takenBy = await findTaken(tx, ids);
  const decided = slots
    .filter(({ id }) => arrivalsOf.has(id))
    .map((slot) => {
      const taken = takenBy(slot.id);
      const upstreamIds = new Set(linksOf.get(slot.id)?.map(({ upstreamId }) => upstreamId));
      return { slot, taken, ...decideSlot(slot, taken, arrivalsOf.get(slot.id)!, upstreamIds) };
    });
  await carryOut(tx, 'upstream', decided);
  const left = decided.flatMap((each) => each.left);
  const consumed = new Set(found.map(({ id }) => id)).difference(new Set(left));
  await rows(tx, sql.consumeArrivals, [[...consumed], left]);
}

function decideSlot(
  slot: sql.DownstreamSlot,
  taken: Taken,
  found: readonly sql.Arrival[],
  upstreamIds: ReadonlySet<number>,
): ArrivalDecision {
  const idle = whyIdle(slot);
  if (idle !== null) {
    return { ticks: passOverArrivals(found, ...idle), left: [], cancelsOthers: false };
  }
  const { trigger, problems } = parseTrigger(slot.trigger, ['trigger']);
  if (problems.length > 0) {
    throw new DomainError('TRIGGER_CONFIG', problems.map(({ message }) => message).join('; '), {
      problems,
      facts: { config: slot.trigger },
    });
  }
  return decide({
    arrivals: found,
    upstreamIds,
    require: trigger?.kind === 'upstream' ? trigger.require : 'any',
    overlap: readPolicies(slot.policies).overlap,
    calendar: calendarOf(slot),
    taken,
  });
}

/** Why a scenario does not tick; null when it does. */
function whyIdle(slot: sql.DownstreamSlot): [TickOutcome, string] | null {
  if (slot.deletedAt !== null) return ['dropped', 'the scenario was deleted'];
  if (slot.broken !== null) return ['paused', `broken: ${slot.broken.message ?? 'unknown'}`];
  if (!slot.enabled) return ['paused', 'the scenario is switched off'];
  if (slot.pausedAt !== null) {
    return ['paused', slot.pauseNote ? `paused: ${slot.pauseNote}` : 'paused'];
  }
  if (slot.orgPause === null) return null;
  return ['paused', `the organisation is paused${slot.orgPause && `: ${slot.orgPause}`}`];
}
