/** Personal access tokens, and the audit log that their changes leave. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordChange } from '#domain/access/audit.ts';
import { authenticate } from '#domain/access/authenticate.ts';
import { issueToken, listTokens, revokeToken } from '#domain/access/tokens.ts';
import { getViewer } from '#domain/access/viewer.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse, principalOf } from '#test/support/factories.ts';

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

const principal = (person: keyof typeof house.people, scopes: readonly ('read' | 'write')[] = []) =>
  principalOf(pool, { orgId: house.org.id, userId: house.people[person].id, scopes });
const request = { name: 'CI', scopes: ['read'] as const, projectId: null, expiresAt: null };
const jwtSecret = 'not used here, for no session is involved';

test('a token is shown once, stored as a hash, and opens what its scopes allow', async () => {
  const who = await principal('designer');
  const issued = await issueToken(pool, who, { ...request, projectId: house.project.id });
  expect(issued.token).toMatch(/^hf_[\w-]{32}$/);
  expect(issued.prefix).toBe(issued.token.slice(0, 9));
  const entered = await authenticate(
    pool,
    { authorization: `Bearer ${issued.token}` },
    { jwtSecret },
  );
  expect(entered).toMatchObject({
    userId: who.userId,
    scopes: ['read'],
    defaultProjectId: house.project.id,
  });
  const stored = await pool.query(
    `select (t.*)::text || (a.*)::text as all from api_token t
     join audit_log a on a.resource_type = 'token' and a.resource_id = t.id::text where t.id = $1`,
    [issued.id],
  );
  expect(stored.rowCount).toBe(1);
  expect(stored.rows[0].all).not.toContain(issued.token);
  expect(stored.rows[0].all).toContain('token.issue');
});

test('a revoked token is refused from the next request on', async () => {
  const who = await principal('viewer');
  const issued = await issueToken(pool, who, request);
  expect((await revokeToken(pool, who, issued.id)).revokedAt).not.toBeNull();
  await expect(
    authenticate(pool, { authorization: `Bearer ${issued.token}` }, { jwtSecret }),
  ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('everyone sees and revokes their own tokens, an administrator all, a stranger none', async () => {
  const mine = await issueToken(pool, await principal('viewer'), request);
  const seen = async (person: 'admin' | 'analyst') =>
    (await listTokens(pool, await principal(person))).map(({ id }) => id);
  expect(await seen('admin')).toContain(mine.id);
  expect(await seen('analyst')).not.toContain(mine.id);
  const stranger = await principalOf(pool, {
    orgId: house.otherOrg.id,
    userId: house.people.stranger.id,
  });
  expect((await listTokens(pool, stranger)).map(({ id }) => id)).not.toContain(mine.id);
  for (const who of [await principal('analyst'), stranger]) {
    await expect(revokeToken(pool, who, mine.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
  await revokeToken(pool, await principal('admin'), mine.id);
});

test('a limited token cannot issue one that reaches further', async () => {
  const who = await principal('admin', ['read']);
  for (const scopes of [[], ['write'], ['read', 'admin']] as const) {
    await expect(issueToken(pool, who, { ...request, scopes })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  }
  await issueToken(pool, who, request);
});

test('a limited token cannot revoke one that reaches further', async () => {
  const who = await principal('admin', ['read']);
  const admin = await principal('admin');
  for (const scopes of [[], ['write'], ['read', 'admin']] as const) {
    const wider = await issueToken(pool, admin, { ...request, scopes });
    await expect(revokeToken(pool, who, wider.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await authenticate(pool, { authorization: `Bearer ${wider.token}` }, { jwtSecret });
  }
  // One like it, and so itself: whoever finds a leaked one can end it.
  const { id } = await issueToken(pool, admin, request);
  expect((await revokeToken(pool, who, id)).revokedAt).not.toBeNull();
});

test('a token without a name, in the past and for a project of others is refused', async () => {
  const who = await principal('admin');
  const expiresAt = new Date(Date.now() - 1000);
  await expect(issueToken(pool, who, { ...request, name: ' ', expiresAt })).rejects.toMatchObject({
    problems: [{ path: ['name'] }, { path: ['expires_at'] }],
  });
  const projectId = house.otherProject.id;
  await expect(issueToken(pool, who, { ...request, projectId })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('secrets that are handed to the audit log by mistake do not reach it', async () => {
  const who = await principal('admin');
  await recordChange(pool, who, {
    action: 'connector.update',
    resourceType: 'connector',
    resourceId: 1,
    before: { config: [{ password: 'hunter2' }], name: 'nul \0' },
    after: { tokenHash: 'abc', kept: new Date(0) },
  });
  const { rows } = await pool.query(
    `select before, after from audit_log where action = 'connector.update'`,
  );
  expect(rows).toEqual([
    {
      before: { config: [{ password: '[secret]' }], name: String.raw`nul \u0000` },
      after: { tokenHash: '[secret]', kept: '1970-01-01T00:00:00.000Z' },
    },
  ]);
});

test('the viewer knows itself and, with a token, no other organisation', async () => {
  const viewer = await getViewer(pool, await principal('designer'));
  expect(viewer).toMatchObject({ role: 'designer', org: { id: house.org.id } });
  expect(viewer.orgs).toEqual([viewer.org]);
});
