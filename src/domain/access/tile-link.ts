/** Links that show the scheduler's tile on other people's pages, a status board or an intranet, without anybody
 *  signing in there. Made, listed and revoked by administrators. */
import { row, rows, transaction, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { recordChange } from './audit.ts';
import { signTileToken, verifyTileToken } from './jwt.ts';
import { permitOrg, type Principal } from './principal.ts';
import * as sql from './tile-link.sql.ts';

export type TileLink = sql.TileLinkRow;

/** Who comes by such a link. */
export type Tile = {
  readonly linkId: number;
  readonly orgId: number;
  /** Which pages may frame it, beside our own. */
  readonly origins: readonly string[];
};

export type TileLinkRequest = {
  /** Of the pages that frame it, as in `https://intranet.example`; empty: our own alone. */
  readonly origins: readonly string[];
  readonly validDays: number;
};

const MAX_ORIGINS = 20;
const MAX_DAYS = 3650;

// They go into a header that says who may frame the tile, so nothing but a plain origin is taken.
const ORIGIN = /^https?:\/\/[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?(?::\d{1,5})?$/;

/** @throws DomainError FORBIDDEN unless the caller administers the organisation; VALIDATION. */
export async function createTileLink(
  pool: Pool,
  who: Principal,
  { origins, validDays }: TileLinkRequest,
): Promise<TileLink> {
  permitOrg(who);
  const plain = origins.map((origin) => origin.trim().toLowerCase().replace(/\/$/, ''));
  refuseBad(plain, validDays);
  const values = [who.orgId, who.userId, [...new Set(plain)], validDays];
  return transaction(pool, async (tx) => {
    const link = await row(tx, sql.insertTileLink, values);
    await recordChange(tx, who, {
      action: 'tile_link.create',
      resourceType: 'tile_link',
      resourceId: link!.id,
      after: link,
    });
    return link!;
  });
}

/** All of the organisation, the latest first, also those that have ended.
 *  @throws DomainError FORBIDDEN unless the caller administers the organisation. */
export async function listTileLinks(pool: Pool, who: Principal): Promise<TileLink[]> {
  permitOrg(who);
  return rows(pool, sql.listTileLinks, [who.orgId]);
}

/** For good; again changes nothing. What it shows now goes dark within a minute.
 *  @throws DomainError FORBIDDEN unless the caller administers the organisation; NOT_FOUND. */
export async function revokeTileLink(pool: Pool, who: Principal, id: number): Promise<TileLink> {
  permitOrg(who);
  return transaction(pool, async (tx) => {
    const link = await row(tx, sql.revokeTileLink, [who.orgId, id]);
    if (link === null) throw new DomainError('NOT_FOUND', `No tile link ${id}.`);
    await recordChange(tx, who, {
      action: 'tile_link.revoke',
      resourceType: 'tile_link',
      resourceId: id,
      after: link,
    });
    return link;
  });
}

/** The token of a link: the same whenever it is asked for. */
export function tileTokenOf(link: TileLink, jwtSecret: string): Promise<string> {
  return signTileToken(link, jwtSecret);
}

/** @throws DomainError UNAUTHENTICATED for a token that is forged, expired or revoked. */
export async function enterTile(db: Queryable, token: string, jwtSecret: string): Promise<Tile> {
  const claims = await verifyTileToken(token, jwtSecret);
  const link = claims && (await row(db, sql.findTileLink, [claims.jti, claims.orgId]));
  if (!link) {
    const message = 'The link is unknown, expired or revoked; an administrator can make a new one.';
    throw new DomainError('UNAUTHENTICATED', message);
  }
  return { linkId: link.id, orgId: link.orgId, origins: link.origins };
}

function refuseBad(origins: readonly string[], validDays: number): void {
  const problems: Problem[] = origins.flatMap((value, index) =>
    ORIGIN.test(value)
      ? []
      : [
          {
            path: ['origins', index],
            message: 'is no origin; write scheme and host alone, as in "https://intranet.example"',
            value,
          },
        ],
  );
  if (origins.length > MAX_ORIGINS) {
    const message = `lists ${origins.length}; at most ${MAX_ORIGINS} are taken`;
    problems.push({ path: ['origins'], message });
  }
  if (!Number.isInteger(validDays) || validDays < 1 || validDays > MAX_DAYS) {
    const message = `is 1 to ${MAX_DAYS} days`;
    problems.push({ path: ['validDays'], message, value: validDays });
  }
  if (problems.length > 0) throw invalid(problems);
}
