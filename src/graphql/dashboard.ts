/** Dashboards: what they are made of. What they show is `Dashboard.view`. */
import {
  readOptions,
  readPosition,
  VISUALISATIONS,
  type CardPosition,
  type Visualisation,
} from '#domain/dashboard/card.ts';
import { maySeeCard } from '#domain/dashboard/dashboard.ts';
import { readTimeFilter } from '#domain/dashboard/time-filter.ts';
import { may } from '#domain/access/principal.ts';
import type { DashboardCard as CardRow, Prisma } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import { enumValues } from './enum.ts';
import { INT_MAX, nodeId, readId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { inViewable } from './viewable.ts';

export const TEXTS = {
  id: '`Dashboard:3` or 3.',
  filter:
    'A preset such as `"last_7_days"`, or days, both included: `{ from: "2026-11-16", to: "2026-11-22" }`.',
};

export const VisualisationType = builder.enumType('Visualisation', {
  description: 'How a card shows its rows.',
  values: enumValues<Visualisation>({
    table: 'All columns.',
    kpi: 'One figure.',
    bar: 'Bars, one group a row.',
    line: 'Lines over time or categories.',
    area: 'The same, filled.',
    pie: 'Shares of a whole.',
    text: 'Words, without a query.',
  }),
});

export const CardPositionType = builder.objectRef<CardPosition>('CardPosition').implement({
  description: 'Where a card lies, on a grid of 12 columns.',
  fields: (t) => ({
    x: t.exposeInt('x', { description: 'How many columns lie left of it.' }),
    y: t.exposeInt('y', { description: 'How many rows lie above it.' }),
    w: t.exposeInt('w', { description: 'How many columns it takes.' }),
    h: t.exposeInt('h', { description: 'How many rows it takes.' }),
  }),
});

const DashboardCard = builder.objectRef<CardRow>('DashboardCard').implement({
  description: 'A card as its editor made it.',
  fields: (t) => ({
    id: t.id({
      description: 'As in `DashboardCard:7`.',
      resolve: ({ id }) => `DashboardCard:${id}`,
    }),
    databaseId: t.exposeInt('id', { description: 'Its number, which it keeps when it is saved.' }),
    title: t.exposeString('title', { description: 'What stands above it.' }),
    visualisation: t.field({
      type: VisualisationType,
      description: 'How it shows its rows.',
      resolve: ({ visualisation }) =>
        VISUALISATIONS.find((known) => known === visualisation) ?? 'table',
    }),
    sql: t.exposeString('sql', {
      nullable: true,
      description: 'The SELECT; null for words.',
    }),
    options: t.field({
      type: 'JSON',
      description: '`unit`, `x`, `y`, `stacked`, `decimals`, `limit`, `palette`, `text`.',
      resolve: ({ options }) => readOptions(options),
    }),
    position: t.field({
      type: CardPositionType,
      description: 'Where it lies.',
      resolve: ({ position }) => readPosition(position),
    }),
    requiredPermission: t.exposeString('requiredPermission', {
      nullable: true,
      description: 'What its viewer needs beside `project.view`; null: nothing.',
    }),
  }),
});

export const Dashboard = builder.prismaNode('Dashboard', {
  nullable: true,
  description: 'Figures of a project, on cards.',
  id: { field: 'id', description: 'As in `Dashboard:3`.' },
  findUnique: (id, context) => ({ id: nodeId(id), AND: [inViewable(who(context))] }),
  select: { id: true, projectId: true },
  fields: (t) => ({
    databaseId: t.exposeInt('id', { description: 'The number that steps name.' }),
    title: t.exposeString('title', { description: 'For people.' }),
    project: t.relation('project', { description: 'Whose figures it shows.' }),
    defaultTimeFilter: t.field({
      type: 'JSON',
      nullable: true,
      description: `Of whoever asks for no other period; null: all time. ${TEXTS.filter}`,
      select: { defaultTimeFilter: true },
      resolve: ({ defaultTimeFilter }) => readTimeFilter(defaultTimeFilter),
    }),
    version: t.exposeInt('version', { description: 'Raised by every change.' }),
    cards: t.field({
      type: [DashboardCard],
      description: 'Those that the caller may see.',
      complexity: { field: 1, multiplier: 12 },
      select: { cards: { orderBy: { id: 'asc' } } },
      resolve: ({ projectId, cards }, _args, context) =>
        cards.filter(({ requiredPermission }) =>
          maySeeCard(who(context), projectId, { required_permission: requiredPermission }),
        ),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was changed.' }),
    canEdit: t.boolean({
      description: 'Whether the caller may change and share it.',
      resolve: ({ projectId }, _args, context) => may(who(context), 'project.edit', projectId),
    }),
  }),
});

builder.queryFields((t) => ({
  dashboard: t.prismaField({
    type: Dashboard,
    nullable: true,
    description: 'One dashboard; null when there is none that the caller may see.',
    args: { id: t.arg.id({ required: true, description: TEXTS.id }) },
    resolve: (query, _root, { id }, context) =>
      context.prisma.dashboard.findFirst({
        ...query,
        where: { id: readId('Dashboard', id, 'id'), AND: [inViewable(who(context))] },
      }),
  }),
  dashboards: t.prismaConnection(
    {
      type: Dashboard,
      description: 'The dashboards that the caller may see, the newest first.',
      cursor: 'id',
      complexity: pageCost,
      args: {
        projectId: t.arg.id({ description: 'Of this project: `Project:3` or 3.' }),
        q: t.arg.string({ description: 'Part of a title, in any case.' }),
      },
      totalCount: (_root, filter, context) =>
        context.prisma.dashboard.count({
          where: { AND: [inViewable(who(context)), only(filter)] },
        }),
      resolve: (page, _root, filter, context) => {
        const { query, beyond } = newestFirst(page, { largest: INT_MAX });
        return context.prisma.dashboard.findMany({
          ...query,
          where: { AND: [inViewable(who(context)), only(filter), beyond] },
        });
      },
    },
    connectionOf(Dashboard, 'Dashboard', 'dashboards'),
  ),
}));

type Filter = {
  readonly projectId?: string | null | undefined;
  readonly q?: string | null | undefined;
};

function only({ projectId, q }: Filter): Prisma.DashboardWhereInput {
  const text = q?.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('\0', '');
  return {
    ...(projectId != null && { projectId: readId('Project', projectId, 'projectId') }),
    ...(text && { title: { contains: text, mode: 'insensitive' as const } }),
  };
}
