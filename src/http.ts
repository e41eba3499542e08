/** What every answer of the API carries, and what no request may bring. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A long scenario has some 100 KB. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Nothing is guessed, framed, or told to other sites. GraphiQL's page carries its script within. */
export function setSecurityHeaders(req: IncomingMessage, res: ServerResponse): void {
  const page = req.method === 'GET' && /\btext\/html\b/.test(req.headers.accept ?? '');
  const inline = page ? " 'unsafe-inline'" : '';
  const policy = [
    `default-src 'self'`,
    `script-src 'self'${inline}`,
    `style-src 'self'${inline}`,
    `img-src 'self' data:`,
    `font-src 'self' data:`,
    `worker-src 'self' blob:`,
    `connect-src 'self' ws: wss:`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `object-src 'none'`,
  ];
  res.setHeader('content-security-policy', policy.join('; '));
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('x-frame-options', 'DENY');
  res.setHeader('referrer-policy', 'no-referrer');
  res.setHeader('cross-origin-opener-policy', 'same-origin');
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
