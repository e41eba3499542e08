import { expect, test } from 'vitest';
import { checkFor, holds } from '#domain/dataset/existing-type.ts';

test.each<[string, string[], string[]]>([
  ['smallint', ['0', '-32767', '32767'], ['32768', '1.5', 'x']],
  ['integer', ['2147483647'], ['2147483648']],
  ['numeric(10,2)', ['1.234', '5'], ['x']],
  ['real', ['1e-05', '1'], ['x']],
  ['double precision', ['1.5'], ['1,5']],
  ['boolean', ['TRUE'], ['1', 'yes']],
  ['date', ['2026-01-31'], ['2026-02-30', '2026-01-31 10:00']],
  ['timestamptz', ['2026-01-31', '2026-01-31 10:00+01'], ['10:00']],
  ['timestamp(3)', ['2026-01-31 10:00'], ['soon']],
  ['uuid', ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], ['a0eebc99']],
  ['jsonb', ['{"a": [1]}', '5'], ['{a: 1}']],
  ['character varying(3)', ['abc', '🙂🙂🙂'], ['abcd']],
  ['character(2)', ['ab'], ['abc']],
])('what fits %s', (type, fitting, others) => {
  const check = checkFor(type)!;
  for (const text of fitting) expect(check(text), `${text}`).toBe(true);
  for (const text of others) expect(check(text), `${text}`).toBe(false);
});

test('any text fits text; what only the database knows is left to it', () => {
  expect(checkFor('text')).toBeNull();
  expect(checkFor('character varying')).toBeNull();
  expect(checkFor('inet')).toBeNull();
});

test.each([
  ['integer', 'integer', true],
  ['bigint', 'integer', true],
  ['integer', 'bigint', false],
  ['numeric(10,2)', 'numeric(12,4)', false],
  ['numeric(10,2)', 'numeric', false],
  ['numeric(10,2)', 'numeric(8,1)', true],
  ['numeric', 'numeric(12,4)', true],
  ['timestamp(3)', 'timestamp', false],
  ['timestamp', 'timestamp(3)', true],
  ['numeric', 'bigint', true],
  ['double precision', 'bigint', false],
  ['timestamptz', 'date', true],
  ['date', 'timestamptz', false],
  ['text', 'jsonb', true],
  ['jsonb', 'text', false],
])('%s holds %s: %s', (existing, incoming, expected) => {
  expect(holds(existing, incoming)).toBe(expected);
});
