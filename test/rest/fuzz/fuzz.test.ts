/** 200 requests out of the document: every answer is one that it promises. `npm run test:full` sends 5,000. */
import { expect, test } from 'vitest';
import { createTestDatabase } from '#test/support/database.ts';
import { drive } from './drive.ts';
import { createFuzzWorld } from './world.ts';

test('200 requests of every sort are answered as the document says', async () => {
  await using database = await createTestDatabase();
  await using world = await createFuzzWorld(database.url);
  const met = await drive(world, 200, Date.now());
  expect(met.size).toBeGreaterThan(10);
});
