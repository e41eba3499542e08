/** Turns due times into ticks and runs. Safe with any number of workers: a scenario is decided by whoever holds
 *  its slot, and uniqueness lives in tick(scenario_id, source, due_at, source_key), not in a lock. */
import { isTransient, row, rows, transaction, type Client, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { Log } from '#platform/log.ts';
import { toJsonb } from '../event/event.ts';
import { requestCancel } from '../run/cancel-run.ts';
import { fireRuns, type Firing } from '../run/fire.sql.ts';
import { decide, type Decision } from './decide.ts';
import type { Taken } from './place.ts';
import { readPolicies } from './policies.ts';
import { scheduleOf } from './schedule.ts';
import * as sql from './slot.sql.ts';
import type { TickDraft } from './tick.ts';

// The system itself, as author of what no person asked for.
const SYSTEM_USER = 0;

// Scenarios per transaction: enough to share its commit, few enough to hold their slots for some 50 ms.
export const BATCH = 500;

/** Decides what is due now, at most `BATCH` scenarios in one transaction. When a batch fails each of its
 *  scenarios is tried alone; one that fails alone is recorded as broken and never stops the others.
 *  @returns how many were decided, and the milliseconds until the next due time (null: nothing ticks). */
export async function tickOnce(
  pool: Pool,
  log: Log,
): Promise<{ decided: number; untilNextMs: number | null }> {
  let slots: sql.Slot[] = [];
  try {
    await transaction(pool, async (tx) => {
      slots = await rows(tx, sql.lockDue, [BATCH]);
      await decideSlots(tx, slots);
    });
  } catch (error) {
    if (slots.length === 0 || isTransient(error)) throw error;
    log.warn(
      { err: error, scenarios: slots.length },
      'a batch of ticks failed; each one alone now',
    );
    for (const { id } of slots) await tickAlone(pool, id, log);
  }
  const next = await row(pool, sql.msUntilDue);
  return { decided: slots.length, untilNextMs: next?.ms ?? null };
}

/** Decides the due times of these scenarios up to now, under the trigger that is stored, in the caller's
 *  transaction: what an edit does before it changes the trigger. Scenarios that do not tick are left alone. */
export async function decideDue(tx: Client, scenarioIds: readonly number[]): Promise<void> {
  const slots = await rows(tx, sql.lockSlots, [scenarioIds]);
  await decideSlots(
    tx,
    slots.filter((slot) => slot.nextDueAt !== null && slot.nextDueAt <= slot.now),
  );
}

async function decideSlots(tx: Client, slots: readonly sql.Slot[]): Promise<void> {
  if (slots.length === 0) return;
  const places = await rows(tx, sql.findTaken, [slots.map((slot) => slot.id)]);
  const taken = new Map(places.map((place) => [place.scenarioId, place]));
  const decided = slots.map((slot) => ({
    slot,
    decision: decideSlot(slot, taken.get(slot.id) ?? FREE),
  }));
  for (const { slot, decision } of decided) {
    if (decision.cancelsOthers) await cancelWaiting(tx, slot.id);
  }
  const fired = await fireRuns(
    tx,
    decided.flatMap(({ slot, decision }) => firingsOf(slot, decision)),
  );
  // Cancelled last: a queued one ends at once, and its place goes to the run that was just made.
  for (const { slot, decision } of decided) {
    const activeRunId = taken.get(slot.id)?.activeRunId ?? null;
    if (decision.cancelsOthers && activeRunId !== null) {
      await requestCancel(tx, activeRunId, SYSTEM_USER, REPLACED);
    }
  }
  await recordQuiet(
    tx,
    decided.flatMap(({ slot, decision }) =>
      decision.ticks
        .filter((tick) => !makesRun(tick))
        .map((tick) => ({ ...tick, scenarioId: slot.id, detail: null })),
    ),
  );
  await rows(tx, sql.advance, [
    decided.map(({ slot }) => slot.id),
    decided.map(({ decision }) => decision.nextDueMs),
  ]);
  const ids = fired.map((run) => run.runId).join(',');
  await rows(tx, sql.notify, [fired.length > 0, ids.length > 7000 ? '*' : ids, false]);
}

function decideSlot(slot: sql.Slot, taken: Taken): Decision {
  return decide({
    schedule: scheduleOf(slot),
    dueMs: slot.nextDueAt?.getTime() ?? Infinity,
    nowMs: slot.now.getTime(),
    policies: readPolicies(slot.policies),
    taken,
  });
}

function firingsOf(slot: sql.Slot, decision: Decision): Firing[] {
  const policies = readPolicies(slot.policies);
  return decision.ticks.filter(makesRun).map((tick) => ({
    scenarioId: slot.id,
    source: 'schedule' as const,
    sourceKey: '',
    dueMs: tick.dueMs,
    state: tick.outcome === 'fired' ? ('queued' as const) : ('waiting' as const),
    exclusive: policies.overlap !== 'allow' || tick.caughtUp === true,
    priority: policies.priority,
    params: {},
    triggeredByUserId: null,
    reason: tick.reason,
  }));
}

const makesRun = ({ outcome }: TickDraft) => outcome === 'fired' || outcome === 'waiting';

const FREE: Taken = { activeRunId: null, waiting: 0 };

const REPLACED = 'a later due time takes its place';

async function cancelWaiting(tx: Client, scenarioId: number): Promise<void> {
  for (const { runId } of await rows(tx, sql.findWaitingRuns, [scenarioId])) {
    await requestCancel(tx, runId, SYSTEM_USER, REPLACED);
  }
}

type QuietTick = TickDraft & { readonly scenarioId: number; readonly detail: string | null };

/** Writes ticks that do not fire, for scenarios whose slots the caller holds. */
export async function recordQuiet(tx: Client, ticks: readonly QuietTick[]): Promise<void> {
  if (ticks.length === 0) return;
  await rows(tx, sql.insertQuiet, [
    ticks.map((tick) => tick.scenarioId),
    ticks.map((tick) => tick.outcome),
    ticks.map((tick) => tick.dueMs),
    ticks.map((tick) => tick.untilMs),
    ticks.map((tick) => tick.count),
    ticks.map((tick) => tick.reason),
    ticks.map((tick) => tick.detail),
  ]);
}

/** One scenario in a transaction of its own; what fails here is that scenario's own fault. */
async function tickAlone(pool: Pool, scenarioId: number, log: Log): Promise<void> {
  try {
    await transaction(pool, (tx) => decideDue(tx, [scenarioId]));
  } catch (error) {
    if (isTransient(error)) throw error;
    log.error({ err: error, scenarioId }, 'the scenario cannot tick and is broken until edited');
    await transaction(pool, (tx) => recordBroken(tx, scenarioId, error));
  }
}

async function recordBroken(tx: Client, scenarioId: number, error: unknown): Promise<void> {
  const [slot] = await rows(tx, sql.lockSlots, [[scenarioId]]);
  if (!slot?.nextDueAt) return;
  const dueMs = slot.nextDueAt.getTime();
  const domain = error instanceof DomainError ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  const detail = toJsonb({
    code: domain?.code.toLowerCase() ?? 'tick_failed',
    message,
    config: domain?.facts['config'] ?? slot.trigger,
  });
  await recordQuiet(tx, [
    { scenarioId, outcome: 'error', dueMs, untilMs: dueMs, count: 1, reason: message, detail },
  ]);
  await rows(tx, sql.breakScenario, [scenarioId, detail]);
}
