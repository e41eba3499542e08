/** Recipes: what makes rows of rows. */
import { may } from '#domain/access/principal.ts';
import { tableOf } from '#domain/recipe/dbt-project.ts';
import type { BuildState } from '#domain/recipe/record-build.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import { namedIn } from './dataset.ts';
import { enumValues } from './enum.ts';
import { DataUse, flowNode, FlowNodeType, usesIn } from './flow.ts';
import { INT_MAX, nodeId, readId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { sampleOf, SampleType } from './sample.ts';
import { inViewable } from './viewable.ts';

export const RECIPE_ID = '`Recipe:3` or 3.';

type RecipeKind = 'sql' | 'visual' | 'python' | 'agent';
export const RecipeKindType = builder.enumType('RecipeKind', {
  description: 'What a recipe is written in.',
  values: enumValues<RecipeKind>({
    sql: 'A SELECT, built by dbt.',
    visual: 'Not made yet.',
    python: 'Code, run by `run_python`.',
    agent: 'Not made yet: agents run over rows by `run_agent`.',
  }),
});

const BuildStateType = builder.enumType('BuildState', {
  description: 'What came of a build.',
  values: enumValues<BuildState>({
    succeeded: 'Built.',
    failed: '`buildMessage` says why.',
    skipped: 'Something that it reads failed.',
  }),
});

export const Recipe = builder.prismaNode('Recipe', {
  nullable: true,
  description: 'What makes rows of rows: SQL that dbt builds, or Python.',
  id: { field: 'id', description: 'As in `Recipe:3`.' },
  findUnique: (id, context) => ({ id: nodeId(id), AND: [inViewable(who(context))] }),
  select: { id: true, projectId: true, slug: true },
  fields: (t) => ({
    databaseId: t.exposeInt('id', { description: 'The number that steps may name.' }),
    slug: t.exposeString('slug', { description: 'What steps and other recipes name.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    project: t.relation('project', { description: 'Where it lies.' }),
    kind: t.field({
      type: RecipeKindType,
      description: 'What it is written in.',
      select: { kind: true },
      resolve: ({ kind }) => kind as RecipeKind,
    }),
    sql: t.exposeString('sql', { nullable: true, description: 'The SELECT; null: it is code.' }),
    code: t.exposeString('code', { nullable: true, description: 'The code; null: it is SQL.' }),
    inputs: t.exposeStringList('inputs', {
      description: 'Slugs of what it reads, besides what its SQL names.',
    }),
    output: t.relation('output', {
      nullable: true,
      description: 'The dataset that holds what it makes; null: a table of its own.',
    }),
    tableName: t.string({
      description: 'In the project’s warehouse.',
      select: { slug: true, output: { select: { tableName: true } } },
      resolve: ({ slug, output }) => tableOf({ slug, outputTable: output?.tableName ?? null }),
    }),
    rowCount: t.field({
      type: 'Long',
      nullable: true,
      description: 'What its last good build made; null: it did not tell.',
      select: { rowCount: true },
      resolve: ({ rowCount }) => rowCount,
    }),
    builtAt: t.expose('builtAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a build last succeeded; null: none did.',
    }),
    buildState: t.field({
      type: BuildStateType,
      nullable: true,
      description: 'What came of the last build; null: there was none.',
      select: { buildState: true },
      resolve: ({ buildState }) => buildState as BuildState | null,
    }),
    buildMessage: t.exposeString('buildMessage', {
      nullable: true,
      description: 'What the database or the code said of it.',
    }),
    builtBy: t.relation('builtBy', {
      nullable: true,
      description: 'The run of the last build; null: none, or its history is gone.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When what it makes was last changed.',
    }),
    flow: t.field({
      type: FlowNodeType,
      nullable: true,
      description: 'How fresh it is, and what works on it.',
      complexity: { field: 20, multiplier: 1 },
      resolve: ({ id, projectId }, _args, context) => flowNode(context, projectId, `recipe:${id}`),
    }),
    usedBy: t.field({
      type: [DataUse],
      description: 'What reads or runs it.',
      complexity: { field: 20, multiplier: 5 },
      resolve: (recipe, _args, context) => usesIn(context, 'recipe', recipe),
    }),
    sample: t.field({
      type: SampleType,
      description: 'A few of the rows that it made, in no order.',
      // A query of up to 30 s.
      complexity: { field: 100, multiplier: 1 },
      args: { first: t.arg.int({ defaultValue: 20, description: 'How many, 1 to 100.' }) },
      select: {
        slug: true,
        output: { select: { tableName: true } },
        project: { select: { warehouseSchema: true } },
      },
      resolve: ({ slug, output, project }, { first }, context) =>
        sampleOf(
          context,
          project.warehouseSchema,
          tableOf({ slug, outputTable: output?.tableName ?? null }),
          first ?? 20,
        ),
    }),
    canEdit: t.boolean({
      description: 'Whether the caller may change and build it.',
      resolve: ({ projectId }, _args, context) => may(who(context), 'project.edit', projectId),
    }),
  }),
});

builder.queryFields((t) => ({
  recipe: t.prismaField({
    type: Recipe,
    nullable: true,
    description: 'One recipe; null when there is none that the caller may see.',
    args: { id: t.arg.id({ required: true, description: RECIPE_ID }) },
    resolve: (query, _root, { id }, context) =>
      context.prisma.recipe.findFirst({
        ...query,
        where: { id: readId('Recipe', id, 'id'), AND: [inViewable(who(context))] },
      }),
  }),
  recipes: t.prismaConnection(
    {
      type: Recipe,
      description: 'The recipes that the caller may see, the newest first.',
      cursor: 'id',
      complexity: pageCost,
      args: {
        projectId: t.arg.id({ description: 'Of this project: `Project:3` or 3.' }),
        q: t.arg.string({ description: 'Part of a name or slug, in any case.' }),
      },
      totalCount: (_root, filter, context) =>
        context.prisma.recipe.count({
          where: { AND: [inViewable(who(context)), namedIn(filter)] },
        }),
      resolve: (page, _root, filter, context) => {
        const { query, beyond } = newestFirst(page, { largest: INT_MAX });
        return context.prisma.recipe.findMany({
          ...query,
          where: { AND: [inViewable(who(context)), namedIn(filter), beyond] },
        });
      },
    },
    connectionOf(Recipe, 'Recipe', 'recipes'),
  ),
}));
