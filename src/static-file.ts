/** A file as it is answered: in the smallest form that the browser takes, not at all when it has it. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Encoding = 'br' | 'gzip';

export type StaticFile = {
  readonly type: string;
  readonly cache: string;
  readonly body: Buffer;
  /** The same, compressed. */
  readonly encoded: Readonly<Partial<Record<Encoding, Buffer>>>;
  /** Weak: one for all its forms. */
  readonly etag: string;
};

export const CACHE = {
  /** Its name changes with its content. */
  forever: 'public, max-age=31536000, immutable',
  /** Kept, and asked about before every use. */
  asked: 'no-cache',
} as const;

export function staticFile(
  type: string,
  cache: string,
  body: Buffer,
  encoded: StaticFile['encoded'] = {},
): StaticFile {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { type, cache, body, encoded, etag: `W/"${hash}"` };
}

/** Answers GET and HEAD. Headers that were set before stay. */
export function sendFile(req: IncomingMessage, res: ServerResponse, file: StaticFile): void {
  res.setHeader('cache-control', file.cache);
  res.setHeader('etag', file.etag);
  const forms = Object.keys(file.encoded) as Encoding[];
  if (forms.length > 0) res.appendHeader('vary', 'accept-encoding');
  if (knows(req, file.etag)) {
    res.writeHead(304).end();
    return;
  }
  const encoding = chooseEncoding(req.headers['accept-encoding'], forms);
  const body = encoding === null ? file.body : file.encoded[encoding]!;
  if (encoding !== null) res.setHeader('content-encoding', encoding);
  res.writeHead(200, { 'content-type': file.type, 'content-length': body.length });
  res.end(req.method === 'HEAD' ? undefined : body);
}

function knows({ headers }: IncomingMessage, etag: string): boolean {
  const given = headers['if-none-match'];
  // Proxies make strong tags of weak ones and the other way round; the content is the same.
  return given?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag.slice(2)) ?? false;
}

/** The best of the forms that the header takes; null: the plain one. */
export function chooseEncoding(
  header: string | string[] | undefined,
  forms: readonly Encoding[],
): Encoding | null {
  const taken = new Map<string, number>();
  for (const part of String(header ?? '').split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((text) => text.startsWith('q='))?.slice(2);
    taken.set(name, weight === undefined ? 1 : Number(weight));
  }
  const weightOf = (form: string) => taken.get(form) ?? taken.get('*') ?? 0;
  const best = (['br', 'gzip'] as const)
    .filter((form) => forms.includes(form) && weightOf(form) > 0)
    .sort((a, b) => weightOf(b) - weightOf(a));
  return best[0] ?? null;
}
