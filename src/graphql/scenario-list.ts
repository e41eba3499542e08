/** Which scenarios there are, in the order that is asked for. */
import { queryFromInfo } from '@pothos/plugin-prisma';
import { resolveCursorConnection } from '@pothos/plugin-relay';
import { Kind } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { Prisma } from '../generated/prisma/client.ts';
import { builder, PAGE } from './builder.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { enumValues } from './enum.ts';
import { readId } from './id.ts';
import { pageCostUpTo } from './paging.ts';
import { Scenario, ScenarioConnection, ScenarioState } from './scenario.ts';
import type { ScenarioStateName } from './scenario.ts';
import { beyond, cursorOf, ORDERS, readCursor } from './scenario-order.ts';
import type { Order, Position } from './scenario-order.ts';
import { inViewable } from './viewable.ts';

/** A console fills a list of 10,000 in the background; in pages of 100 that takes five times as long. */
const MOST = 500;

/** The states as conditions: each excludes those before it. */
const IN_STATE: Record<ScenarioStateName, Prisma.ScenarioWhereInput> = {
  broken: { broken: { not: Prisma.DbNull } },
  disabled: { broken: { equals: Prisma.DbNull }, enabled: false },
  paused: { broken: { equals: Prisma.DbNull }, enabled: true, pausedAt: { not: null } },
  active: { broken: { equals: Prisma.DbNull }, enabled: true, pausedAt: null },
};

const ScenarioFilter = builder.inputType('ScenarioFilter', {
  description: 'All that is given must hold.',
  fields: (t) => ({
    ids: t.idList({ description: 'One of these: `Scenario:42` or 42.' }),
    projectId: t.id({ description: 'In this project.' }),
    templateId: t.id({ description: 'Made by this template: `Template:3` or 3.' }),
    stepKind: t.string({ description: 'With a step of this kind: `sync_dataset`.' }),
    state: t.field({ type: [ScenarioState], description: 'In one of these states.' }),
    enabled: t.boolean({ description: 'Switched on, or off.' }),
    paused: t.boolean({ description: 'Paused by an operator, or not.' }),
    text: t.string({ description: 'Part of a name, slug or description, in any case.' }),
  }),
});

function conditions({
  ids,
  projectId,
  templateId,
  stepKind,
  state,
  enabled,
  paused,
  text,
}: typeof ScenarioFilter.$inferInput): Prisma.ScenarioWhereInput[] {
  const part = text && {
    contains: text.replaceAll(/[\\%_]/g, String.raw`\$&`),
    mode: 'insensitive' as const,
  };
  return [
    ...(ids == null ? [] : [{ id: { in: ids.map((id) => readId('Scenario', id, 'ids')) } }]),
    ...(projectId == null ? [] : [{ projectId: readId('Project', projectId, 'projectId') }]),
    ...(templateId == null
      ? []
      : [{ cell: { templateId: readId('Template', templateId, 'templateId') } }]),
    ...(stepKind == null ? [] : [{ stepKinds: { has: stepKind } }]),
    ...(state == null ? [] : [{ OR: state.map((each) => IN_STATE[each]) }]),
    ...(enabled == null ? [] : [{ enabled }]),
    ...(paused == null ? [] : [{ pausedAt: paused ? { not: null } : null }]),
    ...(part ? [{ OR: [{ name: part }, { slug: part }, { description: part }] }] : []),
  ];
}

const ScenarioOrder = builder.enumType('ScenarioOrder', {
  description: 'The order of a list of scenarios.',
  values: enumValues<Order>({
    newest: 'The latest made first.',
    name: 'By name, in any case, and those of the same name in the order in which they were made.',
    next_due: 'By the earliest due time that is not decided; those that do not tick come last.',
  }),
});

const NO_PAGE = {
  edges: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
};

async function readPage(
  context: Context,
  info: GraphQLResolveInfo,
  order: Order,
  args: PothosSchemaTypes.DefaultConnectionArguments,
  where: Prisma.ScenarioWhereInput,
) {
  const query: object = queryFromInfo({
    context,
    info,
    paths: [['nodes'], ['edges', 'node']],
    typeName: 'Scenario',
    select: { id: true, nameKey: true, nextDueAt: true },
  });
  const toCursor = (scenario: Position) => cursorOf(order, scenario);
  const page = await resolveCursorConnection<Promise<Position[]>>(
    { args, defaultSize: PAGE.usual, maxSize: MOST, toCursor },
    ({ after, before, limit, inverted }) => {
      const from = after ? [beyond(order, readCursor(order, after, 'after'), true)] : [];
      const until = before ? [beyond(order, readCursor(order, before, 'before'), false)] : [];
      return context.prisma.scenario.findMany({
        ...query,
        where: { AND: [where, ...from, ...until] },
        orderBy: ORDERS[order][inverted ? 'backward' : 'forward'],
        take: limit,
      });
    },
  );
  return { edges: page.edges, pageInfo: page.pageInfo };
}

/** Whether a page is asked for at all; without one there is none to read. */
function asksOnlyCount({ fieldNodes }: GraphQLResolveInfo): boolean {
  const isCount = (name: string) => name === 'totalCount' || name === '__typename';
  return fieldNodes.every(({ selectionSet }) =>
    selectionSet?.selections.every((each) => each.kind === Kind.FIELD && isCount(each.name.value)),
  );
}

builder.queryFields((t) => ({
  scenario: t.prismaField({
    type: Scenario,
    nullable: true,
    description: 'One scenario; null when there is none that the caller may see.',
    args: { id: t.arg.id({ required: true, description: '`Scenario:42` or 42.' }) },
    resolve: (query, _root, { id }, context) =>
      context.prisma.scenario.findFirst({
        ...query,
        where: {
          id: readId('Scenario', id, 'id'),
          AND: [inViewable(who(context)), { deletedAt: null }],
        },
      }),
  }),
  scenarios: t.connection(
    {
      type: Scenario,
      description: `The scenarios that the caller may see, without deleted ones. \`first\` and \`last\` go up to ${MOST} here.`,
      complexity: pageCostUpTo(MOST),
      args: {
        filter: t.arg({ type: ScenarioFilter, description: 'Which of them; all by default.' }),
        orderBy: t.arg({
          type: ScenarioOrder,
          required: true,
          defaultValue: 'newest',
          description: 'In which order; a cursor is good for the order that it came from.',
        }),
      },
      resolve: async (_root, { filter, orderBy, ...args }, context, info) => {
        const where = {
          AND: [inViewable(who(context)), { deletedAt: null }, ...conditions(filter ?? {})],
        };
        const page = asksOnlyCount(info)
          ? NO_PAGE
          : await readPage(context, info, orderBy, args, where);
        return { ...page, totalCount: () => context.prisma.scenario.count({ where }) };
      },
    },
    ScenarioConnection,
  ),
}));
