/** Placeholders become parameters, wherever SQL lets a value stand; everything else is refused with its place. */
import { describe, expect, test } from 'vitest';
import { bindPeriod } from '#domain/warehouse/bind-period.ts';

const ALLOWED = 'write {{ from }} or {{ to }}';

test.each([
  ['select 1', 'select 1', []],
  ['day >= {{ from }}', 'day >= $1::timestamptz', ['from']],
  [
    '{{to}} > {{  from  }} and {{ to }}',
    '$1::timestamptz > $2::timestamptz and $1::timestamptz',
    ['to', 'from'],
  ],
  [`'{{1,2},{3,4}}'::int[]`, `'{{1,2},{3,4}}'::int[]`, []],
  ['select 1 -- {{ x }}\n, {{ to }}', 'select 1 -- {{ x }}\n, $1::timestamptz', ['to']],
  ['/* {{ x }} /* }} */ {{ */ {{ to }}', '/* {{ x }} /* }} */ {{ */ $1::timestamptz', ['to']],
  [`'it''s' || {{ to }}`, `'it''s' || $1::timestamptz`, ['to']],
  [String.raw`E'\'' || {{ to }}`, String.raw`E'\'' || $1::timestamptz`, ['to']],
  [String.raw`a like'\' and {{ to }}`, String.raw`a like'\' and $1::timestamptz`, ['to']],
  ["$x$ it's $y$ $x$ || {{ to }}", "$x$ it's $y$ $x$ || $1::timestamptz", ['to']],
  ['a$b$ {{ to }} c$b$', 'a$b$ $1::timestamptz c$b$', ['to']],
  ['"a""{" || {{ to }} || 😀', '"a""{" || $1::timestamptz || 😀', ['to']],
] as const)('%s', (sql, text, parameters) => {
  expect(bindPeriod(sql)).toEqual({ bound: { text, parameters }, flaws: [] });
});

describe('refused', () => {
  test.each([
    ['select {{ form }}', 1, 8, `"{{ form }}" is unknown; ${ALLOWED}`],
    ['select 1,\n {{ run.id }}', 2, 2, `"{{ run.id }}" is unknown; ${ALLOWED}`],
    ['select {{ from', 1, 8, `these braces do not close; ${ALLOWED}`],
    ['select {{ from; drop table t }}', 1, 8, `these braces do not close; ${ALLOWED}`],
    ['select from }}', 1, 13, `these braces were not opened; ${ALLOWED}`],
    [`day > '{{ from }}'`, 1, 8, `"{{ from }}" stands in quotes; ${ALLOWED}, without quotes`],
    ['$$ {{ to }} $$', 1, 4, `"{{ to }}" stands in quotes; ${ALLOWED}, without quotes`],
  ])('%s', (sql, line, column, message) => {
    expect(bindPeriod(sql).bound).toBeNull();
    expect(bindPeriod(sql).flaws[0]).toEqual({ line, column, message });
  });

  test('all at once', () => {
    expect(bindPeriod('{{ a }} {{ from }} {{ b }}').flaws.map(({ column }) => column)).toEqual([
      1, 20,
    ]);
  });
});
