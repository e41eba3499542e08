/** What every answer of the API carries, and what no request may bring. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A long scenario has some 100 KB. */
const MAX_BODY_BYTES = 1024 * 1024;

// For whoever shows one of our answers as a page: the reference has styles, and nothing of ours a script.
const DATA = [`default-src 'none'`, `style-src 'unsafe-inline'`, `img-src 'self' data:`];

const ALWAYS = [`base-uri 'none'`, `object-src 'none'`, `form-action 'self'`];

/** Nothing is kept, guessed, run, framed, or told to other sites. Pages replace what is not so for them. */
export function setSecurityHeaders(res: ServerResponse): void {
  res.setHeader('cache-control', 'no-store');
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('referrer-policy', 'no-referrer');
  res.setHeader('cross-origin-opener-policy', 'same-origin');
  setPolicy(res, DATA);
}

/** @param sources the directives that say what the page may load.
 *  @param framedBy origins whose pages may frame it beside our own; null: nobody may. */
export function setPolicy(
  res: ServerResponse,
  sources: readonly string[],
  framedBy: readonly string[] | null = null,
): void {
  const ancestors = framedBy === null ? `'none'` : [`'self'`, ...framedBy].join(' ');
  const policy = [...sources, ...ALWAYS, `frame-ancestors ${ancestors}`];
  res.setHeader('content-security-policy', policy.join('; '));
  // The older header knows no list of origins; where there is one, it would forbid what the list allows.
  if (framedBy === null) res.setHeader('x-frame-options', 'DENY');
  else res.removeHeader('x-frame-options');
}

/** Refuses a body that is too long, or of unknown length, before a byte of it is read.
 *  @returns whether the request may go on. */
export function limitBody(req: IncomingMessage, res: ServerResponse): boolean {
  const length = Number(req.headers['content-length'] ?? 0);
  if (req.headers['transfer-encoding'] !== undefined) {
    return refuse(res, 411, 'Send Content-Length.');
  }
  if (length <= MAX_BODY_BYTES) return true;
  return refuse(res, 413, `The body is larger than ${MAX_BODY_BYTES} bytes.`);
}

function refuse(res: ServerResponse, status: number, message: string): false {
  res.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  res.end(JSON.stringify({ errors: [{ message, extensions: { code: 'TOO_LARGE' } }] }));
  return false;
}
