/** Runs and their claims. */
import { may } from '#domain/access/principal.ts';
import type { RetryMode } from '#domain/run/retry-run.ts';
import type { RunSource, RunState } from '#domain/run/run-state.ts';
import { MAX_COUNTED_RUNS } from '#domain/scenario/runs.ts';
import type { Prisma, Run as RunRow } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who, type Context } from './context.ts';
import { enumValues } from './enum.ts';
import { COUNTED, historyPage } from './history.ts';
import { longNodeId, readId, readLongId } from './id.ts';
import { newestFirst, pageCost, type PageQuery } from './paging.ts';
import { stepShapes } from './scenario.ts';
import { Step } from './step.ts';
import { User, usersOf } from './user.ts';
import { inViewable } from './viewable.ts';

const RunStateType = builder.enumType('RunState', {
  description:
    'Where a run stands. Queued and running ones are active; the last three never change.',
  values: enumValues<RunState>({
    waiting: 'Behind an active run of its scenario.',
    queued: 'Ready for a worker.',
    running: 'A worker has it.',
    succeeded: 'All that had to succeed did.',
    failed: '`reason` says why.',
    cancelled: 'Ended on request.',
  }),
});

export const RunSourceType = builder.enumType('RunSource', {
  description: 'What made a run or a tick.',
  values: enumValues<RunSource>({
    schedule: 'A due time.',
    upstream: 'The success of another scenario.',
    manual: 'Somebody asked for it.',
    backfill: 'A backfill over past due times.',
  }),
});

export const RetryModeType = builder.enumType('RetryMode', {
  description: 'Where a retry begins.',
  values: enumValues<RetryMode>({
    from_failed:
      'At the first step that did not succeed; what succeeded before it is taken over with its outputs.',
    from_start: 'At the first step; nothing is taken over.',
  }),
});

builder.prismaObject('RunClaim', {
  description: 'A worker took the run; whoever held it before can write nothing more.',
  fields: (t) => ({
    fence: t.exposeInt('fence', {
      description: '1 for the first claim; more than one tells of a crash or a hand-over.',
    }),
    workerId: t.exposeString('workerId', { description: 'Who took it.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

export const Run = builder.prismaNode('Run', {
  nullable: true,
  description: 'One execution of a scenario, with a frozen copy of its configuration.',
  id: { field: 'id', description: 'As in `Run:1234`.' },
  findUnique: (id, context) => ({ id: longNodeId(id), AND: [inViewable(who(context))] }),
  select: { id: true },
  fields: (t) => ({
    databaseId: t.expose('id', { type: 'Long', description: 'The number that REST shows.' }),
    name: t.exposeString('name', { description: 'Its scenario’s name when it was made.' }),
    project: t.relation('project', { description: 'Where it lies.' }),
    scenario: t.relation('scenario', {
      nullable: true,
      description: 'What it executes, deleted ones included; null for a run without a scenario.',
    }),
    state: t.field({
      type: RunStateType,
      description: 'Where it stands.',
      select: { state: true },
      resolve: ({ state }) => state as RunState,
    }),
    source: t.field({
      type: RunSourceType,
      description: 'What made it.',
      select: { source: true },
      resolve: ({ source }) => source as RunSource,
    }),
    sourceKey: t.exposeString('sourceKey', {
      description:
        'The upstream run, the backfill, the idempotency key, or `retry:` and the run that it retries; empty for a due time.',
    }),
    triggeredBy: t.field({
      type: User,
      nullable: true,
      description: 'Who asked for it.',
      select: { triggeredByUserId: true },
      resolve: ({ triggeredByUserId: id }, _args, context) =>
        id === null ? null : usersOf(context).load(id),
    }),
    owner: t.field({
      type: User,
      nullable: true,
      description: 'With whose rights it runs.',
      select: { ownerUserId: true },
      resolve: ({ ownerUserId }, _args, context) => usersOf(context).load(ownerUserId),
    }),
    originRunId: t.field({
      type: 'Long',
      nullable: true,
      description:
        'The first run of the chain of retries that it belongs to; null: it is no retry.',
      select: { originRunId: true },
      resolve: ({ originRunId }) => originRunId,
    }),
    origin: t.relation('originRun', {
      nullable: true,
      description:
        'The first run of the chain of retries that it belongs to, with which it shares the idempotency keys of its steps; null: it is no retry.',
    }),
    retryMode: t.field({
      type: RetryModeType,
      nullable: true,
      description: 'Where it began, as a retry.',
      select: { retryMode: true },
      resolve: ({ retryMode }) => retryMode as RetryMode | null,
    }),
    retries: t.relation('retries', {
      description:
        'Its retries and those of its retries, oldest first; see `origin` for the others.',
      query: { orderBy: { id: 'asc' } },
    }),
    priority: t.exposeInt('priority', { description: 'Higher is claimed first.' }),
    params: t.field({
      type: 'JSON',
      description: 'The values of its parameters.',
      select: { params: true },
      resolve: ({ params }) => params,
    }),
    configuredSteps: t.field({
      type: [Step],
      description: 'The steps as they were configured when it was made.',
      select: { config: true },
      resolve: ({ config }) => stepShapes((config as { steps?: unknown }).steps ?? []),
    }),
    steps: t.relation('steps', {
      description: 'Its steps, in order.',
      query: { orderBy: { pos: 'asc' } },
    }),
    claims: t.relation('claims', {
      description: 'Who had it, in order.',
      query: { orderBy: { fence: 'asc' } },
    }),
    workerId: t.exposeString('workerId', {
      nullable: true,
      description: 'Who has it, or had it last.',
    }),
    eventCount: t.exposeInt('eventSeq', {
      description: 'The number of its latest event: `runEvents` goes on after it.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it did not succeed.' }),
    cancelRequestedAt: t.expose('cancelRequestedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When somebody asked it to end.',
    }),
    dueAt: t.expose('dueAt', { type: 'DateTime', description: 'The due time that it stands for.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a worker first began.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended.',
    }),
    canCancel: t.boolean({
      description: 'Whether it still goes and the caller may end it.',
      select: { projectId: true, finishedAt: true },
      resolve: ({ projectId, finishedAt }, _args, context) =>
        finishedAt === null && may(who(context), 'project.edit', projectId),
    }),
    canRetry: t.boolean({
      description: 'Whether it has ended and the caller may retry it.',
      select: { projectId: true, finishedAt: true },
      resolve: ({ projectId, finishedAt }, _args, context) =>
        finishedAt !== null && may(who(context), 'project.edit', projectId),
    }),
  }),
});
export const RunConnection = connectionOf(Run, 'Run', 'runs');

const RunFilter = builder.inputType('RunFilter', {
  description: 'All that is given must hold.',
  fields: (t) => ({
    projectId: t.id({ description: 'Of this project.' }),
    scenarioId: t.id({ description: 'Of this scenario, a deleted one included.' }),
    state: t.field({ type: [RunStateType], description: 'In one of these states.' }),
    source: t.field({ type: [RunSourceType], description: 'Made by one of these.' }),
    from: t.field({ type: 'DateTime', description: 'Due at this instant or later.' }),
    to: t.field({ type: 'DateTime', description: 'Due before this instant.' }),
  }),
});

/** The scenario, where nothing else is asked. */
function onlyScenario(filter: typeof RunFilter.$inferInput): number | null {
  const asked = Object.entries(filter).filter(([, value]) => value != null);
  return asked.length === 1 && filter.scenarioId != null
    ? readId('Scenario', filter.scenarioId, 'scenarioId')
    : null;
}

/** Of one that was deleted, too. */
async function pageOfScenario(
  page: PageQuery<number | bigint>,
  scenarioId: number,
  context: Context,
): Promise<RunRow[]> {
  const seen = await context.prisma.scenario.findFirst({
    where: { id: scenarioId, AND: [inViewable(who(context))] },
    select: { id: true },
  });
  // Asked for one that may not be seen too, for no scenario has 0: the plugin refuses a query that is not used.
  return historyPage(context, 'run.scenario_id', page, seen ? scenarioId : 0);
}

function conditions({
  projectId,
  scenarioId,
  state,
  source,
  from,
  to,
}: typeof RunFilter.$inferInput): Prisma.RunWhereInput[] {
  return [
    ...(projectId == null ? [] : [{ projectId: readId('Project', projectId, 'projectId') }]),
    ...(scenarioId == null ? [] : [{ scenarioId: readId('Scenario', scenarioId, 'scenarioId') }]),
    ...(state == null ? [] : [{ state: { in: state } }]),
    ...(source == null ? [] : [{ source: { in: source } }]),
    ...(from == null ? [] : [{ dueAt: { gte: from } }]),
    ...(to == null ? [] : [{ dueAt: { lt: to } }]),
  ];
}

builder.queryFields((t) => ({
  run: t.prismaField({
    type: Run,
    nullable: true,
    description: 'One run; null when there is none that the caller may see.',
    args: { id: t.arg.id({ required: true, description: '`Run:1234` or 1234.' }) },
    resolve: (query, _root, { id }, context) =>
      context.prisma.run.findFirst({
        ...query,
        where: { id: readLongId('Run', id, 'id'), AND: [inViewable(who(context))] },
      }),
  }),
  runs: t.prismaConnection(
    {
      type: Run,
      description: `The runs that the caller may see, newest first. ${COUNTED}`,
      cursor: 'id',
      complexity: pageCost,
      args: { filter: t.arg({ type: RunFilter, description: 'Which of them; all by default.' }) },
      totalCount: (_root, { filter }, context) =>
        context.prisma.run.count({
          where: { AND: [inViewable(who(context)), ...conditions(filter ?? {})] },
          take: MAX_COUNTED_RUNS,
        }),
      resolve: (page, _root, { filter }, context) => {
        const scenarioId = onlyScenario(filter ?? {});
        if (scenarioId !== null) return pageOfScenario(page, scenarioId, context);
        const { query, beyond } = newestFirst(page);
        const where = [inViewable(who(context)), ...conditions(filter ?? {}), beyond];
        return context.prisma.run.findMany({ ...query, where: { AND: where } });
      },
    },
    RunConnection,
  ),
}));
