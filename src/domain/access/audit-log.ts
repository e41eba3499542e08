/** Reading the audit log. It is kept in the order in which changes were written, which is that of their ids; a period
 *  becomes a range of ids first, so that a page costs the same wherever it lies. */
import { row, statement, type Queryable } from '#platform/db.ts';
import { permitOrg, type Principal } from './principal.ts';

// An id is drawn before the clock is read, by microseconds.
const SLACK_MS = 60_000;

/** $1 organisation, $2 instant. The first entry at or after it. */
const firstFrom = statement<{ id: string }>(
  'first-audit-entry-from',
  `select id::text from audit_log where org_id = $1 and at >= $2 order by at limit 1`,
);

export type Period = { readonly from: Date | null; readonly to: Date | null };

export type AuditRange = {
  /** Smaller ids lie before the period; null: no bound. */
  readonly atLeast: bigint | null;
  readonly below: bigint | null;
  /** Nothing at all lies in it. */
  readonly isEmpty: boolean;
};

/** The ids between which everything of the period lies, and little else.
 *  @throws DomainError FORBIDDEN without org.admin. */
export async function auditRange(
  db: Queryable,
  who: Principal,
  { from, to }: Period,
): Promise<AuditRange> {
  permitOrg(who);
  const idAt = async (ms: number) => {
    const found = await row(db, firstFrom, [who.orgId, new Date(ms)]);
    return found === null ? null : BigInt(found.id);
  };
  const atLeast = from === null ? null : await idAt(from.getTime() - SLACK_MS);
  return {
    atLeast,
    below: to === null ? null : await idAt(to.getTime() + SLACK_MS),
    isEmpty: from !== null && atLeast === null,
  };
}
