/** The cookie that carries a browser's session: out of reach for scripts, and sent by no other site. */

const NAME = 'hf_session';

// Strict: not even a link from another site brings it. Such a visitor gets the console's page, which then asks
// for itself and is known again.
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict';

/** As `Set-Cookie` spells it.
 *  @param maxAgeSeconds how long the browser keeps it: as long as the token is good.
 *  @param secure only over https from now on. */
export function sessionCookie(
  token: string,
  { maxAgeSeconds, secure }: { readonly maxAgeSeconds: number; readonly secure: boolean },
): string {
  return `${NAME}=${token}; Max-Age=${maxAgeSeconds}; ${ATTRIBUTES}${secure ? '; Secure' : ''}`;
}

/** Makes the browser forget it. */
export function noSessionCookie(secure: boolean): string {
  return sessionCookie('', { maxAgeSeconds: 0, secure });
}

/** The session's token in a `Cookie` header; null when there is none. */
export function readSessionCookie(header: string | null | undefined): string | null {
  return new RegExp(`(?:^|;\\s*)${NAME}=([\\w.-]+)`).exec(header ?? '')?.[1] ?? null;
}
