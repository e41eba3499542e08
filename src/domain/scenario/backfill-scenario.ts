/** Past due times, run because a person asks for them: what a pause, a fault or a late start has left out. It is the
 *  only way in which time that has passed is run after its catch-up; what has run already may run again. */
import { row, rows, transaction } from '#platform/db.ts';
import { DomainError, invalid } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { backfillTimes, rangeProblems } from '../tick/backfill-times.ts';
import { findFired, insertBackfill } from '../tick/backfill.sql.ts';
import { calendarOf } from '../tick/calendar-of.ts';
import { fireBackfill, type BackfillOverlap } from '../tick/fire-backfill.ts';
import { scheduleOf } from '../tick/schedule.ts';
import { lockSlots } from '../tick/slot.sql.ts';
import type { Schedule } from '../trigger/due-times.ts';
import { decideUpToNow } from './due-state.ts';
import { requireParameters } from './run-request.ts';
import { lockScenario, type Scenario, type ScenarioDeps } from './scenario.ts';

export type BackfillRequest = {
  /** Exclusive. */
  readonly from: Date;
  /** Inclusive, at most now; now when left out. */
  readonly to?: Date | null;
  /** Default `buffer_all`. */
  readonly overlap?: BackfillOverlap | null;
  /** Only answers what it would do. */
  readonly dryRun?: boolean;
};

export type BackfillDueTime = {
  readonly dueAt: Date;
  /** A clock change skipped the time as written, so that it is due here. */
  readonly movedByClockChange: boolean;
  /** A run was made for it before. */
  readonly firedBefore: boolean;
  /** The calendar excludes its day, so that it makes no run. */
  readonly excluded: boolean;
  /** null: excluded, or a dry run. */
  readonly runId: number | null;
};

export type Backfill = {
  /** null: a dry run, or nothing was due. */
  readonly id: number | null;
  readonly from: Date;
  readonly to: Date;
  readonly overlap: BackfillOverlap;
  /** In order. */
  readonly dueTimes: readonly BackfillDueTime[];
};

/** Makes a run for every due time in (from, to] under the trigger as it is stored: all of them or none. Of paused and
 *  switched-off scenarios too; jitter and start deadline do not apply. Days that the calendar excludes are recorded.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; VALIDATION for a bad range and for more than 1,000 due times, which says
 *  how to split them; CONFLICT for a scenario that has no due times or too many runs waiting; TRIGGER_CONFIG when what
 *  is stored cannot be resolved. */
export function backfillScenario(
  { pool }: Pick<ScenarioDeps, 'pool'>,
  who: Principal,
  id: number,
  { from, to: until = null, overlap: asked = null, dryRun = false }: BackfillRequest,
  { projectId = null }: { readonly projectId?: number | null } = {},
): Promise<Backfill> {
  return transaction(pool, async (tx) => {
    const scenario = await lockScenario(tx, who, id, projectId);
    // What is due by now is decided first, so that no due time of the range fires by itself afterwards.
    if (!dryRun) await decideUpToNow(tx, scenario);
    const slot = (await row(tx, lockSlots, [[id]]))!;
    const to = until ?? slot.now;
    const overlap = asked ?? 'buffer_all';
    const problems = rangeProblems(from.getTime(), to.getTime(), slot.now.getTime());
    if (problems.length > 0) throw invalid(problems);
    const times = backfillTimes(
      scheduleToFill(scenario),
      from.getTime(),
      to.getTime(),
      calendarOf(slot),
    );
    const found = await rows(tx, findFired, [id, times.map(({ dueMs }) => dueMs)]);
    const firedBefore = new Set(found.map(({ dueAt }) => dueAt.getTime()));
    const toAnswer = (backfillId: number | null, runIds: ReadonlyMap<number, number>) => ({
      id: backfillId,
      from,
      to,
      overlap,
      dueTimes: times.map(({ dueMs, ...time }) => ({
        ...time,
        dueAt: new Date(dueMs),
        firedBefore: firedBefore.has(dueMs),
        runId: runIds.get(dueMs) ?? null,
      })),
    });
    if (dryRun || times.length === 0) return toAnswer(null, new Map());

    const runs = times.filter((time) => !time.excluded).length;
    const values = [id, from, to, overlap, runs, who.userId];
    const { id: backfillId } = (await row(tx, insertBackfill, values))!;
    const runIds = await fireBackfill(tx, slot, {
      backfillId,
      userId: who.userId,
      overlap,
      times,
    });
    await recordChange(tx, who, {
      action: 'scenario.backfill',
      resourceType: 'scenario',
      resourceId: id,
      after: { backfillId, from, to, overlap, runs },
    });
    return toAnswer(backfillId, runIds);
  });
}

/** @throws DomainError as `backfillScenario` does. */
function scheduleToFill(scenario: Scenario): Schedule {
  const schedule = scheduleOf(scenario);
  if (schedule.kind === 'never') {
    const message = `Scenario ${scenario.id} has neither a cron nor an interval, so it has no due times; run it by hand.`;
    throw new DomainError('CONFLICT', message);
  }
  requireParameters(scenario.steps, {});
  return schedule;
}
