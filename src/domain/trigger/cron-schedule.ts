/** A cron expression in a time zone, by the Vixie rules as Debian's cron(8) has them. This is the only place
 *  that knows what a clock change does to a due time; everything else asks `next`. */
import { CALENDAR_END_MS } from './zone.ts';
import type { Segment, Zone } from './zone.ts';
import { MINUTES_PER_DAY } from './wall-clock.ts';
import type { WallClock } from './wall-clock.ts';

const MINUTE_MS = 60_000;
/** A larger shift is no daylight saving but a correction, such as Apia's missing day: a plain jump. */
const MAX_SAVING_MS = 3 * 3_600_000;

export type LostDay = {
  /** The local day, "2026-03-08". */
  readonly day: string;
  /** The clock change that took its due times, epoch ms. */
  readonly changeMs: number;
};

export type CronSchedule = {
  /** The first due time strictly after, both epoch ms; null when none comes before the calendar's end. */
  next(afterMs: number): number | null;
  /** Whether due times that the clock skipped fire at this due time instead. */
  isMoved(dueMs: number): boolean;
  /** Local days that a clock change in (afterMs, untilMs] left without any of their due times. */
  lostDays(afterMs: number, untilMs: number): Iterable<LostDay>;
};

/** @param wildcard whether minute or hour start with `*`. Such an expression follows the wall clock: it fires in
 *  both passes of a repeated hour and not in a skipped one. Any other is fixed: skipped due times fire once, when
 *  the clock lands, and of a repeated hour only the first pass fires. */
export function cronSchedule(clock: WallClock, wildcard: boolean, zone: Zone): CronSchedule {
  const isSaving = ({ shiftMs }: Segment) => Math.abs(shiftMs) <= MAX_SAVING_MS;

  /** The first local minute of a segment that may fire at or after this instant. */
  function entryMinute(segment: Segment, atMs: number): number {
    const repeatsMs = !wildcard && segment.shiftMs < 0 && isSaving(segment) ? -segment.shiftMs : 0;
    return Math.ceil((Math.max(atMs, segment.startMs + repeatsMs) + segment.offsetMs) / MINUTE_MS);
  }

  /** Whether the clock jumped over this local minute when it entered the segment, given that it is not earlier. */
  function isSkipped(minute: number, segment: Segment): boolean {
    return minute * MINUTE_MS < segment.startMs + segment.offsetMs;
  }

  function next(afterMs: number): number | null {
    let segment = zone.segmentAt(afterMs);
    let from = entryMinute(segment, afterMs + 1);
    let minute = clock.nextMinute(from);
    for (;;) {
      const dueMs = minute * MINUTE_MS - segment.offsetMs;
      if (dueMs < segment.endMs) return dueMs < CALENDAR_END_MS ? dueMs : null;
      if (segment.endMs === Infinity) return null;
      segment = zone.following(segment);
      if (!wildcard && isSaving(segment) && isSkipped(minute, segment)) return segment.startMs;
      const entry = entryMinute(segment, segment.startMs);
      // Nothing is named between `from` and `minute`, so the search is repeated only outside of them:
      // a leap day's schedule passes 50 clock changes at the price of one search.
      if (entry < from || entry > minute) minute = clock.nextMinute(entry);
      from = entry;
    }
  }

  function isMoved(dueMs: number): boolean {
    const segment = zone.segmentAt(dueMs);
    if (wildcard || segment.startMs !== dueMs || segment.shiftMs < 0 || !isSaving(segment))
      return false;
    const skippedFrom = Math.ceil((dueMs + segment.offsetMs - segment.shiftMs) / MINUTE_MS);
    return isSkipped(clock.nextMinute(skippedFrom), segment);
  }

  function* lostDays(afterMs: number, untilMs: number): Iterable<LostDay> {
    let segment = zone.segmentAt(afterMs);
    while (segment.endMs <= untilMs) {
      segment = zone.following(segment);
      if (segment.shiftMs > 0 && (wildcard || !isSaving(segment))) yield* daysLostTo(segment);
    }
  }

  function* daysLostTo(segment: Segment): Iterable<LostDay> {
    const landed = Math.ceil((segment.startMs + segment.offsetMs) / MINUTE_MS);
    const left = Math.ceil((segment.startMs + segment.offsetMs - segment.shiftMs) / MINUTE_MS);
    for (let day = Math.floor(left / MINUTES_PER_DAY); day * MINUTES_PER_DAY < landed; day += 1) {
      const dayEnd = (day + 1) * MINUTES_PER_DAY;
      const first = clock.nextMinute(day * MINUTES_PER_DAY);
      if (first < left || first >= Math.min(landed, dayEnd) || clock.nextMinute(landed) < dayEnd)
        continue;
      const date = new Date(day * MINUTES_PER_DAY * MINUTE_MS);
      yield { day: date.toISOString().slice(0, 10), changeMs: segment.startMs };
    }
  }

  return { next, isMoved, lostDays };
}
