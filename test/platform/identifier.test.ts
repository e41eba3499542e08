import { expect, test } from 'vitest';
import pg from 'pg';
import { cutToBytes, quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import { createEmptyDatabase } from '#test/support/database.ts';

const NASTY = [
  'plain',
  'Mixed Case',
  'select',
  'with "quotes"',
  '"',
  '"; drop table victim; --',
  "it's; drop table victim",
  'back\\slash',
  'dollar $1 $$',
  'semi;colon',
  'new\nline',
  'naïve größe 表 🙂',
  'x'.repeat(63),
];

test('every name comes back from Postgres as it was given', async () => {
  await using database = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('create table victim (n int)');
  for (const name of NASTY) {
    await client.query(
      `create table ${quoteQualified('public', name)} (${quoteIdentifier(name)} int)`,
    );
    const { fields } = await client.query(`select * from ${quoteIdentifier(name)}`);
    expect(fields.map((field) => field.name)).toEqual([name]);
  }
  const { rows } = await client.query(
    `select count(*)::int as n from pg_tables where schemaname = 'public'`,
  );
  expect(rows[0].n).toBe(NASTY.length + 1);
  await client.end();
});

test.each([
  ['', 'empty'],
  ['a\0b', 'NUL'],
  ['é'.repeat(32), '64 bytes'],
  ['\ud800', 'surrogate'],
])('a name that Postgres could not keep is refused: %j', (name, why) => {
  expect(() => quoteIdentifier(name)).toThrow(why);
});

test('cutting to bytes never splits a character', () => {
  expect(cutToBytes('abc', 3)).toBe('abc');
  expect(cutToBytes('aéé', 4)).toBe('aé');
  expect(cutToBytes('a🙂', 4)).toBe('a');
});
