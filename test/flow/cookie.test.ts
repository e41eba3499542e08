/** The cookie over every wire: HTTP, Server-Sent Events and WebSocket, from our own pages and from others. */
import { createClient, type Client } from 'graphql-ws';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { signSession } from '#domain/access/jwt.ts';
import { createToken } from '#test/support/factories.ts';
import { createGround, subscribe } from '../graphql/ground.ts';
import type { Ground } from '../graphql/ground.ts';

const jwtSecret = 'a secret of at least thirty-two characters';
const EVIL = 'https://evil.example';
const HEALTH = 'subscription { schedulerHealth { revision } }';

let ground: Ground;
let cookie: string;
beforeAll(async () => {
  ground = await createGround({ jwtSecret, recheckMs: 100 });
  const { id: userId } = ground.people.admin;
  const session = await signSession({ userId, orgId: null, role: null }, jwtSecret);
  cookie = `hf_session=${session}`;
});
afterAll(() => ground[Symbol.asyncDispose]());

type Ending = { code: number; reason: string };

/** A socket as a browser opens it: without credentials of its own, with a cookie and an origin. */
function open(headers: Record<string, string>, params: Record<string, unknown> = {}) {
  const closed = Promise.withResolvers<Ending>();
  const client = createClient({
    url: `${ground.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers });
      }
    },
    retryAttempts: 0,
    connectionParams: params,
    on: { closed: (event) => closed.resolve(event as Ending) },
  });
  return { client, closed: closed.promise };
}

const mail = async (client: Client) => {
  const stream = subscribe<{ viewer: { user: { email: string } } }>(
    client,
    '{ viewer { user { email } } }',
  );
  const { value } = await stream.next();
  return value?.data?.viewer.user.email;
};

test('over HTTP the cookie of our own page is enough, that of another site is none', async () => {
  const email = '{ viewer { user { email } } }';
  const ask = (headers: Record<string, string>) =>
    ground.ask(null, email, {}, { cookie, ...headers });
  const own = await ask({ origin: ground.url });
  expect(own.data.viewer.user.email).toBe(ground.people.admin.email);
  for (const headers of [{}, { origin: EVIL }, { 'sec-fetch-site': 'cross-site' }]) {
    const { status, errors } = await ask(headers);
    expect([status, errors?.[0]?.extensions['code']]).toEqual([401, 'UNAUTHENTICATED']);
  }
});

test('another site changes nothing with the cookie', async () => {
  const pause = 'mutation { pauseOrganisation(note: "x") { __typename } }';
  const { status } = await ground.ask(null, pause, {}, { cookie, origin: EVIL });
  expect(status).toBe(401);
  const { rows } = await ground.pool.query('select paused_at from org where id = $1', [
    ground.org.id,
  ]);
  expect(rows).toEqual([{ paused_at: null }]);
});

test('an event stream is opened by GET with the cookie, as EventSource does', async () => {
  const stream = (headers: Record<string, string>) =>
    fetch(`${ground.url}/graphql?query=${encodeURIComponent(HEALTH)}`, {
      headers: { accept: 'text/event-stream', cookie, ...headers },
    });
  const own = await stream({ 'sec-fetch-site': 'same-origin' });
  const reader = own.body!.getReader();
  let text = '';
  while (!text.includes('revision')) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  const other = await stream({ 'sec-fetch-site': 'cross-site' });
  expect(await other.text()).toContain('UNAUTHENTICATED');
});

test('a socket of our own page needs nothing but the cookie', async () => {
  const { client } = open({ cookie, origin: ground.url });
  expect(await mail(client)).toBe(ground.people.admin.email);
  await client.dispose();
});

test.each([
  ['of another site', { origin: EVIL }],
  ['of another site that says so twice', { origin: EVIL, 'sec-fetch-site': 'cross-site' }],
  ['that does not say whose it is', {}],
])('a socket %s with the cookie ends with 4403', async (_, headers) => {
  const { client, closed } = open({ cookie, ...headers });
  await expect(mail(client)).rejects.toMatchObject({ code: 4403 });
  expect((await closed).code).toBe(4403);
});

test('a token comes before the cookie, from wherever it is sent', async () => {
  const { token } = ground.tokens.viewer;
  const { client } = open({ cookie, origin: EVIL }, { authorization: `Bearer ${token}` });
  expect(await mail(client)).toBe(ground.people.viewer.email);
  await client.dispose();
});

test('a socket ends with 4403 when its session does, and one that comes back with a new cookie goes on', async () => {
  const session = await new SignJWT({ user_id: ground.people.admin.id })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1 second')
    .sign(new TextEncoder().encode(jwtSecret));
  const headers = { cookie: `hf_session=${session}`, origin: ground.url };
  const codes: number[] = [];
  const client = createClient({
    url: `${ground.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers: { ...headers } });
      }
    },
    retryAttempts: 5,
    retryWait: async () => void (headers.cookie = cookie),
    on: { closed: (event) => codes.push((event as Ending).code) },
  });
  const stream = subscribe<{ schedulerHealth: { resync: boolean } }>(
    client,
    'subscription { schedulerHealth { resync } }',
  );
  const first = { data: { schedulerHealth: { resync: true } } };
  expect((await stream.next()).value).toMatchObject(first);
  // Of the second socket: nothing came in between, no error and no end.
  expect((await stream.next()).value).toMatchObject(first);
  expect(codes).toEqual([4403]);
  await client.dispose();
});

test('a socket on which nothing is subscribed to ends with its credentials, too', async () => {
  const { id, token } = await createToken(ground.pool, {
    orgId: ground.org.id,
    userId: ground.people.viewer.id,
  });
  const closed = Promise.withResolvers<Ending>();
  const client = createClient({
    url: `${ground.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
    connectionParams: { authorization: `Bearer ${token}` },
    on: { closed: (event) => closed.resolve(event as Ending) },
  });
  expect(await mail(client)).toBe(ground.people.viewer.email);
  await ground.pool.query('update api_token set revoked_at = clock_timestamp() where id = $1', [
    id,
  ]);
  expect((await closed.promise).code).toBe(4403);
});
