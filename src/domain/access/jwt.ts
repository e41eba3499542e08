/** What this installation signs: JWTs, HS256 and nothing else. A session says who signed in, for 60 minutes; a
 *  tile token opens the scheduler's tile. What somebody may do is read from the database at every request. */
import { decodeJwt, errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Role } from './principal.ts';

export const SESSION_MINUTES = 60;
const ALGORITHM = 'HS256';
const TILE = 'tile';

export type Session = {
  readonly userId: number;
  /** The organisation that a request without X-Org-Id means; null: the user's default. */
  readonly orgId: number | null;
  /** The role over the whole organisation at sign-in, for clients that want to show it. */
  readonly role: Role | null;
  /** When the password was given, in a browser's session alone: only that one is renewed. */
  readonly signedInAt?: Date;
};

export type VerifiedSession = Pick<Session, 'userId' | 'orgId'> & {
  readonly signedInAt: Date | null;
  /** To the second. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
};

export type TileClaims = {
  /** The link's row. */
  readonly jti: string;
  readonly orgId: number;
  readonly origins: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

/** @param secret `JWT_SECRET`.
 *  @param issuedAt when it begins, to the second; it ends 60 minutes later. */
export function signSession(
  session: Session,
  secret: string,
  issuedAt = new Date(),
): Promise<string> {
  const { userId, orgId, role, signedInAt } = session;
  const claims = {
    user_id: userId,
    org_id: orgId,
    role,
    ...(signedInAt && { auth_time: toSeconds(signedInAt) }),
  };
  const from = toSeconds(issuedAt);
  const token = new SignJWT(claims)
    .setIssuedAt(from)
    .setExpirationTime(from + SESSION_MINUTES * 60);
  return sign(token, secret);
}

/** What a session's JWT says, or null for one that is forged, expired, of another algorithm, without a user or
 *  made for something else. */
export async function verifySession(
  token: string,
  secret: string,
): Promise<VerifiedSession | null> {
  const payload = await verify(token, secret);
  if (payload === null || payload.aud !== undefined) return null;
  const { user_id: userId, org_id: orgId, auth_time: signedIn, iat, exp } = payload;
  if (!isId(userId)) return null;
  return {
    userId,
    orgId: isId(orgId) ? orgId : null,
    signedInAt: typeof signedIn === 'number' ? new Date(signedIn * 1000) : null,
    issuedAt: new Date((iat ?? 0) * 1000),
    expiresAt: new Date(exp! * 1000),
  };
}

/** The same claims give the same text, so that a link can be shown again. */
export function signTileToken(claims: TileClaims, secret: string): Promise<string> {
  const { jti, orgId, origins, createdAt, expiresAt } = claims;
  const token = new SignJWT({ org_id: orgId, origins })
    .setJti(jti)
    .setAudience(TILE)
    .setIssuedAt(toSeconds(createdAt))
    .setExpirationTime(toSeconds(expiresAt));
  return sign(token, secret);
}

/** Whether it claims to be a tile token; no proof that it is one. */
export function isTileToken(token: string): boolean {
  try {
    return decodeJwt(token).aud === TILE;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

/** What a tile token says, or null as for `verifySession`. */
export async function verifyTileToken(
  token: string,
  secret: string,
): Promise<{ readonly jti: string; readonly orgId: number } | null> {
  const payload = await verify(token, secret);
  if (payload?.aud !== TILE || typeof payload.jti !== 'string') return null;
  const { jti, org_id: orgId } = payload;
  return isId(orgId) ? { jti, orgId } : null;
}

function sign(token: SignJWT, secret: string): Promise<string> {
  return token.setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' }).sign(keyOf(secret));
}

async function verify(token: string, secret: string): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: [ALGORITHM],
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

function keyOf(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}

const toSeconds = (instant: Date) => Math.floor(instant.getTime() / 1000);

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 2_147_483_647;
}
