/** Groups of people with the same roles. */
import { deleteGroup, listGroups, saveGroup } from '#domain/access/groups.ts';
import type { Group as GroupRow } from '#domain/access/groups.ts';
import { groupsById } from '#domain/access/groups.sql.ts';
import type { Role } from '#domain/access/principal.ts';
import { rows } from '#platform/db.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { loader } from './loader.ts';
import { Project } from './project.ts';
import { User, usersOf } from './user.ts';
import { RoleType } from './viewer.ts';

type GroupRoleRow = { readonly projectId: number | null; readonly role: Role };

const GroupRole = builder.objectRef<GroupRoleRow>('GroupRole').implement({
  description: 'What a group may do, and where.',
  fields: (t) => ({
    project: t.prismaField({
      type: Project,
      nullable: true,
      description: 'Where; null: on every project, those to come included.',
      resolve: (query, { projectId }, _args, { prisma }) =>
        prisma.project.findUnique({ ...query, where: { id: projectId ?? 0 } }),
    }),
    role: t.field({ type: RoleType, description: 'What.', resolve: ({ role }) => role }),
  }),
});

export const Group = builder.objectRef<GroupRow>('Group').implement({
  description: 'People with the same roles, under a name.',
  fields: (t) => ({
    id: t.id({ description: 'As in `Group:3`.', resolve: ({ id }) => `Group:${id}` }),
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
    name: t.exposeString('name', { description: 'Unique in the organisation.' }),
    roles: t.field({
      type: [GroupRole],
      description: 'What it may do; on the whole organisation first.',
      resolve: ({ roles }) => [...roles],
    }),
    users: t.field({
      type: [User],
      description: 'Who is in it.',
      resolve: async ({ userIds }, _args, context) => {
        const users = await Promise.all(userIds.map((id) => usersOf(context).load(id)));
        return users.filter((user) => user !== null);
      },
    }),
  }),
});

const groupLoader = loader<GroupRow>((ids, context) =>
  rows(context.pool, groupsById, [who(context).orgId, ids]),
);

/** Groups by their numbers, in one statement however many ask. */
export async function groupsOf(context: Context, ids: readonly number[]): Promise<GroupRow[]> {
  const groups = await Promise.all(ids.map((id) => groupLoader(context).load(id)));
  return groups.filter((group) => group !== null);
}

builder.queryField('groups', (t) =>
  t.field({
    type: [Group],
    description: 'The groups of the organisation, by name. Needs org.admin.',
    complexity: 10,
    resolve: (_root, _args, context) => listGroups(context.pool, who(context)),
  }),
);

const GroupRoleInput = builder.inputType('GroupRoleInput', {
  description: 'What a group may do, and where.',
  fields: (t) => ({
    projectId: t.id({ description: '`Project:3` or 3; null: on every project.' }),
    role: t.field({ type: RoleType, required: true, description: 'What.' }),
  }),
});

const DeletedGroup = builder.objectRef<GroupRow>('DeletedGroup').implement({
  description: 'A group that was deleted.',
  fields: (t) => ({
    id: t.id({ description: 'What it was: `Group:3`.', resolve: ({ id }) => `Group:${id}` }),
    name: t.exposeString('name', { description: 'What it was called.' }),
  }),
});

builder.mutationFields((t) => ({
  saveGroup: t.field({
    type: Group,
    errors: FAILURES,
    description: 'Makes a group, or replaces everything about one. Needs org.admin.',
    args: {
      id: t.arg.id({ description: '`Group:3` or 3; none: a new one.' }),
      name: t.arg.string({ required: true, description: 'Unique in the organisation.' }),
      roles: t.arg({ type: [GroupRoleInput], required: true, description: 'All that it has.' }),
      userIds: t.arg.idList({ required: true, description: 'All who are in it: `User:7` or 7.' }),
    },
    resolve: (_root, { id, name, roles, userIds }, context) =>
      expected(async () =>
        saveGroup(context.pool, who(context), {
          id: id == null ? null : readId('Group', id, 'id'),
          name,
          roles: roles.map(({ projectId, role }) => ({
            projectId: projectId == null ? null : readId('Project', projectId, 'projectId'),
            role,
          })),
          userIds: userIds.map((each) => readId('User', each, 'userIds')),
        }),
      ),
  }),
  deleteGroup: t.field({
    type: DeletedGroup,
    errors: FAILURES,
    description: 'Deletes a group; its people lose what it gave them. Needs org.admin.',
    args: { id: t.arg.id({ required: true, description: '`Group:3` or 3.' }) },
    resolve: (_root, { id }, context) =>
      expected(async () => deleteGroup(context.pool, who(context), readId('Group', id, 'id'))),
  }),
}));
