/** run_recipe: builds recipes of the project, and what they read or feed, by one `dbt build`. */
import { z } from 'zod';
import { anyJson } from '#domain/step/any-json.ts';
import { SCOPES } from '#domain/recipe/selection.ts';
import type { StepKind } from '#domain/step/kind.ts';
import { checkRecipes } from './check.ts';

const MAX_RECIPES = 100;

const ref = z.union([z.string().min(1).max(200), z.int().min(1).max(2_147_483_647)]);

const config = z
  .strictObject({
    recipe: ref
      .optional()
      .meta({ description: 'The recipe, by slug or id.', examples: ['daily-orders', 12] }),
    recipes: z
      .array(ref)
      .min(1)
      .max(MAX_RECIPES)
      .optional()
      .meta({
        description: 'Several recipes, by slug or id: built together, each after what it reads.',
        examples: [['daily-orders', 'revenue']],
      }),
    scope: z
      .enum(SCOPES)
      .default('only')
      .meta({
        description:
          'only the named ones; upstream: what they read, too; downstream: what reads them, too; full: both.',
        examples: ['only', 'upstream', 'downstream', 'full'],
      }),
    full_refresh: z
      .boolean()
      .default(false)
      .meta({
        description: 'Builds incremental recipes from the beginning instead of adding to them.',
        examples: [true],
      }),
    vars: z
      .record(z.string().min(1).max(100), anyJson)
      .default({})
      .meta({
        description: 'What `{{ var("name") }}` stands for in the SQL.',
        examples: [{ since: '2026-01-01' }],
      }),
  })
  .refine((given) => (given.recipe === undefined) !== (given.recipes === undefined), {
    error: 'give exactly one of recipe and recipes',
    path: ['recipe'],
  });

export type RecipeConfig = z.output<typeof config>;

export const runRecipe: StepKind<RecipeConfig> = {
  kind: 'run_recipe',
  description: 'Builds recipes in the warehouse with dbt, and what they read or feed.',
  config,
  check: checkRecipes,
  load: async () => (await import('./execute.ts')).execute,
};
