/** Where a scenario comes from. */
import { builder } from './builder.ts';
import { Scenario } from './scenario.ts';
import { overridesIn } from './template-cell.ts';
import { Template } from './template.ts';

builder.prismaObjectFields(Scenario, (t) => ({
  template: t.field({
    type: Template,
    nullable: true,
    description: 'What made it and still writes it; null: nothing, or the template was deleted.',
    select: (_args, _context, nested) => ({ cell: { select: { template: nested() } } }),
    resolve: ({ cell }) => (cell && isLive(cell.template) ? cell.template : null),
  }),
  overrides: t.stringList({
    description:
      'What was changed here of what its template wrote, which edits of the template leave alone: `name`, `description`, `trigger`, `steps`, or a policy, as in `policies.overlap`. Empty without a template.',
    select: {
      name: true,
      description: true,
      trigger: true,
      steps: true,
      policies: true,
      cell: { select: { applied: true, template: { select: { deletedAt: true } } } },
    },
    resolve: ({ cell, ...scenario }) =>
      cell && isLive(cell.template) ? overridesIn(cell.applied, scenario) : [],
  }),
}));

const isLive = ({ deletedAt }: { readonly deletedAt: Date | null }) => deletedAt === null;
