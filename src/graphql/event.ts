/** What happens to runs, pushed: the numbered events of one, and the list of those that changed. */
import { DomainError } from '#platform/errors.ts';
import { may } from '#domain/access/principal.ts';
import type { Resync as ResyncItem } from '#domain/event/watcher.ts';
import type { Change } from '#domain/event/changes.ts';
import type { StoredEvent } from '#domain/event/stored-event.ts';
import { builder, PAGE } from './builder.ts';
import { who } from './context.ts';
import { readLongId } from './id.ts';
import { guarded } from './live.ts';
import { Run } from './run.ts';
import { inViewable } from './viewable.ts';
import { findWatched, watchedArgs, whereOf } from './watched.ts';
import type { Where } from './watched.ts';

const RunEvent = builder.objectRef<StoredEvent>('RunEvent').implement({
  description: 'One fact about a run.',
  fields: (t) => ({
    id: t.id({
      description: 'As in `RunEvent:1234:7`.',
      resolve: ({ runId, seq }) => `RunEvent:${runId}:${seq}`,
    }),
    runId: t.expose('runId', { type: 'Long', description: 'The number of the run.' }),
    seq: t.exposeInt('seq', { description: '1, 2, 3 … within the run, without gaps.' }),
    type: t.exposeString('type', {
      description: 'In the past tense: `run.started`, `step.progress`, `log` …',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
    payload: t.field({
      type: 'JSON',
      description: 'What there is to say about it; depends on the type.',
      resolve: ({ payload }) => payload,
    }),
  }),
});

const Resync = builder.objectRef<ResyncItem>('Resync').implement({
  description:
    'The cursor could not be served. Read the run anew; events go on after `after` without another subscription.',
  fields: (t) => ({
    after: t.exposeInt('after', { description: 'The number after which events go on.' }),
    reason: t.exposeString('reason', { description: 'Why, for a person.' }),
  }),
});

const RunEventMessage = builder.unionType('RunEventMessage', {
  description: 'An event, or the news that the cursor could not be served.',
  types: [RunEvent, Resync],
  resolveType: (message) => ('seq' in message ? RunEvent : Resync),
});

builder.subscriptionField('runEvents', (t) =>
  t.field({
    type: RunEventMessage,
    description:
      'The events of a run in order, each once: those after `after`, then those to come. Ends after the last event of a finished run. After a lost connection subscribe again with the last `seq`.',
    args: {
      runId: t.arg.id({ required: true, description: '`Run:1234` or 1234.' }),
      after: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'The number of the last event that the caller has; 0 for all.',
      }),
    },
    subscribe: async (_root, args, context) => {
      const id = readLongId('Run', args.runId, 'runId');
      const run = await context.prisma.run.findFirst({
        where: { id, AND: [inViewable(who(context))] },
        select: { projectId: true },
      });
      if (!run) throw new DomainError('NOT_FOUND', `No run ${id}.`);
      return guarded(
        context,
        (principal) => may(principal, 'project.view', run.projectId),
        context.events.watch(id, Math.max(args.after, 0)),
      );
    },
    resolve: (message) => message,
  }),
);

type RunsChange = Change & { readonly where: Where };

const RunsChanged = builder.objectRef<RunsChange>('RunsChanged').implement({
  description: 'Runs that changed, whole.',
  fields: (t) => ({
    resync: t.exposeBoolean('resync', {
      description:
        'Set on the first message, and after changes may have been missed: `runs` are the newest ones, and lists should be read anew.',
    }),
    revision: t.exposeInt('revision', { description: 'Raised by every message.' }),
    runs: t.prismaField({
      type: [Run],
      description: `The runs that changed, as they are now; after a resync the newest ${PAGE.usual}.`,
      complexity: { field: 1, multiplier: PAGE.usual },
      resolve: (query, { where, resync, ids }, _args, context) =>
        context.prisma.run.findMany({
          ...query,
          where: {
            ...where,
            AND: [inViewable(who(context)), resync ? {} : { id: { in: [...ids] } }],
          },
          orderBy: { id: 'desc' },
          ...(resync && { take: PAGE.usual }),
        }),
    }),
  }),
});

builder.subscriptionField('runsChanged', (t) =>
  t.field({
    type: RunsChanged,
    description:
      'Runs of one project or of one scenario, whenever something about them changes. A slow reader gets fewer messages that say the same.',
    args: watchedArgs(t.arg),
    subscribe: async (_root, args, context) => {
      const { projectId, where } = await findWatched(args, context);
      return guarded(
        context,
        (principal) => may(principal, 'project.view', projectId),
        context.changes.watch(where),
      );
    },
    resolve: (change, args) => ({ ...change, where: whereOf(args) }),
  }),
);
