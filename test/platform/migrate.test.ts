import pg from 'pg';
import { expect, test } from 'vitest';
import { migrate, migrationNames, pendingSql } from '#platform/migrate.ts';
import { createEmptyDatabase, createTestDatabase } from '#test/support/database.ts';

test('processes that boot at once migrate once', async () => {
  await using database = await createEmptyDatabase();
  const applied = await Promise.all([1, 2, 3].map(() => migrate(database.url)));
  expect(applied.flat()).toEqual(await migrationNames());
});

test('a migrated database is left as it is', async () => {
  await using database = await createTestDatabase();
  expect(await migrate(database.url)).toEqual([]);
});

test('the migrations lead to schema.prisma', async () => {
  await using database = await createTestDatabase();
  expect(await pendingSql(database.url)).toBe('');
});

test('the shadow database of a comparison is gone afterwards', async () => {
  await using database = await createTestDatabase();
  await pendingSql(database.url);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query("select datname from pg_database where datname ~ '^shadow_'");
  await client.end();
  expect(rows).toEqual([]);
});
