/** The matrix: templates by projects. */
import { MAX_PROJECTS, MAX_TEMPLATES, readCells, readMatrix } from '#domain/matrix/read-matrix.ts';
import type { Matrix, MatrixCell, Side } from '#domain/matrix/read-matrix.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { Project } from './project.ts';
import { CellStateEnum } from './template-cell.ts';
import { Template } from './template.ts';

export const MatrixCellType = builder.objectRef<MatrixCell>('MatrixCell').implement({
  description: 'A cell as a grid shows it; `TemplateCell` tells the rest.',
  fields: (t) => ({
    id: t.id({
      description: 'As in `MatrixCell:3:7`: the template, the project.',
      resolve: ({ templateId, projectId }) => `MatrixCell:${templateId}:${projectId}`,
    }),
    templateId: t.id({
      description: 'As in `Template:3`.',
      resolve: ({ templateId }) => `Template:${templateId}`,
    }),
    projectId: t.id({
      description: 'As in `Project:7`.',
      resolve: ({ projectId }) => `Project:${projectId}`,
    }),
    state: t.field({
      type: CellStateEnum,
      description: 'How the template stands there.',
      resolve: ({ state }) => state,
    }),
    overridden: t.exposeBoolean('overridden', {
      description: 'Whether the project changed anything of what the template wrote.',
    }),
  }),
});

const MatrixTemplates = builder.objectRef<Side>('MatrixTemplates').implement({
  description: 'The templates of a page of the matrix.',
  fields: (t) => ({
    nodes: t.prismaField({
      type: [Template],
      description: 'By name, in any case.',
      complexity: { field: 1, multiplier: MAX_TEMPLATES },
      resolve: async (query, { ids }, _args, context) =>
        inOrder(
          ids,
          await context.prisma.template.findMany({ ...query, where: { id: { in: [...ids] } } }),
        ),
    }),
    totalCount: t.exposeInt('total', { description: 'How many there are in all.' }),
  }),
});

const MatrixProjects = builder.objectRef<Side>('MatrixProjects').implement({
  description: 'The projects of a page of the matrix.',
  fields: (t) => ({
    nodes: t.prismaField({
      type: [Project],
      description: 'By name, in any case.',
      complexity: { field: 1, multiplier: MAX_PROJECTS },
      resolve: async (query, { ids }, _args, context) =>
        inOrder(
          ids,
          await context.prisma.project.findMany({ ...query, where: { id: { in: [...ids] } } }),
        ),
    }),
    totalCount: t.exposeInt('total', { description: 'How many there are in all.' }),
  }),
});

const MatrixType = builder.objectRef<Matrix>('Matrix').implement({
  description: 'A page of the matrix.',
  fields: (t) => ({
    templates: t.field({
      type: MatrixTemplates,
      description: 'One side.',
      resolve: ({ templates }) => templates,
    }),
    projects: t.field({
      type: MatrixProjects,
      description: 'The other.',
      resolve: ({ projects }) => projects,
    }),
    cells: t.field({
      type: [MatrixCellType],
      description:
        'Where they meet, as far as there is a cell: where a template never was on, there is none.',
      complexity: { field: 10, multiplier: 100 },
      resolve: (matrix, _args, context) => readCells(context.pool, who(context), matrix),
    }),
  }),
});

const TEXTS = { part: 'Part of a name or slug, in any case.' };

builder.queryField('matrix', (t) =>
  t.field({
    type: MatrixType,
    description: `Which templates are on in which of the projects that the caller may see: a page of up to ${MAX_TEMPLATES} templates by ${MAX_PROJECTS} projects.`,
    args: {
      templateOffset: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'How many templates lie before the page.',
      }),
      templateCount: t.arg.int({
        required: true,
        defaultValue: 20,
        description: `How many templates it has, 1 to ${MAX_TEMPLATES}.`,
      }),
      projectOffset: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'How many projects lie before the page.',
      }),
      projectCount: t.arg.int({
        required: true,
        defaultValue: 50,
        description: `How many projects it has, 1 to ${MAX_PROJECTS}.`,
      }),
      templateText: t.arg.string({ description: TEXTS.part }),
      projectText: t.arg.string({ description: TEXTS.part }),
      state: t.arg({
        type: CellStateEnum,
        description: 'Only templates and projects that have such a cell.',
      }),
    },
    resolve: (_root, { templateText, projectText, state, ...page }, context) =>
      readMatrix(context.pool, who(context), {
        ...page,
        templateText: templateText ?? null,
        projectText: projectText ?? null,
        state: state ?? null,
      }),
  }),
);

function inOrder<Row extends { readonly id: number }>(ids: readonly number[], found: Row[]): Row[] {
  const byId = new Map(found.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
