/** The Flow of a project: what reads what, how fresh it is, and what works on it. */
import { may } from '#domain/access/principal.ts';
import type { Activity, ActivityState } from '#domain/flow/activity.ts';
import type { Edge, Freshness } from '#domain/flow/freshness.ts';
import {
  readFlow,
  type Flow,
  type FlowNode,
  type NodeAction,
  type NodeKind,
} from '#domain/flow/read-flow.ts';
import { listScenarios, usesOf, type Use, type UsedKind } from '#domain/flow/uses.ts';
import type { Change } from '#domain/event/changes.ts';
import { getProject } from '#domain/project/project.ts';
import { builder } from './builder.ts';
import { who, type Context } from './context.ts';
import { enumValues } from './enum.ts';
import { readId } from './id.ts';
import { guarded } from './live.ts';
import { Progress } from './step-run.ts';

const PROJECT = '`Project:3` or 3.';

const NodeKindType = builder.enumType('FlowNodeKind', {
  description: 'What a node of the Flow is.',
  values: enumValues<NodeKind>({
    dataset: 'Rows in the warehouse that come from a connector, or that steps write.',
    recipe: 'What makes rows of rows.',
    agent: 'A language model that writes rows.',
    dashboard: 'What shows them.',
  }),
});

const NodeActionType = builder.enumType('FlowNodeAction', {
  description: 'What makes a node fresh when somebody asks.',
  values: enumValues<NodeAction>({
    sync: '`syncDataset`.',
    build: '`buildRecipe`, with a scope.',
    run: '`buildRecipe`, alone.',
  }),
});

const FreshnessType = builder.enumType('Freshness', {
  description: 'How a node stands to what it reads.',
  values: enumValues<Freshness>({
    fresh: 'Written after all that it reads.',
    stale: '`why` says after what.',
    never: 'It was never written.',
    none: 'It reads nothing of the project.',
  }),
});

const ActivityStateType = builder.enumType('FlowActivityState', {
  description: 'What the latest work on a node came to.',
  values: enumValues<ActivityState>({
    queued: 'Its turn comes.',
    running: 'It goes on.',
    succeeded: 'Done.',
    failed: '`reason` says why.',
    cancelled: 'It was ended or left out.',
  }),
});

const FlowActivity = builder.objectRef<Activity>('FlowActivity').implement({
  description: 'The latest work on a node.',
  fields: (t) => ({
    state: t.field({
      type: ActivityStateType,
      description: 'What it came to.',
      resolve: ({ state }) => state,
    }),
    runId: t.field({
      type: 'Long',
      description: 'The run’s number.',
      resolve: ({ runId }) => runId,
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it did not succeed.' }),
    progress: t.field({
      type: Progress,
      nullable: true,
      description: 'How far its step is.',
      resolve: ({ progress }) => progress,
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its step began.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its step ended.',
    }),
  }),
});

export const FlowNodeType = builder.objectRef<FlowNode>('FlowNode').implement({
  description: 'Something of the Flow.',
  fields: (t) => ({
    id: t.id({
      description: 'As in `FlowNode:dataset:3`; edges name it.',
      resolve: ({ key }) => `FlowNode:${key}`,
    }),
    kind: t.field({
      type: NodeKindType,
      description: 'What it is.',
      resolve: ({ kind }) => kind,
    }),
    databaseId: t.exposeInt('id', { description: 'The number of the dataset, recipe and so on.' }),
    slug: t.exposeString('slug', {
      nullable: true,
      description: 'What steps name; dashboards have none.',
    }),
    name: t.exposeString('name', { description: 'For people.' }),
    action: t.field({
      type: NodeActionType,
      nullable: true,
      description:
        'What makes it fresh when somebody asks; null: only steps do, or nothing has to.',
      resolve: ({ action }) => action,
    }),
    writtenAt: t.expose('writtenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its rows were last written; null: never, or it has none of its own.',
    }),
    rowCount: t.field({
      type: 'Long',
      nullable: true,
      description: 'How many rows it has; null: nobody counted.',
      resolve: ({ rowCount }) => rowCount,
    }),
    freshness: t.field({
      type: FreshnessType,
      description: 'How it stands to what it reads.',
      resolve: ({ freshness }) => freshness,
    }),
    why: t.exposeString('why', {
      nullable: true,
      description: 'Why it is stale, as in `orders was written after it`; null: it is not.',
    }),
    activity: t.field({
      type: FlowActivity,
      nullable: true,
      description: 'The latest work on it; null: none of late.',
      resolve: ({ activity }) => activity,
    }),
    recent: t.field({
      type: [FlowActivity],
      description: 'The latest works on it, the newest first; ten at most.',
      resolve: ({ recent }) => [...recent],
    }),
  }),
});

const FlowEdge = builder.objectRef<Edge>('FlowEdge').implement({
  description: 'Rows go from one node to another.',
  fields: (t) => ({
    from: t.id({ description: 'A node’s id.', resolve: ({ from }) => `FlowNode:${from}` }),
    to: t.id({ description: 'A node’s id.', resolve: ({ to }) => `FlowNode:${to}` }),
    writes: t.boolean({
      description: 'Whether the first writes the second; else the second reads the first.',
      resolve: ({ kind }) => kind === 'writes',
    }),
  }),
});

const FlowType = builder.objectRef<Flow>('Flow').implement({
  description: 'What a project’s data goes through.',
  fields: (t) => ({
    nodes: t.field({
      type: [FlowNodeType],
      description: 'Datasets, recipes, agents that write and dashboards, each kind by its name.',
      complexity: { field: 1, multiplier: 50 },
      resolve: ({ nodes }) => [...nodes],
    }),
    edges: t.field({
      type: [FlowEdge],
      description: 'What goes where.',
      complexity: { field: 1, multiplier: 50 },
      resolve: ({ edges }) => [...edges],
    }),
    canEdit: t.boolean({
      description: 'Whether the caller may change, sync and build what is in it.',
      resolve: ({ projectId }, _args, context) => may(who(context), 'project.edit', projectId),
    }),
  }),
});

type Known = { flow?: Promise<Flow>; scenarios?: ReturnType<typeof listScenarios> };
const known = new WeakMap<Context, Map<number, Known>>();

const knownOf = (context: Context, projectId: number) =>
  known
    .getOrInsertComputed(context, () => new Map<number, Known>())
    .getOrInsertComputed(projectId, () => ({}));

/** A project's Flow, read once an operation. */
export const flowOf = (context: Context, projectId: number): Promise<Flow> =>
  (knownOf(context, projectId).flow ??= readFlow(context.pool, who(context), projectId));

/** A node of it; null: it is not part of it. */
export async function flowNode(context: Context, projectId: number, key: string) {
  const { nodes } = await flowOf(context, projectId);
  return nodes.find((node) => node.key === key) ?? null;
}

/** What stands on something of the Flow, from what is read once an operation. */
export async function usesIn(
  context: Context,
  kind: UsedKind,
  used: { readonly id: number; readonly projectId: number; readonly slug: string },
): Promise<Use[]> {
  const { projectId } = used;
  const scenarios = (knownOf(context, projectId).scenarios ??= listScenarios(
    context.pool,
    projectId,
  ));
  return usesOf(await flowOf(context, projectId), await scenarios, kind, used);
}

const UseKindType = builder.enumType('DataUseKind', {
  description: 'What uses something of the Flow.',
  values: enumValues<Use['kind']>({
    scenario: 'A scenario whose steps name it.',
    recipe: 'A recipe that reads or writes it.',
    dashboard: 'A dashboard whose cards read it.',
  }),
});

export const DataUse = builder.objectRef<Use>('DataUse').implement({
  description: 'Something that would fail without a dataset, a recipe or an agent.',
  fields: (t) => ({
    kind: t.field({ type: UseKindType, description: 'What.', resolve: ({ kind }) => kind }),
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
  }),
});

builder.queryField('flow', (t) =>
  t.field({
    type: FlowType,
    description: 'The Flow of a project.',
    args: { projectId: t.arg.id({ required: true, description: PROJECT }) },
    resolve: (_root, { projectId }, context) =>
      flowOf(context, readId('Project', projectId, 'projectId')),
  }),
);

const FlowChange = builder.objectRef<Pick<Change, 'resync' | 'revision'>>('FlowChange').implement({
  description: 'Something of a Flow changed: read what you show of it anew.',
  fields: (t) => ({
    resync: t.exposeBoolean('resync', {
      description: 'Set on the first message, and after changes may have been missed.',
    }),
    revision: t.exposeInt('revision', { description: 'Raised by every message.' }),
  }),
});

builder.subscriptionField('flowChanged', (t) =>
  t.field({
    type: FlowChange,
    description:
      'Datasets, recipes and agents of a project that are made, edited or deleted, and builds that were recorded. What runs do is told by `runsChanged`.',
    args: { projectId: t.arg.id({ required: true, description: PROJECT }) },
    subscribe: async (_root, args, context) => {
      const projectId = readId('Project', args.projectId, 'projectId');
      await getProject(context.pool, who(context), projectId);
      return guarded(
        context,
        (principal) => may(principal, 'project.view', projectId),
        context.flowChanges.watch({ projectId }),
      );
    },
    resolve: (change) => change,
  }),
);
