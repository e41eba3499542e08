import { expect, test } from 'vitest';
import { createFormat } from '#domain/report/format.ts';

const format = (unit?: string, decimals?: number) =>
  createFormat({ unit, decimals, locale: 'en-GB' });

test.each([
  [undefined, undefined, 1234567.891, '1,234,568', '1.2M'],
  [undefined, undefined, 12.345, '12.35', '12.3'],
  [undefined, 3, 2, '2.000', '2'],
  ['USD', undefined, 1234.5, '$1,235', '$1.2k'],
  ['USD', undefined, 9.5, '$9.50', '$9.5'],
  ['EUR', 2, -1234.5, '-€1,234.50', '-€1.2k'],
  ['%', undefined, 3.14, '3.14%', '3.14%'],
  ['min', undefined, 18, '18 min', '18'],
])('%s with %s decimals: %s is %s, and short %s', (unit, decimals, value, long, short) => {
  expect(format(unit, decimals).value(value)).toBe(long);
  expect(format(unit, decimals).short(value).toLowerCase()).toBe(short.toLowerCase());
});

test.each([
  ['number', 'amount', 1234.5, '1,234.5'],
  ['number', 'customer_id', 10234, '10234'],
  ['number', 'amount', '12345678901234567890.25', '12,345,678,901,234,567,890.25'],
  ['number', 'amount', 'NaN', 'NaN'],
  ['date', 'day', '2026-11-16', '16 Nov 2026'],
  ['timestamp', 'at', '2026-11-16T09:30:00', '16 Nov 2026, 09:30'],
  ['timestamp', 'at', '2026-11-16T09:30:00+01:00', '16 Nov 2026, 09:30'],
  ['timestamp', 'at', 'infinity', 'infinity'],
  ['boolean', 'paid', true, 'yes'],
  ['text', 'name', null, '–'],
] as const)('a cell of type %s named %s: %s is %s', (type, name, cell, written) => {
  expect(format().cell(cell, { name, type })).toBe(written);
});
