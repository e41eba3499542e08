/** Edits, toggles and overrides in any order, against plain records. */
import { test } from 'vitest';
import { checkTemplates } from './template-model.ts';
import { createTemplateWorld } from './template-world.ts';

test('whatever is edited, toggled and overridden in whatever order, every cell is what the records say', async () => {
  await using world = await createTemplateWorld();
  await checkTemplates(world, 60);
});
