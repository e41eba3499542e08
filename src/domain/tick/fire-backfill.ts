/** The runs of a backfill, under the slot that the caller holds: one for every due time that no calendar excludes, and
 *  ticks for those that one does. */
import { row, rows, type Client } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { payloadOf } from '../event/channels.ts';
import { fireRuns, type Firing } from '../run/fire.sql.ts';
import type { BackfillTime } from './backfill-times.ts';
import { MAX_WAITING } from './place.ts';
import { readPolicies } from './policies.ts';
import { recordQuiet } from './record-quiet.ts';
import * as sql from './slot.sql.ts';

export const BACKFILL_OVERLAPS = ['buffer_all', 'allow'] as const;
/** `buffer_all`: one after the other in the order of their due times, behind what is active or waits; `allow`: all at
 *  once, beside what is active. */
export type BackfillOverlap = (typeof BACKFILL_OVERLAPS)[number];

export type BackfillFiring = {
  readonly backfillId: number;
  readonly userId: number;
  readonly overlap: BackfillOverlap;
  /** In order. */
  readonly times: readonly BackfillTime[];
};

// Per statement: some 2,000 rows with their steps and events.
const BATCH = 250;

/** @returns the runs by due time, in epoch ms.
 *  @throws DomainError CONFLICT when more runs would wait than may. */
export async function fireBackfill(
  tx: Client,
  slot: sql.Slot,
  backfill: BackfillFiring,
): Promise<Map<number, number>> {
  const firings = await firingsOf(tx, slot, backfill);
  const runIds = new Map<number, number>();
  for (let i = 0; i < firings.length; i += BATCH) {
    const fired = await fireRuns(tx, firings.slice(i, i + BATCH));
    for (const { dueAt, runId } of fired) runIds.set(dueAt.getTime(), runId);
  }
  await recordQuiet(tx, 'backfill', excludedSpans(slot.id, backfill));
  const queued = firings.some(({ state }) => state === 'queued');
  await rows(tx, sql.notify, [queued, payloadOf([...runIds.values()]), String(slot.id)]);
  return runIds;
}

async function firingsOf(
  tx: Client,
  slot: sql.Slot,
  { backfillId, userId, overlap, times }: BackfillFiring,
): Promise<Firing[]> {
  const included = times.filter((time) => !time.excluded);
  const exclusive = overlap === 'buffer_all';
  const taken = exclusive ? await row(tx, sql.findTaken, [[slot.id]]) : null;
  const waiting = taken?.waiting ?? 0;
  if (exclusive && waiting + included.length > MAX_WAITING) {
    const message = `${waiting} runs wait already, and at most ${MAX_WAITING} may; wait for them, or cancel the queue.`;
    throw new DomainError('CONFLICT', message, { facts: { waiting, max: MAX_WAITING } });
  }
  const { priority, maxRunning } = readPolicies(slot.policies);
  const active = taken?.activeRunId ?? null;
  const isFree = active === null && waiting === 0;
  const blocker = active === null ? 'another run' : `run ${active}`;
  return included.map(({ dueMs }, i) => {
    const waits = exclusive && !(isFree && i === 0);
    return {
      scenarioId: slot.id,
      source: 'backfill',
      sourceKey: String(backfillId),
      dueMs,
      state: waits ? 'waiting' : 'queued',
      exclusive,
      priority,
      maxRunning,
      // Neither jitter nor a start deadline: both count from a due time that has long passed.
      startMs: slot.now.getTime(),
      startBeforeMs: null,
      params: {},
      triggeredByUserId: userId,
      reason: waits ? `${i === 0 ? blocker : 'the due time before'} goes first` : null,
    };
  });
}

/** Neighbours that are excluded share one tick. */
function excludedSpans(scenarioId: number, { backfillId, times }: BackfillFiring) {
  const spans: { dueMs: number; untilMs: number; count: number }[] = [];
  for (const [i, { dueMs, excluded }] of times.entries()) {
    const last = times[i - 1]?.excluded ? spans.at(-1) : undefined;
    if (!excluded) continue;
    if (last) spans[spans.length - 1] = { ...last, untilMs: dueMs, count: last.count + 1 };
    else spans.push({ dueMs, untilMs: dueMs, count: 1 });
  }
  return spans.map((span) => ({
    ...span,
    scenarioId,
    outcome: 'skipped_calendar' as const,
    // Named, so that two backfills do not share a tick.
    reason: `backfill ${backfillId}: the calendar excludes the day`,
    sourceKey: String(backfillId),
    detail: null,
  }));
}
