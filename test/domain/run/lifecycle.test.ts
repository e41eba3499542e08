import { test } from 'vitest';
import { createWorld } from '#test/support/world.ts';
import { checkLifecycle } from './lifecycle-model.ts';

test('whatever is done to a scenario, in whatever order, its runs are where a plain model says', async () => {
  await using world = await createWorld();
  await checkLifecycle(world, 80);
});
