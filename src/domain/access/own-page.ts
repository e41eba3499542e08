/** What a request brings as credentials. A browser adds the cookie to whatever any site makes it send, so it
 *  counts only where the browser itself says that one of our own pages asked. */
import { readSessionCookie } from './cookie.ts';

/** A request, as far as this is concerned. */
export type Asked = {
  readonly method: string;
  /** A header by its lower-case name. */
  header(name: string): string | null | undefined;
  /** `PUBLIC_URL`: where browsers find us, when a proxy hides it. */
  readonly publicUrl: string | null;
  /** It opens a WebSocket, which other sites may do with GET and read from. */
  readonly upgrade?: boolean;
};

/** The `Authorization` that counts: the header where there is one, else the session of the cookie; null for
 *  neither, and for a cookie that came from elsewhere. */
export function authorizationOf(asked: Asked): string | null {
  const given = asked.header('authorization');
  if (given) return given;
  const token = ownCookie(asked);
  return token === null ? null : `Bearer ${token}`;
}

/** The session's token out of the cookie; null for a cookie that came from elsewhere. */
export function ownCookie(asked: Asked): string | null {
  return isFromOwnPage(asked) ? readSessionCookie(asked.header('cookie')) : null;
}

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

function isFromOwnPage(asked: Asked): boolean {
  if (isForeign(asked)) return false;
  if (asked.upgrade) return hasOrigin(asked);
  return SAFE.includes(asked.method) || hasOrigin(asked) || Boolean(siteOf(asked));
}

/** Whether the browser says that a page of another origin asked. Programs say nothing. */
export function isForeign(asked: Asked): boolean {
  const site = siteOf(asked);
  if (site && site !== 'same-origin' && site !== 'none') return true;
  return hasOrigin(asked) && !ownOrigins(asked).includes(asked.header('origin')!);
}

/** Whether the browser came by https, whatever the proxy in front of us speaks to us. */
export function cameByHttps(asked: Asked): boolean {
  return ownOrigin(asked).startsWith('https:');
}

/** Where the asking browser finds us, as in `https://scheduler.example`. */
export function ownOrigin(asked: Asked): string {
  if (asked.publicUrl !== null) return asked.publicUrl;
  if (hasOrigin(asked) && !isForeign(asked)) return asked.header('origin')!;
  return `${protoOf(asked) === 'https' ? 'https' : 'http'}://${asked.header('host') ?? 'localhost'}`;
}

// A proxy that ends TLS speaks http to us, and not every one says so. An https page of the same host is no
// weaker than the http one, so both count unless the proxy says https.
function ownOrigins(asked: Asked): string[] {
  const host = asked.header('host');
  const own = [`https://${host}`];
  if (protoOf(asked) !== 'https') own.push(`http://${host}`);
  return asked.publicUrl === null ? own : [...own, asked.publicUrl];
}

const protoOf = (asked: Asked) => asked.header('x-forwarded-proto')?.split(',')[0]?.trim();
const siteOf = (asked: Asked) => asked.header('sec-fetch-site');
const hasOrigin = (asked: Asked) => Boolean(asked.header('origin'));
