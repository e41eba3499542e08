import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import cronCases from '#test/cases/cron-dst.json' with { type: 'json' };
import { DomainError } from '#platform/errors.ts';
import { compile, dueBetween, dueTimes } from '#domain/trigger/due-times.ts';
import { parseCron } from '#domain/trigger/cron.ts';
import type { CronTrigger } from '#domain/trigger/trigger.ts';
import { expressions, isWildcard, matches, stretches, textOf, vixie } from './vixie.ts';

const DEFAULTS = { timezone: 'UTC', anchor: Temporal.Instant.from('2026-01-01T00:00:00Z') };

function cron(expression: string, timezone: string | null = null): CronTrigger {
  return { kind: 'cron', cron: expression, timezone };
}

function instants(trigger: Parameters<typeof dueTimes>[0], after: string, until: string): string[] {
  const range = [Temporal.Instant.from(after), Temporal.Instant.from(until)] as const;
  return Array.from(dueTimes(trigger, DEFAULTS, ...range), (due) => due.at.toString());
}

describe('around the recorded clock changes', () => {
  test.each(cronCases.cases)(
    '$expr in $timezone fires as recorded from $from',
    ({ expr, timezone, from, until, expected }) => {
      expect(instants(cron(expr, timezone), from, until)).toEqual(expected);
    },
  );
});

describe('for any expression around any clock change', () => {
  // An expression that never fires (31 February) is no trigger.
  const cases = fc
    .record({ expression: expressions, stretch: stretches })
    .filter(({ expression }) => parseCron(textOf(expression)).fields !== null);

  test('due times are those of a minute by minute simulation of cron', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(cases, ({ expression, stretch: { zone, after, until } }) => {
        const due = dueTimes(cron(textOf(expression), zone), DEFAULTS, after, until);
        const got = Array.from(due, ({ at, movedBy }) => ({
          at: at.toString(),
          moved: movedBy !== null,
        }));
        expect(got).toEqual(vixie(expression, zone, after, until));
      }),
      { numRuns: 400 },
    );
  });

  test('due times strictly increase and lie within the range', () => {
    fc.assert(
      fc.property(cases, ({ expression, stretch: { zone, after, until } }) => {
        let last = after.epochMilliseconds;
        for (const { at } of dueTimes(cron(textOf(expression), zone), DEFAULTS, after, until)) {
          expect(at.epochMilliseconds).toBeGreaterThan(last);
          last = at.epochMilliseconds;
        }
        expect(last).toBeLessThanOrEqual(
          Math.max(until.epochMilliseconds, after.epochMilliseconds),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('the local time of a due time matches the fields unless it was moved', () => {
    fc.assert(
      fc.property(cases, ({ expression, stretch: { zone, change, after, until } }) => {
        for (const { at, movedBy } of dueTimes(
          cron(textOf(expression), zone),
          DEFAULTS,
          after,
          until,
        )) {
          if (movedBy === 'clock_change') {
            expect(isWildcard(expression)).toBe(false);
            expect(at.toString()).toBe(change.toString());
          } else
            expect(matches(expression, at.toZonedDateTimeISO(zone).toPlainDateTime())).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a range split anywhere has the same due times', () => {
    fc.assert(
      fc.property(
        cases,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ expression, stretch }, share) => {
          const schedule = compile(cron(textOf(expression), stretch.zone), DEFAULTS);
          const [afterMs, untilMs] = [
            stretch.after.epochMilliseconds,
            stretch.until.epochMilliseconds,
          ];
          const splitMs = afterMs + Math.floor((untilMs - afterMs) * share);
          expect([
            ...dueBetween(schedule, afterMs, splitMs),
            ...dueBetween(schedule, splitMs, untilMs),
          ]).toEqual([...dueBetween(schedule, afterMs, untilMs)]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a skipped hour', () => {
  const [after, until] = ['2026-03-08T00:00:00Z', '2026-03-09T00:00:00Z'];

  test('fires a fixed run once, when the clock lands, and says that it was moved', () => {
    const range = [Temporal.Instant.from(after), Temporal.Instant.from(until)] as const;
    const due = [...dueTimes(cron('0,30 2 * * *', 'America/New_York'), DEFAULTS, ...range)];
    expect(due.map(({ at, movedBy }) => [at.toString(), movedBy])).toEqual([
      ['2026-03-08T07:00:00Z', 'clock_change'],
    ]);
  });

  test('fires no wildcard', () => {
    expect(instants(cron('*/15 2 * * *', 'America/New_York'), after, until)).toEqual([]);
  });

  test('merges a moved run with one that is due where the clock lands', () => {
    expect(instants(cron('0 2,3 * * *', 'America/New_York'), after, until)).toEqual([
      '2026-03-08T07:00:00Z',
    ]);
  });
});

describe('a repeated hour', () => {
  const [after, until] = ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'];

  test('fires a fixed run in its first pass only', () => {
    expect(instants(cron('30 1 * * *', 'America/New_York'), after, until)).toEqual([
      '2026-11-01T05:30:00Z',
    ]);
  });

  test('fires a wildcard in both passes', () => {
    expect(
      instants(
        cron('30 */1 * * *', 'America/New_York'),
        '2026-11-01T05:00:00Z',
        '2026-11-01T07:00:00Z',
      ),
    ).toEqual(['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z']);
  });
});

test('a shift of exactly three hours is daylight saving, a missing day is a plain jump', () => {
  // Casey went from +08 to +11 at 02:00; Apia from -10 to +14 at midnight.
  expect(
    instants(cron('0 3 * * *', 'Antarctica/Casey'), '2009-10-17T12:00:00Z', '2009-10-18T12:00:00Z'),
  ).toEqual(['2009-10-17T18:00:00Z']);
  expect(
    instants(cron('0 3 30 12 *', 'Pacific/Apia'), '2011-12-29T00:00:00Z', '2011-12-31T12:00:00Z'),
  ).toEqual([]);
});

test('a clock that is off by half a minute lands between two minutes', () => {
  // Monrovia's clock leapt from 00:00:00 at -00:44:30 to 00:44:30 at UTC.
  expect(
    instants(
      cron('0,20,50 0 7 1 *', 'Africa/Monrovia'),
      '1972-01-07T00:00:00Z',
      '1972-01-08T00:00:00Z',
    ),
  ).toEqual(['1972-01-07T00:44:30Z', '1972-01-07T00:50:00Z']);
});

test('both day fields restricted means either, a star in one means both', () => {
  const friday13 = (expression: string) =>
    instants(cron(expression), '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z');
  expect(friday13('0 0 13 * FRI')).toHaveLength(4);
  expect(friday13('0 0 */12 * FRI')).toEqual(['2026-02-13T00:00:00Z']);
});

test('L is the last day of each month, n#k the k-th weekday', () => {
  expect(instants(cron('0 0 L * *'), '2024-01-15T00:00:00Z', '2024-04-15T00:00:00Z')).toEqual([
    '2024-01-31T00:00:00Z',
    '2024-02-29T00:00:00Z',
    '2024-03-31T00:00:00Z',
  ]);
  expect(
    instants(cron('0 0 * * MON#1,5#3'), '2026-06-01T12:00:00Z', '2026-07-31T00:00:00Z'),
  ).toEqual(['2026-06-19T00:00:00Z', '2026-07-06T00:00:00Z', '2026-07-17T00:00:00Z']);
});

test('the rarest date is found, 40 years ahead', () => {
  const schedule = compile(cron('0 0 29 2 */7'), DEFAULTS);
  expect(schedule.next(Date.UTC(2088, 1, 29))).toBe(Date.UTC(2128, 1, 29));
});

test('a schedule that every clock change swallows ends instead of searching for ever', () => {
  const swallowed = compile(cron('*/30 2 8-14 3 */7', 'America/New_York'), DEFAULTS);
  expect(swallowed.next(Date.UTC(2026, 0, 1))).toBeNull();
});

test('no schedule goes past the calendar', () => {
  expect(compile(cron('* * * * *'), DEFAULTS).next(Date.UTC(2200, 0, 1) - 1)).toBeNull();
  const interval = { kind: 'interval', intervalMs: 1_000, anchorAt: null } as const;
  expect(compile(interval, DEFAULTS).next(Date.UTC(2200, 0, 1) - 1)).toBeNull();
});

test('a cron without a zone takes the inherited one', () => {
  const schedule = compile(cron('0 2 * * *'), { ...DEFAULTS, timezone: 'Asia/Jakarta' });
  expect(schedule.next(Date.UTC(2026, 0, 1))).toBe(Date.UTC(2026, 0, 1, 19));
});

describe('an interval', () => {
  test('keeps its phase on both sides of the anchor', () => {
    const anchorAt = Temporal.Instant.from('2026-01-01T00:05:00Z');
    const quarter = { kind: 'interval', intervalMs: 900_000, anchorAt } as const;
    expect(instants(quarter, '2025-12-31T23:35:00Z', '2026-01-01T00:20:00Z')).toEqual([
      '2025-12-31T23:50:00Z',
      '2026-01-01T00:05:00Z',
      '2026-01-01T00:20:00Z',
    ]);
  });

  test('is due a millisecond later when asked a millisecond before, on both sides of the anchor', () => {
    const quarter = { kind: 'interval', intervalMs: 900_000, anchorAt: null } as const;
    const schedule = compile(quarter, DEFAULTS);
    for (const dueMs of [-3, -1, 0, 1, 3].map(
      (k) => DEFAULTS.anchor.epochMilliseconds + k * 900_000,
    )) {
      expect(schedule.next(dueMs - 1)).toBe(dueMs);
      expect(schedule.next(dueMs)).toBe(dueMs + 900_000);
    }
  });

  test('counts from the creation when it has no anchor', () => {
    const hourly = { kind: 'interval', intervalMs: 3_600_000, anchorAt: null } as const;
    const schedule = compile(hourly, {
      ...DEFAULTS,
      anchor: Temporal.Instant.from('2026-01-01T00:00:07Z'),
    });
    expect(schedule.next(Date.UTC(2026, 0, 1, 5))).toBe(Date.UTC(2026, 0, 1, 5, 0, 7));
  });

  test('is due at whole intervals from its anchor and nowhere between', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 3_653 * 86_400_000 }),
        fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }),
        fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2100, 0, 1) }),
        (intervalMs, anchorMs, afterMs) => {
          const anchorAt = Temporal.Instant.fromEpochMilliseconds(anchorMs);
          const dueMs = compile({ kind: 'interval', intervalMs, anchorAt }, DEFAULTS).next(
            afterMs,
          )!;
          expect(dueMs).toBeGreaterThan(afterMs);
          expect(dueMs - afterMs).toBeLessThanOrEqual(intervalMs);
          expect(Math.abs((dueMs - anchorMs) % intervalMs)).toBe(0);
        },
      ),
    );
  });
});

test('upstream and manual triggers have no due times', () => {
  const upstream = { kind: 'upstream', upstream: ['ingest'], require: 'all' } as const;
  expect(compile(upstream, DEFAULTS).next(0)).toBeNull();
  expect(compile(null, DEFAULTS).next(0)).toBeNull();
});

test('a stored trigger that no longer parses is a TRIGGER_CONFIG error with the offending part', () => {
  const refusal = (trigger: CronTrigger, timezone = 'UTC') => {
    try {
      compile(trigger, { ...DEFAULTS, timezone });
    } catch (error) {
      if (error instanceof DomainError) return { code: error.code, config: error.facts['config'] };
    }
    return null;
  };
  expect(refusal(cron('61 * * * *'))).toEqual({
    code: 'TRIGGER_CONFIG',
    config: { cron: '61 * * * *' },
  });
  expect(refusal(cron('* * * * *'), 'Mars/Phobos')).toEqual({
    code: 'TRIGGER_CONFIG',
    config: { timezone: 'Mars/Phobos' },
  });
});

test('thousands of expressions leave the cache bounded and the answers right', () => {
  const daily = (minute: number) => cron(`${minute % 60} ${Math.floor(minute / 60) % 24} * * *`);
  for (let minute = 0; minute < 1_440; minute += 1) compile(daily(minute), DEFAULTS);
  for (let minute = 0; minute < 1_440; minute += 1)
    compile(cron(`${daily(minute).cron.slice(0, -1)}1-7`), DEFAULTS);
  expect(compile(daily(61), DEFAULTS).next(0)).toBe(61 * 60_000);
});
