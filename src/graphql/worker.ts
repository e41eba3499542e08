/** Workers: who ticks, claims and executes. They serve all organisations alike. */
import DataLoader from 'dataloader';
import type { Run as RunRow } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { who, type Context } from './context.ts';
import { loader } from './loader.ts';
import { Run } from './run.ts';
import { Scenario } from './scenario.ts';
import { inViewable } from './viewable.ts';

/** The scenarios that workers say they are at, those that the caller may see. */
const scenariosOf = loader((ids, context) =>
  context.prisma.scenario.findMany({
    where: { id: { in: ids }, AND: [inViewable(who(context))] },
  }),
);

type Running = DataLoader<string, RunRow[]>;
const loaders = new WeakMap<Context, Map<string, Running>>();

/** The runs that workers execute: one statement for all workers that are asked for the same fields. */
function runningOf(context: Context, query: { select?: object }): Running {
  return loaders
    .getOrInsertComputed(context, () => new Map())
    .getOrInsertComputed(
      JSON.stringify(query),
      () =>
        new DataLoader<string, RunRow[]>(async (workerIds) => {
          const found = (await context.prisma.run.findMany({
            ...query,
            select: { ...query.select, workerId: true },
            where: {
              state: 'running',
              workerId: { in: [...workerIds] },
              AND: [inViewable(who(context))],
            },
            orderBy: { id: 'desc' },
          })) as unknown as RunRow[];
          const of = Map.groupBy(found, ({ workerId }) => workerId);
          return workerIds.map((workerId) => of.get(workerId) ?? []);
        }),
    );
}

const counts = new WeakMap<Context, DataLoader<string, number>>();

/** How many runs workers execute, whoever may see them. */
function slotsInUse(context: Context, workerId: string): Promise<number> {
  return counts
    .getOrInsertComputed(
      context,
      () =>
        new DataLoader<string, number>(async (workerIds) => {
          const counted = await context.prisma.run.groupBy({
            by: ['workerId'],
            where: { state: 'running', workerId: { in: [...workerIds] } },
            _count: true,
          });
          const of = new Map(counted.map(({ workerId: id, _count: count }) => [id, count]));
          return workerIds.map((id) => of.get(id) ?? 0);
        }),
    )
    .load(workerId);
}

export const Worker = builder.prismaObject('SchedulerWorker', {
  name: 'Worker',
  description: 'A process that ticks, claims and executes; it heartbeats.',
  fields: (t) => ({
    id: t.id({
      description: 'As in `Worker:host-1:4711`.',
      resolve: ({ workerId }) => `Worker:${workerId}`,
    }),
    workerId: t.exposeString('workerId', { description: 'Its name, as in `host-1:4711`.' }),
    host: t.exposeString('host', { description: 'The machine.' }),
    pid: t.exposeInt('pid', { description: 'The process.' }),
    version: t.exposeString('version', { description: 'The version that it runs.' }),
    slots: t.exposeInt('slots', { description: 'How many runs it takes at once.' }),
    running: t.exposeInt('running', { description: 'How many it had at its last beat.' }),
    slotsInUse: t.int({
      description: 'How many it executes now, those included that the caller may not see.',
      select: { workerId: true },
      resolve: ({ workerId }, _args, context) => slotsInUse(context, workerId),
    }),
    currentScenario: t.field({
      type: Scenario,
      nullable: true,
      description: 'What it is at, if the caller may see that.',
      resolve: ({ currentScenarioId: id }, _args, context) =>
        id === null ? null : scenariosOf(context).load(id),
    }),
    runs: t.prismaField({
      type: [Run],
      description: 'The runs that it executes now, those that the caller may see; newest first.',
      select: { workerId: true },
      resolve: (query, { workerId }, _args, context) => runningOf(context, query).load(workerId),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'Its last beat.' }),
    lastTickAt: t.expose('lastTickAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its ticker last finished a pass.',
    }),
    stoppedAt: t.expose('stoppedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it left in good order.',
    }),
  }),
});

/** More workers than any screen shows. */
const MOST = 200;

const BY_BEAT = { orderBy: { lastSeenAt: 'desc' }, take: MOST } as const;
/** Those that have not left in good order, the latest beat first. */
export const HERE = { where: { stoppedAt: null }, ...BY_BEAT } as const;

builder.queryField('workers', (t) =>
  t.prismaField({
    type: [Worker],
    description: `Workers by their last beat, the latest first; at most ${MOST}.`,
    args: {
      gone: t.arg.boolean({
        defaultValue: false,
        required: true,
        description: 'Whether those that left in good order count too.',
      }),
    },
    resolve: (query, _root, { gone }, context) =>
      context.prisma.schedulerWorker.findMany({
        ...query,
        ...(gone ? BY_BEAT : HERE),
      }),
  }),
);
