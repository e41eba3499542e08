/** A migrated database for one test file or one test, gone when disposed. LISTEN and NOTIFY stay within a
 *  database, so tests do not hear each other. */
import pg from 'pg';
import { inject } from 'vitest';

export type TestDatabase = AsyncDisposable & { readonly url: string };

/** Clones the migrated template: about 50 ms. Connections still open at disposal are cut. */
export function createTestDatabase(): Promise<TestDatabase> {
  return clone(inject('templateDatabase'));
}

/** An empty database, without our schema: for tests of migrations. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return clone('template0');
}

async function clone(template: string): Promise<TestDatabase> {
  const maintenanceUrl = inject('maintenanceUrl');
  const name = `hf_test_${crypto.randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    await client.query(`create database ${name} template ${template}`);
  } catch (error) {
    await client.end();
    throw error;
  }
  const { rows } = await client.query('select oid from pg_database where datname = $1', [name]);
  return {
    url: databaseUrl(maintenanceUrl, name),
    async [Symbol.asyncDispose]() {
      await client.query(`drop database if exists ${name} with (force)`);
      // Logins belong to the server: those that read and build in the warehouses of this database's projects.
      const logins = await client.query(
        `select rolname from pg_roles where rolname ~ ('^hf_(read|build)_' || $1::oid || '_')`,
        [rows[0].oid],
      );
      for (const { rolname } of logins.rows) await client.query(`drop role ${rolname}`);
      await client.end();
    },
  };
}

/** The same server and user, another database. */
export function databaseUrl(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
