/** Local days for calendars. The drive's projects lie in a zone in which it was midnight at the last full hour, so that
 *  debts and backfills reach over the change of a day. */
import type { Days } from '../history.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type LocalDays = {
  /** An IANA zone of whole hours without clock changes. */
  readonly zone: string;
  readonly offsetMs: number;
  readonly midnightMs: number;
};

export function localDays(nowMs: number): LocalDays {
  const midnightMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const hour = (midnightMs / HOUR_MS) % 24;
  const offset = hour <= 12 ? -hour : 24 - hour;
  // The sign of these names is turned round: Etc/GMT+5 lies five hours behind UTC.
  const zone = offset === 0 ? 'UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
  return { zone, offsetMs: offset * HOUR_MS, midnightMs };
}

/** What a calendar may exclude: nothing, the day before, this day, both; each by date or by weekday. */
export function dayChoices({ offsetMs, midnightMs }: LocalDays): Days[] {
  const date = (days: number) =>
    new Date(midnightMs + offsetMs + days * DAY_MS).toISOString().slice(0, 10);
  const weekday = (days: number) => new Date(`${date(days)}T00:00:00Z`).getUTCDay() || 7;
  return [
    { dates: [], weekdays: [] },
    { dates: [date(-1)], weekdays: [] },
    { dates: [], weekdays: [weekday(0)] },
    { dates: [date(0)], weekdays: [weekday(-1)] },
  ];
}

/** The calendars of the drive, and what each excludes at first. */
export const CALENDARS = ['yesterday', 'today', 'open'] as const;
export const FIRST_CHOICE = { yesterday: 1, today: 2, open: 0 } as const;
