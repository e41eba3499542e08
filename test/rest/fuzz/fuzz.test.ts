/** 200 requests out of the document: every answer is one that it promises. `npm run test:full` sends 5,000. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { drive } from './drive.ts';
import { createFuzzWorld, type World } from './world.ts';

let database: TestDatabase;
let world: World;
beforeAll(async () => {
  database = await createTestDatabase();
  world = await createFuzzWorld(database.url);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

// Some 4 s on an idle machine: it sends and waits all the time, so others on the same cores slow it as a whole.
const TIMEOUT_MS = 120_000;

test(
  '200 requests of every sort are answered as the document says',
  async () => {
    const met = await drive(world, 200, Date.now());
    expect(met.size).toBeGreaterThan(10);
  },
  TIMEOUT_MS,
);
