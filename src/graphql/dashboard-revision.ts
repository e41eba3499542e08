/** Every state of a dashboard that is on record. */
import { compareRevisions } from '#domain/dashboard/compare.ts';
import type { DashboardChange as Change, FieldChange } from '#domain/dashboard/compare.ts';
import { getDashboard, visibleContent } from '#domain/dashboard/dashboard.ts';
import { kindOfRevision } from '#domain/dashboard/record-revision.ts';
import type { RevisionKind } from '#domain/dashboard/record-revision.ts';
import { parseContent } from '#domain/dashboard/revision.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import { TEXTS } from './dashboard.ts';
import { enumValues } from './enum.ts';
import { INT_MAX, readId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { User, usersOf } from './user.ts';

const KindType = builder.enumType('DashboardRevisionKind', {
  description: 'How a revision came to be.',
  values: enumValues<RevisionKind>({
    autosave: 'The editor’s edits of up to 30 s.',
    snapshot: 'A scheduled step made it.',
    created: 'The dashboard was made, or found without any.',
    restored: 'Somebody went back to an earlier one.',
    shared: 'A frozen link shows it.',
  }),
});

const DashboardRevision = builder.prismaObject('DashboardRevision', {
  description: 'A state of a dashboard that is on record.',
  select: { id: true, revision: true, changeNote: true },
  fields: (t) => ({
    id: t.id({
      description: 'As in `DashboardRevision:9`.',
      resolve: ({ id }) => `DashboardRevision:${id}`,
    }),
    revision: t.exposeInt('revision', { description: '1, 2, 3 … within the dashboard.' }),
    kind: t.field({
      type: KindType,
      description: 'How it came to be.',
      resolve: ({ changeNote }) => kindOfRevision(changeNote),
    }),
    note: t.exposeString('changeNote', { description: 'What its maker wrote.' }),
    author: t.field({
      type: User,
      nullable: true,
      description: 'Who made it; the system itself is 0, null one who has left.',
      select: { authorUserId: true },
      resolve: ({ authorUserId }, _args, context) => usersOf(context).load(authorUserId),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was begun.' }),
    content: t.field({
      type: 'JSON',
      description: 'The dashboard as it was, with the cards that the caller may see.',
      select: { content: true, dashboard: { select: { projectId: true } } },
      resolve: ({ content, dashboard: { projectId } }, _args, context) =>
        visibleContent(who(context), projectId, parseContent(content)),
    }),
  }),
});

const DashboardFieldChange = builder.objectRef<FieldChange>('DashboardFieldChange').implement({
  description: 'A field that differs.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Which: `sql`.' }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'As it was.',
      resolve: ({ before }) => before,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'As it is afterwards.',
      resolve: ({ after }) => after,
    }),
  }),
});

const ChangeType = builder.enumType('DashboardChangeKind', {
  description: 'What became of a card.',
  values: enumValues<Change['change']>({
    added: 'It is new.',
    removed: 'It is gone.',
    changed: 'It differs.',
  }),
});

const DashboardChange = builder.objectRef<Change>('DashboardChange').implement({
  description: 'A card that differs, or the dashboard itself.',
  fields: (t) => ({
    cardId: t.exposeInt('cardId', {
      nullable: true,
      description: 'The card’s number; null: the dashboard itself.',
    }),
    title: t.exposeString('title', { description: 'What it is, or was, called.' }),
    change: t.field({
      type: ChangeType,
      description: 'What became of it.',
      resolve: ({ change }) => change,
    }),
    fields: t.field({
      type: [DashboardFieldChange],
      description: 'In which fields.',
      resolve: ({ fields }) => [...fields],
    }),
  }),
});

builder.queryFields((t) => ({
  dashboardRevisions: t.prismaConnection(
    {
      type: DashboardRevision,
      description: 'A dashboard’s revisions, the newest first.',
      cursor: 'id',
      complexity: pageCost,
      args: { dashboardId: t.arg.id({ required: true, description: TEXTS.id }) },
      totalCount: async (_root, { dashboardId: given }, context) => {
        const dashboardId = readId('Dashboard', given, 'dashboardId');
        await getDashboard(context.pool, who(context), dashboardId);
        return context.prisma.dashboardRevision.count({ where: { dashboardId } });
      },
      resolve: async (page, _root, { dashboardId: given }, context) => {
        const dashboardId = readId('Dashboard', given, 'dashboardId');
        await getDashboard(context.pool, who(context), dashboardId);
        const { query, beyond } = newestFirst(page, { largest: INT_MAX });
        return context.prisma.dashboardRevision.findMany({
          ...query,
          where: { dashboardId, AND: [beyond] },
        });
      },
    },
    connectionOf(DashboardRevision, 'DashboardRevision', 'revisions of a dashboard'),
  ),
  compareDashboard: t.field({
    type: [DashboardChange],
    description: 'In what two states of a dashboard differ.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      from: t.arg.int({ required: true, description: 'The earlier revision.' }),
      to: t.arg.int({ description: 'The later one; without it as it is now.' }),
    },
    resolve: (_root, { id, from, to }, context) =>
      compareRevisions(context.pool, who(context), readId('Dashboard', id, 'id'), from, to ?? null),
  }),
}));
