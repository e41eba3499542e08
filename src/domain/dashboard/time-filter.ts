/** The period that a dashboard is looked at for: a preset or two days, made into instants in a time zone. */
import { z } from 'zod';

export const PRESETS = [
  'today',
  'yesterday',
  'last_7_days',
  'last_30_days',
  'last_90_days',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'this_quarter',
  'last_quarter',
  'this_year',
  'last_year',
] as const;
export type Preset = (typeof PRESETS)[number];

/** Days as `2026-11-16`, both included. */
export type DayRange = { from: string; to: string };
export type TimeFilter = Preset | DayRange;

export type Period = {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  /** "Mon 16 – Sun 22 Nov 2026". */
  readonly label: string;
  /** IANA name. */
  readonly zone: string;
};

const dayRange = z
  .strictObject({ from: z.iso.date(), to: z.iso.date() })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'lies before "from"' });

export const timeFilterForm: z.ZodType<TimeFilter> = z.union([z.enum(PRESETS), dayRange]);

/** A stored filter; null where there is none, or one that this version does not know: then all time counts. */
export function readTimeFilter(stored: unknown): TimeFilter | null {
  return timeFilterForm.safeParse(stored).data ?? null;
}

/** Days begin at the zone's first instant of that date, weeks on Monday. Days before today count whole: the last 7
 *  days end with yesterday, "this" ones with the end of the week, month or year that now lies in.
 *  @throws RangeError for what is no zone. */
export function resolvePeriod(filter: TimeFilter, zone: string, now: Date): Period {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  const [first, end] = daysOf(filter, today);
  return {
    from: startOf(first, zone),
    to: startOf(end, zone),
    label: labelOf(first, end.subtract({ days: 1 })),
    zone,
  };
}

type Days = readonly [first: Temporal.PlainDate, end: Temporal.PlainDate];

/** @returns the first day and the one after the last. */
function daysOf(filter: TimeFilter, today: Temporal.PlainDate): Days {
  if (typeof filter === 'object') {
    const last = Temporal.PlainDate.from(filter.to);
    return [Temporal.PlainDate.from(filter.from), last.add({ days: 1 })];
  }
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const month = today.with({ day: 1 });
  const quarter = month.subtract({ months: (today.month - 1) % 3 });
  const year = month.with({ month: 1 });
  const days: Record<Preset, Days> = {
    today: [today, today.add({ days: 1 })],
    yesterday: [today.subtract({ days: 1 }), today],
    last_7_days: [today.subtract({ days: 7 }), today],
    last_30_days: [today.subtract({ days: 30 }), today],
    last_90_days: [today.subtract({ days: 90 }), today],
    this_week: [monday, monday.add({ weeks: 1 })],
    last_week: [monday.subtract({ weeks: 1 }), monday],
    this_month: [month, month.add({ months: 1 })],
    last_month: [month.subtract({ months: 1 }), month],
    this_quarter: [quarter, quarter.add({ months: 3 })],
    last_quarter: [quarter.subtract({ months: 3 }), quarter],
    this_year: [year, year.add({ years: 1 })],
    last_year: [year.subtract({ years: 1 }), year],
  };
  return days[filter];
}

// Midnight does not exist everywhere every day; the day then begins an hour later.
const startOf = (day: Temporal.PlainDate, zone: string) =>
  new Date(day.toZonedDateTime(zone).epochMilliseconds);

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** What both days share is said once. */
function labelOf(first: Temporal.PlainDate, last: Temporal.PlainDate): string {
  const day = (date: Temporal.PlainDate) => `${WEEKDAYS[date.dayOfWeek - 1]} ${date.day}`;
  const month = (date: Temporal.PlainDate) => `${day(date)} ${MONTHS[date.month - 1]}`;
  const whole = (date: Temporal.PlainDate) => `${month(date)} ${date.year}`;
  if (first.equals(last)) return whole(first);
  const start = first.year !== last.year ? whole : first.month !== last.month ? month : day;
  return `${start(first)} – ${whole(last)}`;
}
