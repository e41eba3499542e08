/** One page of an API: asked for, waited for where the server says to, read within bounds, parsed without loss. */
import type { IncomingMessage } from 'node:http';
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from './failure.ts';
import { getUrl, pieces, shown } from './open-url.ts';
import { rawJson } from './raw-json.ts';

/** A page is held whole, as text and as objects: about ten times its bytes. */
export const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const MAX_TRIES = 5;
/** A server that asks for more is left to the next attempt of the step. */
const MAX_WAIT_MS = 300_000;
// Too many requests, and what a server says of its own state.
const WAITS_OUT = new Set([408, 425, 429, 500, 502, 503, 504]);

export type Call = {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** 5 unless given. */
  readonly tries?: number;
  readonly signal: AbortSignal;
  log(line: string, level?: 'info' | 'warn'): void;
};

export type Page = {
  /** null where the server says that nothing has changed (304). */
  readonly document: unknown;
  readonly notModified: boolean;
  readonly bytes: number;
  /** Equal for equal bytes. */
  readonly digest: string;
  readonly etag: string | null;
  readonly link: string | null;
};

/** @throws Failure; the signal's reason when aborted. */
export async function callPage(url: URL, call: Call): Promise<Page> {
  for (let tries = 1; ; tries++) {
    const answer = await tryOnce(url, call);
    if (!('failure' in answer)) return answer;
    const { failure, retryAfterMs } = answer;
    if (!failure.retryable || tries >= (call.tries ?? MAX_TRIES)) throw failure;
    // 1, 2, 4, 8 seconds, a tenth more or less, unless the server says how long.
    const waitMs = retryAfterMs ?? 1000 * 2 ** (tries - 1) * (0.9 + Math.random() / 5);
    if (waitMs > MAX_WAIT_MS) {
      throw new Failure(
        `${failure.message} It asks to wait ${Math.round(waitMs / 1000)} s, and ${MAX_WAIT_MS / 1000} s are waited at most.`,
        true,
      );
    }
    call.log(`${failure.message} Asking again in ${(waitMs / 1000).toFixed(1)} s.`, 'warn');
    await pause(waitMs, undefined, { signal: call.signal }).catch(() => {});
    call.signal.throwIfAborted();
  }
}

type Refused = { readonly failure: Failure; readonly retryAfterMs: number | null };

async function tryOnce(url: URL, call: Call): Promise<Page | Refused> {
  const timeout = AbortSignal.timeout(call.timeoutSeconds * 1000);
  const signal = AbortSignal.any([call.signal, timeout]);
  try {
    const own = { ...call.headers };
    const response = await getUrl(url, { accept: 'application/json', own, signal });
    try {
      return await read(url, response, signal);
    } finally {
      response.destroy();
    }
  } catch (error) {
    call.signal.throwIfAborted();
    if (timeout.aborted) {
      const reason = `GET ${shown(url)} took longer than ${call.timeoutSeconds} s.`;
      return { failure: new Failure(reason, true, error), retryAfterMs: null };
    }
    if (error instanceof Failure) return { failure: error, retryAfterMs: null };
    throw error;
  }
}

async function read(
  url: URL,
  response: IncomingMessage,
  signal: AbortSignal,
): Promise<Page | Refused> {
  const { statusCode = 0, statusMessage = '', headers } = response;
  const etag = headers.etag ?? null;
  if (statusCode === 304) {
    return { document: null, notModified: true, bytes: 0, digest: '', etag, link: null };
  }
  if (statusCode < 200 || statusCode > 299) {
    const retryable = WAITS_OUT.has(statusCode);
    const reason = `GET ${shown(url)} answered ${statusCode} ${statusMessage}${remedy(statusCode)}.`;
    return {
      failure: new Failure(reason, retryable),
      retryAfterMs: retryAfter(headers['retry-after']),
    };
  }
  const packing = headers['content-encoding'] ?? 'identity';
  if (packing !== 'identity') {
    throw new Failure(
      `GET ${shown(url)} answered in ${packing}, though plain bytes were asked for.`,
    );
  }
  const link = typeof headers['link'] === 'string' ? headers['link'] : null;
  const { text, ...measured } = await readText(url, response, signal);
  return { document: parse(url, text), notModified: false, ...measured, etag, link };
}

async function readText(url: URL, response: IncomingMessage, signal: AbortSignal) {
  const decoder = new TextDecoder();
  const hash = createHash('sha256');
  let text = '';
  let bytes = 0;
  for await (const piece of pieces(url, response, signal)) {
    bytes += piece.byteLength;
    if (bytes > MAX_PAGE_BYTES) {
      throw new Failure(
        `A page of ${shown(url)} is larger than ${MAX_PAGE_BYTES / 1024 / 1024} MB; ask for smaller pages.`,
      );
    }
    hash.update(piece);
    text += decoder.decode(piece, { stream: true });
  }
  return { text: text + decoder.decode(), bytes, digest: hash.digest('base64') };
}

// Digits that a double may not keep, or zeros at the end of a fraction.
const MAY_LOSE = /\d{16}|\d\.\d{15}|\.\d*0(?!\d)/;
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;

function parse(url: URL, text: string): unknown {
  try {
    return MAY_LOSE.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const found = JSON.stringify(text.slice(0, 60));
    throw new Failure(
      `GET ${shown(url)} answered with what is no JSON: it begins with ${found}.`,
      false,
      error,
    );
  }
}

/** Keeps a number as it is written where it would change. */
function exact(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  return PLAIN_NUMBER.test(source) ? rawJson(source) : value;
}

function retryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function remedy(status: number): string {
  if (status === 401) return '; check the secret and how it is sent (auth)';
  if (status === 403) return '; the sign-in may not read this';
  if (status === 404) return '; check base_url and path';
  return '';
}
