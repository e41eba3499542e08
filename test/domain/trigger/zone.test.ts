import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALENDAR_END_MS, findZone, findZoneTable } from '#domain/trigger/zone.ts';

test('a zone is found in any case and answers in its canonical one', () => {
  expect(findZone('asia/jakarta')).toBe('Asia/Jakarta');
  expect(findZone('utc')).toBe('UTC');
  expect(findZone('etc/gmt+7')).toBe('Etc/GMT+7');
  expect(findZone('asia/calcutta')).toBe('Asia/Calcutta');
});

test.each([
  '+07:00',
  '-0330',
  'UTC+7',
  'GMT-3',
  'Z',
  'PST',
  'Mars/Phobos',
  '',
  '2026-01-01T00:00[Asia/Jakarta]',
])('"%s" is not a zone', (name) => {
  expect(findZone(name)).toBeNull();
  expect(findZoneTable(name)).toBeNull();
});

test('spellings of one zone share one table', () => {
  expect(findZoneTable('EUROPE/ROME')).toBe(findZoneTable('Europe/Rome'));
});

test('every instant has the offset that Temporal gives it, in any zone and any order', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
      fc.array(fc.integer({ min: Date.UTC(1800, 0, 1), max: CALENDAR_END_MS - 1 }), {
        minLength: 1,
      }),
      (name, instantsMs) => {
        for (const ms of instantsMs) {
          const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(name);
          expect(findZoneTable(name)!.segmentAt(ms).offsetMs).toBe(at.offsetNanoseconds / 1e6);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('segments adjoin, and each knows how far the clock jumped into it', () => {
  for (const name of ['America/New_York', 'Pacific/Apia', 'Africa/Casablanca', 'UTC']) {
    const zone = findZoneTable(name)!;
    let segment = zone.segmentAt(Date.UTC(1700, 0, 1));
    expect(segment.startMs).toBe(-Infinity);
    while (segment.endMs !== Infinity) {
      const next = zone.following(segment);
      expect(next.startMs).toBe(segment.endMs);
      expect(next.shiftMs).toBe(next.offsetMs - segment.offsetMs);
      expect(zone.segmentAt(next.startMs)).toBe(next);
      expect(zone.segmentAt(next.startMs - 1)).toBe(segment);
      segment = next;
    }
    expect(zone.following(segment)).toBe(segment);
  }
});
