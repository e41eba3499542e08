import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPath } from '#platform/errors.ts';
import { MAX_INTERVAL_MS, MIN_INTERVAL_MS } from '#domain/trigger/interval.ts';
import { parseTrigger } from '#domain/trigger/parse-trigger.ts';
import { formatTrigger } from '#domain/trigger/trigger.ts';
import type { Trigger } from '#domain/trigger/trigger.ts';

function parsed(input: unknown): Trigger | null {
  const { trigger, problems } = parseTrigger(input, ['trigger']);
  expect(problems).toEqual([]);
  return trigger;
}

/** Each problem as "path: message". */
function refusals(input: unknown): string[] {
  const { trigger, problems } = parseTrigger(input, ['trigger']);
  expect(trigger).toBeNull();
  expect(problems).not.toEqual([]);
  return problems.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

describe('accepted is', () => {
  test('a cron, with its zone in canonical case', () => {
    expect(parsed({ cron: ' 0  2 * * * ', timezone: 'asia/jakarta' })).toEqual({
      kind: 'cron',
      cron: '0 2 * * *',
      timezone: 'Asia/Jakarta',
    });
    expect(parsed({ cron: '@DAILY' })).toEqual({ kind: 'cron', cron: '@daily', timezone: null });
    expect(parsed({ cron: '0 2 * * *', timezone: 'Etc/GMT-7' })).toMatchObject({
      timezone: 'Etc/GMT-7',
    });
  });

  test.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['6h', 21_600_000],
    ['1d', 86_400_000],
    ['1s', 1_000],
    ['3653d', MAX_INTERVAL_MS],
    ['PT1H30M', 5_400_000],
    ['P1DT2H', 93_600_000],
    ['P2W', 1_209_600_000],
    ['PT1.5S', 1_500],
    [' 15m ', 900_000],
  ])('the interval %s', (interval, intervalMs) => {
    expect(parsed({ interval })).toEqual({ kind: 'interval', intervalMs, anchorAt: null });
  });

  test('an anchor with any offset', () => {
    const trigger = parsed({ interval: '15m', anchor: '2026-01-01T07:00:00+07:00' });
    expect(formatTrigger(trigger)).toEqual({ interval: '15m', anchor: '2026-01-01T00:00:00Z' });
  });

  test('upstreams, all of which are required unless it says any', () => {
    expect(parsed({ upstream: ['a', 'b'] })).toEqual({
      kind: 'upstream',
      upstream: ['a', 'b'],
      require: 'all',
    });
    expect(parsed({ upstream: ['a'], require: 'any' })).toMatchObject({ require: 'any' });
  });

  test('null, which is manual only', () => {
    expect(parsed(null)).toBeNull();
  });

  test('a key that holds null or undefined, as if it were left out', () => {
    expect(
      parsed({ cron: '0 2 * * *', timezone: null, interval: null, anchor: undefined }),
    ).toMatchObject({
      kind: 'cron',
      timezone: null,
    });
  });
});

describe('refused with its place is', () => {
  test.each([undefined, 5, '0 2 * * *', ['0 2 * * *'], true])(
    '%j in place of a trigger',
    (input) => {
      expect(refusals(input)).toEqual([
        expect.stringMatching(/^trigger: a trigger is an object or null: write /),
      ]);
    },
  );

  test('an object without a kind', () => {
    expect(refusals({})).toEqual([
      expect.stringMatching(/^trigger: a trigger needs a kind: write /),
    ]);
    expect(refusals({ timezone: 'UTC' })).toEqual([
      expect.stringMatching(/^trigger: a trigger needs a kind/),
    ]);
  });

  test('a cron together with an interval', () => {
    expect(refusals({ cron: '0 2 * * *', interval: '15m' })).toEqual([
      'trigger: a trigger has one kind, this one has cron and interval; keep one of them',
    ]);
  });

  test('an unknown key, with a suggestion', () => {
    expect(refusals({ cron: '0 2 * * *', timezon: 'UTC', colour: null })).toEqual([
      'trigger.timezon: key "timezon" is unknown; did you mean "timezone"? allowed are cron, interval, upstream, timezone, anchor, require',
      'trigger.colour: key "colour" is unknown; allowed are cron, interval, upstream, timezone, anchor, require',
    ]);
  });

  test.each([
    [
      { interval: '15m', timezone: 'UTC' },
      'trigger.timezone: "timezone" goes only with "cron", not with "interval"; remove it',
    ],
    [
      { upstream: ['a'], timezone: 'UTC' },
      'trigger.timezone: "timezone" goes only with "cron", not with "upstream"; remove it',
    ],
    [
      { cron: '0 2 * * *', anchor: '2026-01-01T00:00Z' },
      'trigger.anchor: "anchor" goes only with "interval", not with "cron"; remove it',
    ],
    [
      { cron: '0 2 * * *', require: 'all' },
      'trigger.require: "require" goes only with "upstream", not with "cron"; remove it',
    ],
  ])('the option of another kind in %j', (input, refusal) => {
    expect(refusals(input)).toEqual([refusal]);
  });

  test.each(['+07:00', '-0330', 'UTC+7', 'gmt-3', 'Z'])(
    'the offset "%s" in place of a zone',
    (timezone) => {
      expect(refusals({ cron: '0 2 * * *', timezone })).toEqual([
        `trigger.timezone: "${timezone}" is an offset, which knows no daylight saving; name an IANA time zone such as "Asia/Jakarta"`,
      ]);
    },
  );

  test.each([
    [
      'Mars/Phobos',
      'time zone "Mars/Phobos" is unknown; name an IANA time zone such as "Asia/Jakarta"',
    ],
    ['Asia/Jakata', 'time zone "Asia/Jakata" is unknown; did you mean "Asia/Jakarta"?'],
    ['jakarta', 'time zone "jakarta" is unknown; did you mean "Asia/Jakarta"?'],
    ['', 'time zone "" is unknown; name an IANA time zone such as "Asia/Jakarta"'],
    [7, 'a time zone is text; name an IANA time zone such as "Asia/Jakarta"'],
  ])('the unknown zone %j', (timezone, message) => {
    expect(refusals({ cron: '0 2 * * *', timezone })).toEqual([`trigger.timezone: ${message}`]);
  });

  test.each([
    ['0s', /shorter than the 1 second allowed/],
    ['PT0.999S', /shorter than the 1 second allowed/],
    ['-PT5M', /shorter than the 1 second allowed/],
    ['3654d', /longer than the 3653 days allowed/],
    ['P99999W', /longer than the 3653 days allowed/],
    ['9'.repeat(400) + 'd', /longer than the 3653 days allowed/],
    ['P1M', /counts months or years, which differ in length; use a cron/],
    ['P1Y', /counts months or years, which differ in length; use a cron/],
    ['PT1.0000001S', /finer than a millisecond/],
    ['1M', /cannot be read; write a whole number with s, m, h or d/],
    ['15', /cannot be read/],
    ['1.5h', /cannot be read/],
    ['1h30m', /cannot be read.*PT1H30M/],
    ['soon', /cannot be read/],
    ['', /cannot be read/],
    [900, /an interval is text with a unit, as in "15m" or "PT15M"/],
  ])('the interval %j', (interval, message) => {
    expect(refusals({ interval })).toEqual([expect.stringMatching(message)]);
  });

  test.each(['2026-01-01T00:00:00', '2026-01-01', 'now', 5])(
    'the anchor %j, which is no instant',
    (anchor) => {
      expect(refusals({ interval: '15m', anchor })).toEqual([
        'trigger.anchor: an anchor is an ISO 8601 instant with Z or an offset, as in "2026-01-01T00:00:00Z"',
      ]);
    },
  );

  test.each(['1899-12-31T23:59:59Z', '2200-01-01T00:00:00Z'])(
    'the anchor %s, which is a slip',
    (anchor) => {
      expect(refusals({ interval: '15m', anchor })).toEqual([
        'trigger.anchor: an anchor lies between the years 1900 and 2199',
      ]);
    },
  );

  test.each([[[]], ['ingest'], [{}]])('%j in place of upstream names', (upstream) => {
    expect(refusals({ upstream })).toEqual([
      'trigger.upstream: upstream is a list of at least one scenario name, as in ["ingest-orders"]',
    ]);
  });

  test('an upstream named twice, an empty one, one that is no text, and a require of its own making', () => {
    expect(refusals({ upstream: ['a', 'b', 'a', ' ', 7], require: 'most' })).toEqual([
      'trigger.upstream[2]: upstream "a" is listed twice; name each scenario once',
      'trigger.upstream[3]: an upstream is the name of a scenario; an empty or other value is not',
      'trigger.upstream[4]: an upstream is the name of a scenario; an empty or other value is not',
      'trigger.require: require is "any" or "all" (the default)',
    ]);
  });

  test('a cron that is no text', () => {
    expect(refusals({ cron: 5 })).toEqual([
      'trigger.cron: a cron expression is text, as in "0 2 * * *"',
    ]);
  });

  test('everything at once, each problem with the value found', () => {
    const input = { cron: '61 25 * * *', timezone: '+07:00', interval: 'P1M', colour: 'red' };
    const { problems } = parseTrigger(input, ['scenarios', 3, 'trigger']);
    expect(problems.map(({ path, value }) => [formatPath(path), value])).toEqual([
      ['scenarios[3].trigger.colour', 'red'],
      ['scenarios[3].trigger', input],
      ['scenarios[3].trigger.cron', '61 25 * * *'],
      ['scenarios[3].trigger.cron', '61 25 * * *'],
      ['scenarios[3].trigger.timezone', '+07:00'],
      ['scenarios[3].trigger.interval', 'P1M'],
    ]);
  });
});

test('every trigger survives being formatted and parsed', () => {
  const crons = fc.record({
    kind: fc.constant('cron' as const),
    cron: fc.constantFrom('0 2 * * *', '@weekly', '*/15 8-18 L * MON#1,FRI'),
    timezone: fc.option(fc.constantFrom(...Intl.supportedValuesOf('timeZone'))),
  });
  const intervals = fc.record({
    kind: fc.constant('interval' as const),
    intervalMs: fc.oneof(
      fc.integer({ min: MIN_INTERVAL_MS, max: MAX_INTERVAL_MS }),
      fc.integer({ min: 1, max: 3_653 }).map((days) => days * 86_400_000),
    ),
    anchorMs: fc.option(fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2199, 0, 1) })),
  });
  const upstreams = fc.record({
    kind: fc.constant('upstream' as const),
    upstream: fc.uniqueArray(fc.stringMatching(/^[a-z]+(-[a-z0-9]+)*$/), { minLength: 1 }),
    require: fc.constantFrom('any' as const, 'all' as const),
  });
  fc.assert(
    fc.property(fc.oneof(crons, intervals, upstreams), (arbitrary) => {
      const trigger: Trigger =
        arbitrary.kind === 'interval'
          ? {
              kind: 'interval',
              intervalMs: arbitrary.intervalMs,
              anchorAt:
                arbitrary.anchorMs === null
                  ? null
                  : Temporal.Instant.fromEpochMilliseconds(arbitrary.anchorMs),
            }
          : arbitrary;
      const again = parsed(JSON.parse(JSON.stringify(formatTrigger(trigger))));
      // As text, because instants have no properties of their own: an equality check would pass them all.
      expect(JSON.stringify(again)).toBe(JSON.stringify(trigger));
    }),
  );
  expect(formatTrigger(null)).toBeNull();
});

test.each([
  [90_000, '90s'],
  [900_000, '15m'],
  [86_400_000, '1d'],
  [5_400_000, '90m'],
  [1_500, 'PT1.5S'],
])('an interval of %i ms is written %s', (intervalMs, text) => {
  expect(formatTrigger({ kind: 'interval', intervalMs, anchorAt: null })).toEqual({
    interval: text,
  });
});
