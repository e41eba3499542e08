/** What can be done with dashboards. */
import {
  createDashboard,
  deleteDashboard,
  restoreDashboard,
  saveDashboard,
} from '#domain/dashboard/save-dashboard.ts';
import type { Saved } from '#domain/dashboard/save-dashboard.ts';
import type { Problem } from '#platform/errors.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { Dashboard, TEXTS, VisualisationType } from './dashboard.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';

const CardPositionInput = builder.inputType('CardPositionInput', {
  description: 'Where a card lies, on a grid of 12 columns.',
  fields: (t) => ({
    x: t.int({ required: true, description: 'How many columns lie left of it, 0 to 11.' }),
    y: t.int({ required: true, description: 'How many rows lie above it.' }),
    w: t.int({ required: true, description: 'How many columns it takes, 1 to 12.' }),
    h: t.int({ required: true, description: 'How many rows it takes, 1 to 40.' }),
  }),
});

export const DashboardCardInput = builder.inputType('DashboardCardInput', {
  description: 'A card as it is to be.',
  fields: (t) => ({
    databaseId: t.int({ description: 'Of one that is there; without it a new one.' }),
    title: t.string({ required: true, description: 'What stands above it.' }),
    visualisation: t.field({
      type: VisualisationType,
      required: true,
      description: 'How it shows its rows.',
    }),
    sql: t.string({
      description:
        'One SELECT on the project’s warehouse; `{{ from }}` and `{{ to }}` are the bounds of the period. None for words.',
    }),
    options: t.field({
      type: 'JSON',
      description: '`unit`, `x`, `y`, `stacked`, `decimals`, `limit`, `palette`, `text`.',
    }),
    position: t.field({
      type: CardPositionInput,
      required: true,
      description: 'Where it lies.',
    }),
    requiredPermission: t.string({
      description: 'What its viewer needs: `project.edit` or `org.admin`; none: `project.view`.',
    }),
  }),
});

const DashboardInput = builder.inputType('DashboardInput', {
  description: 'A whole dashboard as it is to be.',
  fields: (t) => ({
    title: t.string({ required: true, description: 'For people.' }),
    defaultTimeFilter: t.field({
      type: 'JSON',
      description: `Of whoever asks for no other period; none: all time. ${TEXTS.filter}`,
    }),
    cards: t.field({
      type: [DashboardCardInput],
      required: true,
      description: 'All cards: what is not among them goes, unless the caller may not see it.',
    }),
  }),
});

type Input = typeof DashboardInput.$inferInput;

/** As the domain spells it. */
function toForm({ title, defaultTimeFilter, cards }: Input): object {
  return {
    title,
    defaultTimeFilter,
    cards: cards.map(({ databaseId, ...card }) => ({ id: databaseId, ...card })),
  };
}

/** From the domain's names to what the caller wrote; the ids of arguments are their own. */
function renamed(path: Problem['path']): Problem['path'] {
  const [first] = path;
  if (first === 'id' || first === 'projectId') return path;
  return [
    'input',
    ...path.map((part, index) => (part === 'id' && index === 2 ? 'databaseId' : part)),
  ];
}

const DashboardEdit = builder.objectRef<Saved>('DashboardEdit').implement({
  description: 'A dashboard that was saved.',
  fields: (t) => ({
    dashboard: t.prismaField({
      type: Dashboard,
      description: 'As it is now.',
      resolve: (query, { id }, _args, { prisma }) =>
        prisma.dashboard.findUniqueOrThrow({ ...query, where: { id } }),
    }),
    revision: t.exposeInt('revision', {
      nullable: true,
      description: 'Which revision holds it; null: nothing changed.',
    }),
    cardIds: t.exposeIntList('cardIds', {
      description: 'The cards’ numbers, in the order in which they were sent.',
    }),
  }),
});

const DeletedDashboard = builder.objectRef<{ id: number }>('DeletedDashboard').implement({
  description: 'A dashboard that was deleted, with its revisions and links.',
  fields: (t) => ({
    id: t.id({
      description: 'What it was: `Dashboard:3`.',
      resolve: ({ id }) => `Dashboard:${id}`,
    }),
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
  }),
});

const IF_VERSION = 'The version that the caller has seen; another one is a Conflict.';

builder.mutationFields((t) => ({
  createDashboard: t.field({
    type: DashboardEdit,
    errors: FAILURES,
    description: 'Makes a dashboard. Needs project.edit.',
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:7` or 7.' }),
      input: t.arg({ type: DashboardInput, required: true, description: 'What it is to be.' }),
    },
    resolve: (_root, { projectId, input }, context) =>
      expected(async () => {
        const id = readId('Project', projectId, 'projectId');
        return createDashboard(context.pool, who(context), id, toForm(input));
      }, renamed),
  }),
  saveDashboard: t.field({
    type: DashboardEdit,
    errors: FAILURES,
    description:
      'Saves a dashboard whole; edits of 30 s share a revision. Cards that the caller may not see stay. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      input: t.arg({ type: DashboardInput, required: true, description: 'What it is to be.' }),
      ifVersion: t.arg.int({ description: IF_VERSION }),
    },
    resolve: (_root, { id, input, ifVersion }, context) =>
      expected(
        async () =>
          saveDashboard(context.pool, who(context), readId('Dashboard', id, 'id'), toForm(input), {
            ifVersion: ifVersion ?? null,
          }),
        renamed,
      ),
  }),
  restoreDashboard: t.field({
    type: DashboardEdit,
    errors: FAILURES,
    description:
      'Brings back what a revision holds, as a new revision; cards that the caller may not see stay as they are. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      revision: t.arg.int({ required: true, description: 'Which one.' }),
      ifVersion: t.arg.int({ description: IF_VERSION }),
    },
    resolve: (_root, { id, revision, ifVersion }, context) =>
      expected(async () =>
        restoreDashboard(context.pool, who(context), readId('Dashboard', id, 'id'), revision, {
          ifVersion: ifVersion ?? null,
        }),
      ),
  }),
  deleteDashboard: t.field({
    type: DeletedDashboard,
    errors: FAILURES,
    description:
      'Deletes a dashboard with its revisions and links, for good. One that scenarios mail is a Conflict unless confirmed. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      confirm: t.arg.boolean({
        description: 'That the scenarios in `usedBy` will fail. Default false.',
      }),
    },
    resolve: (_root, { id: given, confirm }, context) =>
      expected(async () => {
        const id = readId('Dashboard', given, 'id');
        await deleteDashboard(context.pool, who(context), id, { confirm: confirm ?? false });
        return { id };
      }),
  }),
}));
