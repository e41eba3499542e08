/** What a MySQL or MariaDB server refuses, as Failures with a remedy. */
import { asFailure, Failure } from './failure.ts';

const act = (remedy: string) => ({ remedy, retryable: false });
const wait = (remedy: string) => ({ remedy, retryable: true });

/** By the error's name; what is not named here and comes from the server is refused for good. */
const MAPPINGS: Readonly<Record<string, { remedy: string; retryable: boolean }>> = {
  ER_ACCESS_DENIED_ERROR: act('check user and password'),
  ER_DBACCESS_DENIED_ERROR: act('the user may not use that database; grant it'),
  ER_TABLEACCESS_DENIED_ERROR: act('the user lacks a privilege; grant it'),
  ER_BAD_DB_ERROR: act('there is no such database; check its name'),
  ER_NO_SUCH_TABLE: act('there is no such table; check its name'),
  ER_BAD_FIELD_ERROR: act('there is no such column'),
  ER_DUP_FIELDNAME: act('rename one of the two with AS'),
  ER_PARSE_ERROR: act('it has to be one SELECT'),
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: act('only reading is allowed here'),
  ER_HOST_IS_BLOCKED: act('the server blocks this host after many errors; unblock it there'),
  ER_HOST_NOT_PRIVILEGED: act('the server lets nobody in from this host; grant it'),
  ER_SECURE_TRANSPORT_REQUIRED: act('the server wants encryption; set ssl'),
  HANDSHAKE_NO_SSL_SUPPORT: act('the server speaks no TLS; set ssl to disable, or switch it on'),
  HANDSHAKE_SSL_ERROR: act('the certificate was not accepted; check authority and ssl'),
  AUTH_SWITCH_PLUGIN_ERROR: act('the way to sign in of that user is not supported'),
  ER_CON_COUNT_ERROR: wait('the server has too many connections'),
  ER_USER_LIMIT_REACHED: wait('the user has too many connections'),
  ER_LOCK_WAIT_TIMEOUT: wait('the table is in use; try again when that has ended'),
  ER_LOCK_DEADLOCK: wait('another transaction was in the way'),
  ER_SERVER_SHUTDOWN: wait('the server is shutting down'),
  ER_QUERY_INTERRUPTED: wait('the query was stopped, or ran into its time limit'),
  ER_QUERY_TIMEOUT: wait('the query ran into its time limit'),
  ER_NET_READ_ERROR_FROM_PIPE: wait('the connection was lost'),
  PROTOCOL_CONNECTION_LOST: wait('the other side closed the connection'),
};

/** MariaDB's own, for which the library has no names, by number. */
const MARIADB: Readonly<Record<number, { remedy: string; retryable: boolean }>> = {
  1927: wait('the connection was ended on the server'),
  1969: wait('the query ran into its time limit'),
};

const REFUSED = act('the server refused the statement');

/** The error as a Failure that names `what` was being done; a surprise comes back unchanged. */
export function asMysqlFailure(error: unknown, what: string): unknown {
  if (error instanceof Failure || !(error instanceof Error) || !('code' in error)) {
    return asFailure(error, what);
  }
  const code = String(error.code);
  // Only what a server said bears a state.
  const refused = 'sqlState' in error && error.sqlState !== undefined ? REFUSED : undefined;
  const number = 'errno' in error ? Number(error.errno) : 0;
  const mapping = MAPPINGS[code] ?? MARIADB[number] ?? tls(code) ?? refused;
  if (mapping === undefined) return asFailure(error, what);
  const said = error.message.replace(/\.$/, '');
  return new Failure(`${what}: ${said} (${mapping.remedy}).`, mapping.retryable, error);
}

/** Node's own names for certificates that are not accepted. */
function tls(code: string) {
  const named = /CERT|^UNABLE_TO_|^ERR_(?:TLS|SSL|OSSL)|SELF_SIGNED/.test(code);
  return named ? act('the certificate was not accepted; check authority and ssl') : undefined;
}
