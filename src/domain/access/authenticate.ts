/** From a request's headers to a Principal, in one statement. Roles are read at every request, so that what
 *  was taken from somebody is gone at once. */
import { row, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { callerOfSession, callerOfToken, type CallerRow } from './authenticate.sql.ts';
import { verifySession } from './jwt.ts';
import { strongest, type Principal, type Role } from './principal.ts';
import { hashToken, TOKEN_MARK } from './secret-token.ts';

export type Credentials = {
  /** The header: `Bearer <JWT or hf_…>`. */
  readonly authorization?: string | null | undefined;
  /** X-Org-Id; without it the token's organisation, or the caller's default one. */
  readonly orgId?: number | null | undefined;
  /** X-Project-Id; becomes `defaultProjectId`. Whether the caller may see it is asked where it is used. */
  readonly projectId?: number | null | undefined;
  /** Where the request came from, for the audit log. */
  readonly address?: string | null | undefined;
};

/** Who asks, until when. */
export type Caller = Principal & {
  /** When the credentials end; null: once they are revoked. */
  readonly expiresAt: Date | null;
};

/** @throws DomainError UNAUTHENTICATED for no or a bad token, one that is revoked or expired, a deactivated
 *  user; NOT_FOUND for an organisation that the caller is no member of, as if it did not exist. */
export async function authenticate(
  db: Queryable,
  credentials: Credentials,
  { jwtSecret }: { readonly jwtSecret: string },
): Promise<Caller> {
  const token = bearerOf(credentials);
  if (token === null) {
    throw unauthenticated('Sign in, or send a token: Authorization: Bearer hf_….');
  }
  const caller = token.startsWith(TOKEN_MARK)
    ? await row(db, callerOfToken, [hashToken(token), credentials.orgId ?? null])
    : await findSession(db, token, credentials.orgId ?? null, jwtSecret);
  if (caller === null) {
    throw unauthenticated('The token is unknown, expired or revoked; sign in again.');
  }
  return toPrincipal(caller, credentials);
}

/** The token in the header; null where there is none. */
export function bearerOf({ authorization }: Pick<Credentials, 'authorization'>): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** A member by id, with everything that they may do now: the owner of a scenario whose step starts. It starts whatever
 *  password they have.
 *  @returns null for a deactivated user and for one who is no member. */
export async function findPrincipal(
  db: Queryable,
  { userId, orgId }: { readonly userId: number; readonly orgId: number },
): Promise<Principal | null> {
  const caller = await row(db, callerOfSession, [userId, orgId, null]);
  if (caller === null || caller.orgId === null) return null;
  return toPrincipal({ ...caller, mustResetPassword: false }, { orgId });
}

async function findSession(
  db: Queryable,
  token: string,
  orgId: number | null,
  jwtSecret: string,
): Promise<CallerRow | null> {
  const session = await verifySession(token, jwtSecret);
  if (session === null) return null;
  const { userId, issuedAt } = session;
  const caller = await row(db, callerOfSession, [userId, orgId ?? session.orgId, issuedAt]);
  return caller && { ...caller, expiresAt: session.expiresAt };
}

function toPrincipal(caller: CallerRow, { orgId, projectId, address }: Credentials): Caller {
  if (caller.orgId === null) {
    if (orgId == null)
      throw unauthenticated(
        'This account is no member of its organisation any more; sign in again.',
      );
    throw new DomainError('NOT_FOUND', `No organisation ${orgId}.`);
  }
  const onProjects = new Map<number, Role>();
  let orgRole: Role | null = null;
  for (const [project, role] of caller.roles) {
    if (project === null) orgRole = strongest(orgRole, role);
    else onProjects.set(project, strongest(onProjects.get(project) ?? null, role));
  }
  return {
    userId: caller.userId,
    email: caller.email,
    name: caller.name,
    orgId: caller.orgId,
    defaultProjectId: projectId ?? caller.defaultProjectId,
    orgRole,
    projectRoles: onProjects,
    scopes: caller.scopes,
    tokenId: caller.tokenId,
    address: address ?? null,
    mustResetPassword: caller.mustResetPassword,
    expiresAt: caller.expiresAt,
  };
}

function unauthenticated(message: string): DomainError {
  return new DomainError('UNAUTHENTICATED', message);
}
