/** Who asks. */
import type { Principal, Role } from '#domain/access/principal.ts';
import { may, PERMISSIONS } from '#domain/access/principal.ts';
import { builder } from './builder.ts';
import { identity } from './context.ts';
import { enumValues } from './enum.ts';
import { Project } from './project.ts';
import { User } from './user.ts';
import { viewable } from './viewable.ts';

export const RoleType = builder.enumType('Role', {
  description: 'What a group of people may do.',
  values: enumValues<Role>({
    viewer: 'See.',
    analyst: 'See.',
    designer: 'See, change and run.',
    admin: 'Everything, on the organisation too.',
  }),
});

export const Viewer = builder.objectRef<Principal>('Viewer').implement({
  description: 'The caller, in the one organisation that this request speaks for.',
  fields: (t) => ({
    user: t.prismaField({
      type: User,
      description: 'Who it is.',
      resolve: (query, { userId }, _args, { prisma }) =>
        prisma.user.findUniqueOrThrow({ ...query, where: { id: userId } }),
    }),
    organisationId: t.exposeInt('orgId', { description: 'The number of the organisation.' }),
    role: t.field({
      type: RoleType,
      nullable: true,
      description: 'The role on every project; null for someone with roles on single ones only.',
      resolve: ({ orgRole }) => orgRole,
    }),
    permissions: t.stringList({
      description: 'What the caller may do on the whole organisation.',
      resolve: (principal) => PERMISSIONS.filter((permission) => may(principal, permission, null)),
    }),
    defaultProject: t.prismaField({
      type: Project,
      nullable: true,
      description: 'The project that is meant where none is named.',
      resolve: (query, principal, _args, { prisma }) =>
        // Asked without a default too, for no row has 0: the plugin refuses a query that is not used.
        prisma.project.findFirst({
          ...query,
          where: { id: principal.defaultProjectId ?? 0, AND: [viewable(principal)] },
        }),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who asks.',
    // Also of those who have to choose a password first: it tells them so.
    skipTypeScopes: true,
    authScopes: { known: true },
    resolve: (_root, _args, context) => identity(context),
  }),
);
