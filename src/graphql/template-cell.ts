/** Cells: a template in a project. */
import { overridesOf } from '#domain/template/overrides.ts';
import type { Applied, CellProblem, CellState } from '#domain/template/template.sql.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import { enumValues } from './enum.ts';
import { ProblemType } from './failure.ts';
import { readId } from './id.ts';
import { pageCost } from './paging.ts';
import { Template } from './template.ts';
import { User, usersOf } from './user.ts';
import { inViewable } from './viewable.ts';

export const CellStateEnum = builder.enumType('CellState', {
  description: 'How a template stands in a project. Where it never was on, there is no cell.',
  values: enumValues<CellState>({
    on: 'Switched on: the project has its scenario.',
    off: 'Switched off; its scenario, if it was not deleted, waits with its history.',
    needs_values: 'Wanted on; the project must give values first, which `problems` lists.',
    broken:
      'An edit of the template would have broken it here: the scenario is as it was, `problem` says why.',
  }),
});

export const cellId = (templateId: number, projectId: number) =>
  `TemplateCell:${templateId}:${projectId}`;

export const TemplateCell = builder.prismaObject('TemplateEnablement', {
  name: 'TemplateCell',
  description: 'A template in a project.',
  select: { templateId: true, projectId: true },
  fields: (t) => ({
    id: t.id({
      description: 'As in `TemplateCell:3:7`: the template, the project.',
      resolve: ({ templateId, projectId }) => cellId(templateId, projectId),
    }),
    template: t.relation('template', { description: 'What is switched on or off.' }),
    project: t.relation('project', { description: 'Where.' }),
    state: t.field({
      type: CellStateEnum,
      description: 'How it stands.',
      select: { state: true },
      resolve: ({ state }) => state as CellState,
    }),
    values: t.field({
      type: 'JSON',
      description: 'What the project gave, by parameter; the others have their defaults.',
      select: { values: true },
      resolve: ({ values }) => values,
    }),
    problem: t.string({
      nullable: true,
      description: 'Why it is not as its template wants it, in words.',
      select: { problem: true },
      resolve: ({ problem }) => problemOf(problem)?.message ?? null,
    }),
    problems: t.field({
      type: [ProblemType],
      description: 'The same one by one; `["values", "cron"]` is the parameter `cron`.',
      select: { problem: true },
      resolve: ({ problem }) => [...(problemOf(problem)?.problems ?? [])],
    }),
    scenario: t.relation('scenario', {
      nullable: true,
      description: 'What the template made here; null: nothing yet, or it was deleted.',
    }),
    overrides: t.stringList({
      description:
        'What the project changed in its scenario, which edits of the template leave alone: `name`, `description`, `trigger`, `steps`, or a policy, as in `policies.overlap`.',
      select: {
        applied: true,
        scenario: {
          select: { name: true, description: true, trigger: true, steps: true, policies: true },
        },
      },
      resolve: ({ applied, scenario }) => overridesIn(applied, scenario),
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it was last switched or written.',
    }),
    updatedBy: t.field({
      type: User,
      nullable: true,
      description: 'By whom; null for one who has left the organisation.',
      select: { updatedByUserId: true },
      resolve: ({ updatedByUserId }, _args, context) => usersOf(context).load(updatedByUserId),
    }),
  }),
});

builder.prismaObjectField(Template, 'cells', (t) =>
  t.relatedConnection(
    'cells',
    {
      description: 'Where it is or was switched on, of the projects that the caller may see.',
      cursor: 'templateId_projectId',
      totalCount: true,
      complexity: pageCost,
      args: { state: t.arg({ type: CellStateEnum, description: 'Only those that stand so.' }) },
      query: ({ state }, context) => ({
        where: { AND: [inViewable(who(context))], ...(state != null && { state }) },
        orderBy: { projectId: 'asc' },
      }),
    },
    connectionOf(TemplateCell, 'TemplateCell', 'cells'),
  ),
);

builder.queryField('templateCell', (t) =>
  t.prismaField({
    type: TemplateCell,
    nullable: true,
    description:
      'A template in a project; null where it never was on, and where the caller may not see it.',
    args: {
      templateId: t.arg.id({ required: true, description: '`Template:3` or 3.' }),
      projectId: t.arg.id({ required: true, description: '`Project:7` or 7.' }),
    },
    resolve: (query, _root, { templateId, projectId }, context) =>
      context.prisma.templateEnablement.findFirst({
        ...query,
        where: {
          templateId: readId('Template', templateId, 'templateId'),
          projectId: readId('Project', projectId, 'projectId'),
          template: { deletedAt: null },
          AND: [inViewable(who(context))],
        },
      }),
  }),
);

const problemOf = (stored: unknown) => stored as CellProblem | null;

/** @param applied as stored. @param scenario its row, as far as a template writes it. */
export function overridesIn(applied: unknown, scenario: unknown): string[] {
  if (applied === null || scenario === null) return [];
  return overridesOf(applied as Applied, scenario as Applied);
}
