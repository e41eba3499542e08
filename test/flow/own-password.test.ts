/** Whoever signed in with a password that was handed over chooses another one before anything else, over every wire;
 *  and a password that changes ends every session but the one in which it was changed. */
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createToken, createUser } from '#test/support/factories.ts';
import { createGround, subscribe, type Ground } from '../graphql/ground.ts';

const HANDED = 'handed over by somebody';
const OWN = 'a password of my own';
const CHANGE = `mutation ($current: String!, $new: String!) {
  changePassword(current: $current, new: $new) {
    __typename ... on Viewer { mustResetPassword permissions } ... on Failure { message } } }`;

let ground: Ground;
beforeAll(async () => {
  ground = await createGround({ recheckMs: 100 });
});
afterAll(() => ground[Symbol.asyncDispose]());

const person = (mustResetPassword = true) =>
  createUser(ground.pool, {
    ...{ orgId: ground.org.id, role: 'admin', password: HANDED, mustResetPassword },
    defaultProjectId: ground.project.id,
  });

const send = (method: string, path: string, headers: Record<string, string>, body?: object) =>
  fetch(`${ground.url}${path}`, {
    method,
    headers: { origin: ground.url, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });

const cookieOf = ({ headers }: Response) => headers.get('set-cookie')!.split(';')[0]!;

/** The cookie of a browser that signs in. */
async function browser(username: string, password = HANDED): Promise<{ cookie: string }> {
  const answer = await send('POST', '/api/auth/session', {}, { username, password });
  expect(answer.status).toBe(200);
  return { cookie: cookieOf(answer) };
}

async function program(username: string): Promise<{ authorization: string }> {
  const body = { username, password: HANDED };
  const answer = (await (await send('POST', '/api/auth/login', {}, body)).json()) as {
    access_token: string;
  };
  return { authorization: `Bearer ${answer.access_token}` };
}

const ask = (headers: Record<string, string>, query: string, variables = {}) =>
  ground.ask(null, query, variables, { origin: ground.url, ...headers });

const told = expect.stringContaining('choose one of your own first');
const FORBIDDEN = [{ message: told, extensions: { code: 'FORBIDDEN' } }];

test('a password that was handed over opens nothing but the way to another one', async () => {
  const { email } = await person();
  for (const headers of [await browser(email), await program(email)]) {
    const viewer = '{ viewer { mustResetPassword permissions user { email } } }';
    expect((await ask(headers, viewer)).data.viewer).toEqual({
      mustResetPassword: true,
      permissions: [],
      user: { email },
    });
    for (const query of [
      '{ viewer { organisation { name } } }',
      '{ projects { totalCount } }',
      '{ tokens { id } }',
      '{ schedulerHealth { alive } }',
      '{ nextDueTimes(cron: "0 2 * * *") { __typename } }',
      `{ node(id: "Project:${ground.project.id}") { id } }`,
      'mutation { issueToken(name: "x") { __typename } }',
      'mutation { pauseOrganisation(note: "x") { __typename } }',
    ]) {
      const { errors } = await ask(headers, query);
      if (errors?.[0]?.extensions['code'] === 'GRAPHQL_VALIDATION_FAILED') throw new Error(query);
      expect(errors, query).toMatchObject(FORBIDDEN);
    }
    const { rows } = await ground.pool.query(
      'select paused_at from org where paused_at is not null',
    );
    expect(rows).toEqual([]);
  }
});

test('over REST every operation that needs a caller refuses it, but the one that says who it is', async () => {
  const { email } = await person();
  const headers = await program(email);
  const document = (await (await send('GET', '/api/openapi.json', {})).json()) as {
    paths: Record<string, Record<string, { security?: unknown[] }>>;
  };
  const asked = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { security }]) => security?.length !== 0)
      .map(([method]) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1')] as const),
  );
  expect(asked.length).toBeGreaterThan(15);
  const open: string[] = [];
  for (const [method, path] of asked) {
    const answer = await send(method, path, headers, method === 'GET' ? undefined : {});
    if (answer.status === 403) {
      expect(await answer.json()).toMatchObject({ error: 'permission_denied', message: told });
    } else open.push(`${method} ${path} ${answer.status}`);
  }
  // The renewal is of browsers alone.
  expect(open.sort()).toEqual(['GET /api/me 200', 'POST /api/auth/session/renew 401']);
  const { cookie } = await browser(email);
  expect((await send('GET', '/api/auth/session', { cookie })).status).toBe(200);
  expect((await send('POST', '/api/auth/session/renew', { cookie })).status).toBe(200);
  expect((await send('DELETE', '/api/auth/session', { cookie })).status).toBe(204);
});

test('over a socket, too', async () => {
  const { email } = await person();
  const { authorization } = await program(email);
  const client = createClient({
    url: `${ground.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization },
  });
  const first = async (query: string) => (await subscribe<any>(client, query).next()).value;
  expect(await first('{ viewer { mustResetPassword } }')).toEqual({
    data: { viewer: { mustResetPassword: true } },
  });
  for (const query of [
    '{ projects { totalCount } }',
    'subscription { schedulerHealth { revision } }',
    'subscription { matrix { revision } }',
  ]) {
    expect((await first(query)).errors, query).toMatchObject(FORBIDDEN);
  }
  await client.dispose();
});

test('a token of theirs goes on', async () => {
  const { id: userId } = await person();
  const { token } = await createToken(ground.pool, { orgId: ground.org.id, userId });
  const { errors } = await ask({ authorization: `Bearer ${token}` }, '{ projects { totalCount } }');
  expect(errors).toBeUndefined();
});

test('the browser in which a password is changed goes on, and every other session ends', async () => {
  const { id: userId, email } = await person();
  const { token } = await createToken(ground.pool, { orgId: ground.org.id, userId });
  const here = await browser(email);
  const others = [await browser(email), await program(email)];
  const answer = await send('POST', '/graphql', here, {
    query: CHANGE,
    variables: { current: HANDED, new: OWN },
  });
  expect(await answer.json()).toEqual({
    data: {
      changePassword: {
        __typename: 'Viewer',
        mustResetPassword: false,
        permissions: ['project.view', 'project.edit', 'org.admin'],
      },
    },
  });
  expect(answer.headers.get('set-cookie')).toMatch(
    /^hf_session=[\w.-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const projects = '{ projects { totalCount } }';
  const now = { cookie: cookieOf(answer) };
  expect((await ask(now, projects)).errors).toBeUndefined();
  expect((await send('POST', '/api/auth/session/renew', now)).status).toBe(200);
  for (const ended of [here, ...others]) {
    expect(await ask(ended, projects)).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  }
  expect((await send('POST', '/api/auth/session/renew', others[0]!)).status).toBe(401);
  expect((await ask({ authorization: `Bearer ${token}` }, projects)).errors).toBeUndefined();
  await browser(email, OWN);
});

test('a change that is refused sets no cookie and ends nothing', async () => {
  const { email } = await person(false);
  const here = await browser(email);
  const answer = await send('POST', '/graphql', here, {
    query: CHANGE,
    variables: { current: 'wrong', new: OWN },
  });
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect((await ask(here, '{ projects { totalCount } }')).errors).toBeUndefined();
});
