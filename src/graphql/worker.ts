/** Workers: who ticks, claims and executes. They serve all organisations alike. */
import { builder } from './builder.ts';
import { who } from './context.ts';
import { loader } from './loader.ts';
import { Scenario } from './scenario.ts';
import { inViewable } from './viewable.ts';

/** The scenarios that workers say they are at, those that the caller may see. */
const scenariosOf = loader((ids, context) =>
  context.prisma.scenario.findMany({
    where: { id: { in: ids }, AND: [inViewable(who(context))] },
  }),
);

const Worker = builder.prismaObject('SchedulerWorker', {
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
    currentScenario: t.field({
      type: Scenario,
      nullable: true,
      description: 'What it is at, if the caller may see that.',
      resolve: ({ currentScenarioId: id }, _args, context) =>
        id === null ? null : scenariosOf(context).load(id),
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
        ...(!gone && { where: { stoppedAt: null } }),
        orderBy: { lastSeenAt: 'desc' },
        take: MOST,
      }),
  }),
);
