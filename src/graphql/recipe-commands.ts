/** What can be done with recipes. */
import { buildRecipe, type BuildScope } from '#domain/recipe/build-now.ts';
import { createRecipe, deleteRecipe, updateRecipe } from '#domain/recipe/save-recipe.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { inInput } from './dataset-commands.ts';
import { enumValues } from './enum.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { Recipe, RECIPE_ID, RecipeKindType } from './recipe.ts';
import { Run } from './run.ts';
import { renamed } from './wire.ts';

const TEXTS = {
  name: 'For people.',
  sql: 'One SELECT, with dbt’s `{{ ref("recipe") }}` and `{{ source("raw", "dataset") }}`.',
  code: 'Python, with the module `honeyframe`.',
  inputs: 'Slugs of datasets and recipes that it reads, besides those that its SQL names.',
  outputDatasetId: '`Dataset:3` or 3: the dataset that holds what it makes; null: its own table.',
};

const RecipeInput = builder.inputType('RecipeInput', {
  description: 'A new recipe.',
  fields: (t) => ({
    slug: t.string({ required: true, description: 'What steps and other recipes name.' }),
    name: t.string({ required: true, description: TEXTS.name }),
    kind: t.field({ type: RecipeKindType, required: true, description: 'SQL or PYTHON.' }),
    sql: t.string({ description: TEXTS.sql }),
    code: t.string({ description: TEXTS.code }),
    inputs: t.stringList({ description: TEXTS.inputs }),
    outputDatasetId: t.id({ description: TEXTS.outputDatasetId }),
  }),
});

const RecipePatch = builder.inputType('RecipePatch', {
  description: 'A change to a recipe: what is left out stays.',
  fields: (t) => ({
    name: t.string({ description: TEXTS.name }),
    sql: t.string({ description: TEXTS.sql }),
    code: t.string({ description: TEXTS.code }),
    inputs: t.stringList({ description: TEXTS.inputs }),
    outputDatasetId: t.id({ description: TEXTS.outputDatasetId }),
  }),
});

/** Without what was left out. */
function given({ sql, code, inputs, outputDatasetId }: typeof RecipePatch.$inferInput) {
  return {
    ...(sql !== undefined && { sql }),
    ...(code !== undefined && { code }),
    ...(inputs != null && { inputs }),
    ...(outputDatasetId !== undefined && {
      outputDatasetId:
        outputDatasetId === null
          ? null
          : readId('Dataset', outputDatasetId, 'input.outputDatasetId'),
    }),
  };
}

const BuildScopeType = builder.enumType('BuildScope', {
  description: 'How much is built.',
  values: enumValues<BuildScope>({
    only: 'The recipe alone.',
    upstream: 'And all that it reads.',
    downstream: 'And all that reads it.',
    full: 'Both.',
  }),
});

const DeletedRecipe = builder.objectRef<{ id: number; name: string }>('DeletedRecipe').implement({
  description: 'A recipe that was deleted.',
  fields: (t) => ({
    id: t.id({ description: 'What it was: `Recipe:3`.', resolve: ({ id }) => `Recipe:${id}` }),
    name: t.exposeString('name', { description: 'What it was called.' }),
  }),
});

builder.mutationFields((t) => ({
  createRecipe: t.prismaField({
    type: Recipe,
    errors: FAILURES,
    description: 'Makes a recipe; nothing is built yet. Needs project.edit.',
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:7` or 7.' }),
      input: t.arg({ type: RecipeInput, required: true, description: 'What it is to be.' }),
    },
    resolve: (query, _root, { projectId, input }, context) =>
      expected(async () => {
        const { slug, name, kind, ...rest } = input;
        const wanted = { slug, name, kind, ...given(rest) };
        const project = readId('Project', projectId, 'projectId');
        const { id } = await createRecipe(context.pool, who(context), project, wanted);
        return context.prisma.recipe.findUniqueOrThrow({ ...query, where: { id } });
      }, inInput),
  }),
  updateRecipe: t.prismaField({
    type: Recipe,
    errors: FAILURES,
    description:
      'Changes what is named; slug and kind stay. What it has built is stale then. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: RECIPE_ID }),
      input: t.arg({ type: RecipePatch, required: true, description: 'What changes.' }),
    },
    resolve: (query, _root, { id: of, input: { name, ...rest } }, context) =>
      expected(async () => {
        const id = readId('Recipe', of, 'id');
        const change = { ...given(rest), ...(name != null && { name }) };
        await updateRecipe(context.pool, who(context), id, change);
        return context.prisma.recipe.findUniqueOrThrow({ ...query, where: { id } });
      }, inInput),
  }),
  deleteRecipe: t.field({
    type: DeletedRecipe,
    errors: FAILURES,
    description:
      'Deletes a recipe; what it has built stays. A Conflict lists in `facts.uses` what uses it. Needs project.edit.',
    args: { id: t.arg.id({ required: true, description: RECIPE_ID }) },
    resolve: (_root, { id }, context) =>
      expected(async () => deleteRecipe(context.pool, who(context), readId('Recipe', id, 'id'))),
  }),
  buildRecipe: t.prismaField({
    type: Run,
    errors: FAILURES,
    description:
      'Builds a recipe now: an ordinary run without a scenario. Python runs alone. Needs project.edit.',
    args: {
      recipeId: t.arg.id({ required: true, description: RECIPE_ID }),
      scope: t.arg({ type: BuildScopeType, description: 'How much is built. Default ONLY.' }),
      fullRefresh: t.arg.boolean({
        defaultValue: false,
        description: 'Whether incremental models are built from nothing.',
      }),
      idempotencyKey: t.arg.string({
        description: 'The same key answers the same run again; a UUID is a good choice.',
      }),
    },
    resolve: (query, _root, { recipeId, scope, fullRefresh, idempotencyKey }, context) =>
      expected(async () => {
        const { runId } = await buildRecipe(
          context,
          who(context),
          readId('Recipe', recipeId, 'recipeId'),
          {
            scope: scope ?? 'only',
            fullRefresh: fullRefresh ?? false,
            idempotencyKey: idempotencyKey ?? null,
          },
        );
        return context.prisma.run.findUniqueOrThrow({ ...query, where: { id: runId } });
      }, renamed(null)),
  }),
}));
