/** Links to the scheduler's tile as rows; the token itself is made from its row and never stored. */
import { statement } from '#platform/db.ts';

export type TileLinkRow = {
  id: number;
  jti: string;
  orgId: number;
  userId: number;
  origins: string[];
  expiresAt: Date;
  revokedAt: Date | null;
  createdAt: Date;
};

const columns = `id, jti, org_id as "orgId", user_id as "userId", origins, expires_at as "expiresAt",
  revoked_at as "revokedAt", created_at as "createdAt"`;

/** $1 organisation, $2 who makes it, $3 origins, $4 days until it ends. Whole seconds, as tokens have them. */
export const insertTileLink = statement<TileLinkRow>(
  'insert-tile-link',
  `insert into tile_link (jti, org_id, user_id, origins, expires_at, created_at)
   select gen_random_uuid(), $1, $2, $3, now.at + make_interval(days => $4), now.at
     from (select date_trunc('second', clock_timestamp()) as at) now
   returning ${columns}`,
);

/** $1 organisation. */
export const listTileLinks = statement<TileLinkRow>(
  'list-tile-links',
  `select ${columns} from tile_link where org_id = $1 order by id desc`,
);

/** $1 organisation, $2 link. */
export const revokeTileLink = statement<TileLinkRow>(
  'revoke-tile-link',
  `update tile_link set revoked_at = coalesce(revoked_at, clock_timestamp())
    where org_id = $1 and id = $2 returning ${columns}`,
);

/** The link that a token names, unless it was revoked or has ended. $1 its jti, $2 organisation. */
export const findTileLink = statement<TileLinkRow>(
  'find-tile-link',
  `select ${columns} from tile_link
    where jti = $1::uuid and org_id = $2 and revoked_at is null and expires_at > clock_timestamp()`,
);
