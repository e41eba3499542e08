/** An expected failure on the way from a source into the warehouse. It is thrown because it ends streams
 *  that are half read; whoever called the whole turns it into a value (`asFailure`). */
import { sqlState } from '#platform/db.ts';

export class Failure extends Error {
  override readonly name = 'Failure';
  /** Whether it may mend itself without anybody acting: networks, locks, timeouts, busy servers. */
  readonly retryable: boolean;

  /** @param reason for a person: what went wrong, with what, and what to do. */
  constructor(reason: string, retryable = false, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.retryable = retryable;
  }
}

type Mapping = { readonly remedy: string; readonly retryable: boolean };

const act = (remedy: string): Mapping => ({ remedy, retryable: false });
const wait = (remedy: string): Mapping => ({ remedy, retryable: true });

/** By errno, SQLSTATE, or the first two characters of one (its class). */
const MAPPINGS: Readonly<Record<string, Mapping>> = {
  ECONNREFUSED: wait('nothing listens there; check host and port, or that the server is up'),
  ECONNRESET: wait('the other side closed the connection'),
  EPIPE: wait('the other side closed the connection'),
  ETIMEDOUT: wait('no answer in time; check host, port and firewall'),
  EHOSTUNREACH: wait('no route to that host'),
  ENETUNREACH: wait('no route to that network'),
  EAI_AGAIN: wait('the name could not be resolved just now'),
  EMFILE: wait('too many files are open on this machine'),
  ENOTFOUND: act('the host name does not exist; check its spelling'),
  ENOSPC: act('the disk is full; free some space'),
  '08': wait('the connection to the database was lost'),
  '22': act('a value does not fit its column'),
  '23': act('a row breaks a rule of the table'),
  '28': act('the database refused the sign-in; check user and password'),
  '40': wait('another transaction was in the way'),
  '3D000': act('there is no such database; check its name'),
  '42P01': act('there is no such table; check its name and schema'),
  '42703': act('there is no such column'),
  '42501': act('the user lacks a privilege; grant it'),
  '25006': act('only reading is allowed here'),
  '53100': act('the disk of the database is full; free some space'),
  '53': wait('the database is short of resources'),
  '54': act('this is more than the database can hold in one table or row'),
  '55P03': wait('the table is in use; try again when that has ended'),
  '57014': wait('the statement was cancelled or ran into its time limit'),
  '57': wait('the database is shutting down or restarting'),
  XX: wait('the database reports an internal error'),
};

const REFUSED = act('the database refused the statement');

/** The error as a Failure that names `what` was being done. Anything unknown is handed back unchanged: it is
 *  a surprise. */
export function asFailure(error: unknown, what: string): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const state = sqlState(error);
  const code = state ?? errno(error);
  if (code === undefined) return error;
  // Whatever a database refuses is about the data or the set-up, not about this program.
  const refused = state === undefined ? undefined : REFUSED;
  const mapping = MAPPINGS[code] ?? MAPPINGS[code.slice(0, 2)] ?? refused;
  if (mapping === undefined) return error;
  const said = `${words(error)}${detail(error)}`;
  return new Failure(`${what}: ${said} (${mapping.remedy}).`, mapping.retryable, error);
}

/** Runs `work`; what it throws comes out as `asFailure` of it. */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFailure(error, what);
  }
}

// Node raises one AggregateError, without a message, when every address of a host refused.
function words(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors[0] : undefined;
  return inner instanceof Error ? inner.message : error.message;
}

function detail(error: Error): string {
  return 'detail' in error && typeof error.detail === 'string' ? ` — ${error.detail}` : '';
}

function errno(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  // pg reports these two without a code.
  if (error.message.startsWith('Connection terminated')) return 'ECONNRESET';
  if (error.message.includes('timeout exceeded when trying to connect')) return 'ETIMEDOUT';
  return undefined;
}
