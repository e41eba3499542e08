/** Following against a server that behaves badly, as a real one does only now and then. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { runEvents } from '../../src/cli/follow/run-events.ts';
import type { Api } from '../../src/cli/api.ts';

const SCHEMA = buildSchema(`
  scalar Any
  type Query { unused: Int }
  type RunEvent { runId: Int! seq: Int! type: String! at: String! payload: Any! }
  type Resync { after: Int! reason: String! }
  union RunEventMessage = RunEvent | Resync
  type Subscription { runEvents(runId: ID!, after: Int!): RunEventMessage! }`);

let parts = new AsyncDisposableStack();
afterEach(async () => {
  await parts.disposeAsync();
  parts = new AsyncDisposableStack();
});

type Script = (
  after: number,
  connection: number,
  close: (code: number) => void,
) => AsyncGenerator<object>;

/** A server whose subscriptions say what the script says; the run has three events and has ended. */
async function startScripted(script: Script) {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  const afters: number[] = [];
  const protocol = useServer<Record<string, unknown>, { socket: { close(code: number): void } }>(
    {
      schema: SCHEMA,
      async onConnect({ connectionParams }) {
        return connectionParams?.['authorization'] === 'Bearer good';
      },
      roots: {
        subscription: {
          runEvents(
            args: { after: number },
            context: { extra: { socket: { close(code: number): void } } },
          ) {
            afters.push(args.after);
            const told = script(args.after, afters.length, (code) =>
              context.extra.socket.close(code),
            );
            return (async function* () {
              for await (const message of told) yield { runEvents: message };
            })();
          },
        },
      },
      context: (ctx) => ctx,
    },
    server,
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  parts.defer(async () => {
    await protocol.dispose();
    http.closeAllConnections();
    http.close();
  });
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  const api = (token: string): Api => ({
    url,
    token,
    query: async () => ({ run: { finishedAt: '2026-01-01T00:00:00Z', eventCount: 3 } }) as never,
    rest: () => Promise.reject(new Error('unused')),
  });
  return { api, afters };
}

const event = (seq: number) => ({
  __typename: 'RunEvent',
  ...{ runId: 1, seq, type: 'log', at: '2026-01-01T00:00:00Z', payload: {} },
});

async function follow(api: Api, more: { patienceMs?: number } = {}) {
  const told: unknown[] = [];
  const lost: string[] = [];
  const signal = new AbortController().signal;
  const options = { signal, onLost: (why: string) => void lost.push(why), ...more };
  for await (const message of runEvents(api, 1, options)) {
    told.push(message.__typename === 'Resync' ? `resync ${message.after}` : message.seq);
  }
  return { told, lost };
}

test('a stream that ends before the run does is taken up again', async () => {
  const { api, afters } = await startScripted(async function* (after) {
    yield event(after + 1);
  });
  expect((await follow(api('good'))).told).toEqual([1, 2, 3]);
  expect(afters).toEqual([0, 1, 2]);
});

test('what is told twice is passed on once', async () => {
  const { api } = await startScripted(async function* () {
    for (const seq of [1, 1, 2, 1, 2, 3]) yield event(seq);
  });
  expect((await follow(api('good'))).told).toEqual([1, 2, 3]);
});

test('after a resync it goes on from where the server says', async () => {
  const { api, afters } = await startScripted(async function* (after, connection, close) {
    if (connection > 1) yield event(after + 1);
    else {
      yield { __typename: 'Resync', after: 2, reason: 'gone' };
      close(1012);
      await new Promise(() => {});
    }
  });
  const { told, lost } = await follow(api('good'));
  expect(told).toEqual(['resync 2', 3]);
  expect(lost).toHaveLength(1);
  expect(afters).toEqual([0, 2]);
});

test('a refused token is not tried again', async () => {
  const { api } = await startScripted(async function* () {});
  await expect(follow(api('bad'))).rejects.toMatchObject({ exitCode: 3, code: 'UNAUTHENTICATED' });
});

test('a server that stays away is given up after the patience', async () => {
  const { api } = await startScripted(async function* () {});
  const away = { ...api('good'), url: new URL('http://127.0.0.1:49151/') };
  await expect(follow(away, { patienceMs: 300 })).rejects.toMatchObject({
    exitCode: 3,
    code: 'UNREACHABLE',
  });
});
