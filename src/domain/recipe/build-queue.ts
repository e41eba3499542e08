/** Builds of one project go one after the other, whichever workers hold them: whoever has the project's lock builds.
 *  It belongs to a session, so that it is free the moment its holder dies or is cut off. */
import { row, rows, statement, type Client } from '#platform/db.ts';

// 'hfbu' in ASCII: any number will do, as long as every process takes the same.
const BUILD_LOCK = 0x68666275;

/** $1 project. */
const tryLock = statement<{ locked: boolean }>(
  'try-build-lock',
  `select pg_try_advisory_lock(${BUILD_LOCK}, $1::int) as locked`,
);

/** In the order in which they ask. $1 project. */
const lock = statement<never>('build-lock', `select pg_advisory_lock(${BUILD_LOCK}, $1::int)`);

/** $1 project. */
const unlock = statement<never>(
  'build-unlock',
  `select pg_advisory_unlock(${BUILD_LOCK}, $1::int)`,
);

/** The run of the session that holds it. $1 project. */
const findHolder = statement<{ runId: number | null }>(
  'find-build-holder',
  `select substring(a.application_name from '^hf:([0-9]+):')::bigint as "runId"
   from pg_locks l join pg_stat_activity a using (pid)
   where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
     and l.classid::bigint = ${BUILD_LOCK} and l.objid::bigint = $1 and l.objsubid = 2 and l.granted`,
);

/** Waits for its turn.
 *  @param session is kept by the turn until disposal; a cancel of its statement ends the waiting with Postgres's error.
 *  @param waiting is told the run that builds now, null where that is not known. */
export async function takeTurn(
  session: Client,
  projectId: number,
  waiting: (runId: number | null) => void,
): Promise<
  AsyncDisposable & { /** Fires when the turn was lost with its session. */ lost: AbortSignal }
> {
  const gone = new AbortController();
  const lose = () => gone.abort(new Error('the database session that held the turn was lost'));
  session.once('end', lose);
  session.once('error', lose);
  const free = () => {
    session.off('end', lose);
    session.off('error', lose);
  };
  try {
    if (!(await row(session, tryLock, [projectId]))!.locked) {
      waiting((await row(session, findHolder, [projectId]))?.runId ?? null);
      await session.query('set lock_timeout = 0');
      await rows(session, lock, [projectId]);
    }
  } catch (error) {
    free();
    throw error;
  }
  return {
    lost: gone.signal,
    async [Symbol.asyncDispose]() {
      free();
      // With its session the lock is gone already.
      if (!gone.signal.aborted) await rows(session, unlock, [projectId]).catch(() => {});
    },
  };
}
