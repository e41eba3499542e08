import { describe, expect, test } from 'vitest';
import { MAX_PREVIEW, preview } from '#domain/trigger/preview.ts';
import type { Trigger } from '#domain/trigger/trigger.ts';

const DEFAULTS = {
  timezone: 'America/New_York',
  anchor: Temporal.Instant.from('2026-01-01T00:00:00Z'),
};

function cron(expression: string, timezone: string | null = null): Trigger {
  return { kind: 'cron', cron: expression, timezone };
}

function shown(trigger: Trigger | null, from: string, count: number) {
  const { times, skippedDays } = preview(trigger, DEFAULTS, Temporal.Instant.from(from), count);
  for (const { at, local } of times)
    expect(Temporal.Instant.from(local).toString()).toBe(at.toString());
  return {
    times: times.map(({ local, movedByClockChange }) =>
      movedByClockChange ? `${local} moved` : local,
    ),
    skipped: skippedDays.map(({ day, changeAt }) => `${day} at ${changeAt.toString()}`),
  };
}

describe('a preview', () => {
  test('marks the run that a clock change moved', () => {
    expect(shown(cron('30 2 * * *'), '2026-03-07T00:00:00-05:00', 3)).toEqual({
      times: [
        '2026-03-07T02:30:00-05:00[America/New_York]',
        '2026-03-08T03:00:00-04:00[America/New_York] moved',
        '2026-03-09T02:30:00-04:00[America/New_York]',
      ],
      skipped: [],
    });
  });

  test('names the day on which a wildcard has no due time', () => {
    expect(shown(cron('*/30 2 * * *'), '2026-03-07T02:00:00-05:00', 2)).toEqual({
      times: [
        '2026-03-07T02:30:00-05:00[America/New_York]',
        '2026-03-09T02:00:00-04:00[America/New_York]',
      ],
      skipped: ['2026-03-08 at 2026-03-08T07:00:00Z'],
    });
  });

  test.each(['*/30 1-2 * * *', '*/30 2-3 * * *', '*/15 * * * *', '*/30 4 * * *', '*/30 2 16 3 *'])(
    'names no day for %s, which has due times left that day or never had any',
    (expression) => {
      expect(shown(cron(expression), '2026-03-07T12:00:00-05:00', 300).skipped).toEqual([]);
    },
  );

  test('names a missing day for fixed runs too, which a jump of a day loses', () => {
    expect(shown(cron('0 9 * * *', 'Pacific/Apia'), '2011-12-29T00:00:00-10:00', 2)).toEqual({
      times: ['2011-12-29T09:00:00-10:00[Pacific/Apia]', '2011-12-31T09:00:00+14:00[Pacific/Apia]'],
      skipped: ['2011-12-30 at 2011-12-30T10:00:00Z'],
    });
  });

  test('that is empty because clock changes swallow every date names those days', () => {
    const { times, skipped } = shown(cron('*/30 2 8-14 3 */7'), '2026-01-01T00:00:00Z', 5);
    expect(times).toEqual([]);
    expect(skipped.slice(0, 2)).toEqual([
      '2026-03-08 at 2026-03-08T07:00:00Z',
      '2027-03-14 at 2027-03-14T07:00:00Z',
    ]);
  });

  test('shows a repeated hour twice for a wildcard', () => {
    expect(shown(cron('30 * * * *'), '2026-11-01T01:00:00-04:00', 2).times).toEqual([
      '2026-11-01T01:30:00-04:00[America/New_York]',
      '2026-11-01T01:30:00-05:00[America/New_York]',
    ]);
  });

  test('shows an interval in the inherited zone', () => {
    const daily = { kind: 'interval', intervalMs: 86_400_000, anchorAt: null } as const;
    expect(shown(daily, '2026-03-07T12:00:00Z', 2).times).toEqual([
      '2026-03-07T19:00:00-05:00[America/New_York]',
      '2026-03-08T20:00:00-04:00[America/New_York]',
    ]);
  });

  test('of a trigger that time never fires is empty', () => {
    expect(shown(null, '2026-01-01T00:00:00Z', 5)).toEqual({ times: [], skipped: [] });
  });

  test('ends where the schedule ends', () => {
    expect(shown(cron('0 0 1 1 *', 'UTC'), '2197-06-01T00:00:00Z', 5).times).toHaveLength(2);
  });

  test.each([0, -1, 1.5, MAX_PREVIEW + 1, Number.NaN])('of %d due times is refused', (count) => {
    expect(() => shown(cron('* * * * *'), '2026-01-01T00:00:00Z', count)).toThrow(
      'a preview shows 1 to 1000',
    );
  });

  test('of 1000 due times is allowed', () => {
    expect(shown(cron('* * * * *'), '2026-01-01T00:00:00Z', MAX_PREVIEW).times).toHaveLength(
      MAX_PREVIEW,
    );
  });
});
