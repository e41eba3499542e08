/** A login that may read the demo's sales warehouse and nothing else, for the PostgreSQL connector: with the
 *  server's own login, whoever writes a dataset's query could read every password hash. */
import { randomBytes } from 'node:crypto';
import { type Pool, sqlState, transaction } from '#platform/db.ts';
import { quoteIdentifier } from '#platform/identifier.ts';

export type Reader = {
  /** As the connector's form has it. */
  readonly config: { host: string; port: number; database: string; user: string; ssl: string };
  readonly secrets: { password: string };
};

/** @param schema what it may read, tables to come included.
 *  @param url of this database.
 *  @returns null where this database's user may not create logins, or the database has no host. */
export async function makeReader(pool: Pool, schema: string, url: string): Promise<Reader | null> {
  const { hostname, port, pathname, searchParams } = new URL(url);
  if (hostname === '') return null;
  const user = `hf_demo_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(18).toString('base64url');
  const [role, warehouse] = [quoteIdentifier(user), quoteIdentifier(schema)];
  try {
    await transaction(pool, async (tx) => {
      // The password is made above, of letters, digits, - and _: nothing in it needs quoting.
      await tx.query(`create role ${role} login password '${password}' connection limit 5`);
      await tx.query(`grant usage on schema ${warehouse} to ${role}`);
      await tx.query(
        `alter default privileges in schema ${warehouse} grant select on tables to ${role}`,
      );
    });
  } catch (error) {
    if (sqlState(error) === INSUFFICIENT_PRIVILEGE) return null;
    throw error;
  }
  const mode = searchParams.get('sslmode') ?? 'disable';
  return {
    config: {
      // IPv6 stands in brackets there, and nowhere else.
      host: decodeURIComponent(hostname).replaceAll(/[[\]]/g, ''),
      port: port === '' ? 5432 : Number(port),
      database: decodeURIComponent(pathname.slice(1)),
      user,
      ssl: mode === 'disable' || mode === 'prefer' ? 'disable' : 'require',
    },
    secrets: { password },
  };
}

const INSUFFICIENT_PRIVILEGE = '42501';
