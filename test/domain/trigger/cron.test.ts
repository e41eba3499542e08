import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCron } from '#domain/trigger/cron.ts';
import type { CronFields } from '#domain/trigger/cron.ts';
import { expressions, matches, textOf } from './vixie.ts';

function fieldsOf(expression: string): CronFields {
  const { fields, problems } = parseCron(expression);
  expect(problems).toEqual([]);
  return fields!;
}

function messagesOf(expression: string): string[] {
  const { fields, problems } = parseCron(expression);
  expect(fields).toBeNull();
  for (const problem of problems) expect(problem.value).toBe(expression);
  return problems.map((problem) => problem.message);
}

describe('an expression', () => {
  test('becomes sorted values, whatever names, ranges, lists and steps spell them', () => {
    expect(fieldsOf(' 50-59/5,0,5/20  8-10 * jan-Mar MON,wed,Fri-SUN ')).toEqual({
      expression: '50-59/5,0,5/20 8-10 * jan-Mar MON,wed,Fri-SUN',
      minutes: [0, 5, 25, 45, 50, 55],
      hours: [8, 9, 10],
      daysOfMonth: Array.from({ length: 31 }, (_, index) => index + 1),
      lastDayOfMonth: false,
      months: [1, 2, 3],
      daysOfWeek: [0, 1, 3, 5, 6],
      nthDaysOfWeek: [],
      wildcard: false,
      eitherDay: false,
    });
  });

  test('may begin or end a range with Sunday', () => {
    expect(fieldsOf('0 0 * * SUN-TUE').daysOfWeek).toEqual([0, 1, 2]);
    expect(fieldsOf('0 0 * * 6-SUN').daysOfWeek).toEqual([0, 6]);
    expect(fieldsOf('0 0 * * SUN-SUN').daysOfWeek).toEqual([0]);
  });

  test('may hold list items that overlap', () => {
    expect(fieldsOf('1-5,3 * * * 0,7')).toMatchObject({
      minutes: [1, 2, 3, 4, 5],
      daysOfWeek: [0],
    });
  });

  test('may hold L and n#k beside other items', () => {
    expect(fieldsOf('0 0 15,l * *')).toMatchObject({ daysOfMonth: [15], lastDayOfMonth: true });
    expect(fieldsOf('0 0 * * TUE,7#1,mon#5')).toMatchObject({
      daysOfWeek: [2],
      nthDaysOfWeek: [
        { weekday: 0, nth: 1 },
        { weekday: 1, nth: 5 },
      ],
    });
  });

  test.each([
    ['*/15 3 * * *', true],
    ['0 */2 * * *', true],
    ['*,5 3 * * *', true],
    ['0 3 * * *', false],
    ['0-59 0-23 * * *', false],
  ])('"%s" is wildcard: %s', (expression, wildcard) => {
    expect(fieldsOf(expression).wildcard).toBe(wildcard);
  });

  test.each([
    ['0 0 1 * MON', true],
    ['0 0 */2 * MON', false],
    ['0 0 1 * *', false],
    ['0 0 L * 5#1', true],
  ])('"%s" takes either day field: %s', (expression, either) => {
    expect(fieldsOf(expression).eitherDay).toBe(either);
  });

  test('expands every range and step of months and weekdays as arithmetic does', () => {
    for (const { min, max, at, key } of [
      { min: 1, max: 12, at: 3, key: 'months' },
      { min: 0, max: 7, at: 4, key: 'daysOfWeek' },
    ] as const) {
      for (let low = min; low <= max; low += 1) {
        for (let high = low; high <= max; high += 1) {
          for (let step = 1; step <= max; step += 1) {
            const texts = ['0', '0', '*', '*', '*'].with(at, `${low}-${high}/${step}`);
            const expected = new Set<number>();
            for (let value = low; value <= high; value += step)
              expected.add(at === 4 ? value % 7 : value);
            expect(new Set(fieldsOf(texts.join(' '))[key])).toEqual(expected);
          }
        }
      }
    }
  });

  test('means what was written, on any day', () => {
    const days = fc.date({
      min: new Date('1970-01-01'),
      max: new Date('2099-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(expressions, days, (expression, date) => {
        const { fields } = parseCron(textOf(expression));
        fc.pre(fields !== null);
        const at = Temporal.PlainDateTime.from(date.toISOString().slice(0, 19));
        const nth = Math.ceil(at.day / 7);
        const byDate =
          fields.daysOfMonth.includes(at.day) ||
          (fields.lastDayOfMonth && at.day === at.daysInMonth);
        const byWeekday =
          fields.daysOfWeek.includes(at.dayOfWeek % 7) ||
          fields.nthDaysOfWeek.some(
            (named) => named.weekday === at.dayOfWeek % 7 && named.nth === nth,
          );
        const named =
          fields.minutes.includes(at.minute) &&
          fields.hours.includes(at.hour) &&
          fields.months.includes(at.month) &&
          (fields.eitherDay ? byDate || byWeekday : byDate && byWeekday);
        expect(named).toBe(matches(expression, at));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('an alias', () => {
  test.each([
    ['@hourly', '0 * * * *'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
  ])('%s in any case means %s', (alias, expression) => {
    const expected = { ...fieldsOf(expression), expression: alias };
    expect(fieldsOf(alias)).toEqual(expected);
    expect(fieldsOf(` ${alias.toUpperCase()} `)).toEqual(expected);
  });

  test.each(['@reboot', '@every 5m', '@secondly', '@weekdays', '@daily 5', '@toString'])(
    '%s is unknown',
    (alias) => {
      expect(messagesOf(alias)).toEqual([
        expect.stringMatching(/^alias ".+" is unknown; .*allowed are @hourly/),
      ]);
    },
  );

  test('that is mistyped gets a suggestion', () => {
    expect(messagesOf('@dialy')[0]).toContain('did you mean @daily?');
  });
});

describe('refused with field and value is', () => {
  test.each([
    ['', 0],
    ['* * * *', 4],
    ['0 0 0 * * *', 6],
    ['0 0 0 * * * 2026', 7],
  ])('"%s", which has %i fields', (expression, count) => {
    expect(messagesOf(expression)).toEqual([
      expect.stringMatching(new RegExp(`^has ${count} fields where exactly five are needed`)),
    ]);
  });

  test.each([
    ['60 * * * *', 'minute "60" is out of range; allowed are 0 to 59'],
    ['* 24 * * *', 'hour "24" is out of range; allowed are 0 to 23'],
    ['* * 0 * *', 'day of month "0" is out of range; allowed are 1 to 31, or L for the last day'],
    ['* * 32 * *', 'day of month "32" is out of range; allowed are 1 to 31, or L for the last day'],
    ['* * * 13 *', 'month "13" is out of range; allowed are 1 to 12 or JAN to DEC'],
    ['* * * * 8', 'day of week "8" is out of range; allowed are 0 to 7 or SUN to SAT'],
    [
      '* * * JUNE *',
      'month "JUNE" is not understood; did you mean JUN? allowed are 1 to 12 or JAN to DEC',
    ],
    [
      '* * * * MOON',
      'day of week "MOON" is not understood; did you mean MON? allowed are 0 to 7 or SUN to SAT',
    ],
    ['* * * MON *', 'month "MON" is not understood; allowed are 1 to 12 or JAN to DEC'],
    ['x * * * *', 'minute "x" is not understood; allowed are 0 to 59'],
    ['H * * * *', 'minute "H" is not understood; allowed are 0 to 59'],
    ['1.5 * * * *', 'minute "1.5" is not understood; allowed are 0 to 59'],
    ['5-60 * * * *', 'minute "5-60" is out of range; allowed are 0 to 59'],
    ['* 22-2 * * *', 'hour "22-2" runs backwards; write two ranges, as in 22-23,0-2'],
    ['* * * * SAT-MON', 'day of week "SAT-MON" runs backwards; write two ranges, as in 6-7,0-1'],
    ['-5 * * * *', 'minute "-5" is not a value, a range or a step; allowed are 0 to 59'],
    ['1-2-3 * * * *', 'minute "1-2-3" is not a value, a range or a step; allowed are 0 to 59'],
    ['*-5 * * * *', 'minute "*-5" mixes * with a range; write one of them'],
    ['** * * * *', 'minute "**" is not understood; allowed are 0 to 59'],
    ['1,,2 * * * *', 'minute "" is an empty list item; remove the spare comma'],
    ['*/0 * * * *', 'minute "*/0" has a bad step; allowed are whole numbers from 1 to 59'],
    ['*/60 * * * *', 'minute "*/60" has a bad step; allowed are whole numbers from 1 to 59'],
    ['*/ * * * *', 'minute "*/" has a bad step; allowed are whole numbers from 1 to 59'],
    ['*/2/3 * * * *', 'minute "*/2/3" has a bad step; allowed are whole numbers from 1 to 59'],
    ['*/-2 * * * *', 'minute "*/-2" has a bad step; allowed are whole numbers from 1 to 59'],
    ['0 0 ? * *', 'day of month "?" is not supported; write * for "any"'],
    ['0 0 * * ?', 'day of week "?" is not supported; write * for "any"'],
    [
      '0 0 15W * *',
      'day of month "15W" is not supported; of these letters only a bare L, the last day, is',
    ],
    [
      '0 0 LW * *',
      'day of month "LW" is not supported; of these letters only a bare L, the last day, is',
    ],
    [
      '0 0 L-3 * *',
      'day of month "L-3" is not supported; of these letters only a bare L, the last day, is',
    ],
    ['0 L * * *', 'hour "L" is not understood; allowed are 0 to 23'],
    ['0 0 * * 5L', 'day of week "5L" is not understood; allowed are 0 to 7 or SUN to SAT'],
    [
      '0 0 * * 5#0',
      'day of week "5#0" is not a numbered weekday; write day#n with n from 1 to 5, as in MON#2',
    ],
    [
      '0 0 * * 5#6',
      'day of week "5#6" is not a numbered weekday; write day#n with n from 1 to 5, as in MON#2',
    ],
    [
      '0 0 * * MON#',
      'day of week "MON#" is not a numbered weekday; write day#n with n from 1 to 5, as in MON#2',
    ],
    ['0 0 * * 8#1', 'day of week "8#1" is out of range; allowed are 0 to 7 or SUN to SAT'],
    ['0 0 1#1 * *', 'day of month "1#1" uses #, which belongs in the day of week'],
  ])('"%s"', (expression, message) => {
    expect(messagesOf(expression)).toEqual([message]);
  });

  test.each([
    '0 0 31 2 *',
    '0 0 30 2 *',
    '0 0 30-31 FEB *',
    '0 0 31 4,6,9,11 *',
    '0 0 */31 2 MON#2',
  ])('"%s", a date that never comes', (expression) => {
    const [, , date, month] = expression.split(' ');
    expect(messagesOf(expression)).toEqual([
      expect.stringContaining(`never fires: no date has day of month "${date}", month "${month}"`),
    ]);
  });

  test('an expression too long to mean anything', () => {
    expect(messagesOf(`${'0,'.repeat(300)}0 * * * *`)).toEqual([
      'is 609 characters long; at most 512 are allowed',
    ]);
  });

  test('everything that is wrong with it, together', () => {
    expect(messagesOf('60,61 24 32 13 8').map((message) => message.split(' is ')[0])).toEqual([
      'minute "60"',
      'minute "61"',
      'hour "24"',
      'day of month "32"',
      'month "13"',
      'day of week "8"',
    ]);
  });
});

test('a rare date is accepted: the leap day, and a 31 that a weekday rescues', () => {
  expect(fieldsOf('0 0 29 2 *')).toMatchObject({ daysOfMonth: [29], months: [2] });
  expect(fieldsOf('0 0 31 2 MON')).toMatchObject({
    daysOfMonth: [31],
    daysOfWeek: [1],
    eitherDay: true,
  });
});
