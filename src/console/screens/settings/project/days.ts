/** Days without a time, as calendars write them: `2026-12-25`. Months are `2026-12`. */

const DAY_MS = 86_400_000;

export const WEEKDAYS = [
  { number: 1, short: 'Mon', long: 'Monday' },
  { number: 2, short: 'Tue', long: 'Tuesday' },
  { number: 3, short: 'Wed', long: 'Wednesday' },
  { number: 4, short: 'Thu', long: 'Thursday' },
  { number: 5, short: 'Fri', long: 'Friday' },
  { number: 6, short: 'Sat', long: 'Saturday' },
  { number: 7, short: 'Sun', long: 'Sunday' },
] as const;

const msOf = (day: string) => Date.parse(`${day}T12:00:00Z`);
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export const addDays = (day: string, count: number): string => dayOf(msOf(day) + count * DAY_MS);

/** 1 Monday to 7 Sunday. */
export const weekdayOf = (day: string): number => new Date(msOf(day)).getUTCDay() || 7;

export const monthOf = (day: string): string => day.slice(0, 7);

/** The month that lies so many months away. */
export function addMonths(month: string, count: number): string {
  const [year = 0, of = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, of - 1 + count, 15)).toISOString().slice(0, 7);
}

/** Six weeks from the Monday on or before the first, so that every month takes the same room. */
export function weeksOf(month: string): string[][] {
  const first = `${month}-01`;
  const start = addDays(first, 1 - weekdayOf(first));
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (__, day) => addDays(start, week * 7 + day)),
  );
}

const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });
const monthFormat = format({ month: 'long', year: 'numeric' });
const dayFormat = format({ day: 'numeric', month: 'short', year: 'numeric' });
const wholeFormat = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** `December 2026`. */
export const monthWords = (month: string): string => monthFormat.format(msOf(`${month}-15`));
/** `25 Dec 2026`. */
export const dayWords = (day: string): string => dayFormat.format(msOf(day));
/** `Friday 25 December 2026`. */
export const wholeDay = (day: string): string => wholeFormat.format(msOf(day));

/** Where the reader is. */
export const today = (): string => new Intl.DateTimeFormat('sv-SE').format(Date.now());

/** `Saturdays, Sundays`. */
export const weekdayWords = (weekdays: readonly number[]): string =>
  WEEKDAYS.filter(({ number }) => weekdays.includes(number))
    .map(({ long }) => `${long}s`)
    .join(', ');
