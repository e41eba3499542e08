/** The session of a person who signed in: a JWT, HS256 and nothing else, valid for 60 minutes. What it says
 *  is who signed in; what they may do is read from the database at every request. */
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Role } from './principal.ts';

export const SESSION_MINUTES = 60;
const ALGORITHM = 'HS256';

export type Session = {
  readonly userId: number;
  /** The organisation that a request without X-Org-Id means; null: the user's default. */
  readonly orgId: number | null;
  /** The role over the whole organisation at sign-in, for clients that want to show it. */
  readonly role: Role | null;
};

/** @param secret `JWT_SECRET`. */
export function signSession(session: Session, secret: string): Promise<string> {
  return new SignJWT({ user_id: session.userId, org_id: session.orgId, role: session.role })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime(`${SESSION_MINUTES} minutes`)
    .sign(keyOf(secret));
}

/** What a JWT says, or null for one that is forged, expired, of another algorithm or without a user. */
export async function verifySession(
  token: string,
  secret: string,
): Promise<Pick<Session, 'userId' | 'orgId'> | null> {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: [ALGORITHM],
      requiredClaims: ['exp'],
    });
    const { user_id: userId, org_id: orgId } = payload;
    if (!isId(userId)) return null;
    return { userId, orgId: isId(orgId) ? orgId : null };
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

function keyOf(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 2_147_483_647;
}
