/** A trigger in words, for lists and mails: "at 02:00 every day, Asia/Jakarta". */
import { parseCron } from './cron.ts';
import type { CronFields } from './cron.ts';
import { formatInterval } from './interval.ts';
import type { Trigger } from './trigger.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const NTH = ['first', 'second', 'third', 'fourth', 'fifth'];
/** Longer lists are read faster as the expression itself. */
const MAX_LISTED = 4;

/** A short English phrase. Where words would be clumsier than the expression, it is the expression. */
export function describeTrigger(trigger: Trigger | null): string {
  switch (trigger?.kind) {
    case undefined:
      return 'only by hand';
    case 'cron': {
      const { fields } = parseCron(trigger.cron);
      const words = (fields && cronWords(fields)) ?? `cron "${trigger.cron}"`;
      return trigger.timezone === null ? words : `${words}, ${trigger.timezone}`;
    }
    case 'interval':
      return `every ${intervalWords(trigger.intervalMs)}`;
    case 'upstream': {
      const all = trigger.require === 'all';
      const names = listed(trigger.upstream, all ? 'and' : 'or');
      return `after ${names} ${all && trigger.upstream.length > 1 ? 'succeed' : 'succeeds'}`;
    }
  }
}

function cronWords(fields: CronFields): string | null {
  const times = timeWords(fields);
  const days = dayWords(fields);
  if (times === null || days === null) return null;
  // "every 15 minutes" needs no "every day" behind it.
  return days === 'every day' && times.startsWith('every') ? times : `${times} ${days}`;
}

function timeWords({ minutes, hours }: CronFields): string | null {
  const everyHour = strideOf(hours, 24);
  const everyMinute = strideOf(minutes, 60);
  if (everyHour === 1 && everyMinute !== null && everyMinute < 60)
    return every(everyMinute, 'minute');
  const [minute] = minutes;
  if (minutes.length === 1 && everyHour !== null && everyHour < 24) {
    return every(everyHour, 'hour') + (minute === 0 ? '' : ` at minute ${minute}`);
  }
  if (minutes.length * hours.length > MAX_LISTED) return null;
  const times = hours.flatMap((hour) => minutes.map((m) => `${twoDigits(hour)}:${twoDigits(m)}`));
  return `at ${listed(times, 'and')}`;
}

function dayWords(fields: CronFields): string | null {
  const months = fields.months.map((month) => MONTHS[month - 1]!);
  if (months.length > MAX_LISTED && months.length < 12) return null;
  const dates = dateWords(fields);
  const weekdays = weekdayWords(fields);
  if (dates === null || weekdays === null) return null;
  const days = [dates, weekdays].filter((words) => words !== '');
  // Both restricted, "the 13th or a Friday" and "the 13th if a Friday": the expression is clearer.
  if (days.length > 1) return null;
  const season = months.length === 12 ? '' : ` in ${listed(months, 'and')}`;
  const suffix =
    season === '' && (dates !== '' || fields.nthDaysOfWeek.length > 0) ? ' of every month' : season;
  return days.length === 0 ? `every day${season}` : `on ${days[0]}${suffix}`;
}

/** Empty when any date will do. */
function dateWords({ daysOfMonth, lastDayOfMonth }: CronFields): string | null {
  if (daysOfMonth.length === 31) return '';
  if (daysOfMonth.length > MAX_LISTED) return null;
  const last = lastDayOfMonth ? ['the last day'] : [];
  const dates = daysOfMonth.length === 0 ? [] : [`day ${listed(daysOfMonth, 'and')}`];
  return [...dates, ...last].join(' and ');
}

/** Empty when any weekday will do. */
function weekdayWords({ daysOfWeek, nthDaysOfWeek }: CronFields): string | null {
  if (daysOfWeek.length === 7) return '';
  const numbered = nthDaysOfWeek.map(
    ({ weekday, nth }) => `the ${NTH[nth - 1]} ${WEEKDAYS[weekday]}`,
  );
  if (daysOfWeek.join() === '1,2,3,4,5' && numbered.length === 0) return 'weekdays';
  const names = daysOfWeek.map((weekday) => WEEKDAYS[weekday]!);
  return names.length + numbered.length > MAX_LISTED
    ? null
    : listed([...names, ...numbered], 'and');
}

/** n when the values are 0, n, 2n … evenly round the dial of `size`, else null. */
function strideOf(values: readonly number[], size: number): number | null {
  const stride = size / values.length;
  return values.every((value, index) => value === index * stride) ? stride : null;
}

function intervalWords(intervalMs: number): string {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(formatInterval(intervalMs)) ?? [];
  if (unit === undefined) return `${intervalMs / 1000} seconds`;
  const noun = { s: 'second', m: 'minute', h: 'hour', d: 'day' }[unit]!;
  return amount === '1' ? noun : `${amount} ${noun}s`;
}

function every(amount: number, noun: string): string {
  return amount === 1 ? `every ${noun}` : `every ${amount} ${noun}s`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** "a", "a and b", "a, b and c". */
function listed(items: readonly (string | number)[], joiner: string): string {
  return items.length < 2
    ? items.join()
    : `${items.slice(0, -1).join(', ')} ${joiner} ${items.at(-1)}`;
}
