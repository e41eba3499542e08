/** Whether this process can serve, and if not, why: for whoever routes requests to it. */
import { isTransient, type Pool } from '#platform/db.ts';
import { pendingMigrations } from '#platform/migrate.ts';
import { DROP_SCRIPT, findDrift, nameTables } from './drift.ts';

export const REASON_CODES = ['DATABASE_AWAY', 'MIGRATIONS_PENDING', 'SCHEMA_DRIFT'] as const;
export type Reason = { readonly code: (typeof REASON_CODES)[number]; readonly message: string };

/** Probes give up after a few seconds themselves: an answer that says why is worth more than none. */
const TIMEOUT_MS = 2_000;

/** Schemas that are searched whatever search_path says. */
export const USUAL_SCHEMAS: readonly string[] = ['public', 'honeyframe'];

/** @param schemas where old tables are looked for. @returns nothing when it can serve. */
export async function whyNotReady(pool: Pool, schemas: readonly string[]): Promise<Reason[]> {
  const late = Promise.withResolvers<Reason[]>();
  const timer = setTimeout(
    () => late.resolve([away(`did not answer within ${TIMEOUT_MS / 1000} s`)]),
    TIMEOUT_MS,
  );
  try {
    return await Promise.race([look(pool, schemas), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function look(pool: Pool, schemas: readonly string[]): Promise<Reason[]> {
  try {
    const reasons: Reason[] = [];
    const pending = await pendingMigrations(pool);
    if (pending.length > 0) {
      const message = `${pending.length} migrations are not applied, first ${pending[0]}; a start of this version applies them`;
      reasons.push({ code: 'MIGRATIONS_PENDING', message });
    }
    const left = await findDrift(pool, schemas);
    if (left.length > 0) {
      const message = `${nameTables(left)} of before v0.0.38: run ${DROP_SCRIPT}`;
      reasons.push({ code: 'SCHEMA_DRIFT', message });
    }
    return reasons;
  } catch (error) {
    if (!isTransient(error)) throw error;
    return [away(`cannot be reached: ${(error as Error).message}`)];
  }
}

const away = (what: string): Reason => ({ code: 'DATABASE_AWAY', message: `the database ${what}` });
