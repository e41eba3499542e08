/** Datasets: where their rows come from, how fresh they are, what uses them. */
import { may } from '#domain/access/principal.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Connector, connectorsOf } from './connector.ts';
import { who } from './context.ts';
import { enumValues } from './enum.ts';
import { DataUse, flowNode, FlowNodeType, usesIn } from './flow.ts';
import { INT_MAX, nodeId, readId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { sampleOf, SampleType } from './sample.ts';
import { inViewable } from './viewable.ts';

export const DATASET_ID = '`Dataset:3` or 3.';

export type SyncMode = 'full' | 'incremental';
export const SyncModeType = builder.enumType('SyncMode', {
  description: 'How a dataset is synced.',
  values: enumValues<SyncMode>({
    full: 'All rows are read and take the place of those that were there.',
    incremental: 'Rows from the saved cursor on are merged by key.',
  }),
});

type Column = { readonly name: string; readonly type: string };

const DatasetColumn = builder.objectRef<Column>('DatasetColumn').implement({
  description: 'A column of a dataset.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As the table has it.' }),
    type: t.exposeString('type', { description: 'As Postgres writes it: `numeric(10,2)`.' }),
  }),
});

export const Dataset = builder.prismaNode('Dataset', {
  nullable: true,
  description: 'Rows in a project’s warehouse, read through a connector or written by steps.',
  id: { field: 'id', description: 'As in `Dataset:3`.' },
  findUnique: (id, context) => ({ id: nodeId(id), AND: [inViewable(who(context))] }),
  select: { id: true, projectId: true, slug: true },
  fields: (t) => ({
    databaseId: t.exposeInt('id', { description: 'The number that steps may name.' }),
    slug: t.exposeString('slug', { description: 'What steps and recipes name.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    project: t.relation('project', { description: 'Where it lies.' }),
    connector: t.field({
      type: Connector,
      nullable: true,
      description: 'Through which its rows are read; null: steps write them.',
      select: { connectorId: true },
      resolve: ({ connectorId }, _args, context) =>
        connectorId === null ? null : connectorsOf(context).load(connectorId),
    }),
    source: t.field({
      type: 'JSON',
      description: 'What is read, as `ConnectorType.source` has it.',
      select: { source: true },
      resolve: ({ source }) => source,
    }),
    tableName: t.exposeString('tableName', { description: 'In the project’s warehouse.' }),
    mode: t.field({
      type: SyncModeType,
      description: 'How it is synced where nothing else is said.',
      select: { mode: true },
      resolve: ({ mode }) => (mode === 'incremental' ? mode : 'full'),
    }),
    keyColumns: t.exposeStringList('keyColumns', { description: 'What identifies a row.' }),
    cursorColumn: t.exposeString('cursorColumn', {
      nullable: true,
      description: 'What grows with each new row.',
    }),
    cursorValue: t.exposeString('cursorValue', {
      nullable: true,
      description: 'Up to where it was read.',
    }),
    layer: t.exposeString('layer', { description: 'Of the warehouse, as in `raw`.' }),
    columns: t.field({
      type: [DatasetColumn],
      description: 'As last written.',
      complexity: { field: 1, multiplier: 10 },
      select: { columns: true },
      resolve: ({ columns }) => columns as Column[],
    }),
    rowCount: t.field({
      type: 'Long',
      nullable: true,
      description: 'As last counted; null: never.',
      select: { rowCount: true },
      resolve: ({ rowCount }) => rowCount,
    }),
    lastSyncedAt: t.expose('lastSyncedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its rows were last written; null: never.',
    }),
    writtenBy: t.relation('writtenBy', {
      nullable: true,
      description: 'The run that wrote them; null: none, or its history is gone.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    flow: t.field({
      type: FlowNodeType,
      nullable: true,
      description: 'How fresh it is, and what works on it.',
      complexity: { field: 20, multiplier: 1 },
      resolve: ({ id, projectId }, _args, context) => flowNode(context, projectId, `dataset:${id}`),
    }),
    usedBy: t.field({
      type: [DataUse],
      description: 'What reads, writes or syncs it.',
      complexity: { field: 20, multiplier: 5 },
      resolve: (dataset, _args, context) => usesIn(context, 'dataset', dataset),
    }),
    sample: t.field({
      type: SampleType,
      description: 'A few of its rows, in no order.',
      // A query of up to 30 s.
      complexity: { field: 100, multiplier: 1 },
      args: { first: t.arg.int({ defaultValue: 20, description: 'How many, 1 to 100.' }) },
      select: { tableName: true, project: { select: { warehouseSchema: true } } },
      resolve: ({ tableName, project }, { first }, context) =>
        sampleOf(context, project.warehouseSchema, tableName, first ?? 20),
    }),
    canEdit: t.boolean({
      description: 'Whether the caller may change and sync it.',
      resolve: ({ projectId }, _args, context) => may(who(context), 'project.edit', projectId),
    }),
  }),
});

builder.queryFields((t) => ({
  dataset: t.prismaField({
    type: Dataset,
    nullable: true,
    description: 'One dataset; null when there is none that the caller may see.',
    args: { id: t.arg.id({ required: true, description: DATASET_ID }) },
    resolve: (query, _root, { id }, context) =>
      context.prisma.dataset.findFirst({
        ...query,
        where: { id: readId('Dataset', id, 'id'), AND: [inViewable(who(context))] },
      }),
  }),
  datasets: t.prismaConnection(
    {
      type: Dataset,
      description: 'The datasets that the caller may see, the newest first.',
      cursor: 'id',
      complexity: pageCost,
      args: {
        projectId: t.arg.id({ description: 'Of this project: `Project:3` or 3.' }),
        q: t.arg.string({ description: 'Part of a name or slug, in any case.' }),
      },
      totalCount: (_root, filter, context) =>
        context.prisma.dataset.count({
          where: { AND: [inViewable(who(context)), namedIn(filter)] },
        }),
      resolve: (page, _root, filter, context) => {
        const { query, beyond } = newestFirst(page, { largest: INT_MAX });
        return context.prisma.dataset.findMany({
          ...query,
          where: { AND: [inViewable(who(context)), namedIn(filter), beyond] },
        });
      },
    },
    connectionOf(Dataset, 'Dataset', 'datasets'),
  ),
}));

type Filter = {
  readonly projectId?: string | null | undefined;
  readonly q?: string | null | undefined;
};

/** As a condition on whatever lies in a project and has a name and a slug. */
export function namedIn({
  projectId,
  q,
}: Filter): Prisma.DatasetWhereInput & Prisma.RecipeWhereInput & Prisma.AgentWhereInput {
  const text = q?.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('\0', '');
  const part = { contains: text ?? '', mode: 'insensitive' as const };
  return {
    ...(projectId != null && { projectId: readId('Project', projectId, 'projectId') }),
    ...(text && { OR: [{ name: part }, { slug: part }] }),
  };
}
