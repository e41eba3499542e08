/** The demo's data in the states of which a picture is kept. */
import type { Shot } from './shots.ts';

const path = '/p/sales/data';

export const DATA: readonly Shot[] = [
  { name: 'data', path },
  {
    name: 'data-large',
    path,
    act: async (page) => {
      // A phone has the list instead of the picture.
      if ((page.viewport()?.width ?? 0) < 560) return;
      await page.locator('::-p-aria([name="Enlarge"][role="button"])').click();
    },
  },
  { name: 'data-datasets', path: `${path}/datasets` },
  { name: 'data-recipes', path: `${path}/recipes` },
  { name: 'data-agents', path: `${path}/agents` },
  { name: 'data-connectors', path: `${path}/connectors` },
  { name: 'data-unknown', path: `${path}/datasets/999999999` },
  {
    name: 'data-dataset',
    path: `${path}/datasets`,
    act: async (page) => {
      await page.locator('tbody a').click();
      await page.waitForSelector('[aria-label="Sample of rows"]');
    },
  },
  {
    name: 'data-dataset-new',
    path: `${path}/datasets`,
    act: async (page) => {
      await page.locator('::-p-aria([name="New dataset"][role="button"])').click();
      await page.waitForSelector('[role="dialog"] fieldset');
    },
  },
  {
    name: 'data-recipe-new',
    path: `${path}/recipes`,
    act: async (page) => {
      await page.locator('::-p-aria([name="New recipe"][role="button"])').click();
      await page.waitForSelector('[role="dialog"]');
    },
  },
];
