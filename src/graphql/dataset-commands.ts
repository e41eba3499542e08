/** What can be done with datasets. */
import { createDataset } from '#domain/dataset/dataset.ts';
import { deleteDataset, updateDataset } from '#domain/dataset/save-dataset.ts';
import { syncDataset } from '#domain/dataset/sync-now.ts';
import type { Problem } from '#platform/errors.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { Dataset, DATASET_ID, SyncModeType } from './dataset.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { Run } from './run.ts';
import { toCamel } from './wire.ts';

const TEXTS = {
  connectorId: '`Connector:3` or 3; null: steps write its rows.',
  name: 'For people.',
  source: 'What is read, as `ConnectorType.source` wants it.',
  mode: 'How it is synced where nothing else is said. Default FULL.',
  keyColumns: 'What identifies a row; an incremental sync needs some.',
  cursorColumn: 'What grows with each new row; none: all rows come every time.',
  layer: 'Of the warehouse. Default `raw`.',
};

const DatasetInput = builder.inputType('DatasetInput', {
  description: 'A new dataset.',
  fields: (t) => ({
    connectorId: t.id({ description: TEXTS.connectorId }),
    slug: t.string({ required: true, description: 'What steps and recipes name.' }),
    name: t.string({ required: true, description: TEXTS.name }),
    source: t.field({ type: 'JSON', description: TEXTS.source }),
    tableName: t.string({
      description: 'In the project’s warehouse; by default the slug with `_` for `-`.',
    }),
    mode: t.field({ type: SyncModeType, description: TEXTS.mode }),
    keyColumns: t.stringList({ description: TEXTS.keyColumns }),
    cursorColumn: t.string({ description: TEXTS.cursorColumn }),
    layer: t.string({ description: TEXTS.layer }),
  }),
});

const DatasetPatch = builder.inputType('DatasetPatch', {
  description: 'A change to a dataset: what is left out stays.',
  fields: (t) => ({
    connectorId: t.id({ description: TEXTS.connectorId }),
    name: t.string({ description: TEXTS.name }),
    source: t.field({ type: 'JSON', description: TEXTS.source }),
    mode: t.field({ type: SyncModeType, description: TEXTS.mode }),
    keyColumns: t.stringList({ description: TEXTS.keyColumns }),
    cursorColumn: t.string({ description: TEXTS.cursorColumn }),
    layer: t.string({ description: TEXTS.layer }),
  }),
});

/** From the domain's names to what the caller wrote: `key_columns` to `input.keyColumns`; a source's own words stay. */
export function inInput(path: Problem['path']): Problem['path'] {
  const [first, ...rest] = path;
  if (first === undefined || first === 'id' || first === 'projectId' || first === 'input')
    return path;
  return ['input', typeof first === 'string' ? toCamel(first) : first, ...rest];
}

type Fields = Omit<typeof DatasetInput.$inferInput, 'slug' | 'name' | 'tableName'>;

/** Without what was left out. */
function given({ connectorId, source, mode, keyColumns, cursorColumn, layer }: Fields) {
  return {
    ...(connectorId !== undefined && {
      connectorId:
        connectorId === null ? null : readId('Connector', connectorId, 'input.connectorId'),
    }),
    ...(source !== undefined && { source: source ?? {} }),
    ...(mode != null && { mode }),
    ...(keyColumns != null && { keyColumns }),
    ...(cursorColumn !== undefined && { cursorColumn }),
    ...(layer != null && { layer }),
  };
}

const DeletedDataset = builder.objectRef<{ id: number; name: string }>('DeletedDataset').implement({
  description: 'A dataset that was deleted.',
  fields: (t) => ({
    id: t.id({ description: 'What it was: `Dataset:3`.', resolve: ({ id }) => `Dataset:${id}` }),
    name: t.exposeString('name', { description: 'What it was called.' }),
  }),
});

builder.mutationFields((t) => ({
  createDataset: t.prismaField({
    type: Dataset,
    errors: FAILURES,
    description: 'Makes a dataset; it is empty until it is synced. Needs project.edit.',
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:7` or 7.' }),
      input: t.arg({ type: DatasetInput, required: true, description: 'What it is to be.' }),
    },
    resolve: (query, _root, { projectId, input }, context) =>
      expected(async () => {
        const { slug, name, tableName, ...rest } = input;
        const { id } = await createDataset(
          context.pool,
          who(context),
          readId('Project', projectId, 'projectId'),
          {
            ...{ slug, name, connectorId: null },
            ...given(rest),
            ...(tableName != null && { tableName }),
          },
        );
        return context.prisma.dataset.findUniqueOrThrow({ ...query, where: { id } });
      }, inInput),
  }),
  updateDataset: t.prismaField({
    type: Dataset,
    errors: FAILURES,
    description:
      'Changes what is named; with another source or cursor the next incremental sync begins anew. Slug and table stay. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: DATASET_ID }),
      input: t.arg({ type: DatasetPatch, required: true, description: 'What changes.' }),
    },
    resolve: (query, _root, { id: of, input: { name, ...rest } }, context) =>
      expected(async () => {
        const id = readId('Dataset', of, 'id');
        const change = { ...given(rest), ...(name != null && { name }) };
        await updateDataset(context.pool, who(context), id, change);
        return context.prisma.dataset.findUniqueOrThrow({ ...query, where: { id } });
      }, inInput),
  }),
  deleteDataset: t.field({
    type: DeletedDataset,
    errors: FAILURES,
    description:
      'Deletes a dataset; its table stays unless it is to go too. A Conflict lists in `facts.uses` what uses it. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: DATASET_ID }),
      dropTable: t.arg.boolean({
        defaultValue: false,
        description: 'Whether its table goes with all rows.',
      }),
    },
    resolve: (_root, { id, dropTable }, context) =>
      expected(async () =>
        deleteDataset(context.pool, who(context), readId('Dataset', id, 'id'), {
          dropTable: dropTable ?? false,
        }),
      ),
  }),
  syncDataset: t.prismaField({
    type: Run,
    errors: FAILURES,
    description: 'Syncs a dataset now: an ordinary run without a scenario. Needs project.edit.',
    args: {
      datasetId: t.arg.id({ required: true, description: DATASET_ID }),
      mode: t.arg({ type: SyncModeType, description: 'The dataset’s own by default.' }),
      idempotencyKey: t.arg.string({
        description: 'The same key answers the same run again; a UUID is a good choice.',
      }),
    },
    resolve: (query, _root, { datasetId, mode, idempotencyKey }, context) =>
      expected(async () => {
        const { runId } = await syncDataset(
          context,
          who(context),
          readId('Dataset', datasetId, 'datasetId'),
          { mode: mode ?? null, idempotencyKey: idempotencyKey ?? null },
        );
        return context.prisma.run.findUniqueOrThrow({ ...query, where: { id: runId } });
      }),
  }),
}));
