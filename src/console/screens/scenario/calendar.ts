/** Days of a project's calendar, on which nothing fires. */

export type Calendar = {
  readonly name: string;
  /** As in `2026-12-25`. */
  readonly dates: readonly string[];
  /** 1 Monday to 7 Sunday. */
  readonly weekdays: readonly number[];
};

/** @param local on the clocks of the scenario's zone, beginning with its date. */
export function excludes(calendar: Calendar | null, local: string): boolean {
  if (!calendar) return false;
  const date = local.slice(0, 10);
  const weekday = new Date(`${date}T12:00:00Z`).getUTCDay() || 7;
  return calendar.dates.includes(date) || calendar.weekdays.includes(weekday);
}
