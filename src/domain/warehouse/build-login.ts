/** The login that builds in one project's schema: it may read and create there, has temporary tables, and nothing else;
 *  a member of nothing. Its password is new with every build and known to that build alone: one that lost its claim can
 *  open no connection any more, whatever still runs of it. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { row, rows, sqlState, transaction, type Client, type Pool } from '#platform/db.ts';
import { quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import * as sql from './build-login.sql.ts';
import { attempt, verifierOf, type Login } from './read-login.ts';
import { lockLogins, mayConnect } from './read-login.sql.ts';
import { WarehouseError } from './warehouse-error.ts';

/** Where to sign in, and as whom. */
export type BuildLogin = AsyncDisposable & {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** As libpq has them; undefined: its defaults. */
  readonly sslMode: string | undefined;
  readonly sslRootCert: string | undefined;
  /** Ends every session that was opened with it, and every query with them. So does disposal. */
  end(): Promise<void>;
};

// Threads of a build, one that looks around, and one that cancels the others.
const CONNECTION_LIMIT = 20;

/** For whoever holds the project's turn to build: sessions of an earlier build are ended.
 *  @param pool of the platform's own user.
 *  @param reader reads what is built.
 *  @throws WarehouseError where the database's user may not make logins, and for a login that was given more rights. */
export async function openBuildLogin(
  pool: Pool,
  { url, schema, reader }: { url: string; schema: string; reader: string | null },
): Promise<BuildLogin> {
  const found = await row(pool, sql.findBuilder, [schema]);
  if (found === null) {
    throw new WarehouseError('The project has no warehouse: its schema is gone.');
  }
  const login = { user: found.role, password: randomBytes(32).toString('base64url') };
  await transaction(pool, (tx) => prepare(tx, schema, login, reader));
  const end = async () => void (await row(pool, sql.endSessions, [login.user]));
  await end();
  return { ...placeOf(url), ...login, end, [Symbol.asyncDispose]: end };
}

async function prepare(
  tx: Client,
  schema: string,
  login: Login,
  reader: string | null,
): Promise<void> {
  await rows(tx, lockLogins);
  const { exists, grown, isOurs, user, database } = (await row(tx, sql.findBuilderRole, [
    login.user,
  ]))!;
  if (grown) {
    throw new WarehouseError(
      `The login ${login.user} was given more than building in one schema; take from it what it is a member of, and its attributes.`,
    );
  }
  await dropOrphans(tx);
  const [name, me, place] = [login.user, user, schema].map(quoteIdentifier);
  const what = `login noinherit connection limit ${CONNECTION_LIMIT} password '${verifierOf(login.password)}'`;
  try {
    await tx.query(
      exists
        ? `alter role ${name} ${what}`
        : `create role ${name} nosuperuser nocreatedb nocreaterole noreplication nobypassrls ${what}`,
    );
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    throw new WarehouseError(
      `The database user ${user} may not make logins, and each project's recipes build on one of their own. As a superuser: alter role ${me} createrole;`,
      { cause: error },
    );
  }
  if (!isOurs) await tx.query(`grant ${name} to ${me}`);
  await tx.query(`alter role ${name} set search_path = ${place}`);
  // So that a query whose build died ends within a second. Not every system can tell.
  await attempt(tx, `alter role ${name} set client_connection_check_interval = '1s'`, ['22023']);
  if (!(await row(tx, mayConnect, [login.user]))!.may) {
    await tx.query(`grant connect on database ${quoteIdentifier(database)} to ${name}`);
  }
  // Incremental models stage their rows in a temporary table. Everybody may, unless it was taken away.
  if (!(await row(tx, sql.mayMakeTemporary, [login.user]))!.may) {
    await tx.query(`grant temporary on database ${quoteIdentifier(database)} to ${name}`);
  }
  await tx.query(`grant usage, create on schema ${place} to ${name}`);
  await tx.query(`alter default privileges in schema ${place} grant select on tables to ${name}`);
  const unreadable = await rows(tx, sql.findUnreadableTo, [schema, login.user]);
  if (unreadable.length > 0) {
    const tables = unreadable.map((table) => quoteQualified(schema, table.name)).join(', ');
    await tx.query(`grant select on ${tables} to ${name}`);
  }
  if (reader === null) return;
  await tx.query(
    `alter default privileges for role ${name} in schema ${place} grant select on tables to ${quoteIdentifier(reader)}`,
  );
}

async function dropOrphans(tx: Client): Promise<void> {
  for (const { role } of await rows(tx, sql.findOrphanedBuilders)) {
    const name = quoteIdentifier(role);
    await attempt(tx, `drop owned by ${name}`, ['42501']);
    await attempt(tx, `drop role ${name}`, ['2BP01', '42501']);
  }
}

/** The server of an address, as another client than ours needs to be told. */
function placeOf(
  url: string,
): Pick<BuildLogin, 'host' | 'port' | 'database' | 'sslMode' | 'sslRootCert'> {
  const { host, port, database = '' } = new pg.Client({ connectionString: url });
  const options = URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams();
  const mode = options.get('sslmode') ?? undefined;
  return {
    ...{ host, port, database },
    // Our driver's word for it.
    sslMode: mode === 'no-verify' ? 'require' : mode,
    sslRootCert: options.get('sslrootcert') ?? undefined,
  };
}
