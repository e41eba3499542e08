import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import type { Principal } from '#domain/access/principal.ts';
import { getConnector, openConnector } from '#domain/connector/connector.ts';
import {
  createConnector,
  listConnectors,
  testConnector,
  updateConnector,
  type NewConnector,
} from '#domain/connector/save-connector.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse, principalOf } from '#test/support/factories.ts';

const key = [randomBytes(32)] as const;
let database: TestDatabase;
let pool: Pool;
let house: Awaited<ReturnType<typeof createHouse>>;
let admin: Principal;
let designer: Principal;
let stranger: Principal;
let shop: NewConnector;
/** The test server's own, or one that it does not ask for. */
let secret: string;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 3, log: createLog('test', 'warn') });
  house = await createHouse(pool);
  const { org, otherOrg, people } = house;
  admin = await principalOf(pool, { orgId: org.id, userId: people.admin.id });
  designer = await principalOf(pool, { orgId: org.id, userId: people.designer.id });
  stranger = await principalOf(pool, { orgId: otherOrg.id, userId: people.stranger.id });
  const { hostname, port, pathname, username, password } = new URL(database.url);
  secret = decodeURIComponent(password) || 'a secret that nobody asks for';
  shop = {
    projectId: null,
    slug: 'shop',
    name: 'Shop',
    type: 'postgresql',
    config: { host: hostname, port: Number(port), database: pathname.slice(1), user: username },
    secrets: { password: secret },
  };
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

test('secrets are sealed, never shown, and open for the connector’s type only', async () => {
  const made = await createConnector(pool, admin, shop, key);
  expect(made).toMatchObject({ slug: 'shop', hasSecrets: true });
  expect(JSON.stringify(made)).not.toContain(secret);
  const stored = await getConnector(pool, admin.orgId, made.id);
  expect(stored.secrets!.includes(secret)).toBe(false);
  expect(openConnector(stored, key).opened.secrets).toEqual({ password: secret });
  expect(await listConnectors(pool, designer, house.project.id)).toEqual([made]);
  const { rows } = await pool.query(
    `select coalesce(before::text, '') || after::text as text from audit_log
     where action = 'connector.create'`,
  );
  expect(rows[0].text).not.toContain(secret);

  expect(await testConnector(pool, admin, made.id, key)).toEqual({
    ok: true,
    message: expect.stringMatching(/^PostgreSQL \d+.*, database hf_test_/),
  });
  expect(await testConnector(pool, admin, made.id, [randomBytes(32)])).toMatchObject({
    ok: false,
    message: expect.stringContaining('another SECRET_KEY'),
  });
  expect(await testConnector(pool, admin, made.id, undefined)).toMatchObject({
    ok: false,
    message: expect.stringContaining('SECRET_KEY is not set'),
  });

  const config = { ...(shop.config as object), port: 1 };
  await updateConnector(pool, admin, made.id, { config }, key);
  expect(openConnector(await getConnector(pool, admin.orgId, made.id), key).opened.secrets).toEqual(
    {
      password: secret,
    },
  );
  expect(await testConnector(pool, admin, made.id, key)).toMatchObject({
    ok: false,
    message: expect.stringContaining('ECONNREFUSED'),
  });
  const without = await updateConnector(pool, admin, made.id, { secrets: { password: null } }, key);
  expect(without.hasSecrets).toBe(false);
});

test('a secret that is copied to another connector does not open there', async () => {
  const one = await createConnector(pool, admin, { ...shop, slug: 'one' }, key);
  const two = await createConnector(pool, admin, { ...shop, slug: 'two' }, key);
  await pool.query(
    'update connector set secrets = (select secrets from connector where id = $1) where id = $2',
    [one.id, two.id],
  );
  expect(await testConnector(pool, admin, two.id, key)).toMatchObject({
    ok: false,
    message: expect.stringContaining('belongs elsewhere'),
  });
});

test('everything wrong is reported at once, and no entered secret comes back', async () => {
  const wrong = {
    ...shop,
    slug: 'No Slug',
    name: ' ',
    config: { host: 'h', port: 0, usr: 'x' },
    secrets: { password: 12345678 },
  };
  const refusal = await createConnector(pool, admin, wrong, key).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'VALIDATION' });
  const { problems } = refusal as { problems: { path: string[] }[] };
  expect(problems.map(({ path }) => path.join('.')).toSorted()).toEqual(
    ['config.port', 'config.usr', 'name', 'secrets.password', 'slug'].toSorted(),
  );
  expect(JSON.stringify(problems)).not.toContain('12345678');
});

test.each([
  [{ url: 'postgres://u:p@h/d' }, /keep the password out of it/],
  [{ url: 'postgres://u@h/d', host: 'h' }, /either a url or a host/],
  [{}, /either a url or a host/],
])('%j is refused', async (config, why) => {
  await expect(createConnector(pool, admin, { ...shop, slug: 'x', config }, key)).rejects.toThrow(
    why,
  );
});

test('only administrators of the organisation make, change and try connectors', async () => {
  const made = await createConnector(pool, admin, { ...shop, slug: 'mine' }, key);
  await expect(createConnector(pool, designer, { ...shop, slug: 'd' }, key)).rejects.toThrow(
    'org.admin',
  );
  await expect(updateConnector(pool, designer, made.id, { name: 'x' }, key)).rejects.toThrow(
    'org.admin',
  );
  await expect(testConnector(pool, stranger, made.id, key)).rejects.toThrow(
    `No connector ${made.id}`,
  );
  await expect(updateConnector(pool, stranger, made.id, { name: 'x' }, key)).rejects.toThrow(
    'No connector',
  );
  await expect(
    createConnector(pool, admin, { ...shop, slug: 'p', projectId: house.otherProject.id }, key),
  ).rejects.toThrow('No project');
  await expect(createConnector(pool, admin, { ...shop, slug: 'mine' }, key)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});

test('a csv connector is tried by looking at its folder', async () => {
  const files = { ...shop, slug: 'files', type: 'csv', config: { folder: tmpdir() }, secrets: {} };
  const made = await createConnector(pool, admin, files, undefined);
  expect(await testConnector(pool, admin, made.id, undefined)).toEqual({
    ok: true,
    message: `folder ${tmpdir()} is there`,
  });
  await updateConnector(pool, admin, made.id, { config: { folder: '/no/such' } }, undefined);
  expect(await testConnector(pool, admin, made.id, undefined)).toEqual({
    ok: false,
    message: 'Folder /no/such does not exist; check the path, or put it there.',
  });
});
