/** Passwords, sessions from them, and the limit on guessing. */
import { argon2Sync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Attempts } from '#domain/access/attempts.ts';
import { hashPassword, verifyPassword } from '#domain/access/password.ts';
import { createSignInLimits, signIn } from '#domain/access/sign-in.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createOrg, createUser } from '#test/support/factories.ts';

const jwtSecret = 'a secret of more than thirty-two characters';
const email = 'Ada@Example.com';
const password = 'correct horse battery staple';
let database: TestDatabase;
let pool: Pool;
let orgId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 5, log: createLog('test', 'silent') });
  orgId = (await createOrg(pool)).id;
  await createUser(pool, { email, password, orgId, role: 'designer', mustResetPassword: true });
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const deps = () => ({ pool, jwtSecret, limits: createSignInLimits() });

test('a hash is argon2id with its parameters beside it, and salted', async () => {
  const hash = await hashPassword(password);
  const [, , , parameters, salt, tag] = hash.split('$');
  expect(hash).toMatch(/^\$argon2id\$v=19\$/);
  expect(parameters).toBe('m=19456,t=2,p=1');
  const again = argon2Sync('argon2id', {
    message: password,
    nonce: Buffer.from(salt!, 'base64'),
    parallelism: 1,
    tagLength: 32,
    memory: 19_456,
    passes: 2,
  });
  expect(again.toString('base64').replace(/=+$/, '')).toBe(tag);
  expect(await hashPassword(password)).not.toBe(hash);
  expect(await verifyPassword(password, hash)).toBe(true);
  expect(await verifyPassword(`${password} `, hash)).toBe(false);
  expect(await verifyPassword(password, null)).toBe(false);
  await expect(verifyPassword(password, 'plain text')).rejects.toThrow('cannot be read');
});

test('the right password opens a session of 60 minutes, the e-mail in any case', async () => {
  const signedIn = await signIn(deps(), { username: ' ada@EXAMPLE.com ', password }, '10.0.0.1');
  expect(signedIn).toMatchObject({ tokenType: 'bearer', mustResetPassword: true });
  const claims = decodeJwt(signedIn.accessToken);
  expect(claims).toMatchObject({ org_id: orgId, role: 'designer', user_id: expect.any(Number) });
  expect(claims.exp! - claims.iat!).toBe(3600);
});

test('a wrong password, an unknown e-mail and a missing password look the same', async () => {
  const bare = await createUser(pool, { orgId });
  const gone = await createUser(pool, { orgId, password, deactivatedAt: new Date() });
  const tries = [
    { username: email, password: 'wrong' },
    { username: 'nobody@example.com', password },
    { username: bare.email, password },
    { username: gone.email, password },
  ];
  for (const each of tries) {
    await expect(signIn(deps(), each, null)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The e-mail or the password is wrong.',
    });
  }
});

test('a login without its fields lists both and repeats no password', async () => {
  await expect(signIn(deps(), { password: 7 }, null)).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [
      { path: ['username'], message: expect.stringContaining('missing') },
      { path: ['password'], message: expect.stringContaining('missing') },
    ],
  });
});

test('the eleventh guess at an account waits, from whatever address; the right password forgives', async () => {
  const { limits, ...rest } = deps();
  const guess = (n: number, word: string) =>
    signIn({ ...rest, limits }, { username: email, password: word }, `10.0.1.${n}`);
  for (let n = 0; n < 9; n += 1) await expect(guess(n, 'wrong')).rejects.toThrow('wrong');
  await guess(9, password);
  for (let n = 0; n < 10; n += 1) await expect(guess(n, 'wrong')).rejects.toThrow('wrong');
  await expect(guess(10, password)).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    facts: { retryAfterSeconds: expect.any(Number) },
  });
});

test('an address that tries many accounts waits too', async () => {
  const { limits, ...rest } = deps();
  const results = [];
  for (let n = 0; n < 21; n += 1) {
    results.push(
      signIn({ ...rest, limits }, { username: `x${n}@example.com`, password }, '10.0.2.1').catch(
        (error: { code: string }) => error.code,
      ),
    );
  }
  const codes = await Promise.all(results);
  expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(1);
});

test('tries come back with time', () => {
  const attempts = new Attempts(2, 30);
  expect([0, 0, 0].map(() => attempts.take('a', 1000))).toEqual([0, 0, 30]);
  expect(attempts.take('b', 1000)).toBe(0);
  expect(attempts.take('a', 1000 + 29_000)).toBe(1);
  expect(attempts.take('a', 1000 + 31_000)).toBe(0);
  expect(attempts.take('a', 1000 + 31_000)).toBeGreaterThan(0);
});
