/** Links that show a dashboard to whoever has them, read with the rights that their publisher has at that moment. */
import { randomBytes } from 'node:crypto';
import { row, rows, transaction, type Pool } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { findPrincipal } from '../access/authenticate.ts';
import { permit, type Principal } from '../access/principal.ts';
import { hashToken } from '../access/secret-token.ts';
import { lockDashboard } from './autosave.sql.ts';
import { getDashboard } from './dashboard.ts';
import { NOTES, recordRevision } from './record-revision.ts';
import * as sql from './share.sql.ts';
import { viewDashboard, viewRevision, type DashboardView, type ViewDeps } from './view.ts';

export const SHARE_MODES = ['live', 'frozen'] as const;
export type ShareMode = (typeof SHARE_MODES)[number];
export type Share = sql.ShareRow;

export type ShareRequest = {
  /** live: as the dashboard is whenever somebody looks. frozen: its cards as they are now. Figures are those of the
   *  moment either way. */
  readonly mode: ShareMode;
  /** null: until it is revoked. */
  readonly validDays: number | null;
};

const MAX_DAYS = 3650;
// 192 bits: nobody guesses one.
const TOKEN_BYTES = 24;

/** @returns the link's token, which nobody is shown again.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without project.edit, VALIDATION. */
export async function shareDashboard(
  pool: Pool,
  who: Principal,
  dashboardId: number,
  { mode, validDays }: ShareRequest,
): Promise<{ share: Share; token: string }> {
  const problems: Problem[] = [];
  if (
    validDays !== null &&
    !(Number.isInteger(validDays) && validDays >= 1 && validDays <= MAX_DAYS)
  ) {
    const message = `is 1 to ${MAX_DAYS} days`;
    problems.push({ path: ['validDays'], message, value: validDays });
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return transaction(pool, async (tx) => {
    await getDashboard(tx, who, dashboardId, 'project.edit');
    if (problems.length > 0) throw invalid(problems);
    await rows(tx, lockDashboard, [dashboardId]);
    // An autosave may still be brought up to date; this one stays.
    const request = { dashboardId, authorUserId: who.userId, note: NOTES.shared };
    const revision = mode === 'frozen' ? await recordRevision(tx, request) : null;
    const hash = hashToken(token);
    const values = [who.orgId, dashboardId, hash, mode, revision, who.userId, validDays];
    const share = (await row(tx, sql.insertShare, values))!;
    await recordChange(tx, who, {
      action: 'dashboard_share.create',
      resourceType: 'dashboard_share',
      resourceId: share.id,
      after: share,
    });
    return { share, token };
  });
}

/** All of a dashboard, the latest first, also those that have ended.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without project.edit. */
export async function listShares(
  pool: Pool,
  who: Principal,
  dashboardId: number,
): Promise<Share[]> {
  await getDashboard(pool, who, dashboardId, 'project.edit');
  return rows(pool, sql.listShares, [dashboardId]);
}

/** For good, and at once; again changes nothing.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without project.edit. */
export async function revokeShare(pool: Pool, who: Principal, id: number): Promise<Share> {
  return transaction(pool, async (tx) => {
    const before = await row(tx, sql.findShare, [id, who.orgId]);
    if (before === null) throw unknown(id);
    const { projectId } = await getDashboard(tx, who, before.dashboardId).catch(
      (error: unknown) => {
        // Of a dashboard that may not be seen there is no link either.
        throw error instanceof DomainError ? unknown(id) : error;
      },
    );
    permit(who, 'project.edit', projectId, { type: 'dashboard share', id });
    const after = (await row(tx, sql.revokeShare, [id]))!;
    if (before.revokedAt === null) {
      await recordChange(tx, who, {
        action: 'dashboard_share.revoke',
        resourceType: 'dashboard_share',
        resourceId: id,
        before,
        after,
      });
    }
    return after;
  });
}

export type OpenedShare = {
  readonly share: Share;
  readonly publisher: Principal;
  readonly zone: string;
};

/** @throws DomainError NOT_FOUND for a link that is unknown, revoked or has ended, and for one whose publisher may not
 *  see the dashboard any more. */
export async function openShare(pool: Pool, token: string): Promise<OpenedShare> {
  const share = await row(pool, sql.openShare, [hashToken(token)]);
  const publisher =
    share && (await findPrincipal(pool, { userId: share.publisherUserId, orgId: share.orgId }));
  if (!share || !publisher) throw closed();
  const { zone } = share;
  await getDashboard(pool, publisher, share.dashboardId).catch((error: unknown) => {
    throw error instanceof DomainError ? closed() : error;
  });
  return { share, publisher, zone };
}

/** What the link shows now. */
export function viewShare(
  deps: ViewDeps,
  { share, publisher, zone }: OpenedShare,
  { now, signal }: { readonly now: Date; readonly signal: AbortSignal },
): Promise<DashboardView> {
  const { dashboardId, revision } = share;
  return revision === null
    ? viewDashboard(deps, publisher, dashboardId, { zone, now, signal })
    : viewRevision(deps, publisher, dashboardId, revision, { zone, now, signal });
}

const unknown = (id: number) => new DomainError('NOT_FOUND', `No dashboard share ${id}.`);
const closed = () =>
  new DomainError(
    'NOT_FOUND',
    'This link is unknown, revoked or has ended; ask whoever sent it for a new one.',
  );
