/** Changes to who may do what, one after the other within an organisation, so that it never loses the last person
 *  who administers it. */
import { row, transaction, type Client, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import * as sql from './members.sql.ts';
import type { Principal } from './principal.ts';

/** Runs a change in one transaction.
 *  @param first what must be locked before the organisation: the slots of scenarios.
 *  @throws DomainError CONFLICT when nobody would be left who can sign in and administer the organisation. */
export function changePeople<T>(
  pool: Pool,
  who: Pick<Principal, 'orgId'>,
  change: (tx: Client) => Promise<T>,
  first: (tx: Client) => Promise<unknown> = async () => {},
): Promise<T> {
  return transaction(pool, async (tx) => {
    await first(tx);
    await row(tx, sql.lockPeople, [who.orgId]);
    const before = await countAdmins(tx, who.orgId);
    const result = await change(tx);
    if (before > 0 && (await countAdmins(tx, who.orgId)) === 0) {
      throw new DomainError(
        'CONFLICT',
        'Nobody would be left who administers the organisation; make somebody else an administrator first.',
        { facts: { lastAdministrator: true } },
      );
    }
    return result;
  });
}

async function countAdmins(tx: Client, orgId: number): Promise<number> {
  return (await row(tx, sql.countAdmins, [orgId]))!.total;
}
