/** A browser's session over REST: the cookie, where it counts, and where it does not. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signSession } from '#domain/access/jwt.ts';
import { MeBody } from '#rest/access.ts';
import { createToken, createUser } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { createClient, JWT_SECRET } from './client.ts';

const SESSION = '/api/auth/session';
const SCENARIOS = '/api/scheduler/scenarios';
const password = 'correct horse battery staple';
const host = 'hf.example';
const ours = { host, origin: `http://${host}` };
const evil = { host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

let setting: Setting;
let call: ReturnType<typeof createClient>;
let email: string;
let userId: number;

beforeAll(async () => {
  setting = await createSetting();
  call = createClient(setting);
  ({ email, id: userId } = await createUser(setting.pool, {
    password,
    orgId: setting.house.org.id,
    role: 'designer',
    defaultProjectId: setting.projectId,
  }));
});
afterAll(() => setting[Symbol.asyncDispose]());

const signIn = (
  headers: Record<string, string> = ours,
  body: object = { username: email, password },
) => call('POST', SESSION, { body, headers });
const cookieOf = ({ headers }: { headers: Headers }) => headers.get('set-cookie')!.split(';')[0]!;
const made = async () => cookieOf(await signIn());

test('signing in sets a cookie for 60 minutes and answers as me does', async () => {
  const answer = await signIn();
  expect(answer.status).toBe(200);
  const [cookie, ...attributes] = answer.headers.get('set-cookie')!.split('; ');
  expect(attributes).toEqual(['Max-Age=3600', 'Path=/', 'HttpOnly', 'SameSite=Strict']);
  const body = MeBody.strict().parse(answer.body);
  expect(body).toMatchObject({ email, must_reset_password: false });
  const { exp } = decodeJwt(cookie!.slice('hf_session='.length));
  expect(Date.parse(body.expires_at!)).toBe(exp! * 1000);
  const me = await call('GET', '/api/me', { headers: { host, cookie: cookie! } });
  expect(me).toMatchObject({ status: 200, body });
});

test('a page that asks who is signed in is told, and that nobody is without an error', async () => {
  const ask = (headers: object) => call('GET', SESSION, { headers: { host, ...headers } });
  const cookie = await made();
  expect(await ask({ cookie })).toMatchObject({ status: 200, body: { email } });
  expect((await ask({})).status).toBe(204);
  expect((await ask({ cookie: `${cookie}x` })).status).toBe(204);
  expect((await ask({ cookie, origin: evil.origin })).status).toBe(204);
});

test('whatever came by https keeps to it, and so does whatever PUBLIC_URL says', async () => {
  const attributes = (answer: { headers: Headers }) => answer.headers.get('set-cookie');
  const proxied = { ...ours, origin: `https://${host}`, 'x-forwarded-proto': 'https' };
  expect(attributes(await signIn(proxied))).toMatch(/; Secure$/);
  expect(attributes(await signIn())).not.toMatch(/Secure/);
  const behind = createClient(setting, { publicUrl: 'https://out.example' });
  const body = { username: email, password };
  const headers = { host: 'inner:4000', origin: 'https://out.example' };
  expect(attributes(await behind('POST', SESSION, { body, headers }))).toMatch(/; Secure$/);
});

test('what is wrong with a sign-in is told as login tells it, and no cookie is set', async () => {
  const wrong = await signIn(ours, { username: email, password: 'wrong' });
  expect(wrong).toMatchObject({ status: 401, body: { error: 'unauthenticated' } });
  expect(wrong.headers.get('set-cookie')).toBeNull();
  expect((await signIn(ours, { username: email })).status).toBe(422);
  expect((await call('POST', SESSION, { body: '{', headers: ours })).status).toBe(400);
});

test('another site signs nobody in and nobody out, and is told what a proxy may lack', async () => {
  const answer = await signIn(evil);
  expect(answer).toMatchObject({
    status: 401,
    body: { message: expect.stringMatching(/evil\.example.*PUBLIC_URL/) },
  });
  expect(answer.headers.get('set-cookie')).toBeNull();
  const out = await call('DELETE', SESSION, { headers: evil });
  expect([out.status, out.headers.get('set-cookie')]).toEqual([401, null]);
});

test('the cookie changes things from our own page alone', async () => {
  const cookie = await made();
  const body = { name: 'By cookie', steps: [{ kind: 'send_note', to: 'a@example.com' }] };
  const post = (headers: object) =>
    call('POST', SCENARIOS, { body, headers: { host, cookie, ...headers } });
  expect((await post({ origin: ours.origin })).status).not.toBe(401);
  expect((await post({ 'sec-fetch-site': 'same-origin' })).status).not.toBe(401);
  const count = () => setting.rows('select count(*) from scenario');
  const before = await count();
  for (const headers of [
    {},
    { origin: evil.origin },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
  ]) {
    expect(await post(headers)).toMatchObject({
      status: 401,
      body: { error: 'unauthenticated' },
    });
  }
  expect(await count()).toEqual(before);
});

test('the cookie answers questions of our own pages alone', async () => {
  const cookie = await made();
  const ask = (headers: object) =>
    call('GET', SCENARIOS, { headers: { host, cookie, ...headers } });
  expect((await ask({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  expect((await ask({ 'sec-fetch-site': 'cross-site' })).status).toBe(401);
  expect((await ask({ origin: evil.origin })).status).toBe(401);
});

test('a token in the header comes before the cookie, also a bad one', async () => {
  const headers = { ...ours, cookie: await made() };
  expect((await call('GET', '/api/me', { token: 'hf_bad', headers })).status).toBe(401);
});

test('renewing sets a new cookie while the old one is good', async () => {
  const token = await signSession(
    { userId, orgId: null, role: null, signedInAt: new Date(Date.now() - 3600_000) },
    JWT_SECRET,
  );
  const renew = (cookie: string, headers: object = ours) =>
    call('POST', `${SESSION}/renew`, { headers: { cookie, ...headers } });
  const answer = await renew(`hf_session=${token}`);
  expect(answer).toMatchObject({ status: 200, body: { email, expires_at: expect.any(String) } });
  const next = cookieOf(answer);
  expect(decodeJwt(next.slice('hf_session='.length))['auth_time']).toBe(
    decodeJwt(token)['auth_time'],
  );
  for (const refused of [
    await renew(next, evil),
    await renew(next, { host }),
    await renew('hf_session=nonsense'),
    await renew(''),
  ]) {
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([401, null]);
  }
});

test('signing out makes the browser forget the cookie', async () => {
  const answer = await call('DELETE', SESSION, { headers: { ...ours, cookie: await made() } });
  expect([answer.status, answer.body]).toEqual([204, '']);
  expect(answer.headers.get('set-cookie')).toMatch(/^hf_session=; Max-Age=0; Path=\/; HttpOnly/);
  expect((await call('DELETE', SESSION, { headers: ours })).status).toBe(204);
});

test('a personal token says when it ends, too', async () => {
  const { token } = await createToken(setting.pool, { orgId: setting.house.org.id, userId });
  expect((await call('GET', '/api/me', { token })).body.expires_at).toBeNull();
});
