/** An HTTP server of a test's own, on loopback, that answers as the test says and keeps what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Asked = {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
};

export type Api = AsyncDisposable & {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** From the next request on. What it returns is sent as JSON, unless it has answered by itself. */
  answer(as: Answer): void;
};

export type Answer = (asked: Asked, response: ServerResponse) => unknown;

export async function startApi(first: Answer = () => []): Promise<Api> {
  const asked: Asked[] = [];
  let answer = first;
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://x');
    const query = Object.fromEntries(url.searchParams);
    asked.push({ path: url.pathname, query, headers: request.headers });
    const body = answer(asked.at(-1)!, response);
    if (!response.headersSent && body !== undefined) response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: (as) => {
      answer = as;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
