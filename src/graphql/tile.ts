/** Links that show the scheduler's tile on other people's pages. */
import {
  createTileLink,
  listTileLinks,
  revokeTileLink,
  tileTokenOf,
} from '#domain/access/tile-link.ts';
import type { TileLink as TileLinkRow } from '#domain/access/tile-link.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { User, usersOf } from './user.ts';

const TILE_PATH = '/tiles/scheduler';

const TileLink = builder.objectRef<TileLinkRow>('TileLink').implement({
  description:
    'A link to the scheduler’s tile, for a frame on another page. Whoever has it sees the health and nothing else.',
  fields: (t) => ({
    id: t.id({ description: 'As in `TileLink:3`.', resolve: ({ id }) => `TileLink:${id}` }),
    url: t.string({
      description: 'What a frame names as its source.',
      resolve: async (link, _args, { origin, jwtSecret }) =>
        `${origin}${TILE_PATH}?token=${await tileTokenOf(link, jwtSecret)}`,
    }),
    token: t.string({
      description: 'The part that opens it; also good as `Authorization: Bearer`.',
      resolve: (link, _args, { jwtSecret }) => tileTokenOf(link, jwtSecret),
    }),
    origins: t.exposeStringList('origins', {
      description: 'Of the pages that may frame it, beside this service’s own.',
    }),
    createdBy: t.field({
      type: User,
      nullable: true,
      description: 'Who made it.',
      resolve: ({ userId }, _args, context) => usersOf(context).load(userId),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it goes dark.' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null: it was not.',
    }),
  }),
});

builder.queryField('tileLinks', (t) =>
  t.field({
    type: [TileLink],
    description:
      'The tile’s links of the organisation, the latest first, also those that have ended. Needs org.admin.',
    resolve: (_root, _args, context) => listTileLinks(context.pool, who(context)),
  }),
);

builder.mutationFields((t) => ({
  createTileLink: t.field({
    type: TileLink,
    errors: FAILURES,
    description: 'Makes a link to the scheduler’s tile. Needs org.admin.',
    args: {
      origins: t.arg.stringList({
        description:
          'Of the pages that may frame it, as in `https://intranet.example`; none: this service’s own alone.',
      }),
      validDays: t.arg.int({
        defaultValue: 365,
        required: true,
        description: 'After how many days it goes dark, 1 to 3,650.',
      }),
    },
    resolve: (_root, { origins, validDays }, context) =>
      expected(async () =>
        createTileLink(context.pool, who(context), { origins: origins ?? [], validDays }),
      ),
  }),
  revokeTileLink: t.field({
    type: TileLink,
    errors: FAILURES,
    description:
      'Revokes a link for good; what it shows goes dark within a minute. Needs org.admin.',
    args: { id: t.arg.id({ required: true, description: '`TileLink:3` or 3.' }) },
    resolve: (_root, { id }, context) =>
      expected(async () =>
        revokeTileLink(context.pool, who(context), readId('TileLink', id, 'id')),
      ),
  }),
}));
