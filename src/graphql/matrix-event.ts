/** What changes in the matrix, pushed. */
import type { TemplateChange } from '#domain/event/template-changes.ts';
import { readCellsOf } from '#domain/matrix/read-matrix.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { guarded } from './live.ts';
import { MatrixCellType } from './matrix.ts';
import { TemplateCell } from './template-cell.ts';
import { Template } from './template.ts';
import { inViewable } from './viewable.ts';

/** Up to 200 of each are named; most messages name one. */
const NAMED = { field: 1, multiplier: 20 };

const MatrixChange = builder.objectRef<TemplateChange>('MatrixChange').implement({
  description: 'Templates and cells that changed, whole.',
  fields: (t) => ({
    resync: t.exposeBoolean('resync', {
      description:
        'Set on the first message, and after changes may have been missed or too many came at once: nothing is named, and the matrix should be read anew.',
    }),
    revision: t.exposeInt('revision', { description: 'Raised by every message.' }),
    templates: t.prismaField({
      type: [Template],
      description: 'The templates that changed, or whose counts did, as they are now.',
      complexity: NAMED,
      resolve: (query, { templateIds }, _args, context) =>
        context.prisma.template.findMany({
          ...query,
          where: {
            id: { in: [...templateIds] },
            AND: [{ orgId: who(context).orgId, deletedAt: null }],
          },
          orderBy: { id: 'asc' },
        }),
    }),
    cells: t.prismaField({
      type: [TemplateCell],
      description:
        'The cells that changed, or in whose scenarios something was changed by hand, as they are now; of the projects that the caller may see.',
      complexity: NAMED,
      resolve: (query, { cells }, _args, context) =>
        context.prisma.templateEnablement.findMany({
          ...query,
          where: {
            OR: cells.map(({ templateId, projectId }) => ({ templateId, projectId })),
            AND: [inViewable(who(context)), { template: { deletedAt: null } }],
          },
          orderBy: [{ templateId: 'asc' }, { projectId: 'asc' }],
        }),
    }),
    matrixCells: t.field({
      type: [MatrixCellType],
      description: 'The same cells as a grid shows them.',
      complexity: NAMED,
      resolve: ({ cells }, _args, context) => readCellsOf(context.pool, who(context), cells),
    }),
    deletedTemplateIds: t.field({
      type: ['ID'],
      description: 'Of the templates that changed those that are deleted: `Template:3`.',
      resolve: async ({ templateIds }, _args, context) => {
        const deleted = await context.prisma.template.findMany({
          where: {
            id: { in: [...templateIds] },
            orgId: who(context).orgId,
            deletedAt: { not: null },
          },
          select: { id: true },
          orderBy: { id: 'asc' },
        });
        return deleted.map(({ id }) => `Template:${id}`);
      },
    }),
  }),
});

builder.subscriptionField('matrix', (t) =>
  t.field({
    type: MatrixChange,
    description:
      'The templates and cells of the organisation whenever something about them changes: a toggle, an edit, an override. A slow reader gets fewer messages that say the same.',
    subscribe: (_root, _args, context) => {
      const { orgId } = who(context);
      return guarded(
        context,
        (principal) => principal.orgId === orgId,
        context.templateChanges.watch(orgId),
      );
    },
    resolve: (change) => change,
  }),
);
