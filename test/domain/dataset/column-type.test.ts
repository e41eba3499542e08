import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import {
  FITS,
  INFERRED_TYPES,
  typeOf,
  widen,
  type InferredType,
} from '#domain/dataset/column-type.ts';
import { createEmptyDatabase } from '#test/support/database.ts';

const VALUES: Readonly<Record<InferredType, readonly string[]>> = {
  boolean: ['true', 'false', 'True', 'FALSE'],
  integer: ['0', '7', '-7', '2147483647', '-2147483648'],
  bigint: ['2147483648', '-2147483649', '9223372036854775807', '-9223372036854775808'],
  numeric: [
    ...['9223372036854775808', '1.5', '-0.25', '.5', '0.10', '1.5e3', '1e-05', '1e+16'],
    '123456789012345678901234567890.123',
  ],
  date: ['2026-01-31', '2024-02-29', '0001-01-01', '9999-12-31'],
  timestamptz: [
    ...['2026-01-31 10:00', '2026-01-31T10:00:59', '2026-01-31T10:00:59.123456789Z'],
    ...['2026-01-31 23:59:59+02', '2026-01-31T00:00:00-0330', '2026-01-31T00:00:00 +14:00'],
  ],
  text: [
    ...[
      '',
      'x',
      '007',
      '+62812',
      '00',
      '1,5',
      '1.',
      '-',
      '.',
      '12e5',
      '1e5',
      '0x1F',
      'NaN',
      'Infinity',
    ],
    ...['yes', 'no', 't', 'f', '1 ', ' 1', '--1', '1-2', '١٢', '1_000'],
    ...[
      '2026-02-29',
      '2026-13-01',
      '2026-00-10',
      '2026-01-32',
      '0000-01-01',
      '31.01.2026',
      '01/31/2026',
    ],
    ...[
      '2026-1-1',
      '2026-01-31T24:00',
      '2026-01-31 10',
      '2026-01-31 10:60',
      '2026-01-31T10:00+15:00',
    ],
    ...['1'.repeat(1001), '2026-01-31 10:00 Asia/Jakarta'],
  ],
};

describe('the type of one value', () => {
  for (const type of INFERRED_TYPES) {
    test.each(VALUES[type].map((value) => [value]))(`${type}: %j`, (value) => {
      expect(typeOf(value)).toBe(type);
      expect(FITS[type](value)).toBe(true);
    });
  }
});

describe('the type of two', () => {
  test.each<[InferredType, InferredType, InferredType]>([
    ['integer', 'bigint', 'bigint'],
    ['integer', 'numeric', 'numeric'],
    ['bigint', 'numeric', 'numeric'],
    ['date', 'timestamptz', 'timestamptz'],
    ['boolean', 'integer', 'text'],
    ['integer', 'date', 'text'],
    ['numeric', 'timestamptz', 'text'],
    ['text', 'integer', 'text'],
  ])('%s and %s make %s', (a, b, both) => {
    expect(widen(a, b)).toBe(both);
    expect(widen(b, a)).toBe(both);
  });
});

const anyValue = fc.constantFrom(...Object.values(VALUES).flat());

test('the type of a column does not depend on the order of its values', () => {
  const columnType = (values: string[]) => values.map(typeOf).reduce(widen);
  fc.assert(
    fc.property(fc.array(anyValue, { minLength: 1, maxLength: 6 }), fc.gen(), (values, gen) => {
      const shuffled = [...values].sort(() => gen(fc.integer, { min: -1, max: 1 }));
      expect(columnType(shuffled)).toBe(columnType(values));
    }),
  );
});

test('a value fits exactly the types that hold its own', () => {
  for (const value of Object.values(VALUES).flat()) {
    for (const type of INFERRED_TYPES) {
      expect(FITS[type](value), `${value} as ${type}`).toBe(widen(type, typeOf(value)) === type);
    }
  }
});

test('Postgres takes every value as the types that it fits', async () => {
  await using database = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const value of Object.values(VALUES).flat()) {
    for (const type of INFERRED_TYPES.filter((each) => FITS[each](value))) {
      await client.query(`select $1::text::${type}`, [value]);
    }
  }
  await client.end();
});
