/** Personal access tokens. */
import { may, type Scope } from '#domain/access/principal.ts';
import { issueToken, listTokens, revokeToken } from '#domain/access/tokens.ts';
import type { TokenRow } from '#domain/access/tokens.sql.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { enumValues } from './enum.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { Project } from './project.ts';
import { User, usersOf } from './user.ts';

const ScopeType = builder.enumType('Scope', {
  description: 'What a token is limited to.',
  values: enumValues<Scope>({
    read: 'Seeing.',
    write: 'Seeing, changing and running.',
    admin: 'Everything that its owner may.',
  }),
});

const Token = builder.objectRef<TokenRow>('Token').implement({
  description: 'A personal access token, for programs; its text is shown once and not kept.',
  fields: (t) => ({
    id: t.id({ description: 'As in `Token:3`.', resolve: ({ id }) => `Token:${id}` }),
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
    name: t.exposeString('name', { description: 'What its owner calls it.' }),
    prefix: t.exposeString('prefix', { description: 'How its text begins.' }),
    scopes: t.field({
      type: [ScopeType],
      description: 'What it is limited to; empty: everything that its owner may.',
      resolve: ({ scopes }) => scopes,
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'Whose it is; null for one who has left the organisation.',
      resolve: ({ userId }, _args, context) => usersOf(context).load(userId),
    }),
    isMine: t.boolean({
      description: 'Whether it is the caller’s own.',
      resolve: ({ userId }, _args, context) => userId === who(context).userId,
    }),
    isInUse: t.boolean({
      description: 'Whether this very request comes with it.',
      resolve: ({ id }, _args, context) => id === who(context).tokenId,
    }),
    project: t.prismaField({
      type: Project,
      nullable: true,
      description:
        'The project that is meant where a request names none; null also for one that the caller may not see.',
      resolve: (query, { projectId }, _args, context) => {
        const seen = projectId !== null && may(who(context), 'project.view', projectId);
        return context.prisma.project.findUnique({ ...query, where: { id: seen ? projectId : 0 } });
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was issued.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends; null: once it is revoked.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null: never.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null: it was not.',
    }),
  }),
});

const IssuedToken = builder.objectRef<TokenRow & { readonly token: string }>('IssuedToken');
IssuedToken.implement({
  description: 'A token that was just issued.',
  fields: (t) => ({
    token: t.field({ type: Token, description: 'The token.', resolve: (issued) => issued }),
    text: t.exposeString('token', { description: 'What programs send; shown this once.' }),
  }),
});

builder.queryField('tokens', (t) =>
  t.field({
    type: [Token],
    description:
      'The caller’s own tokens, for an administrator those of all; the latest first, also those that have ended.',
    complexity: 10,
    resolve: (_root, _args, context) => listTokens(context.pool, who(context)),
  }),
);

builder.mutationFields((t) => ({
  issueToken: t.field({
    type: IssuedToken,
    errors: FAILURES,
    description:
      'Issues a token to the caller, or to a service of the organisation, which cannot sign in. The latter needs org.admin.',
    args: {
      name: t.arg.string({ required: true, description: 'So that you recognise it.' }),
      scopes: t.arg({
        type: [ScopeType],
        description: 'What it is limited to; none: everything that the caller may.',
      }),
      projectId: t.arg.id({
        description: 'The project that is meant where a request names none: `Project:3` or 3.',
      }),
      expiresAt: t.arg({
        type: 'DateTime',
        description: 'When it ends; null: once it is revoked.',
      }),
      serviceId: t.arg.id({
        description: 'A service, instead of the caller: `User:3` or 3.',
      }),
    },
    resolve: (_root, { name, scopes, projectId, expiresAt, serviceId }, context) =>
      expected(
        async () =>
          issueToken(context.pool, who(context), {
            name,
            scopes: scopes ?? [],
            projectId: projectId == null ? null : readId('Project', projectId, 'projectId'),
            expiresAt: expiresAt ?? null,
            serviceId: serviceId == null ? null : readId('User', serviceId, 'serviceId'),
          }),
        (path) => path.map((part) => (part === 'expires_at' ? 'expiresAt' : part)),
      ),
  }),
  revokeToken: t.field({
    type: Token,
    errors: FAILURES,
    description: 'Revokes a token for good: the caller’s own, for an administrator anybody’s.',
    args: { id: t.arg.id({ required: true, description: '`Token:3` or 3.' }) },
    resolve: (_root, { id }, context) =>
      expected(async () => revokeToken(context.pool, who(context), readId('Token', id, 'id'))),
  }),
}));
