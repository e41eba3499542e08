/** Members of the organisation: who they are, what they may do, and the commands that change it. */
import { resolveCursorConnection } from '@pothos/plugin-relay';
import {
  addMember,
  countMembers,
  listMembers,
  roleOn,
  setMemberRole,
} from '#domain/access/members.ts';
import type { Added, Member as MemberRow } from '#domain/access/members.ts';
import { removeMember, type Removed } from '#domain/access/members-remove.ts';
import { changePassword, MIN_PASSWORD, resetPassword } from '#domain/access/password-change.ts';
import { keepBrowserSession } from '#domain/access/browser-session.ts';
import type { Role } from '#domain/access/principal.ts';
import { invalid } from '#platform/errors.ts';
import { builder, PAGE } from './builder.ts';
import { connectionOf } from './connection.ts';
import { identity, who } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { Group, groupsOf } from './group.ts';
import { readId } from './id.ts';
import { pageCost } from './paging.ts';
import { Project } from './project.ts';
import { User, usersOf } from './user.ts';
import { RoleType, Viewer } from './viewer.ts';

const USER = '`User:7` or 7.';

type ProjectRoleRow = { projectId: number; role: Role; groupIds: readonly number[] };

const ProjectRole = builder.objectRef<ProjectRoleRow>('ProjectRole').implement({
  description: 'What a member may do on one project.',
  fields: (t) => ({
    project: t.prismaField({
      type: Project,
      description: 'The project.',
      // Prisma asks for all that are found by id at once in one statement.
      resolve: (query, { projectId }, _args, { prisma }) =>
        prisma.project.findUniqueOrThrow({ ...query, where: { id: projectId } }),
    }),
    role: t.field({
      type: RoleType,
      description: 'The strongest that they have there.',
      resolve: ({ role }) => role,
    }),
    groups: t.field({
      type: [Group],
      description: 'The groups that give it; empty for a role of their own.',
      resolve: ({ groupIds }, _args, context) => groupsOf(context, groupIds),
    }),
  }),
});

function projectRoles(member: MemberRow): ProjectRoleRow[] {
  const ids = member.grants.flatMap(({ projectId }) => (projectId === null ? [] : [projectId]));
  return [...new Set(ids)].map((projectId) => ({ projectId, ...roleOn(member, projectId)! }));
}

export const Member = builder.objectRef<MemberRow>('Member').implement({
  description: 'A person or a service in the organisation.',
  fields: (t) => ({
    id: t.id({ description: 'As in `Member:7`.', resolve: ({ userId }) => `Member:${userId}` }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'Who it is; null once it was removed.',
      resolve: ({ userId }, _args, context) => usersOf(context).load(userId),
    }),
    isService: t.exposeBoolean('isService', { description: 'Not a person: it has only tokens.' }),
    orgRole: t.field({
      type: RoleType,
      nullable: true,
      description: 'The strongest on every project; null for roles on single ones only.',
      resolve: (member) => roleOn(member, null)?.role ?? null,
    }),
    orgRoleGroups: t.field({
      type: [Group],
      description: 'The groups that give it; empty for a role of their own.',
      resolve: (member, _args, context) => groupsOf(context, roleOn(member, null)?.groupIds ?? []),
    }),
    projectRoles: t.field({
      type: [ProjectRole],
      description: 'Roles on single projects.',
      resolve: projectRoles,
    }),
    groups: t.field({
      type: [Group],
      description: 'The groups that they are in, by name.',
      resolve: ({ groupIds }, _args, context) => groupsOf(context, groupIds),
    }),
    mustResetPassword: t.exposeBoolean('mustResetPassword', {
      description: 'Whether they still have the password that they were handed.',
    }),
    lastSignInAt: t.expose('lastSignInAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When they last gave their password; null: never.',
    }),
    deactivatedAt: t.expose('deactivatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when they cannot sign in; null: they can.',
    }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'When they were added.' }),
  }),
});

const CURSOR = /^(\d{1,10}):([\s\S]*)$/;
const cursorOf = ({ userId, name }: MemberRow) =>
  Buffer.from(`${userId}:${name}`).toString('base64url');

function readCursor(cursor: string, name: string) {
  const [, userId, lastName] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (userId !== undefined && lastName !== undefined) {
    return { userId: Number(userId), name: lastName };
  }
  const message = 'this cursor comes from no list; start without one';
  throw invalid([{ path: [name], message, value: cursor }]);
}

builder.queryField('members', (t) =>
  t.connection(
    {
      type: Member,
      description: 'The members of the organisation, by name. Needs org.admin.',
      complexity: pageCost,
      args: { q: t.arg.string({ description: 'Part of a name or an address, in any case.' }) },
      resolve: async (_root, { q, ...args }, context) => {
        const principal = who(context);
        const page = await resolveCursorConnection<Promise<MemberRow[]>>(
          { args, defaultSize: PAGE.usual, maxSize: PAGE.most, toCursor: cursorOf },
          ({ after, before, limit, inverted }) => {
            const at = inverted ? before : after;
            const from = at ? readCursor(at, inverted ? 'before' : 'after') : null;
            const options = { q: q ?? null, from, backwards: inverted, limit };
            return listMembers(context.pool, principal, options);
          },
        );
        return {
          edges: page.edges,
          pageInfo: page.pageInfo,
          totalCount: () => countMembers(context.pool, principal, q ?? null),
        };
      },
    },
    connectionOf(Member, 'Member', 'members'),
  ),
);

const AddedMember = builder.objectRef<Added>('MemberPassword').implement({
  description: 'A member with the password to hand over.',
  fields: (t) => ({
    member: t.field({ type: Member, description: 'Who.', resolve: ({ member }) => member }),
    oneTimePassword: t.exposeString('oneTimePassword', {
      nullable: true,
      description:
        'Shown this once and to be changed after the first sign-in; null for a service and for an account that has a password already.',
    }),
  }),
});

const RemovedMember = builder.objectRef<Removed>('RemovedMember').implement({
  description: 'Somebody who is no member any more.',
  fields: (t) => ({
    id: t.id({
      description: 'What it was: `Member:7`.',
      resolve: ({ userId }) => `Member:${userId}`,
    }),
    revokedTokens: t.exposeInt('revokedTokens', { description: 'How many tokens ended with it.' }),
    handedOver: t.exposeInt('handedOver', {
      description: 'How many scenarios have another owner now.',
    }),
  }),
});

builder.objectField(Viewer, 'mustResetPassword', (t) =>
  t.boolean({
    description: 'Whether the password is one that was handed over and is to be changed.',
    resolve: async ({ userId }, _args, { prisma }) =>
      (
        await prisma.user.findUniqueOrThrow({
          where: { id: userId },
          select: { mustResetPassword: true },
        })
      ).mustResetPassword,
  }),
);

builder.mutationFields((t) => ({
  addMember: t.field({
    type: AddedMember,
    errors: FAILURES,
    description:
      'Takes the account of an address into the organisation, or makes one with a one-time password. Needs org.admin.',
    args: {
      email: t.arg.string({ required: true, description: 'The address; sign-in names are these.' }),
      name: t.arg.string({ required: true, description: 'Of a new account, for people.' }),
      role: t.arg({ type: RoleType, description: 'On the whole organisation; null: none yet.' }),
      isService: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Not a person: it has only tokens.',
      }),
    },
    resolve: (_root, { role, ...rest }, context) =>
      expected(async () => addMember(context.pool, who(context), { ...rest, role: role ?? null })),
  }),
  removeMember: t.field({
    type: RemovedMember,
    errors: FAILURES,
    description:
      'Takes somebody out of the organisation: roles and tokens end at once, sessions and sockets within a minute. A Conflict lists in `facts` the scenarios and projects that they own. Needs org.admin.',
    args: {
      userId: t.arg.id({ required: true, description: USER }),
      handTo: t.arg.id({ description: `Who owns theirs from now on: ${USER}` }),
    },
    resolve: (_root, { userId, handTo }, context) =>
      expected(async () =>
        removeMember(context.pool, who(context), readId('User', userId, 'userId'), {
          handTo: handTo == null ? null : readId('User', handTo, 'handTo'),
        }),
      ),
  }),
  setMemberRole: t.field({
    type: Member,
    errors: FAILURES,
    description:
      'Gives a member a role of their own. A Conflict where a group gives them more than that. Needs org.admin.',
    args: {
      userId: t.arg.id({ required: true, description: USER }),
      projectId: t.arg.id({ description: '`Project:3` or 3; null: the whole organisation.' }),
      role: t.arg({ type: RoleType, description: 'null: none.' }),
    },
    resolve: (_root, { userId, projectId, role }, context) =>
      expected(async () =>
        setMemberRole(
          context.pool,
          who(context),
          readId('User', userId, 'userId'),
          projectId == null ? null : readId('Project', projectId, 'projectId'),
          role ?? null,
        ),
      ),
  }),
  resetPassword: t.field({
    type: AddedMember,
    errors: FAILURES,
    description: 'Gives a member a one-time password in place of theirs. Needs org.admin.',
    args: { userId: t.arg.id({ required: true, description: USER }) },
    resolve: (_root, { userId }, context) =>
      expected(async () =>
        resetPassword(context.pool, who(context), readId('User', userId, 'userId')),
      ),
  }),
  changePassword: t.field({
    type: Viewer,
    errors: FAILURES,
    description:
      'Changes the caller’s own password and ends their other sessions. A browser goes on with the cookie that the answer sets; a program that signed in with the old password signs in again. Tokens stay.',
    skipTypeScopes: true,
    authScopes: { known: true },
    args: {
      current: t.arg.string({ required: true, description: 'The one in force.' }),
      new: t.arg.string({ required: true, description: `At least ${MIN_PASSWORD} characters.` }),
    },
    resolve: (_root, { current, new: next }, context) =>
      expected(async () => {
        const { pool, jwtSecret, cookie } = context;
        const principal = identity(context);
        const from = await changePassword(pool, principal, { current, next });
        const kept = cookie && (await keepBrowserSession(jwtSecret, principal, cookie.token, from));
        if (kept) cookie.replace(kept);
        return { ...principal, mustResetPassword: false };
      }),
  }),
}));
