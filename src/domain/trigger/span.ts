/** Due times in bulk, without visiting more of them than promised: what catch-up asks after a long silence. */
import { dueBetween, phase } from './due-times.ts';
import type { Schedule } from './due-times.ts';
import { CALENDAR_END_MS } from './zone.ts';

export type Span = {
  /** How many due times were counted. */
  readonly count: number;
  /** The earliest and the latest of them, epoch ms; null when there are none. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** The count covers (afterMs, reachedMs]. */
  readonly reachedMs: number;
  /** False when the pass stopped at `max`: continue with afterMs = reachedMs. */
  readonly complete: boolean;
};

/** Counts the due times in (afterMs, untilMs]. An interval takes constant time whatever the range; a cron visits
 *  at most `max` due times (1 or more), at about ten million a second, and says how far it got. */
export function spanOf(
  schedule: Schedule,
  afterMs: number,
  untilMs: number,
  { max }: { max: number },
): Span {
  if (schedule.kind === 'interval') return intervalSpan(schedule, afterMs, untilMs);
  let count = 0;
  let firstMs: number | null = null;
  let lastMs: number | null = null;
  for (const dueMs of dueBetween(schedule, afterMs, untilMs)) {
    if (count === max)
      return { count, firstMs, lastMs, reachedMs: lastMs ?? afterMs, complete: false };
    firstMs ??= dueMs;
    lastMs = dueMs;
    count += 1;
  }
  return { count, firstMs, lastMs, reachedMs: untilMs, complete: true };
}

/** The newest due time in (afterMs, untilMs], epoch ms, or null. Asks `next` some 40 times by halving the range,
 *  so it costs microseconds however many due times lie in it. */
export function lastBefore(schedule: Schedule, afterMs: number, untilMs: number): number | null {
  if (schedule.kind === 'interval') return intervalSpan(schedule, afterMs, untilMs).lastMs;
  const firstMs = schedule.next(afterMs);
  if (firstMs === null || firstMs > untilMs) return null;
  // `low` is a due time, and none lies in (high, untilMs].
  let low = firstMs;
  let high = untilMs;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const laterMs = schedule.next(middle);
    if (laterMs !== null && laterMs <= untilMs) low = laterMs;
    else high = middle;
  }
  return low;
}

function intervalSpan(
  { intervalMs, anchorMs }: Extract<Schedule, { kind: 'interval' }>,
  afterMs: number,
  untilMs: number,
): Span {
  const endMs = Math.min(untilMs, CALENDAR_END_MS - 1);
  const lastMs = endMs - phase(endMs, anchorMs, intervalMs);
  const firstMs = afterMs - phase(afterMs, anchorMs, intervalMs) + intervalMs;
  return lastMs < firstMs
    ? { count: 0, firstMs: null, lastMs: null, reachedMs: untilMs, complete: true }
    : {
        count: (lastMs - firstMs) / intervalMs + 1,
        firstMs,
        lastMs,
        reachedMs: untilMs,
        complete: true,
      };
}
