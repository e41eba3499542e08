/** Where a zone's clocks change. */
import { offsetMs } from '../parts/axis.ts';

export type ClockChange = {
  /** The first instant of the new offset, epoch ms. */
  readonly atMs: number;
  /** How far the zone's clocks are ahead of UTC before it and from it on. */
  readonly beforeMs: number;
  readonly afterMs: number;
};

const MINUTE = 60_000;
// No zone changes its clocks there and back within a week.
const WEEK = 7 * 86_400_000;

/** The next change within a year; null: there is none. */
export function nextClockChange(zone: string, fromMs: number): ClockChange | null {
  let low = Math.floor(fromMs / MINUTE) * MINUTE;
  const beforeMs = offsetMs(low, zone);
  for (let week = 1; week <= 53; week += 1) {
    let high = low + WEEK;
    const afterMs = offsetMs(high, zone);
    if (afterMs === beforeMs) {
      low = high;
      continue;
    }
    while (high - low > MINUTE) {
      const middle = Math.floor((low + high) / 2 / MINUTE) * MINUTE;
      if (offsetMs(middle, zone) === beforeMs) low = middle;
      else high = middle;
    }
    return { atMs: high, beforeMs, afterMs };
  }
  return null;
}
