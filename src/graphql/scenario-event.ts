/** What happens to scenarios, pushed: those that changed, and what was decided about their due times. */
import { may } from '#domain/access/principal.ts';
import type { Change } from '#domain/event/changes.ts';
import { getProject } from '#domain/project/project.ts';
import { builder, PAGE } from './builder.ts';
import { who } from './context.ts';
import { readId } from './id.ts';
import { guarded } from './live.ts';
import { Scenario } from './scenario.ts';
import { Tick } from './tick.ts';
import { inViewable } from './viewable.ts';
import { findWatched, watchedArgs, whereOf } from './watched.ts';
import type { Where } from './watched.ts';

type ScenarioChange = Change & { readonly where: Where };

/** As a condition on scenarios themselves. */
const scenariosIn = (where: Where) => ('projectId' in where ? where : { id: where.scenarioId });

const ScenariosChanged = builder.objectRef<ScenarioChange>('ScenariosChanged').implement({
  description: 'Scenarios that changed, whole.',
  fields: (t) => ({
    resync: t.exposeBoolean('resync', {
      description:
        'Set on the first message, and after changes may have been missed or too many came at once: `scenarios` are the newest ones, and lists should be read anew.',
    }),
    revision: t.exposeInt('revision', { description: 'Raised by every message.' }),
    scenarios: t.prismaField({
      type: [Scenario],
      description: `The scenarios that changed or about which something was decided, as they are now; after a resync the newest ${PAGE.usual}.`,
      complexity: { field: 1, multiplier: PAGE.usual },
      resolve: (query, { where, resync, ids }, _args, context) =>
        context.prisma.scenario.findMany({
          ...query,
          where: {
            deletedAt: null,
            AND: [
              inViewable(who(context)),
              scenariosIn(where),
              resync ? {} : { id: { in: [...ids] } },
            ],
          },
          orderBy: { id: 'desc' },
          ...(resync && { take: PAGE.usual }),
        }),
    }),
    deletedIds: t.field({
      type: ['ID'],
      description: 'Of the scenarios that changed those that are deleted: `Scenario:42`.',
      resolve: async ({ resync, ids }, _args, context) => {
        if (resync) return [];
        const deleted = await context.prisma.scenario.findMany({
          where: {
            id: { in: [...ids] },
            deletedAt: { not: null },
            AND: [inViewable(who(context))],
          },
          select: { id: true },
          orderBy: { id: 'asc' },
        });
        return deleted.map(({ id }) => `Scenario:${id}`);
      },
    }),
  }),
});

builder.subscriptionField('scenariosChanged', (t) =>
  t.field({
    type: ScenariosChanged,
    description:
      'Scenarios of one project, or one scenario, whenever something about them changes: an edit, a pause, a due time that moves on, a decision about one. A slow reader gets fewer messages that say the same.',
    args: watchedArgs(t.arg),
    subscribe: async (_root, args, context) => {
      const { projectId, where } = await findWatched(args, context);
      return guarded(
        context,
        (principal) => may(principal, 'project.view', projectId),
        context.scenarioChanges.watch(where),
      );
    },
    resolve: (change, args) => ({ ...change, where: whereOf(args) }),
  }),
);

type TicksChange = Pick<Change, 'resync' | 'revision'> & { readonly projectId: number };

const TicksChanged = builder.objectRef<TicksChange>('TicksChanged').implement({
  description: 'The newest ticks of a project, whole.',
  fields: (t) => ({
    resync: t.exposeBoolean('resync', {
      description: 'Set on the first message, and after changes may have been missed.',
    }),
    revision: t.exposeInt('revision', { description: 'Raised by every message.' }),
    ticks: t.prismaField({
      type: [Tick],
      description: 'The newest, the latest decision first.',
      complexity: ({ first }) => ({ field: 1, multiplier: pageOf(first) }),
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: 50,
          description: `How many, 1 to ${PAGE.most}.`,
        }),
      },
      resolve: (query, { projectId }, { first }, context) =>
        context.prisma.tick.findMany({
          ...query,
          where: { projectId, AND: [inViewable(who(context))] },
          orderBy: { id: 'desc' },
          take: pageOf(first),
        }),
    }),
  }),
});

const pageOf = (first: number) => Math.min(Math.max(first, 1), PAGE.most);

builder.subscriptionField('ticks', (t) =>
  t.field({
    type: TicksChanged,
    description:
      'The newest ticks of a project whenever something is decided there, at most twice a second. A slow reader gets fewer messages; the last one is always true.',
    args: { projectId: t.arg.id({ required: true, description: '`Project:3` or 3.' }) },
    subscribe: async (_root, args, context) => {
      const projectId = readId('Project', args.projectId, 'projectId');
      await getProject(context.pool, who(context), projectId);
      return guarded(
        context,
        (principal) => may(principal, 'project.view', projectId),
        context.tickChanges.watch({ projectId }),
      );
    },
    resolve: ({ resync, revision }, args) => ({
      resync,
      revision,
      projectId: readId('Project', args.projectId, 'projectId'),
    }),
  }),
);
