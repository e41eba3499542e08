/** Links that show a dashboard to whoever has them. */
import { may } from '#domain/access/principal.ts';
import { listShares, revokeShare, shareDashboard } from '#domain/dashboard/share.ts';
import type { Share, ShareMode } from '#domain/dashboard/share.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { Dashboard, TEXTS } from './dashboard.ts';
import { enumValues } from './enum.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { User, usersOf } from './user.ts';

export const SHARE_PATH = '/share/';

const ModeType = builder.enumType('DashboardShareMode', {
  description: 'What a link shows.',
  values: enumValues<ShareMode>({
    live: 'The dashboard as it is whenever somebody looks.',
    frozen: 'Its cards as they were when the link was made, with the figures of the moment.',
  }),
});

const DashboardShare = builder.objectRef<Share>('DashboardShare').implement({
  description: 'A link to a dashboard, read with its publisher’s rights.',
  fields: (t) => ({
    id: t.id({
      description: 'As in `DashboardShare:3`.',
      resolve: ({ id }) => `DashboardShare:${id}`,
    }),
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
    mode: t.field({
      type: ModeType,
      description: 'What it shows.',
      resolve: ({ mode }) => mode as ShareMode,
    }),
    revision: t.exposeInt('revision', {
      nullable: true,
      description: 'Which revision a frozen one shows.',
    }),
    publisher: t.field({
      type: User,
      nullable: true,
      description: 'With whose rights it is read; null: one who has left, and it shows nothing.',
      resolve: ({ publisherUserId }, _args, context) => usersOf(context).load(publisherUserId),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends; null: once it is revoked.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null: it was not.',
    }),
  }),
});

type Shared = Awaited<ReturnType<typeof shareDashboard>>;

const SharedDashboard = builder.objectRef<Shared>('SharedDashboard').implement({
  description: 'A link that was made.',
  fields: (t) => ({
    share: t.field({
      type: DashboardShare,
      description: 'What is known of it from now on.',
      resolve: ({ share }) => share,
    }),
    url: t.string({
      description: 'The link; it is shown this once.',
      resolve: ({ token }, _args, { origin }) => `${origin}${SHARE_PATH}${token}`,
    }),
  }),
});

builder.prismaObjectField(Dashboard, 'shares', (t) =>
  t.field({
    type: [DashboardShare],
    description:
      'Its links, the latest first, also those that have ended; null for one who may not edit it.',
    nullable: true,
    select: { id: true, projectId: true },
    resolve: ({ id, projectId }, _args, context) =>
      may(who(context), 'project.edit', projectId)
        ? listShares(context.pool, who(context), id)
        : null,
  }),
);

builder.mutationFields((t) => ({
  shareDashboard: t.field({
    type: SharedDashboard,
    errors: FAILURES,
    description:
      'Makes a link that shows a dashboard to whoever has it: the cards that the caller may see. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      mode: t.arg({ type: ModeType, required: true, description: 'What it shows.' }),
      validDays: t.arg.int({
        description: 'After how many days it ends, 1 to 3,650; without it once it is revoked.',
      }),
    },
    resolve: (_root, { id, mode, validDays }, context) =>
      expected(async () =>
        shareDashboard(context.pool, who(context), readId('Dashboard', id, 'id'), {
          mode,
          validDays: validDays ?? null,
        }),
      ),
  }),
  revokeDashboardShare: t.field({
    type: DashboardShare,
    errors: FAILURES,
    description: 'Ends a link for good. Needs project.edit.',
    args: { id: t.arg.id({ required: true, description: '`DashboardShare:3` or 3.' }) },
    resolve: (_root, { id }, context) =>
      expected(async () =>
        revokeShare(context.pool, who(context), readId('DashboardShare', id, 'id')),
      ),
  }),
}));
