/** A socket that cannot be opened at the moment is told to come back, since graphql-ws never does after 4500. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGround, subscribe, type Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => (ground = await createGround()));
afterAll(() => ground[Symbol.asyncDispose]());

test('a client whose caller cannot be found out now comes back by itself and goes on', async () => {
  const closed = Promise.withResolvers<{ code: number }>();
  await ground.pool.query('alter table "user" rename to user_elsewhere');
  const client = ground.client('admin', {
    retryAttempts: 100,
    shouldRetry: () => true,
    retryWait: () => new Promise((done) => setTimeout(done, 20)),
    on: { closed: closed.resolve },
  });
  const first = subscribe(client, 'subscription { schedulerHealth { health { state } } }').next();
  expect((await closed.promise).code).toBe(1013);
  await ground.pool.query('alter table user_elsewhere rename to "user"');
  const { value } = await first;
  expect(value).toEqual({ data: { schedulerHealth: { health: { state: 'RED' } } } });
  await client.dispose();
});
