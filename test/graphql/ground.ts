/** An API on a database of its own, with people of every role, for tests of what goes over the wire. */
import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createPool } from '#platform/db.ts';
import type { Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createRegistry } from '#steps/registry.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { createHouse, createToken } from '#test/support/factories.ts';
import { startApi } from '../../src/api.ts';
import type { ApiOptions } from '../../src/api.ts';

export type Person = 'admin' | 'designer' | 'analyst' | 'viewer' | 'nobody' | 'stranger';

export type Answer = {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers of any shape
  data: any;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
};

export async function createGround(options: Partial<ApiOptions> = {}) {
  const parts = new AsyncDisposableStack();
  const database = parts.use(await createTestDatabase());
  const log = options.log ?? createLog('test', 'silent');
  const pool = createPool(database.url, { name: 'hf test', max: 12, log });
  parts.defer(() => pool.end());
  const house = await createHouse(pool);
  const tokens = await tokensOf(pool, house);
  const api = parts.use(
    await startApi({
      databaseUrl: database.url,
      listenUrl: database.url,
      host: '127.0.0.1',
      port: 0,
      jwtSecret: 'a secret of at least thirty-two characters',
      kinds: createRegistry(),
      log,
      heartbeatStaleSeconds: 90,
      ...options,
    }),
  );

  const ask = async (
    person: Person | null,
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(person && { authorization: `Bearer ${tokens[person].token}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
  };

  const client = (person: Person | null, more: object = {}): Client =>
    createClient({
      url: `${api.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: person ? { authorization: `Bearer ${tokens[person].token}` } : {},
      ...more,
    });

  return {
    ...house,
    url: api.url,
    databaseUrl: database.url,
    pool,
    tokens,
    ask,
    client,
    api,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

export type Ground = Awaited<ReturnType<typeof createGround>>;

async function tokensOf(pool: Pool, house: Awaited<ReturnType<typeof createHouse>>) {
  const { org, otherOrg, people } = house;
  const token = async (person: Person) => [
    person,
    await createToken(pool, {
      orgId: person === 'stranger' ? otherOrg.id : org.id,
      userId: people[person].id,
    }),
  ];
  const entries = await Promise.all((Object.keys(people) as Person[]).map(token));
  return Object.fromEntries(entries) as Record<Person, { id: number; token: string }>;
}

/** The messages of a subscription, one at a time; `return` unsubscribes. */
export function subscribe<Data>(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
) {
  return client.iterate<Data>({ query, variables });
}
