/** A project's queue: asked once, watched, or cancelled whole. */
import { setTimeout as delay } from 'node:timers/promises';
import { may } from '#domain/access/principal.ts';
import type { Change } from '#domain/event/changes.ts';
import { getProject } from '#domain/project/project.ts';
import { cancelQueue } from '#domain/run/cancel-queue.ts';
import type { CancelledQueue } from '#domain/run/cancel-queue.ts';
import { countQueue, readQueue } from '#domain/run/queue.ts';
import type { Queue as QueueShape } from '#domain/run/queue.ts';
import type { Pool } from '#platform/db.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { guarded } from './live.ts';

const PROJECT = '`Project:3` or 3.';

const Queue = builder.objectRef<QueueShape>('Queue').implement({
  description: 'What a project has still to run.',
  fields: (t) => ({
    depth: t.int({
      description: 'How many runs have not started: those that wait and those that are queued.',
      resolve: ({ waiting, queued }) => waiting + queued,
    }),
    waiting: t.exposeInt('waiting', { description: 'Behind active runs of their scenarios.' }),
    queued: t.exposeInt('queued', { description: 'Ready for a worker, or delayed by jitter.' }),
    running: t.exposeInt('running', { description: 'In the hands of workers.' }),
    oldestQueuedAt: t.expose('oldestQueuedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when the oldest queued run could have started; null: none could.',
    }),
    oldestWaitSeconds: t.exposeFloat('oldestWaitSeconds', {
      nullable: true,
      description: 'How long ago that was, on the database’s clock.',
    }),
  }),
});

builder.queryField('queue', (t) =>
  t.field({
    type: Queue,
    description: 'How long the queue of a project is.',
    complexity: 10,
    args: { projectId: t.arg.id({ required: true, description: PROJECT }) },
    resolve: (_root, { projectId }, context) =>
      readQueue(context, who(context), readId('Project', projectId, 'projectId')),
  }),
);

type QueueMessage = Pick<Change, 'resync' | 'revision'> & { readonly projectId: number };

const QueueChange = builder.objectRef<QueueMessage>('QueueChange').implement({
  description: 'The whole state, at the beginning and when it may have changed.',
  fields: (t) => ({
    resync: t.exposeBoolean('resync', {
      description: 'Set on the first message, and after changes may have been missed.',
    }),
    revision: t.exposeInt('revision', { description: 'Raised by every message.' }),
    queue: t.field({
      type: Queue,
      description: 'The state.',
      resolve: ({ projectId }, _args, { pool }) => countPaced(pool, projectId),
    }),
  }),
});

builder.subscriptionField('queue', (t) =>
  t.field({
    type: QueueChange,
    description:
      'The queue of a project whenever its runs change, at most twice a second. A slow reader gets fewer messages; the last one is always true.',
    args: { projectId: t.arg.id({ required: true, description: PROJECT }) },
    subscribe: async (_root, args, context) => {
      const projectId = readId('Project', args.projectId, 'projectId');
      await getProject(context.pool, who(context), projectId);
      return guarded(
        context,
        (principal) => may(principal, 'project.view', projectId),
        context.changes.watch({ projectId }),
      );
    },
    resolve: ({ resync, revision }, args) => ({
      resync,
      revision,
      projectId: readId('Project', args.projectId, 'projectId'),
    }),
  }),
);

// Runs of a hot project change 20 times a second; counting a queue of 100,000 takes 35 ms.
const EVERY_MS = 500;

type Counting = { beganMs: number; next: Promise<QueueShape> | null };
const countings = new WeakMap<Pool, Map<number, Counting>>();

/** Counts at most twice a second, for all who ask: whoever asks in between waits for the next count, which begins
 *  after they asked. */
function countPaced(pool: Pool, projectId: number): Promise<QueueShape> {
  const counting = countings
    .getOrInsertComputed(pool, () => new Map())
    .getOrInsertComputed(projectId, () => ({ beganMs: -Infinity, next: null }));
  return (counting.next ??= countNext(pool, projectId, counting));
}

async function countNext(pool: Pool, projectId: number, counting: Counting): Promise<QueueShape> {
  await delay(Math.max(0, counting.beganMs + EVERY_MS - performance.now()));
  counting.beganMs = performance.now();
  counting.next = null;
  return countQueue(pool, projectId);
}

const Cancelled = builder.objectRef<CancelledQueue>('CancelledQueue').implement({
  description: 'What became of a queue.',
  fields: (t) => ({
    cancelled: t.exposeInt('cancelled', { description: 'Runs that ended at once.' }),
    requested: t.exposeInt('requested', {
      description: 'Running ones that were asked to end, which takes seconds.',
    }),
  }),
});

builder.mutationField('cancelQueue', (t) =>
  t.field({
    type: Cancelled,
    errors: FAILURES,
    description:
      'Cancels every run of a project, or of one scenario, that waits or is queued. Runs that are made meanwhile stay.',
    args: {
      projectId: t.arg.id({ required: true, description: PROJECT }),
      scenarioId: t.arg.id({ description: 'Only of this scenario: `Scenario:42` or 42.' }),
      includeRunning: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Whether running ones are asked to end too.',
      }),
    },
    resolve: (_root, { projectId, scenarioId, includeRunning }, context) =>
      expected(() =>
        cancelQueue(context, who(context), {
          projectId: readId('Project', projectId, 'projectId'),
          scenarioId: scenarioId == null ? null : readId('Scenario', scenarioId, 'scenarioId'),
          includeRunning,
        }),
      ),
  }),
);
