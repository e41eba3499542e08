/** Periods: whole local days, whatever the clock does. */
import { expect, test } from 'vitest';
import { PRESETS, resolvePeriod, timeFilterForm } from '#domain/dashboard/time-filter.ts';

// A Wednesday; in Jakarta it is Thursday already.
const now = new Date('2026-11-25T23:30:00Z');
const of = (filter: Parameters<typeof resolvePeriod>[0], zone = 'UTC', at = now) => {
  const { from, to, label } = resolvePeriod(filter, zone, at);
  return [
    from.toISOString().replace(':00.000Z', 'Z'),
    to.toISOString().replace(':00.000Z', 'Z'),
    label,
  ];
};

test.each([
  ['today', '2026-11-25T00:00Z', '2026-11-26T00:00Z', 'Wed 25 Nov 2026'],
  ['yesterday', '2026-11-24T00:00Z', '2026-11-25T00:00Z', 'Tue 24 Nov 2026'],
  ['last_7_days', '2026-11-18T00:00Z', '2026-11-25T00:00Z', 'Wed 18 – Tue 24 Nov 2026'],
  ['last_30_days', '2026-10-26T00:00Z', '2026-11-25T00:00Z', 'Mon 26 Oct – Tue 24 Nov 2026'],
  ['last_90_days', '2026-08-27T00:00Z', '2026-11-25T00:00Z', 'Thu 27 Aug – Tue 24 Nov 2026'],
  ['this_week', '2026-11-23T00:00Z', '2026-11-30T00:00Z', 'Mon 23 – Sun 29 Nov 2026'],
  ['last_week', '2026-11-16T00:00Z', '2026-11-23T00:00Z', 'Mon 16 – Sun 22 Nov 2026'],
  ['this_month', '2026-11-01T00:00Z', '2026-12-01T00:00Z', 'Sun 1 – Mon 30 Nov 2026'],
  ['last_month', '2026-10-01T00:00Z', '2026-11-01T00:00Z', 'Thu 1 – Sat 31 Oct 2026'],
  ['this_quarter', '2026-10-01T00:00Z', '2027-01-01T00:00Z', 'Thu 1 Oct – Thu 31 Dec 2026'],
  ['last_quarter', '2026-07-01T00:00Z', '2026-10-01T00:00Z', 'Wed 1 Jul – Wed 30 Sep 2026'],
  ['this_year', '2026-01-01T00:00Z', '2027-01-01T00:00Z', 'Thu 1 Jan – Thu 31 Dec 2026'],
  ['last_year', '2025-01-01T00:00Z', '2026-01-01T00:00Z', 'Wed 1 Jan – Wed 31 Dec 2025'],
] as const)('%s', (filter, from, to, label) => {
  expect(of(filter)).toEqual([from, to, label]);
});

test('every preset is in the table above', () => {
  expect(PRESETS).toHaveLength(13);
});

test('days are those of the zone', () => {
  expect(of('today', 'Asia/Jakarta').slice(0, 2)).toEqual([
    '2026-11-25T17:00Z',
    '2026-11-26T17:00Z',
  ]);
});

test('a day on which the clock changes has 23 or 25 hours', () => {
  const spring = { from: '2026-03-29', to: '2026-03-29' };
  expect(of(spring, 'Europe/Berlin').slice(0, 2)).toEqual([
    '2026-03-28T23:00Z',
    '2026-03-29T22:00Z',
  ]);
  const autumn = { from: '2026-10-25', to: '2026-10-25' };
  expect(of(autumn, 'Europe/Berlin').slice(0, 2)).toEqual([
    '2026-10-24T22:00Z',
    '2026-10-25T23:00Z',
  ]);
});

test('a day without midnight begins when the clock has jumped', () => {
  const day = { from: '2018-11-04', to: '2018-11-04' };
  expect(of(day, 'America/Sao_Paulo').slice(0, 2)).toEqual([
    '2018-11-04T03:00Z',
    '2018-11-05T02:00Z',
  ]);
});

test('days that are given are both included, over the turn of a year too', () => {
  expect(of({ from: '2025-12-30', to: '2026-01-02' })).toEqual([
    '2025-12-30T00:00Z',
    '2026-01-03T00:00Z',
    'Tue 30 Dec 2025 – Fri 2 Jan 2026',
  ]);
});

test.each([
  'last_8_days',
  { from: '2026-02-30', to: '2026-03-01' },
  { from: '2026-03-02', to: '2026-03-01' },
  { from: '2026-03-02' },
  7,
])('%j is no filter', (filter) => {
  expect(timeFilterForm.safeParse(filter).success).toBe(false);
});
