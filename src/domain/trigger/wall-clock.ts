/** Which minutes on a wall clock an expression names, with no time zone in sight. Time is counted in
 *  local minutes: minutes between 1970-01-01T00:00 and what the clock on the wall shows. */
import type { CronFields } from './cron.ts';
import { CALENDAR_END_MS, CALENDAR_START_MS } from './zone.ts';

const DAY_MS = 86_400_000;
export const MINUTES_PER_DAY = 1_440;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 4;

// Days since 1970 on which each month of the calendar begins, one more for the end: 24 KB, 0.5 ms once.
const START_YEAR = new Date(CALENDAR_START_MS).getUTCFullYear();
const MONTHS = (new Date(CALENDAR_END_MS).getUTCFullYear() - START_YEAR) * 12;
const MONTH_STARTS = Int32Array.from(
  { length: MONTHS + 1 },
  (_, month) => Date.UTC(START_YEAR, month, 1) / DAY_MS,
);
const START_DAY = CALENDAR_START_MS / DAY_MS;
const END_DAY = CALENDAR_END_MS / DAY_MS;
const MEAN_MONTH_DAYS = (END_DAY - START_DAY) / MONTHS;

export type WallClock = {
  /** The first local minute at or after `from` (an integer) that the expression names; Infinity when
   *  none comes before the calendar's end. Some 20 ns, and 3 ns for each month passed over. */
  nextMinute(from: number): number;
};

/** Turns fields into a table of the day's minutes and, as they are met, of each shape of month's days. */
export function wallClock(fields: CronFields): WallClock {
  const minuteAfter = minutesOfDay(fields);
  const firstMinute = minuteAfter[0]!;
  // A month is told by its length (28 to 31) and first weekday: 28 shapes; -1 is one not met yet.
  const daysOfShape = new Int32Array(28).fill(-1);
  // Consecutive due times mostly share a month.
  let recentMonth = 0;

  function monthOf(day: number): number {
    let month = recentMonth;
    if (day < MONTH_STARTS[month]! || day >= MONTH_STARTS[month + 1]!) {
      month = Math.floor((day - START_DAY) / MEAN_MONTH_DAYS);
      while (MONTH_STARTS[month]! > day) month -= 1;
      while (MONTH_STARTS[month + 1]! <= day) month += 1;
    }
    return month;
  }

  function daysOf(start: number, length: number): number {
    const weekday = (((start + EPOCH_WEEKDAY) % 7) + 7) % 7;
    const shape = (length - 28) * 7 + weekday;
    if (daysOfShape[shape]! < 0) daysOfShape[shape] = matchingDays(fields, length, weekday);
    return daysOfShape[shape]!;
  }

  function nextDay(from: number): number {
    let day = Math.max(from, START_DAY);
    if (day >= END_DAY) return Infinity;
    for (let month = monthOf(day); month < MONTHS; month += 1) {
      const start = MONTH_STARTS[month]!;
      const end = MONTH_STARTS[month + 1]!;
      if (fields.months.includes((month % 12) + 1)) {
        const rest = daysOf(start, end - start) >>> (day - start);
        if (rest !== 0) {
          recentMonth = month;
          return day + 31 - Math.clz32(rest & -rest);
        }
      }
      day = end;
    }
    return Infinity;
  }

  function nextMinute(from: number): number {
    const today = Math.floor(from / MINUTES_PER_DAY);
    const minute = minuteAfter[from - today * MINUTES_PER_DAY]!;
    const day = nextDay(minute < 0 ? today + 1 : today);
    return day * MINUTES_PER_DAY + (day === today ? minute : firstMinute);
  }

  return { nextMinute };
}

/** For every minute of a day the first named one at or after it, -1 when the day has no more. */
function minutesOfDay({ hours, minutes }: CronFields): Int16Array {
  const named = new Set(hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)));
  const table = new Int16Array(MINUTES_PER_DAY);
  let next = -1;
  for (let minute = MINUTES_PER_DAY - 1; minute >= 0; minute -= 1) {
    if (named.has(minute)) next = minute;
    table[minute] = next;
  }
  return table;
}

/** The matching days of a month as bits, bit 0 being the 1st, which falls on `firstWeekday`. */
function matchingDays(fields: CronFields, length: number, firstWeekday: number): number {
  let bits = 0;
  for (let date = 1; date <= length; date += 1) {
    const weekday = (firstWeekday + date - 1) % 7;
    const nth = Math.ceil(date / 7);
    const byDate = fields.daysOfMonth.includes(date) || (fields.lastDayOfMonth && date === length);
    const byWeekday =
      fields.daysOfWeek.includes(weekday) ||
      fields.nthDaysOfWeek.some((named) => named.weekday === weekday && named.nth === nth);
    if (fields.eitherDay ? byDate || byWeekday : byDate && byWeekday) bits |= 1 << (date - 1);
  }
  return bits;
}
