/** The caller's organisation. */
import { builder } from './builder.ts';
import { OrganisationPause } from './org.ts';
import { Viewer } from './viewer.ts';

export const Organisation = builder.prismaObject('Org', {
  name: 'Organisation',
  description: 'Who shares people, connectors and projects; no query crosses its border.',
  select: { id: true },
  fields: (t) => ({
    id: t.id({ description: 'As in `Organisation:1`.', resolve: ({ id }) => `Organisation:${id}` }),
    databaseId: t.exposeInt('id', { description: 'The number that REST shows.' }),
    slug: t.exposeString('slug', { description: 'Unique in the installation.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    timezone: t.exposeString('timezone', {
      description: 'The zone of schedules whose project names none.',
    }),
    pause: t.field({
      type: OrganisationPause,
      description: 'Whether it ticks and claims.',
      select: { pausedAt: true, pauseNote: true, draining: true },
      resolve: (pause) => pause,
    }),
  }),
});

builder.objectField(Viewer, 'organisation', (t) =>
  t.prismaField({
    type: Organisation,
    description: 'The organisation that this request speaks for.',
    // It says more than who asks.
    authScopes: { signedIn: true },
    resolve: (query, { orgId }, _args, { prisma }) =>
      prisma.org.findUniqueOrThrow({ ...query, where: { id: orgId } }),
  }),
);
