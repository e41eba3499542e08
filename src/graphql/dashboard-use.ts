/** What a list of dashboards tells of each, and what depends on one. */
import { NOTES } from '#domain/dashboard/record-revision.ts';
import { AUTOSAVE_NOTE } from '#domain/dashboard/revision.ts';
import { usesOf, type Use, type Uses } from '#domain/dashboard/used-by.ts';
import { maySeeCard } from '#domain/dashboard/dashboard.ts';
import { may } from '#domain/access/principal.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { Dashboard } from './dashboard.ts';
import { Scenario } from './scenario.ts';

const DashboardUse = builder.objectRef<Use>('DashboardUse').implement({
  description: 'A scenario that mails a dashboard.',
  fields: (t) => ({
    scenario: t.prismaField({
      type: Scenario,
      description: 'Which.',
      resolve: (query, { scenarioId: id }, _args, { prisma }) =>
        prisma.scenario.findUniqueOrThrow({ ...query, where: { id } }),
    }),
    steps: t.exposeStringList('steps', { description: 'Its steps that name the dashboard.' }),
  }),
});

const DashboardUses = builder.objectRef<Uses>('DashboardUses').implement({
  description: 'What would fail without a dashboard.',
  fields: (t) => ({
    scenarios: t.field({
      type: [DashboardUse],
      description: 'The scenarios that the caller may see.',
      resolve: ({ seen }) => [...seen],
    }),
    hidden: t.exposeInt('hidden', { description: 'How many others there are.' }),
  }),
});

builder.prismaObjectFields(Dashboard, (t) => ({
  cardCount: t.int({
    description: 'How many cards the caller may see.',
    select: { projectId: true, cards: { select: { requiredPermission: true } } },
    resolve: ({ projectId, cards }, _args, context) =>
      cards.filter(({ requiredPermission }) =>
        maySeeCard(who(context), projectId, { required_permission: requiredPermission }),
      ).length,
  }),
  hiddenCardCount: t.int({
    description: 'How many others there are; saving leaves them as they are.',
    select: { projectId: true, cards: { select: { requiredPermission: true } } },
    resolve: ({ projectId, cards }, _args, context) =>
      cards.filter(
        ({ requiredPermission }) =>
          !maySeeCard(who(context), projectId, { required_permission: requiredPermission }),
      ).length,
  }),
  lastSnapshotAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When a scheduled step last put it on record; null: never.',
    select: {
      revisions: {
        where: {
          changeNote: { notIn: [AUTOSAVE_NOTE, NOTES.created, NOTES.found, NOTES.shared] },
          NOT: { changeNote: { startsWith: `${NOTES.restored} ` } },
        },
        orderBy: { revision: 'desc' },
        take: 1,
        select: { createdAt: true },
      },
    },
    resolve: ({ revisions }) => revisions[0]?.createdAt ?? null,
  }),
  isShared: t.boolean({
    nullable: true,
    description: 'Whether a link to it is open; null for one who may not edit it.',
    select: { projectId: true, shares: { select: { revokedAt: true, expiresAt: true } } },
    resolve: ({ projectId, shares }, _args, context) =>
      may(who(context), 'project.edit', projectId)
        ? shares.some(
            ({ revokedAt, expiresAt }) =>
              revokedAt === null && (expiresAt === null || expiresAt > new Date()),
          )
        : null,
  }),
  usedBy: t.field({
    type: DashboardUses,
    description: 'What would fail without it.',
    select: { id: true },
    resolve: ({ id }, _args, context) => usesOf(context.pool, who(context), id),
  }),
}));
