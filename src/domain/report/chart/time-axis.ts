/** An axis of times: its labels stand at data where there is room, else at days, weeks or months that people name. */
import { measure } from '../font/measure.ts';
import { LOOK } from '../look.ts';
import type { Frame } from './frame.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOURS = [1, 2, 3, 6, 12].map((hours) => hours * HOUR);
const DAYS = [1, 2, 7, 14, 28].map((days) => days * DAY);
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120];
// Mondays are multiples of a week from here on.
const A_MONDAY = Date.UTC(2001, 0, 1);

export function timeAxis(frame: Frame, times: readonly number[]) {
  const { fontSize, locale } = frame;
  const sorted = [...new Set(times)].toSorted((a, b) => a - b);
  const write = writer(locale, sorted);
  const values = ticks(sorted, frame, write);
  return {
    type: 'time' as const,
    min: sorted[0],
    max: sorted.at(-1),
    axisLabel: {
      color: LOOK.ink3,
      fontSize,
      hideOverlap: true,
      customValues: values,
      formatter: write,
    },
    axisLine: { lineStyle: { color: LOOK.lineStrong } },
    axisTick: { show: true, customValues: values, lineStyle: { color: LOOK.line } },
    splitLine: { show: false },
  };
}

type Write = (value: number) => string;

function ticks(times: readonly number[], { width, fontSize }: Frame, write: Write): number[] {
  const [first = 0, last = first] = [times[0], times.at(-1)];
  const plot = width - 6 * fontSize;
  const each = Math.max(...times.map((at) => measure(write(at), fontSize))) + fontSize * 1.6;
  const room = Math.max(2, Math.floor(plot / each));
  const apart = (last - first) / room;
  const least = Math.min(...times.slice(1).map((at, index) => at - times[index]!));
  if (times.length <= 1 || least >= apart) return [...times];
  const step = [...HOURS, ...DAYS].find((candidate) => candidate >= apart);
  if (step !== undefined && last - first < 200 * DAY) return evenly(first, last, step);
  const months = MONTHS.find((count) => count * 30 * DAY >= apart) ?? 240;
  return monthly(first, last, months);
}

function evenly(first: number, last: number, step: number): number[] {
  const from = A_MONDAY + Math.ceil((first - A_MONDAY) / step) * step;
  const count = Math.max(0, Math.floor((last - from) / step) + 1);
  return Array.from({ length: count }, (_, at) => from + at * step);
}

function monthly(first: number, last: number, step: number): number[] {
  const found: number[] = [];
  const start = new Date(first);
  const from = start.getUTCFullYear() * 12 + start.getUTCMonth();
  for (let month = Math.ceil(from / step) * step; ; month += step) {
    const at = Date.UTC(Math.floor(month / 12), month % 12);
    if (at > last) return found;
    if (at >= first) found.push(at);
  }
}

/** As much as tells one time from the next: an hour, a day, or a month with its year. */
function writer(locale: string, times: readonly number[]): Write {
  const [first = 0, last = first] = [times[0], times.at(-1)];
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: 'UTC', hourCycle: 'h23', ...options });
  const hour = format({ hour: '2-digit', minute: '2-digit' });
  const day = format({ day: 'numeric', month: 'short' });
  const month = format({ month: 'short', year: 'numeric' });
  const isMonthly = areMonths(times) || last - first >= 200 * DAY;
  return (value) => {
    const at = new Date(value);
    if (isMonthly) return month.format(at);
    return value % DAY === 0 ? day.format(at) : hour.format(at);
  };
}

/** Firsts of months, more than one. */
export function areMonths(times: readonly number[]): boolean {
  return times.length > 1 && times.every((at) => at % DAY === 0 && new Date(at).getUTCDate() === 1);
}
