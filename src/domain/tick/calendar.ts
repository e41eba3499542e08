/** Days on which a scenario does not fire, by the wall clock of its zone. */

export type CalendarDays = {
  /** YYYY-MM-DD. */
  readonly dates: readonly string[];
  /** 1 Monday … 7 Sunday. */
  readonly weekdays: readonly number[];
};

export type Calendar = {
  /** The local day of an instant: whether it is excluded, and its first and last millisecond. */
  dayOf(atMs: number): {
    readonly excluded: boolean;
    readonly startMs: number;
    readonly endMs: number;
  };
};

export function createCalendar({ dates, weekdays }: CalendarDays, zone: string): Calendar {
  const excludedDates = new Set(dates);
  let known = { excluded: false, startMs: 0, endMs: -1 };
  return {
    dayOf(atMs) {
      // Due times come in order, so the day asked for last is usually the day asked for now.
      if (atMs >= known.startMs && atMs <= known.endMs) return known;
      const start = Temporal.Instant.fromEpochMilliseconds(atMs)
        .toZonedDateTimeISO(zone)
        .startOfDay();
      const day = start.toPlainDate();
      known = {
        excluded: excludedDates.has(day.toString()) || weekdays.includes(day.dayOfWeek),
        startMs: start.epochMilliseconds,
        endMs: start.add({ days: 1 }).startOfDay().epochMilliseconds - 1,
      };
      return known;
    },
  };
}
