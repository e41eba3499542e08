/** Templates: scenarios with gaps, which projects fill in and switch on. */
import { parametersOf } from '#domain/template/check-template.ts';
import type { TemplateConfiguration } from '#domain/template/template-input.ts';
import { toTemplateWire } from '#domain/template/template-input.ts';
import { storedParameters } from '#domain/template/parameters.ts';
import type { Parameter, ParameterType } from '#domain/template/parameters.ts';
import { countCells, type StateCount } from '#domain/matrix/read-matrix.ts';
import DataLoader from 'dataloader';
import { builder } from './builder.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { enumValues } from './enum.ts';
import { nodeId } from './id.ts';
import { describeTemplateTrigger } from './template-trigger.ts';

const TYPES: Record<ParameterType, string> = {
  string: 'Any text.',
  integer: 'A whole number.',
  number: 'A number.',
  boolean: 'true or false.',
  enum: 'One of `options`.',
  timezone: 'An IANA name, as in `Asia/Jakarta`.',
  cron: 'Five fields, or an alias such as `@daily`.',
  email: 'An address.',
  email_list: 'A list of addresses.',
  recipe_ref: 'A recipe of the project, by slug or number.',
  dataset_ref: 'A dataset of the project, by slug or number.',
  dashboard_ref: 'A dashboard of the project, by number.',
  dashboard_refs: 'A list of dashboards of the project.',
  agent_ref: 'An agent of the project, by slug or number.',
};

const ParameterTypeEnum = builder.enumType('ParameterType', {
  description: 'What a parameter’s value is.',
  values: enumValues<ParameterType>(TYPES),
});

const TemplateParameter = builder.objectRef<Parameter>('TemplateParameter').implement({
  description: 'What a project fills in when it switches the template on.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As in `{{ param.name }}`.' }),
    type: t.field({
      type: ParameterTypeEnum,
      description: 'What its value is.',
      resolve: ({ type }) => type,
    }),
    options: t.stringList({
      description: 'Of an enum: what may be chosen; else empty.',
      resolve: ({ options }) => [...(options ?? [])],
    }),
    default: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it is where the project says nothing; null: there is none.',
      resolve: ({ default: value }) => value ?? null,
    }),
    required: t.exposeBoolean('required', {
      description: 'Whether the template needs it; if so, the project or the default gives it.',
    }),
    help: t.exposeString('help', { description: 'For people; may be empty.' }),
  }),
});

type Counts = Partial<Record<StateCount['state'], number>>;

const CellCounts = builder.objectRef<Counts>('CellCounts').implement({
  description: 'How many cells are in which state, of the projects that the caller may see.',
  fields: (t) => ({
    on: t.int({ description: 'Switched on.', resolve: ({ on }) => on ?? 0 }),
    off: t.int({
      description: 'Switched off, having been on before.',
      resolve: ({ off }) => off ?? 0,
    }),
    needsValues: t.int({
      description: 'Wanted on, with parameters that the project must still give.',
      resolve: ({ needs_values }) => needs_values ?? 0,
    }),
    broken: t.int({
      description: 'Left as they were, because an edit of the template would have broken them.',
      resolve: ({ broken }) => broken ?? 0,
    }),
  }),
});

export const Template = builder.prismaNode('Template', {
  nullable: true,
  description: 'A scenario with gaps, which projects fill in and switch on.',
  id: { field: 'id', description: 'As in `Template:3`.' },
  findUnique: (id, context) => ({
    id: nodeId(id),
    AND: [{ orgId: who(context).orgId, deletedAt: null }],
  }),
  select: { id: true, deletedAt: true },
  fields: (t) => ({
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
    slug: t.exposeString('slug', { description: 'Unique in the organisation; REST names it.' }),
    displayName: t.exposeString('displayName', { description: 'For people.' }),
    description: t.exposeString('description', { description: 'For people; may be empty.' }),
    parameters: t.field({
      type: [TemplateParameter],
      description:
        'What projects fill in, in the order of the form: what `configuration` declares, and what its steps leave open.',
      select: { parameters: true, steps: true },
      resolve: ({ parameters, steps }) =>
        parametersOf({
          parameters: storedParameters(parameters),
          steps: steps as unknown as TemplateConfiguration['steps'],
        }),
    }),
    triggerText: t.string({
      description: 'What makes its scenarios fire, in words; gaps as they are written.',
      select: { trigger: true },
      resolve: ({ trigger }) => describeTemplateTrigger(trigger),
    }),
    stepKinds: t.exposeStringList('stepKinds', { description: 'The kinds among its steps.' }),
    configuration: t.field({
      type: 'JSON',
      description:
        'The whole template as REST and YAML spell it. `planTemplate` and `updateTemplate` take it back.',
      select: {
        slug: true,
        displayName: true,
        description: true,
        parameters: true,
        trigger: true,
        steps: true,
        policies: true,
        defaultEnabled: true,
      },
      resolve: (template) => toTemplateWire(template as unknown as TemplateConfiguration),
    }),
    defaultEnabled: t.exposeBoolean('defaultEnabled', {
      description: 'Whether projects made from now on begin with it switched on.',
    }),
    version: t.exposeInt('version', {
      description: 'Raised by every saved change; send it as `ifVersion`.',
    }),
    counts: t.field({
      type: CellCounts,
      description: 'How many projects have it on, off, waiting for values, or broken.',
      resolve: ({ id }, _args, context) => countsOf(context).load(id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it was last changed; switching it on or off does not change it.',
    }),
  }),
});

const loaders = new WeakMap<Context, DataLoader<number, Counts>>();

/** One statement for all templates that an operation asks about. */
const countsOf = (context: Context) =>
  loaders.getOrInsertComputed(
    context,
    () =>
      new DataLoader<number, Counts>(async (ids) => {
        const counted = await countCells(context.pool, who(context), ids);
        const of = Map.groupBy(counted, ({ templateId }) => templateId);
        return ids.map((id) =>
          Object.fromEntries((of.get(id) ?? []).map(({ state, count }) => [state, count])),
        );
      }),
  );
