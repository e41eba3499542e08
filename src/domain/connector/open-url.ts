/** A response's body as a stream, its refusals as Failures. */
import { asFailure, Failure } from './failure.ts';

// Answers that tell of the server's state rather than of the request.
const RETRYABLE_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Opens `url` with GET. Redirects are followed; the Authorization header stays with its origin.
 *  @param options.anyStatus answers that are not 2xx are fine too: somebody is there.
 *  @throws Failure. */
export async function openUrl(
  url: string,
  options: {
    readonly authorization?: string | undefined;
    readonly signal: AbortSignal;
    readonly anyStatus?: boolean;
  },
) {
  const stop = new AbortController();
  const response = await request(url, options.authorization, [options.signal, stop.signal]);
  if (!response.ok && options.anyStatus !== true) {
    stop.abort();
    throw new Failure(
      `GET ${shown(url)} answered ${response.status} ${response.statusText}.`,
      RETRYABLE_STATUS.has(response.status),
    );
  }
  const length = Number(response.headers.get('content-length'));
  // With a content encoding the length is that of the packed bytes, which we never see.
  const plain = response.headers.get('content-encoding') === null;
  return {
    stream: pieces(url, response, options.signal),
    totalBytes: plain && length > 0 ? length : null,
    close: () => stop.abort(),
  };
}

async function request(url: string, authorization: string | undefined, signals: AbortSignal[]) {
  try {
    return await fetch(url, {
      signal: AbortSignal.any(signals),
      headers: { accept: 'text/csv, */*', ...(authorization !== undefined && { authorization }) },
    });
  } catch (error) {
    signals[0]?.throwIfAborted();
    throw unreachable(url, error);
  }
}

async function* pieces(url: string, response: Response, signal: AbortSignal) {
  if (response.body === null) return;
  try {
    yield* response.body;
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url, error);
  }
}

// fetch says "fetch failed" or "terminated" and keeps the reason in `cause`.
function unreachable(url: string, error: unknown): Failure {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const failure = asFailure(cause, `GET ${shown(url)}`);
  if (failure instanceof Failure) return failure;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Failure(`GET ${shown(url)}: ${message}.`, true, error);
}

/** Without query, user and password: each may hold a secret. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
