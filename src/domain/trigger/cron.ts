/** Cron expressions: exactly five fields, or an alias. cron-parser expands the fields; it never computes an
 *  instant here, because around clock changes it loses and doubles due times, and on Lord Howe it hangs. */
import { CronExpressionParser } from 'cron-parser';
import type { Problem } from '#platform/errors.ts';
import { FIELD_RULES, readField } from './cron-field.ts';
import type { FieldReading, NthWeekday } from './cron-field.ts';
import { findNearest } from './nearest.ts';
import { wallClock } from './wall-clock.ts';

/** An expression taken apart: sorted values without repeats. */
export type CronFields = {
  /** As it is stored and shown: single blanks, aliases in lower case. */
  readonly expression: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly lastDayOfMonth: boolean;
  /** 1 (January) to 12. */
  readonly months: readonly number[];
  /** 0 (Sunday) to 6. */
  readonly daysOfWeek: readonly number[];
  readonly nthDaysOfWeek: readonly NthWeekday[];
  /** The minute or the hour starts with `*`: it follows the wall clock through clock changes. */
  readonly wildcard: boolean;
  /** Neither day field starts with `*`: either one suffices (Vixie's rule); else both must agree. */
  readonly eitherDay: boolean;
};

const ALIASES = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
} as const;
const ALIAS_NAMES = Object.keys(ALIASES).join(' ');

// Every value of every field written out takes about 450 characters.
const MAX_LENGTH = 512;

export type CronReading =
  | { readonly fields: CronFields; readonly problems: readonly [] }
  | { readonly fields: null; readonly problems: readonly Problem[] };

// Reading takes 100 µs, and scenarios share expressions that every list, tick and timeline reads again. 1 KB each.
const known = new Map<string, CronReading>();
const MAX_KNOWN = 2_000;

/** Parses an expression. All that is wrong with it is reported together; each problem names field and value.
 *  @param path where the expression stands in the caller's input, repeated in every problem. */
export function parseCron(expression: string, path: Problem['path'] = []): CronReading {
  const before = known.get(expression);
  if (before !== undefined) return before;
  const reading = readCron(expression, path);
  if (reading.fields === null) return reading;
  const [oldest] = known.keys();
  if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  known.set(expression, reading);
  return reading;
}

function readCron(expression: string, path: Problem['path']): CronReading {
  const refuse = (...messages: string[]): CronReading => ({
    fields: null,
    problems: messages.map((message) => ({ path, message, value: expression })),
  });
  if (expression.length > MAX_LENGTH) {
    return refuse(`is ${expression.length} characters long; at most ${MAX_LENGTH} are allowed`);
  }
  const given = expression.trim().split(/\s+/).join(' ');
  const alias = given.toLowerCase();
  if (given.startsWith('@') && !isAlias(alias)) return refuse(unknownAlias(given));
  const texts = (isAlias(alias) ? ALIASES[alias] : given).split(' ');
  if (given === '' || texts.length !== FIELD_RULES.length) return refuse(wrongFieldCount(texts));

  const readings = FIELD_RULES.map((rule, index) => readField(rule, texts[index]!));
  const problems = readings.flatMap((reading) => reading.problems);
  if (problems.length > 0) return refuse(...problems);
  const fields = fieldsOf(isAlias(alias) ? alias : given, texts, readings);
  if (wallClock(fields).nextMinute(0) === Infinity) {
    const [, , dayOfMonth, month, dayOfWeek] = texts;
    return refuse(
      `never fires: no date has day of month "${dayOfMonth}", month "${month}" and day of week ` +
        `"${dayOfWeek}" together; choose a day that the month has, or L for its last`,
    );
  }
  return { fields, problems: [] };
}

function isAlias(text: string): text is keyof typeof ALIASES {
  return Object.hasOwn(ALIASES, text);
}

function unknownAlias(given: string): string {
  const nearest = findNearest(given, Object.keys(ALIASES));
  const hint = nearest === null ? '' : `did you mean ${nearest}? `;
  return `alias "${given}" is unknown; ${hint}allowed are ${ALIAS_NAMES}, or five fields`;
}

function wrongFieldCount(texts: readonly string[]): string {
  const count = texts.length === 1 && texts[0] === '' ? 0 : texts.length;
  const hint = count > 5 ? '; seconds and years have no field, use an interval for seconds' : '';
  return (
    `has ${count} field${count === 1 ? '' : 's'} where exactly five are needed ` +
    `(minute, hour, day of month, month, day of week)${hint}`
  );
}

function fieldsOf(
  expression: string,
  texts: readonly string[],
  readings: readonly FieldReading[],
): CronFields {
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = expand(readings);
  const starred = texts.map((text) => text.startsWith('*'));
  return {
    expression,
    minutes: sorted(minutes!),
    hours: sorted(hours!),
    daysOfMonth: sorted(daysOfMonth!),
    lastDayOfMonth: readings[2]!.last,
    months: sorted(months!),
    daysOfWeek: sorted(daysOfWeek!.map((weekday) => weekday % 7)),
    nthDaysOfWeek: readings[4]!.nth,
    wildcard: starred[0]! || starred[1]!,
    eitherDay: !starred[2]! && !starred[4]!,
  };
}

/** The values of each field. One list item at a time, because cron-parser refuses lists whose items overlap
 *  ("*,5", "1-5,3"); months apart from days, because it refuses "31 2" even where a weekday makes it fire. */
function expand(readings: readonly FieldReading[]): number[][] {
  const values = readings.map((): number[] => []);
  const longest = Math.max(...readings.map(({ numbers }) => numbers.length));
  for (let rank = 0; rank < longest; rank += 1) {
    const items = readings.map(({ numbers }) => numbers[rank] ?? '*');
    const [minute, hour, date, month, weekday] = items;
    const days = CronExpressionParser.parse(`0 ${minute} ${hour} ${date} * ${weekday}`).fields;
    const { month: months } = CronExpressionParser.parse(`0 0 0 * ${month} *`).fields;
    const found = [days.minute, days.hour, days.dayOfMonth, months, days.dayOfWeek];
    for (const [index, { numbers }] of readings.entries()) {
      if (rank < numbers.length) values[index]!.push(...found[index]!.values.map(Number));
    }
  }
  return values;
}

function sorted(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}
