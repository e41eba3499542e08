/** What can be done with templates. */
import { createTemplate, deleteTemplate, updateTemplate } from '#domain/template/save-template.ts';
import type { Edited } from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import type { EnabledCells } from '#domain/template/set-enabled.ts';
import { invalid } from '#platform/errors.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { expected, FAILURES, ProblemType } from './failure.ts';
import { readId } from './id.ts';
import { Project } from './project.ts';
import { projectsOf } from './template-projects.ts';
import { TemplateCell } from './template-cell.ts';
import { Template } from './template.ts';

// A call for every project of a large organisation is 1,000 of them.
const MAX_CELLS = 2_000;
/** Lists of up to that many: as dear as a page of a hundred. */
const CELLS = { field: 1, multiplier: 100 };

const TEXTS = {
  id: '`Template:3` or 3.',
  configuration: 'A template as REST and YAML spell it, and `Template.configuration`.',
};

type Keys = readonly { readonly templateId: number; readonly projectId: number }[];

/** Cells of one template again, with what the caller asked to see of them, in their order. */
async function readCells<Query extends object>(context: Context, query: Query, keys: Keys) {
  const found = await context.prisma.templateEnablement.findMany({
    ...query,
    where: {
      templateId: { in: keys.slice(0, 1).map(({ templateId }) => templateId) },
      projectId: { in: keys.map(({ projectId }) => projectId) },
    },
  });
  const byProject = new Map(found.map((cell) => [cell.projectId, cell]));
  return keys.flatMap(({ projectId }) => byProject.get(projectId) ?? []);
}

const TemplateEdit = builder.objectRef<Edited>('TemplateEdit').implement({
  description: 'A template that was saved, and what that did to its projects.',
  fields: (t) => ({
    template: t.prismaField({
      type: Template,
      description: 'As it is now.',
      resolve: (query, { template: { id } }, _args, context) =>
        context.prisma.template.findUniqueOrThrow({ ...query, where: { id } }),
    }),
    changed: t.exposeInt('changed', { description: 'How many cells it changed.' }),
    broken: t.prismaField({
      type: [TemplateCell],
      description: 'Those that it would have broken: their scenarios are as they were.',
      complexity: CELLS,
      resolve: (query, { broken }, _args, context) => readCells(context, query, broken),
    }),
  }),
});

type Refused = EnabledCells['refused'][number];

const RefusedCell = builder.objectRef<Refused>('RefusedCell').implement({
  description: 'A cell that stays as it was.',
  fields: (t) => ({
    projectId: t.id({
      description: 'In which project, as in `Project:7`.',
      resolve: ({ projectId }) => `Project:${projectId}`,
    }),
    project: t.prismaField({
      type: Project,
      nullable: true,
      description: 'The same; null: there is no such project.',
      resolve: (query, { projectId }, _args, context) => projectsOf(context, query).load(projectId),
    }),
    code: t.string({
      description:
        'As in errors: `VALIDATION`, `NOT_FOUND`, or `TRIGGER_CONFIG` for a template that no longer makes a scenario.',
      resolve: ({ error }) => error.code,
    }),
    message: t.string({ description: 'Why, in words.', resolve: ({ error }) => error.message }),
    problems: t.field({
      type: [ProblemType],
      description: 'The same one by one; `["values", "cron"]` is the parameter `cron`.',
      resolve: ({ error }) => [...error.problems],
    }),
    config: t.field({
      type: 'JSON',
      nullable: true,
      description: 'With `TRIGGER_CONFIG`: exactly the part of the template that is at fault.',
      resolve: ({ error }) => error.facts['config'] ?? null,
    }),
  }),
});

const CellsSet = builder.objectRef<EnabledCells>('CellsSet').implement({
  description: 'What became of the cells that were to be switched.',
  fields: (t) => ({
    cells: t.prismaField({
      type: [TemplateCell],
      description: 'Those that were, in the order of their projects’ numbers.',
      complexity: CELLS,
      resolve: (query, { cells }, _args, context) => readCells(context, query, cells),
    }),
    refused: t.field({
      type: [RefusedCell],
      description: 'Those that stay as they were, and why, in the same order.',
      complexity: CELLS,
      resolve: ({ refused }) => refused.toSorted((a, b) => a.projectId - b.projectId),
    }),
  }),
});

const DeletedTemplate = builder.objectRef<{ id: number }>('DeletedTemplate').implement({
  description: 'A template that was deleted; the scenarios that it made stay.',
  fields: (t) => ({
    id: t.id({ description: 'What it was: `Template:3`.', resolve: ({ id }) => `Template:${id}` }),
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
  }),
});

builder.mutationFields((t) => ({
  createTemplate: t.field({
    type: TemplateEdit,
    errors: FAILURES,
    description:
      'Makes a template. No project has it on yet; with `default_enabled` those made from now on have. Needs org.admin.',
    args: {
      configuration: t.arg({ type: 'JSON', required: true, description: TEXTS.configuration }),
    },
    resolve: (_root, { configuration }, context) =>
      expected(async () => ({
        template: await createTemplate(context, who(context), configuration),
        changed: 0,
        broken: [],
      })),
  }),
  updateTemplate: t.field({
    type: TemplateEdit,
    errors: FAILURES,
    description:
      'Changes a template and the scenarios that it made, except for what projects changed in theirs. A project that the edit would break is left as it was. Needs org.admin.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      configuration: t.arg({ type: 'JSON', required: true, description: TEXTS.configuration }),
      whole: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'What the configuration leaves out has its default; otherwise it stays.',
      }),
      ifVersion: t.arg.int({
        description: 'The version that the caller has seen; another one is a Conflict.',
      }),
    },
    resolve: (_root, { id, configuration, whole, ifVersion }, context) =>
      expected(async () =>
        updateTemplate(context, who(context), readId('Template', id, 'id'), configuration, {
          whole,
          ifVersion: ifVersion ?? null,
        }),
      ),
  }),
  deleteTemplate: t.field({
    type: DeletedTemplate,
    errors: FAILURES,
    description:
      'Deletes a template. A Conflict while it is on anywhere, which tells where. Needs org.admin.',
    args: { id: t.arg.id({ required: true, description: TEXTS.id }) },
    resolve: (_root, { id: given }, context) =>
      expected(async () => {
        const id = readId('Template', given, 'id');
        await deleteTemplate(context, who(context), id);
        return { id };
      }),
  }),
  setTemplateEnabled: t.field({
    type: CellsSet,
    errors: FAILURES,
    description:
      'Switches a template on or off for projects. On: the values are checked, the project’s scenario is made once and ticks. Off: it pauses and keeps everything; on again it resumes with its history. Good cells are switched, the others are told. Needs org.admin.',
    args: {
      templateId: t.arg.id({ required: true, description: TEXTS.id }),
      projectIds: t.arg.idList({
        required: true,
        description: `\`Project:7\` or 7; at most ${MAX_CELLS.toLocaleString('en')}.`,
      }),
      enabled: t.arg.boolean({ required: true, description: 'On or off.' }),
      values: t.arg({
        type: 'JSON',
        description:
          'By parameter, for every one of these projects. What is left out stays as it was given; null takes the default.',
      }),
    },
    resolve: (_root, { templateId, projectIds, enabled, values }, context) =>
      expected(async () => {
        if (projectIds.length > MAX_CELLS) {
          const message = `has at most ${MAX_CELLS} entries; ask again for the rest`;
          throw invalid([{ path: ['projectIds'], message, value: projectIds.length }]);
        }
        return setTemplateEnabled(context, who(context), {
          templateId: readId('Template', templateId, 'templateId'),
          projectIds: projectIds.map((id) => readId('Project', id, 'projectIds')),
          enabled,
          ...(values != null && { values: valuesOf(values) }),
        });
      }),
  }),
}));

function valuesOf(values: unknown): Record<string, unknown> {
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
    return values as Record<string, unknown>;
  }
  const message = 'is an object: a value by parameter';
  throw invalid([{ path: ['values'], message, value: values }]);
}
