/** A response's body as a stream, its refusals as Failures. The address is a person's, so each connection is judged when
 *  it is made, those of redirects too. */
import { once } from 'node:events';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { forbiddenAddress, ForbiddenAddress, outsideLookup } from '#platform/outside-address.ts';
import { asFailure, Failure } from './failure.ts';

// Answers that tell of the server's state rather than of the request.
const RETRYABLE_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Browsers follow 20; a file that stands behind more than five has no address. */
const MAX_REDIRECTS = 5;

type Options = {
  readonly authorization?: string | undefined;
  readonly signal: AbortSignal;
  /** Answers that are not 2xx are fine too: somebody is there. */
  readonly anyStatus?: boolean;
};

/** Opens `url` with GET. Redirects are followed; the Authorization header stays with its origin.
 *  @throws Failure. */
export async function openUrl(url: string, { authorization, signal, anyStatus = false }: Options) {
  const own = authorization === undefined ? {} : { authorization };
  const response = await getUrl(new URL(url), { accept: 'text/csv, */*', own, signal });
  const { statusCode = 0, statusMessage = '' } = response;
  if ((statusCode < 200 || statusCode > 299) && !anyStatus) {
    response.destroy();
    throw new Failure(
      `GET ${shown(url)} answered ${statusCode} ${statusMessage}.`,
      RETRYABLE_STATUS.has(statusCode),
    );
  }
  const packing = response.headers['content-encoding'] ?? 'identity';
  if (packing !== 'identity' && !anyStatus) {
    response.destroy();
    throw new Failure(
      `GET ${shown(url)} answered in ${packing}, though plain bytes were asked for.`,
    );
  }
  const length = Number(response.headers['content-length']);
  return {
    stream: pieces(url, response, signal),
    totalBytes: length > 0 ? length : null,
    close: () => void response.destroy(),
  };
}

type Request = {
  readonly accept: string;
  /** Headers that the origin alone may see: those that sign in, and those that a person wrote. */
  readonly own: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** GET, whatever is answered; redirects are followed. Its body is for the caller to read or to destroy.
 *  @throws Failure where nobody answers, or where the way leads to a forbidden address. */
export async function getUrl(
  from: URL,
  { accept, own, signal }: Request,
): Promise<IncomingMessage> {
  let url = from;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const headers = { accept, ...(url.origin === from.origin && own) };
    const response = await get(url, headers, signal);
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) return response;
    response.destroy();
    const next = URL.parse(location, url);
    if (next === null || !/^https?:$/.test(next.protocol)) {
      throw new Failure(`GET ${shown(url)} leads to what is no address of http or https.`);
    }
    url = next;
  }
  throw new Failure(
    `GET ${shown(from)} is redirected more than ${MAX_REDIRECTS} times; give the file's own address.`,
  );
}

async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const forbidden = forbiddenAddress(url.hostname);
  if (forbidden !== null) throw new Failure(`GET ${shown(url)}: ${forbidden}.`);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const call = request(url, {
    signal,
    lookup: outsideLookup,
    // A connection of its own: the address was checked for this call.
    agent: false,
    // As it is: packed bytes would have to be unpacked without an end in sight.
    headers: {
      'user-agent': 'honeyframe-scheduler',
      ...headers,
      'accept-encoding': 'identity',
    },
  });
  try {
    const response = once(call, 'response') as Promise<[IncomingMessage]>;
    call.end();
    return (await response)[0];
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url, error);
  }
}

/** The body of what was answered, its losses as Failures. */
export async function* pieces(url: string | URL, response: IncomingMessage, signal: AbortSignal) {
  try {
    yield* response as AsyncIterable<Uint8Array>;
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url, error);
  }
}

function unreachable(url: string | URL, error: unknown): Failure {
  if (error instanceof ForbiddenAddress) return new Failure(`GET ${shown(url)}: ${error.message}.`);
  const failure = asFailure(error, `GET ${shown(url)}`);
  if (failure instanceof Failure) return failure;
  const message = error instanceof Error ? error.message : String(error);
  return new Failure(`GET ${shown(url)}: ${message}.`, true, error);
}

/** Without query, user and password: each may hold a secret. */
export function shown(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
