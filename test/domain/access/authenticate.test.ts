/** Who is let in, as whom, and who is not. */
import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticate, findPrincipal } from '#domain/access/authenticate.ts';
import { signSession } from '#domain/access/jwt.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse, createToken, createUser, grant } from '#test/support/factories.ts';

const jwtSecret = 'a secret of more than thirty-two characters';
let database: TestDatabase;
let pool: Pool;
let house: Awaited<ReturnType<typeof createHouse>>;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 5, log: createLog('test', 'silent') });
  house = await createHouse(pool);
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const enter = (token: string, more: { orgId?: number; projectId?: number } = {}) =>
  authenticate(pool, { authorization: `Bearer ${token}`, ...more }, { jwtSecret });
const refused = (code: string) => expect.objectContaining({ code });
const session = (userId: number, orgId: number | null = null) =>
  signSession({ userId, orgId, role: null }, jwtSecret);

test('a session carries the roles that the database has now', async () => {
  const user = await createUser(pool, { orgId: house.org.id });
  const token = await session(user.id);
  expect((await enter(token)).orgRole).toBeNull();
  await grant(pool, { orgId: house.org.id, userId: user.id, role: 'viewer' });
  await grant(pool, { orgId: house.org.id, userId: user.id, role: 'designer' });
  const projectId = house.project.id;
  await grant(pool, { orgId: house.org.id, userId: user.id, role: 'admin', projectId });
  const principal = await enter(token);
  expect(principal).toMatchObject({ orgId: house.org.id, orgRole: 'designer', tokenId: null });
  expect(principal.projectRoles).toEqual(new Map([[projectId, 'admin']]));
});

test('a forged, an unsigned, an expired and an eternal session are refused', async () => {
  const userId = house.people.admin.id;
  const key = new TextEncoder().encode(jwtSecret);
  const claims = (alg: string) =>
    new SignJWT({ user_id: userId, role: 'admin' }).setProtectedHeader({ alg });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 600;
  const unsigned = `${part({ alg: 'none' })}.${part({ user_id: userId, exp })}.`;
  const body = `${part({ alg: 'HS512' })}.${part({ user_id: userId, exp })}`;
  const tokens = [
    await signSession({ userId, orgId: null, role: null }, 'another secret, just as long as it is'),
    unsigned,
    `${body}.${createHmac('sha512', key).update(body).digest('base64url')}`,
    await claims('HS256').setExpirationTime('-1 minute').sign(key),
    await claims('HS256').sign(key),
    'nonsense',
  ];
  for (const token of tokens) {
    await expect(enter(token)).rejects.toEqual(refused('UNAUTHENTICATED'));
  }
  await expect(authenticate(pool, {}, { jwtSecret })).rejects.toEqual(refused('UNAUTHENTICATED'));
});

test('a revoked, an expired and an unknown token are refused, and so is a deactivated user', async () => {
  const at = { orgId: house.org.id, userId: house.people.designer.id };
  const past = new Date(Date.now() - 1000);
  const gone = await createUser(pool, { orgId: house.org.id, role: 'admin', deactivatedAt: past });
  const tokens = [
    (await createToken(pool, { ...at, revokedAt: past })).token,
    (await createToken(pool, { ...at, expiresAt: past })).token,
    (await createToken(pool, { orgId: house.org.id, userId: gone.id })).token,
    await session(gone.id),
    'hf_unknown',
  ];
  for (const token of tokens) {
    await expect(enter(token)).rejects.toEqual(refused('UNAUTHENTICATED'));
  }
  expect(await findPrincipal(pool, { userId: gone.id, orgId: house.org.id })).toBeNull();
});

test('an organisation of others does not exist, whatever the credentials', async () => {
  const userId = house.people.admin.id;
  const { token } = await createToken(pool, { orgId: house.org.id, userId });
  const orgId = house.otherOrg.id;
  await expect(enter(token, { orgId })).rejects.toEqual(refused('NOT_FOUND'));
  await expect(enter(await session(userId), { orgId })).rejects.toEqual(refused('NOT_FOUND'));
  expect(await findPrincipal(pool, { userId, orgId })).toBeNull();
});

test('a token of one organisation does not open another one of its user', async () => {
  const user = await createUser(pool, { orgId: house.org.id, role: 'viewer' });
  await pool.query('insert into user_org (user_id, org_id) values ($1, $2)', [
    user.id,
    house.otherOrg.id,
  ]);
  const { token } = await createToken(pool, { orgId: house.org.id, userId: user.id });
  const orgId = house.otherOrg.id;
  await expect(enter(token, { orgId })).rejects.toEqual(refused('NOT_FOUND'));
  expect(await enter(await session(user.id), { orgId })).toMatchObject({ orgId, orgRole: null });
});

test('a token brings its project and its scopes; a named project comes first', async () => {
  const { token, id } = await createToken(pool, {
    orgId: house.org.id,
    userId: house.people.designer.id,
    projectId: house.project.id,
    scopes: ['read'],
  });
  expect(await enter(token)).toMatchObject({
    defaultProjectId: house.project.id,
    scopes: ['read'],
    tokenId: id,
  });
  expect(await enter(token, { projectId: 77 })).toMatchObject({ defaultProjectId: 77 });
});

test('the time of use is written at most once a minute', async () => {
  const { token, id } = await createToken(pool, {
    orgId: house.org.id,
    userId: house.people.viewer.id,
  });
  const used = async () =>
    (await pool.query('select last_used_at as at from api_token where id = $1', [id])).rows[0].at;
  await enter(token);
  const first = await used();
  expect(first).not.toBeNull();
  await enter(token);
  expect(await used()).toEqual(first);
  await pool.query(
    `update api_token set last_used_at = last_used_at - interval '61 seconds' where id = $1`,
    [id],
  );
  await enter(token);
  expect((await used()).getTime()).toBeGreaterThanOrEqual(first.getTime());
});

test('one statement tells who asks', async () => {
  const { token } = await createToken(pool, {
    orgId: house.org.id,
    userId: house.people.admin.id,
  });
  let statements = 0;
  const counting = {
    query: (...args: unknown[]) => {
      statements += 1;
      return (pool.query as (...all: unknown[]) => unknown).apply(pool, args);
    },
  } as unknown as Pool;
  await authenticate(counting, { authorization: `Bearer ${token}` }, { jwtSecret });
  expect(statements).toBe(1);
});

test('a session says that its password was handed over; a token and an owner never do', async () => {
  const user = await createUser(pool, { orgId: house.org.id, mustResetPassword: true });
  const { token } = await createToken(pool, { orgId: house.org.id, userId: user.id });
  expect(await enter(await session(user.id))).toMatchObject({ mustResetPassword: true });
  expect(await enter(token)).toMatchObject({ mustResetPassword: false });
  const owner = await findPrincipal(pool, { userId: user.id, orgId: house.org.id });
  expect(owner).toMatchObject({ mustResetPassword: false });
});
