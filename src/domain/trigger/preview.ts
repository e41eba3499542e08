/** What a person sees before saving a trigger: its next due times in local time, and what clock changes do. */
import { compile } from './due-times.ts';
import type { ScheduleDefaults } from './due-times.ts';
import type { Trigger } from './trigger.ts';
import { CALENDAR_END_MS } from './zone.ts';

export type PreviewTime = {
  readonly at: Temporal.Instant;
  /** ISO 8601 with offset and zone: "2026-03-08T03:00:00-04:00[America/New_York]". */
  readonly local: string;
  /** Due times that the clock skipped fire here instead. */
  readonly movedByClockChange: boolean;
};

/** A local day that has due times on paper and none in fact, because a clock change skipped them all. */
export type SkippedDay = {
  /** "2026-03-08" */
  readonly day: string;
  readonly changeAt: Temporal.Instant;
};

export type Preview = { readonly times: PreviewTime[]; readonly skippedDays: SkippedDay[] };

/** As many as a reader can use, and a bound on the work of one request. */
export const MAX_PREVIEW = 1_000;

/** The first `count` due times strictly after `from` (fewer when the schedule ends), and the days skipped up to the
 *  last of them, or to the calendar's end when there are no more: about one a year at most. Local times are in the
 *  trigger's zone, or the inherited one.
 *  @param count 1 to 1,000. @throws RangeError outside of that; DomainError TRIGGER_CONFIG as `compile` does. */
export function preview(
  trigger: Trigger | null,
  defaults: ScheduleDefaults,
  from: Temporal.Instant,
  count: number,
): Preview {
  if (!Number.isInteger(count) || count < 1 || count > MAX_PREVIEW) {
    throw new RangeError(`a preview shows 1 to ${MAX_PREVIEW} due times, not ${count}`);
  }
  const schedule = compile(trigger, defaults);
  const timezone = (trigger?.kind === 'cron' ? trigger.timezone : null) ?? defaults.timezone;
  const times: PreviewTime[] = [];
  let reachedMs = from.epochMilliseconds;
  while (times.length < count) {
    const dueMs = schedule.next(reachedMs);
    reachedMs = dueMs ?? CALENDAR_END_MS;
    if (dueMs === null) break;
    const at = Temporal.Instant.fromEpochMilliseconds(dueMs);
    times.push({
      at,
      local: at.toZonedDateTimeISO(timezone).toString(),
      movedByClockChange: schedule.kind === 'cron' && schedule.isMoved(dueMs),
    });
  }
  const lost = schedule.kind === 'cron' ? schedule.lostDays(from.epochMilliseconds, reachedMs) : [];
  return {
    times,
    skippedDays: Array.from(lost, ({ day, changeMs }) => ({
      day,
      changeAt: Temporal.Instant.fromEpochMilliseconds(changeMs),
    })),
  };
}
