/** `fetch` for addresses that a person gave. Each connection is judged when it is made, redirects are not followed, and
 *  an answer has an end. Connections are kept for the next call until disposal. */
import { once } from 'node:events';
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { forbiddenAddress, ForbiddenAddress, outsideLookup } from './outside-address.ts';

/** A model's longest answers are some hundred KB. */
const MAX_BYTES = 8_000_000;
const NO_BODY = new Set([204, 205, 304]);

export type OutsideFetch = Disposable & { readonly fetch: typeof globalThis.fetch };

export function createOutsideFetch(): OutsideFetch {
  const options = { keepAlive: true, lookup: outsideLookup };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };

  async function call(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    if (input instanceof Request) throw new TypeError('a Request is not taken here, an address is');
    const url = new URL(input);
    const forbidden = forbiddenAddress(url.hostname);
    if (forbidden !== null) throw new ForbiddenAddress(forbidden);
    const secure = url.protocol === 'https:';
    const headers = new Headers(init.headers);
    headers.set('accept-encoding', 'identity');
    const sent = (secure ? requestHttps : requestHttp)(url, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(headers),
      agent: secure ? agents.https : agents.http,
      ...(init.signal && { signal: init.signal }),
    });
    // What comes after the answer has begun is told by the answer.
    sent.on('error', () => {});
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.end(init.body ?? undefined);
    const [answer] = await answered;
    const { statusCode: status = 502, headersDistinct } = answer;
    const body = await read(answer);
    return new Response(NO_BODY.has(status) ? null : body, {
      status,
      headers: Object.entries(headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    });
  }

  return {
    fetch: call,
    [Symbol.dispose]() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

async function read(answer: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BYTES) {
      answer.destroy();
      throw Object.assign(new Error(`the answer is larger than ${MAX_BYTES / 1e6} MB`), {
        code: 'EMSGSIZE',
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
