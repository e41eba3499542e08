/** Personal access tokens of the caller: issued, listed, revoked. An administrator may also list and revoke
 *  those of others, and issue them to services, which cannot sign in. The text of a token leaves this file once, when it is issued. */
import { row, rows, transaction, type Pool } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { getProject } from '../project/project.ts';
import { recordChange } from './audit.ts';
import { may, permitOrg, SCOPES, type Principal, type Scope } from './principal.ts';
import { createSecretToken } from './secret-token.ts';
import * as sql from './tokens.sql.ts';

export type TokenRequest = {
  readonly name: string;
  /** Empty: everything that the caller may. */
  readonly scopes: readonly Scope[];
  /** The project that a request without X-Project-Id means. */
  readonly projectId: number | null;
  /** null: until it is revoked. */
  readonly expiresAt: Date | null;
  /** A service of the organisation, instead of the caller. */
  readonly serviceId?: number | null;
};

const MAX_NAME = 100;

/** @returns the token's row and its text, which is not kept.
 *  @throws DomainError VALIDATION; FORBIDDEN when the scopes reach beyond those of the token in use, and for a service
 *  without org.admin; NOT_FOUND for a project that the caller may not see, and for what is no service here. */
export async function issueToken(
  pool: Pool,
  who: Principal,
  request: TokenRequest,
): Promise<sql.TokenRow & { readonly token: string }> {
  const problems: Problem[] = [];
  const name = request.name.trim();
  if (name === '' || name.length > MAX_NAME) {
    const message = `has 1 to ${MAX_NAME} characters, so that you recognise the token`;
    problems.push({ path: ['name'], message, value: request.name });
  }
  if (request.expiresAt !== null && request.expiresAt.getTime() <= Date.now()) {
    const message = 'lies in the past; name a later instant, or none';
    problems.push({ path: ['expires_at'], message, value: request.expiresAt });
  }
  if (problems.length > 0) throw invalid(problems);
  if (reachesFurther(who, request.scopes)) throw tooFar(who, 'issue');
  if (request.projectId !== null) await getProject(pool, who, request.projectId);
  const userId = await holderOf(pool, who, request.serviceId ?? null);

  const { token, prefix, hash } = createSecretToken();
  return transaction(pool, async (tx) => {
    const issued = await row(tx, sql.insertToken, [
      who.orgId,
      userId,
      request.projectId,
      name,
      prefix,
      hash,
      request.scopes,
      request.expiresAt,
    ]);
    await recordChange(tx, who, {
      action: 'token.issue',
      resourceType: 'token',
      resourceId: issued!.id,
      after: issued,
    });
    return { ...issued!, token };
  });
}

/** The tokens of the organisation that the caller may see: the caller's own, an administrator's view of all. */
export function listTokens(pool: Pool, who: Principal): Promise<sql.TokenRow[]> {
  return rows(pool, sql.listTokens, [who.orgId, may(who, 'org.admin', null) ? null : who.userId]);
}

/** Revokes for good; again changes nothing.
 *  @throws DomainError NOT_FOUND for a token that the caller may not see; FORBIDDEN for one that reaches further than the
 *  one in use. */
export async function revokeToken(pool: Pool, who: Principal, id: number): Promise<sql.TokenRow> {
  return transaction(pool, async (tx) => {
    const owner = may(who, 'org.admin', null) ? null : who.userId;
    const before = await row(tx, sql.lockToken, [who.orgId, owner, id]);
    if (before === null) throw new DomainError('NOT_FOUND', `No token ${id}.`);
    if (before.revokedAt !== null) return before;
    if (reachesFurther(who, before.scopes)) throw tooFar(who, 'revoke');
    const revoked = (await row(tx, sql.revokeToken, [who.orgId, owner, id]))!;
    await recordChange(tx, who, {
      action: 'token.revoke',
      resourceType: 'token',
      resourceId: id,
      before,
      after: revoked,
    });
    return revoked;
  });
}

// Nobody gets a token that speaks for another person.
async function holderOf(pool: Pool, who: Principal, serviceId: number | null): Promise<number> {
  if (serviceId === null) return who.userId;
  permitOrg(who);
  const service = await row(pool, sql.findService, [who.orgId, serviceId]);
  if (service === null) {
    throw new DomainError('NOT_FOUND', `No service ${serviceId} in this organisation.`);
  }
  return serviceId;
}

// Otherwise a leaked read-only token would be worth as much as its user, or could end what its user works with.
function reachesFurther(who: Principal, scopes: readonly Scope[]): boolean {
  if (who.scopes.length === 0) return false;
  const reach = (given: readonly Scope[]) => Math.max(...given.map((s) => SCOPES.indexOf(s)));
  return scopes.length === 0 || reach(scopes) > reach(who.scopes);
}

function tooFar(who: Principal, verb: 'issue' | 'revoke'): DomainError {
  return new DomainError(
    'FORBIDDEN',
    `The token in use has the scopes ${who.scopes.join(', ')} and cannot ${verb} one that reaches further.`,
    { facts: { permission: `token.${verb}`, targetId: who.tokenId } },
  );
}
