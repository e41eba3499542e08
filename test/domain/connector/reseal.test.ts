/** The rotation as an operator does it: with the real program, against the real database. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { findPrincipal } from '#domain/access/authenticate.ts';
import { getConnector, openConnector } from '#domain/connector/connector.ts';
import { createConnector } from '#domain/connector/save-connector.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse } from '#test/support/factories.ts';

const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
let database: TestDatabase;
let pool: Pool;
let orgId: number;
let ids: number[];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 3, log: createLog('test', 'warn') });
  const house = await createHouse(pool);
  orgId = house.org.id;
  const admin = (await findPrincipal(pool, { userId: house.people.admin.id, orgId }))!;
  const config = { host: 'db.example', database: 'd', user: 'u' };
  ids = [];
  for (const [n, key] of [first, first, second].entries()) {
    const given = { projectId: null, slug: `c${n}`, name: 'C', type: 'postgresql', config };
    const secrets = { password: `password ${n}` };
    ids.push((await createConnector(pool, admin, { ...given, secrets }, [key])).id);
  }
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const base64 = (keys: readonly Buffer[]) => keys.map((key) => key.toString('base64')).join(',');

const rotate = (current: Buffer, previous: readonly Buffer[]) =>
  promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, '../../../scripts/rotate-secrets.ts')],
    {
      env: {
        ...process.env,
        DATABASE_URL: database.url,
        SECRET_KEY: base64([current]),
        SECRET_KEY_PREVIOUS: base64(previous),
      },
    },
  );

const passwords = (key: Buffer) =>
  Promise.all(
    ids.map(async (id) => openConnector(await getConnector(pool, orgId, id), [key]).opened.secrets),
  );

test('a key that is missing changes nothing; with it all are sealed anew, and the old keys can go', async () => {
  await expect(rotate(third, [first])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /Nothing was changed\. The secret of connector:\d+ .* SECRET_KEY_PREVIOUS/,
    ),
  });
  const { stdout, stderr } = await rotate(third, [second, first]);
  expect(stdout).toMatch(/Sealed anew: 3; under the current key already: 0/);
  expect(stdout + stderr).not.toContain('password');
  expect(await passwords(third)).toEqual([0, 1, 2].map((n) => ({ password: `password ${n}` })));
  expect((await rotate(third, [])).stdout).toMatch(
    /Sealed anew: 0; under the current key already: 3/,
  );
  const { rows } = await pool.query(
    `select count(*)::int as n from audit_log where action = 'connector.reseal' and user_id = 0`,
  );
  expect(rows[0].n).toBe(3);
});
