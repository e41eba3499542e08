/** A browser's session: opened with a password, renewed for a week, ended with its user. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticate } from '#domain/access/authenticate.ts';
import { openBrowserSession, renewBrowserSession } from '#domain/access/browser-session.ts';
import { signSession } from '#domain/access/jwt.ts';
import { createSignInLimits, signIn } from '#domain/access/sign-in.ts';
import { createToken, createUser, grant } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';

const jwtSecret = 'a secret of more than thirty-two characters';
const password = 'correct horse battery staple';
const DAY_MS = 24 * 3600 * 1000;
let setting: Setting;

beforeAll(async () => {
  setting = await createSetting();
});
afterAll(() => setting[Symbol.asyncDispose]());

const deps = () => ({ pool: setting.pool, jwtSecret, limits: createSignInLimits() });
const member = (given: object = {}) =>
  createUser(setting.pool, { orgId: setting.house.org.id, role: 'viewer', password, ...given });
const renew = (token: string | null) => renewBrowserSession(deps(), token, {});
const signedInAgo = (userId: number, ms: number) =>
  signSession(
    { userId, orgId: null, role: null, signedInAt: new Date(Date.now() - ms) },
    jwtSecret,
  );
const refused = { code: 'UNAUTHENTICATED' };

test('a password opens a session of 60 minutes that says when it was given', async () => {
  const { email } = await member();
  const { token, caller } = await openBrowserSession(deps(), { username: email, password }, {});
  const { iat, exp, auth_time: signedInAt } = decodeJwt(token);
  expect(exp! - iat!).toBe(3600);
  expect(signedInAt).toBe(iat);
  expect(caller).toMatchObject({ email, orgRole: 'viewer', expiresAt: new Date(exp! * 1000) });
});

test('a wrong password is refused and counted as at any other door', async () => {
  const { email } = await member();
  const shared = deps();
  const guess = () => openBrowserSession(shared, { username: email, password: 'wrong' }, {});
  for (let n = 0; n < 10; n += 1) await expect(guess()).rejects.toMatchObject(refused);
  await expect(guess()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});

test('renewing keeps the moment of the password, and says what the user may do by now', async () => {
  const user = await member();
  const old = await signedInAgo(user.id, 3 * DAY_MS);
  await grant(setting.pool, { orgId: setting.house.org.id, userId: user.id, role: 'admin' });
  const { token, caller } = await renew(old);
  expect(decodeJwt(token)).toMatchObject({
    auth_time: decodeJwt(old)['auth_time'],
    role: 'admin',
  });
  expect(caller.expiresAt!.getTime()).toBeGreaterThan(Date.now() + 59 * 60_000);
});

test('seven days after the password it is asked for again', async () => {
  const { id } = await member();
  await renew(await signedInAgo(id, 7 * DAY_MS - 60_000));
  await expect(renew(await signedInAgo(id, 7 * DAY_MS))).rejects.toMatchObject(refused);
});

test('only what a browser signed in with is renewed', async () => {
  const { id, email } = await member();
  const login = await signIn(deps(), { username: email, password }, null);
  const personal = await createToken(setting.pool, { orgId: setting.house.org.id, userId: id });
  for (const token of [null, 'nonsense', login.accessToken, personal.token]) {
    await expect(renew(token)).rejects.toMatchObject(refused);
  }
});

test('a user who was deactivated, or is no member any more, is not renewed', async () => {
  const gone = await member();
  const left = await member();
  const tokens = [await signedInAgo(gone.id, 0), await signedInAgo(left.id, 0)];
  await setting.rows('update "user" set deactivated_at = clock_timestamp() where id = $1', [
    gone.id,
  ]);
  await setting.rows('delete from user_org where user_id = $1', [left.id]);
  for (const token of tokens) await expect(renew(token)).rejects.toMatchObject(refused);
});

test('a caller is told when its credentials end', async () => {
  const { id } = await member();
  const expiresAt = new Date(Date.now() + DAY_MS);
  const orgId = setting.house.org.id;
  const until = async (more: object) => {
    const { token } = await createToken(setting.pool, { orgId, userId: id, ...more });
    const authorization = `Bearer ${token}`;
    return (await authenticate(setting.pool, { authorization }, { jwtSecret })).expiresAt;
  };
  expect(await until({ expiresAt })).toEqual(expiresAt);
  expect(await until({})).toBeNull();
});
