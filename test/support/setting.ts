/** A database with one house, and the domain's functions called as its people. */
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import type { Scope } from '#domain/access/principal.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { createHouse, principalOf } from '#test/support/factories.ts';
import { tinyKinds } from '#test/support/tiny-kinds.ts';

export type Setting = Awaited<ReturnType<typeof createSetting>>;

export async function createSetting() {
  const database = await createTestDatabase();
  const pool = createPool(database.url, { name: 'test', max: 8, log: createLog('test', 'silent') });
  const house = await createHouse(pool);
  const as = (person: keyof typeof house.people, scopes: readonly Scope[] = []) =>
    principalOf(pool, {
      orgId: person === 'stranger' ? house.otherOrg.id : house.org.id,
      userId: house.people[person].id,
      scopes,
    });
  return {
    url: database.url,
    pool,
    deps: { pool, kinds: tinyKinds },
    house,
    projectId: house.project.id,
    as,
    /** The rows of a statement. */
    rows: async (sql: string, values: unknown[] = []) => (await pool.query(sql, values)).rows,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
