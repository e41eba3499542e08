/** The session of a browser: a cookie of 60 minutes, renewed while a page is open, so that one left open for a
 *  day is still signed in. Seven days after the password was given it is asked for again. */
import type { Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { authenticate, type Caller, type Credentials } from './authenticate.ts';
import { signSession, verifySession } from './jwt.ts';
import type { Principal } from './principal.ts';
import { checkPassword, type SignInDeps } from './sign-in.ts';

// Long enough for a working week without a password, short enough for a laptop that was sold.
export const RENEWED_FOR_DAYS = 7;
const RENEWED_FOR_MS = RENEWED_FOR_DAYS * 24 * 3600 * 1000;

export type BrowserSession = {
  /** For the cookie. */
  readonly token: string;
  readonly caller: Caller;
};

type Place = Omit<Credentials, 'authorization'>;

/** @throws DomainError as `checkPassword` and `authenticate` do. */
export async function openBrowserSession(
  deps: SignInDeps,
  input: unknown,
  place: Place,
): Promise<BrowserSession> {
  const { at, ...account } = await checkPassword(deps, input, place.address ?? null);
  const token = await signSession({ ...account, signedInAt: at }, deps.jwtSecret, at);
  return { token, caller: await enter(deps.pool, token, place, deps.jwtSecret) };
}

/** A new cookie for an old one that is still good.
 *  @param token out of the cookie.
 *  @throws DomainError UNAUTHENTICATED for no or a bad token, one that no browser signed in with, a user who is
 *  gone, and once the password was given too long ago. */
export async function renewBrowserSession(
  { pool, jwtSecret }: Pick<SignInDeps, 'pool' | 'jwtSecret'>,
  token: string | null,
  place: Place,
): Promise<BrowserSession> {
  const session = token === null ? null : await verifySession(token, jwtSecret);
  const signedInAt = session?.signedInAt ?? null;
  if (token === null || session === null || signedInAt === null) {
    throw new DomainError('UNAUTHENTICATED', 'The session has ended; sign in again.');
  }
  if (Date.now() - signedInAt.getTime() >= RENEWED_FOR_MS) {
    const message = `You signed in ${RENEWED_FOR_DAYS} days ago; sign in again.`;
    throw new DomainError('UNAUTHENTICATED', message);
  }
  // Before the old one is looked at, so that a password that changes now ends the new one too; and never before it.
  const issuedAt = new Date(Math.max(Date.now(), session.issuedAt.getTime()));
  const { orgRole: role } = await enter(pool, token, place, jwtSecret);
  const { userId, orgId } = session;
  const renewed = await signSession({ userId, orgId, role, signedInAt }, jwtSecret, issuedAt);
  return { token: renewed, caller: await enter(pool, renewed, place, jwtSecret) };
}

/** The session of a browser in which the password was just changed; all others ended with the one before.
 *  @param token out of the cookie that ended too. @param at from when on sessions count.
 *  @returns the one to go on with; null for what is no browser's session. */
export async function keepBrowserSession(
  jwtSecret: string,
  who: Principal,
  token: string,
  at: Date,
): Promise<string | null> {
  const session = await verifySession(token, jwtSecret);
  if (session === null || session.signedInAt === null) return null;
  const { userId, orgId } = session;
  return signSession({ userId, orgId, role: who.orgRole, signedInAt: at }, jwtSecret, at);
}

function enter(db: Queryable, token: string, place: Place, jwtSecret: string): Promise<Caller> {
  return authenticate(db, { ...place, authorization: `Bearer ${token}` }, { jwtSecret });
}
