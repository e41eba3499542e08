import { expect, test } from 'vitest';
import { recipeProblems, settleRecipe, type RecipeInput } from '#domain/recipe/recipe-input.ts';

const datasets = [
  { id: 1, slug: 'orders', tableName: 'orders' },
  { id: 2, slug: 'daily', tableName: 'daily_sales' },
];
const others = [
  {
    slug: 'clean',
    sql: `select * from {{ source('raw', 'orders') }}`,
    inputs: [],
    outputDatasetId: null,
  },
  { slug: 'mart', sql: null, inputs: ['clean', 'final'], outputDatasetId: 2 },
];
const problems = (given: Partial<RecipeInput>) =>
  recipeProblems(
    settleRecipe({ slug: 'new', name: 'New', kind: 'sql', sql: 'select 1', ...given }),
    others,
    datasets,
  ).map(({ path, message }) => `${path.join('.')}: ${message}`);

test('a good recipe has no problems', () => {
  expect(problems({ inputs: ['orders', 'clean'] })).toEqual([]);
  expect(problems({ kind: 'python', code: 'pass' })).toEqual([]);
});

test('every problem is told by its place', () => {
  const found = problems({
    slug: 'A b',
    name: ' ',
    sql: '',
    inputs: ['ordres'],
    outputDatasetId: 9,
  });
  expect(found).toEqual([
    expect.stringMatching(/^slug: is 1 to 63/),
    'name: has 1 to 100 characters',
    'sql: is missing; a recipe of the kind sql has it',
    'output_dataset_id: there is no such dataset in this project',
    'inputs.0: there is no dataset or recipe "ordres" in this project; did you mean "orders"?',
  ]);
});

test('a circle is refused where it closes, through inputs, outputs and SQL', () => {
  expect(problems({ slug: 'final', inputs: ['mart'] })).toEqual([
    'inputs.0: closes a circle: final reads mart reads final',
  ]);
  expect(problems({ slug: 'final', sql: `select * from {{ ref('daily') }}` })).toEqual([
    'sql: closes a circle: final reads mart reads final',
  ]);
});

test('two things of one name, and two writers of one dataset, are refused', () => {
  expect(problems({ slug: 'daily_sales' })).toEqual([expect.stringMatching(/^slug: is the name/)]);
  expect(problems({ outputDatasetId: 2 })).toEqual([
    'output_dataset_id: is written by the recipe mart already',
  ]);
  expect(problems({ slug: 'orders', inputs: ['orders'], outputDatasetId: 1 })).toEqual([
    'inputs.0: is what it makes itself',
  ]);
});
