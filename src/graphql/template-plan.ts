/** What saving a template would do, before it is saved. */
import { planTemplate, validateTemplate } from '#domain/template/save-template.ts';
import type { PlannedCell, TemplatePlan } from '#domain/template/save-template.ts';
import { configurationOf, readTemplate, toTemplateWire } from '#domain/template/template-input.ts';
import { getTemplate } from '#domain/template/templates.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { enumValues } from './enum.ts';
import { ProblemType } from './failure.ts';
import { readId } from './id.ts';
import { Project } from './project.ts';
import { CellStateEnum } from './template-cell.ts';
import { projectsOf } from './template-projects.ts';

const CellChange = builder.enumType('CellChange', {
  description: 'What saving a template would do to a cell.',
  values: enumValues<PlannedCell['change']>({
    unchanged: 'Nothing.',
    updated: 'Its scenario would be written anew, except for what the project changed in it.',
    broken: 'It would be left as it is, for the edit does not do here; `problems` says why.',
  }),
});

const PlannedCellType = builder.objectRef<PlannedCell>('PlannedCell').implement({
  description: 'What saving a template would do in a project.',
  fields: (t) => ({
    projectId: t.id({
      description: 'As in `Project:7`.',
      resolve: ({ projectId }) => `Project:${projectId}`,
    }),
    projectName: t.exposeString('projectName', { description: 'What the project is called.' }),
    project: t.prismaField({
      type: Project,
      nullable: true,
      description: 'The project itself; null where it was deleted in the meantime.',
      resolve: (query, { projectId }, _args, context) => projectsOf(context, query).load(projectId),
    }),
    state: t.field({
      type: CellStateEnum,
      description: 'How it stands now.',
      resolve: ({ state }) => state,
    }),
    change: t.field({
      type: CellChange,
      description: 'What would become of it.',
      resolve: ({ change }) => change,
    }),
    overridden: t.stringList({
      description: 'What the project changed, which would be left alone; as `overrides` spells it.',
      resolve: ({ overridden }) => [...overridden],
    }),
    problems: t.field({
      type: [ProblemType],
      description: 'Why the edit would break it.',
      resolve: ({ problems }) => [...problems],
    }),
  }),
});

type PlanShape = TemplatePlan & { readonly after: object | null };

const Plan = builder.objectRef<PlanShape>('TemplatePlan').implement({
  description: 'What saving a template would do.',
  fields: (t) => ({
    problems: t.field({
      type: [ProblemType],
      description: 'Every problem of the template itself; with any, it would not be saved.',
      resolve: ({ problems }) => [...problems],
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The configuration as it would be stored; null where there are problems.',
      resolve: ({ after }) => after,
    }),
    cells: t.field({
      type: [PlannedCellType],
      description: 'What it would do in each project that has or had it on.',
      complexity: { field: 1, multiplier: 100 },
      resolve: ({ cells }) => [...cells],
    }),
  }),
});

const TEXTS = {
  configuration: 'A template as REST and YAML spell it, and `Template.configuration`.',
};

builder.queryFields((t) => ({
  validateTemplate: t.field({
    type: [ProblemType],
    description:
      'Every problem that creating this template would meet; empty when there is none. Needs org.admin.',
    args: {
      configuration: t.arg({ type: 'JSON', required: true, description: TEXTS.configuration }),
    },
    resolve: (_root, { configuration }, context) =>
      validateTemplate(context, who(context), configuration),
  }),
  planTemplate: t.field({
    type: Plan,
    description: 'What saving this template would do; nothing is written. Needs org.admin.',
    complexity: { field: 50, multiplier: 1 },
    args: {
      id: t.arg.id({ description: '`Template:3` or 3; null: a new one.' }),
      configuration: t.arg({ type: 'JSON', required: true, description: TEXTS.configuration }),
      whole: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'What the configuration leaves out has its default; otherwise it stays.',
      }),
    },
    resolve: (_root, { id, configuration, whole }, context) =>
      planOf(context, id == null ? null : readId('Template', id, 'id'), configuration, whole),
  }),
}));

async function planOf(
  context: Context,
  id: number | null,
  configuration: unknown,
  whole: boolean,
): Promise<PlanShape> {
  const plan = await planTemplate(context, who(context), id, configuration, { whole });
  if (plan.problems.length > 0) return { ...plan, after: null };
  const stored = id === null ? null : await getTemplate(context, who(context), id);
  const { config } = readTemplate(configuration, context.kinds, {
    before: whole ? null : stored && configurationOf(stored),
    slug: stored?.slug ?? null,
  });
  return { ...plan, after: toTemplateWire(config) };
}
