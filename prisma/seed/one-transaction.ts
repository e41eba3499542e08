/** Domain functions open a transaction each; the demo is made by many of them and comes as a whole or not at
 *  all. This pool hands out one connection that is inside a transaction already. */
import type { Client, Pool } from '#platform/db.ts';

const WITHIN: Readonly<Record<string, string>> = {
  begin: 'savepoint part',
  commit: 'release savepoint part',
  rollback: 'rollback to savepoint part',
};

/** A pool of just this connection, which stays the caller's: what its users begin, commit and roll back are
 *  parts of the caller's transaction. For one user after the other. */
export function poolWithin(tx: Client): Pool {
  const query = (first: unknown, ...rest: unknown[]) =>
    Reflect.apply(tx.query, tx, [
      typeof first === 'string' ? (WITHIN[first] ?? first) : first,
      ...rest,
    ]);
  const client = { query, release: () => {} };
  return { query, connect: async () => client } as unknown as Pool;
}
