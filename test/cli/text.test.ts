/** Text for terminals. */
import { describe, expect, test } from 'vitest';
import { tableLines } from '../../src/cli/text/table.ts';
import {
  formatDistance,
  formatDuration,
  formatInstant,
  readInstant,
} from '../../src/cli/text/time.ts';
import { clean, cleanLines, fit, pad, widthOf } from '../../src/cli/text/width.ts';

test('wide letters count twice, accents and colours not at all', () => {
  expect(widthOf('abc')).toBe(3);
  expect(widthOf('日本')).toBe(4);
  expect(widthOf('e\u0301')).toBe(1);
  expect(widthOf('👩‍👩‍👧')).toBe(2);
  expect(widthOf('\x1b[31mred\x1b[39m')).toBe(3);
  expect(pad('日本', 6)).toBe('日本  ');
});

test('what does not fit ends in an ellipsis, never in half a letter', () => {
  expect(fit('abcdef', 6)).toBe('abcdef');
  expect(fit('abcdef', 4)).toBe('abc…');
  expect(fit('日本語', 4)).toBe('日…');
  expect(fit('abc', 0)).toBe('');
});

test('text of others drives no terminal', () => {
  const nasty = '\x1b]0;title\x07 a\r\nb\tc \u202egnp.exe \x9b31m';
  expect(clean(nasty)).toBe(String.raw`\x1b]0;title\x07 a b  c \u202egnp.exe \x9b31m`);
  expect(cleanLines('a\nb')).toBe('a\nb');
});

describe('a table', () => {
  const rows = [
    { name: 'short', reason: 'because' },
    { name: 'a-much-longer-name', reason: 'because it was so, and there was nothing to be done' },
  ];
  const lines = (columns: number) =>
    tableLines(
      rows,
      [
        { title: 'NAME', text: ({ name }) => name, cut: 'last' },
        { title: 'EMPTY', text: () => '' },
        { title: 'WHY', text: ({ reason }) => reason, cut: 'first' },
      ],
      columns,
      (title) => title,
    );

  test('is as wide as its content, without empty columns and trailing spaces', () => {
    expect(lines(Infinity)).toEqual([
      'NAME                WHY',
      'short               because',
      'a-much-longer-name  because it was so, and there was nothing to be done',
    ]);
  });

  test('is cut to the terminal where that may be', () => {
    expect(lines(40).map(widthOf)).toEqual([23, 27, 40]);
    expect(lines(40)[2]).toBe('a-much-longer-name  because it was so, …');
    expect(lines(28)[2]).toBe('a-much-longer-name  because…');
    expect(lines(20)[2]).toBe('a-much-lo…  because…');
    expect(lines(5)[2]).toBe('a-much-…  because…');
  });
});

test.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [2_100, '2.1 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min 00 s'],
  [65_000, '1 min 05 s'],
  [7_380_000, '2 h 03 min'],
  [273_600_000, '3 d 4 h'],
])('%d ms is %s', (ms, words) => expect(formatDuration(ms)).toBe(words));

test('distances are coarse', () => {
  expect([200, 5_000, -300_000, 7_200_000, -172_800_000].map(formatDistance)).toEqual([
    'now',
    'in 5 s',
    '5 min ago',
    'in 2 h',
    '2 d ago',
  ]);
});

test('instants are told on the clocks of a zone', () => {
  expect(formatInstant('2026-07-01T12:00:00.500Z', 'Europe/Berlin')).toBe('2026-07-01 14:00:00');
  expect(formatInstant('2026-07-01T12:00:00Z', 'UTC')).toBe('2026-07-01 12:00:00Z');
});

test.each([
  ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00Z'],
  ['2026-07-01T12:00:00+02:00', '2026-07-01T10:00:00Z'],
  ['2026-07-01', '2026-06-30T22:00:00Z'],
  ['2026-07-01 06:30', '2026-07-01T04:30:00Z'],
  ['2h', '2026-01-01T02:00:00.000Z'],
  ['90m', '2026-01-01T01:30:00.000Z'],
  ['tomorrow', null],
  ['2026-02-30', null],
  ['', null],
])('%j is the instant %s', (written, instant) => {
  const now = Temporal.Instant.from('2026-01-01T00:00:00Z');
  expect(readInstant(written, 'Europe/Berlin', now)).toBe(instant);
});
