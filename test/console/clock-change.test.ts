/** Where a zone's clocks change next, against the zone's own transitions. */
import { expect, test } from 'vitest';
import { nextClockChange } from '../../src/console/words/clock-change.ts';

const HOUR = 3_600_000;

test('the next change is the zone’s next transition, to the minute', () => {
  for (const zone of [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  ]) {
    for (const from of ['2026-01-01T00:00:00Z', '2026-03-29T00:59:30Z', '2026-11-25T12:00:00Z']) {
      const instant = Temporal.Instant.from(from);
      const next = instant.toZonedDateTimeISO(zone).getTimeZoneTransition('next');
      expect(nextClockChange(zone, instant.epochMilliseconds)?.atMs, `${zone} ${from}`).toBe(
        next?.epochMilliseconds,
      );
    }
  }
});

test('it tells how far the clocks are ahead before and after; a zone without changes has none', () => {
  const change = nextClockChange('Europe/Berlin', Date.UTC(2026, 1, 1));
  expect(change).toEqual({ atMs: Date.UTC(2026, 2, 29, 1), beforeMs: HOUR, afterMs: 2 * HOUR });
  expect(nextClockChange('Asia/Jakarta', Date.UTC(2026, 1, 1))).toBeNull();
});
