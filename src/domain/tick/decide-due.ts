/** Turns due times into ticks and runs. Safe with any number of workers: a scenario is decided by whoever holds
 *  its slot, and uniqueness lives in tick(scenario_id, source, due_at, source_key), not in a lock. */
import { row, rows, type Client, type Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { arrivals } from './arrivals.ts';
import { BATCH, decideBatch, type Deciding } from './batch.ts';
import { calendarOf } from './calendar-of.ts';
import { carryOut, findTaken } from './carry-out.ts';
import { decide, passOver, type Decision } from './decide.ts';
import type { Taken } from './place.ts';
import { readPolicies } from './policies.ts';
import { faultOf, recordBroken } from './record-quiet.ts';
import { scheduleOf } from './schedule.ts';
import * as sql from './slot.sql.ts';

/** Decides what is due and what has arrived from upstream, at most `BATCH` scenarios of each in one transaction.
 *  When a batch fails each of its scenarios is tried alone; one that fails alone is recorded as broken and never
 *  stops the others.
 *  @returns how many were decided, and the milliseconds until the next due time or, when an upstream success waits
 *  for its decision, 0 (null: nothing ticks). */
export async function tickOnce(
  pool: Pool,
  log: Log,
): Promise<{ decided: number; untilNextMs: number | null }> {
  const due = await decideBatch(pool, log, dueTimes);
  const arrived = await decideBatch(pool, log, arrivals);
  const next = await row(pool, sql.msUntilDue);
  return { decided: due + arrived, untilNextMs: next?.ms ?? null };
}

/** Decides the due times of these scenarios up to now, under the trigger that is stored, in the caller's
 *  transaction: what an edit does before it changes the trigger. Scenarios that do not tick are left alone. */
export async function decideDue(tx: Client, scenarioIds: readonly number[]): Promise<void> {
  await decideSlots(tx, await takeDue(tx, scenarioIds));
}

const dueTimes: Deciding<sql.Slot> = {
  take: (tx) => rows(tx, sql.lockDue, [BATCH]),
  takeThese: takeDue,
  decide: decideSlots,
  async recordBroken(tx, slot, error) {
    if (slot.nextDueAt === null) return;
    const due = { dueMs: slot.nextDueAt.getTime() };
    await recordBroken(tx, 'schedule', slot.id, due, faultOf(slot, error));
  },
};

/** Of these scenarios, those that are due. */
async function takeDue(tx: Client, scenarioIds: readonly number[]): Promise<sql.Slot[]> {
  const slots = await rows(tx, sql.lockSlots, [scenarioIds]);
  return slots.filter((slot) => slot.nextDueAt !== null && slot.nextDueAt <= slot.now);
}

async function decideSlots(tx: Client, slots: readonly sql.Slot[]): Promise<void> {
  if (slots.length === 0) return;
  const takenBy = await findTaken(
    tx,
    slots.map((slot) => slot.id),
  );
  const decided = slots.map((slot) => {
    const taken = takenBy(slot.id);
    return { slot, taken, ...decideSlot(slot, taken) };
  });
  await carryOut(tx, 'schedule', decided);
  await rows(tx, sql.advance, [
    decided.map(({ slot }) => slot.id),
    decided.map(({ nextDueMs }) => nextDueMs),
  ]);
}

function decideSlot(slot: sql.Slot, taken: Taken): Decision {
  const schedule = scheduleOf(slot);
  const dueMs = slot.nextDueAt?.getTime() ?? Infinity;
  const nowMs = slot.now.getTime();
  if (slot.orgPause !== null) {
    const note = slot.orgPause === '' ? '' : `: ${slot.orgPause}`;
    return passOver(schedule, dueMs, nowMs, 'paused', `the organisation is paused${note}`);
  }
  return decide({
    schedule,
    dueMs,
    nowMs,
    policies: readPolicies(slot.policies),
    calendar: calendarOf(slot),
    taken,
  });
}
