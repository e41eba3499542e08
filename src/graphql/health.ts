/** Is the scheduler alive? Asked once, or watched. */
import { AMBER_SHARE, colourOf } from '#domain/heartbeat/health-feed.ts';
import type { Colour, HealthMessage } from '#domain/heartbeat/health-feed.ts';
import { readSchedulerHealth } from '#domain/heartbeat/health.ts';
import type { SchedulerHealth } from '#domain/heartbeat/health.ts';
import { builder } from './builder.ts';
import { guarded } from './live.ts';
import { enumValues } from './enum.ts';
import { HERE, Worker } from './worker.ts';

const HealthColour = builder.enumType('HealthColour', {
  description: 'The state of the scheduler, as its tile shows it.',
  values: enumValues<Colour>({
    green: 'A worker beat within two thirds of the stale time (60 s), and ticks are decided.',
    amber: 'The last beat is older, or the ticker is stuck behind a beating heart.',
    red: 'No worker beat within the stale time (90 s).',
  }),
});

type HealthShape = SchedulerHealth & { readonly colour: Colour };

const Health = builder.objectRef<HealthShape>('SchedulerHealth').implement({
  description: 'Whether the scheduler is alive, on the database’s clock.',
  fields: (t) => ({
    alive: t.exposeBoolean('alive', { description: 'A worker beat within the stale time (90 s).' }),
    state: t.field({
      type: HealthColour,
      description: 'Green, amber or red.',
      resolve: ({ colour }) => colour,
    }),
    staleSeconds: t.int({
      description: 'How old the latest beat may be before the state is red: 90.',
      resolve: (_health, _args, { heartbeatStaleSeconds }) => Math.round(heartbeatStaleSeconds),
    }),
    amberSeconds: t.int({
      description: 'How old the latest beat may be before the state is amber: 60.',
      resolve: (_health, _args, { heartbeatStaleSeconds }) =>
        Math.round(heartbeatStaleSeconds * AMBER_SHARE),
    }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The latest beat of any worker; null: there has never been one.',
    }),
    lastSeenSeconds: t.exposeFloat('lastSeenSeconds', {
      nullable: true,
      description: 'How long ago that was.',
    }),
    lastTickAt: t.expose('lastTickAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a ticker last finished a pass, as of the last beat.',
    }),
    lastTickSeconds: t.exposeFloat('lastTickSeconds', {
      nullable: true,
      description: 'How long ago that was.',
    }),
  }),
});

const HealthChange = builder.objectRef<HealthMessage>('SchedulerHealthChange').implement({
  description: 'The whole state, at the beginning, with every beat and whenever it changes.',
  fields: (t) => ({
    resync: t.exposeBoolean('resync', {
      description: 'Set on the first message, and after changes may have been missed.',
    }),
    revision: t.exposeInt('revision', { description: 'Raised by every change.' }),
    health: t.field({
      type: Health,
      description: 'The state.',
      resolve: ({ health, colour }) => ({ ...health, colour }),
    }),
    workers: t.prismaField({
      type: [Worker],
      description: 'The workers that have not left in good order, the latest beat first.',
      resolve: (query, _message, _args, { prisma, session }) =>
        // Whoever may see the tile alone learns no names.
        prisma.schedulerWorker.findMany({ ...query, ...HERE, ...(session.tile && { take: 0 }) }),
    }),
  }),
});

/** What may be asked without being signed in. */
const FOR_TILES = { skipTypeScopes: true, authScopes: { letIn: true } } as const;

builder.queryField('schedulerHealth', (t) =>
  t.field({
    type: Health,
    description: 'Whether the scheduler is alive. A tile’s link may ask it, too.',
    ...FOR_TILES,
    resolve: async (_root, _args, { pool, heartbeatStaleSeconds }) => {
      const health = await readSchedulerHealth(pool, heartbeatStaleSeconds);
      return { ...health, colour: colourOf(health, heartbeatStaleSeconds) };
    },
  }),
);

builder.subscriptionField('schedulerHealth', (t) =>
  t.field({
    type: HealthChange,
    description:
      'The scheduler’s health, pushed. It turns amber and red by itself when no worker says anything. A tile’s link may watch it, too.',
    ...FOR_TILES,
    subscribe: (_root, _args, context) => guarded(context, () => true, context.health.watch()),
    resolve: (message) => message,
  }),
);
