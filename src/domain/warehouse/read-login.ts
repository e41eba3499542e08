/** The login that reads one project's schema: SELECT there and nothing else, a member of nothing. Made when it is
 *  first needed and put right whenever it does not fit. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { row, rows, sqlState, transaction, type Client, type Pool } from '#platform/db.ts';
import { quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import type { SecretKey } from '#platform/secrets.ts';
import * as sql from './read-login.sql.ts';
import { WarehouseError } from './warehouse-error.ts';

export type Login = { readonly user: string; readonly password: string };

// A process asks four questions at once and takes one more connection to stop one of them.
const CONNECTION_LIMIT = 20;

const SETTINGS = {
  default_transaction_read_only: 'on',
  // Behind the limit that is kept from outside, in case whoever keeps it dies.
  statement_timeout: '31s',
  idle_in_transaction_session_timeout: '31s',
  lock_timeout: '10s',
};

/** The same in every process with this key, and nowhere written down. */
export function loginOf([key]: SecretKey, role: string): Login {
  const password = createHmac('sha256', key).update(`warehouse login ${role}`).digest('base64url');
  return { user: role, password };
}

/** @throws WarehouseError where the database's user may not make logins, with the remedy, and for a login that was
 *  given more rights. */
export async function prepareLogin(pool: Pool, schema: string, login: Login): Promise<void> {
  await transaction(pool, async (tx) => {
    await rows(tx, sql.lockLogins);
    const found = (await row(tx, sql.findLogin, [login.user]))!;
    if (found.grown) {
      throw new WarehouseError(
        `The login ${login.user} was given more than reading one schema; drop it, and it is made again: drop owned by ${login.user}; drop role ${login.user};`,
      );
    }
    await dropOrphans(tx, found.database);
    await writeRole(tx, login, schema, found);
    await takeFromAll(tx, found);
    await grant(tx, login, schema, found.database);
  });
}

async function writeRole(
  tx: Client,
  { user, password }: Login,
  schema: string,
  found: sql.LoginRow,
): Promise<void> {
  const name = quoteIdentifier(user);
  const what = `login noinherit connection limit ${CONNECTION_LIMIT} password '${verifierOf(password)}'`;
  try {
    // What a user without CREATEROLE may not say about a role that is there is left out of the second.
    await tx.query(
      found.exists
        ? `alter role ${name} ${what}`
        : `create role ${name} nosuperuser nocreatedb nocreaterole noreplication nobypassrls ${what}`,
    );
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    throw new WarehouseError(
      `The database user ${found.user} may not make logins, and each project's dashboards read on one of their own. As a superuser: alter role ${quoteIdentifier(found.user)} createrole;`,
      { cause: error },
    );
  }
  const settings = { ...SETTINGS, search_path: quoteIdentifier(schema) };
  for (const [key, value] of Object.entries(settings)) {
    await tx.query(
      `alter role ${name} set ${key} = ${key === 'search_path' ? value : `'${value}'`}`,
    );
  }
  // So that a question whose asker died ends within a second. Not every system can tell.
  await attempt(tx, `alter role ${name} set client_connection_check_interval = '1s'`, ['22023']);
  if (found.isSuperuser) await tx.query(`alter role ${name} set temp_file_limit = '2GB'`);
}

/** TEMP, CREATE in the schema public as before Postgres 15, and locks by number, with which a card could hold up whoever
 *  takes the same number for half a minute: a right of everybody cannot be taken from one. */
async function takeFromAll(tx: Client, { database, user }: sql.LoginRow): Promise<void> {
  const { temporary, create } = (await row(tx, sql.findForAll))!;
  const [base, me] = [quoteIdentifier(database), quoteIdentifier(user)];
  if (temporary) {
    // Loading datasets needs it.
    await tx.query(`grant temporary on database ${base} to ${me}`);
    await tx.query(`revoke temporary on database ${base} from public`);
  }
  const locks = await rows(tx, sql.findLocksForAll);
  if (locks.length > 0) {
    const functions = locks.map(({ signature }) => signature).join(', ');
    await tx.query(`revoke execute on function ${functions} from public`);
  }
  if (create) {
    await tx.query(`grant create on schema public to ${me}`);
    await tx.query('revoke create on schema public from public');
  }
}

async function grant(tx: Client, { user }: Login, schema: string, database: string): Promise<void> {
  const [name, place] = [quoteIdentifier(user), quoteIdentifier(schema)];
  // Everybody may, unless it was taken away; a user who does not own the database could not grant it.
  if (!(await row(tx, sql.mayConnect, [user]))!.may) {
    await tx.query(`grant connect on database ${quoteIdentifier(database)} to ${name}`);
  }
  await tx.query(`grant usage on schema ${place} to ${name}`);
  // A dataset's sync puts another table in the place of the one that was there.
  await tx.query(`alter default privileges in schema ${place} grant select on tables to ${name}`);
  const unreadable = await rows(tx, sql.findUnreadable, [schema, user]);
  if (unreadable.length === 0) return;
  const tables = unreadable.map((table) => quoteQualified(schema, table.name)).join(', ');
  await tx.query(`grant select on ${tables} to ${name}`);
}

async function dropOrphans(tx: Client, database: string): Promise<void> {
  for (const { role } of await rows(tx, sql.findOrphans)) {
    const name = quoteIdentifier(role);
    const connect = `revoke connect on database ${quoteIdentifier(database)} from ${name}`;
    await attempt(tx, connect, ['42501']);
    await attempt(tx, `drop role ${name}`, ['2BP01', '42501']);
  }
}

/** Goes on without what the statement would have done. */
export async function attempt(tx: Client, text: string, states: readonly string[]): Promise<void> {
  await tx.query('savepoint attempt');
  try {
    await tx.query(text);
    await tx.query('release savepoint attempt');
  } catch (error) {
    await tx.query('rollback to savepoint attempt');
    if (!states.includes(sqlState(error) ?? '')) throw error;
  }
}

const ITERATIONS = 4096;

/** What Postgres stores of a password (RFC 5803): the password itself is in no statement and in no log of it. */
export function verifierOf(password: string): string {
  const salt = createHash('sha256').update(`salt ${password}`).digest().subarray(0, 16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const mac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(mac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${mac('Server Key').toString('base64')}`;
}
