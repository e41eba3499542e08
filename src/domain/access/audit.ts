/** The audit log: every change leaves one row, written in the change's own transaction, so that there is
 *  never one without the other. */
import { rows, statement, type Queryable } from '#platform/db.ts';
import { toJsonb } from '../event/event.ts';
import type { Action } from './audited.ts';
import type { Principal } from './principal.ts';

/** Who is behind a change; a Principal is one, the system is user 0 without an address. */
export type Actor = Pick<Principal, 'orgId' | 'userId' | 'address'>;

export type Change = {
  readonly action: Action;
  readonly resourceType: string;
  readonly resourceId: number | string;
  /** As it was; leave out where nothing was. */
  readonly before?: unknown;
  /** As it is now; leave out where nothing is. */
  readonly after?: unknown;
};

const insertChange = statement<never>(
  'insert-change',
  `insert into audit_log
     (org_id, user_id, at, action, resource_type, resource_id, before, after, address)
   values ($1, $2, clock_timestamp(), $3, $4, $5, $6, $7, $8)`,
);

// Whoever hands in a whole row by mistake must not spill it: the last line of defence, not the first.
const SECRET_FIELD =
  /^(password|password_?hash|secrets?|token|token_?hash|authorization|api_?key)$/i;

/** Writes the change's row. Fields that are named like secrets appear as `[secret]`. */
export async function recordChange(tx: Queryable, who: Actor, change: Change): Promise<void> {
  await rows(tx, insertChange, [
    who.orgId,
    who.userId,
    change.action,
    change.resourceType,
    String(change.resourceId),
    toStored(change.before),
    toStored(change.after),
    who.address,
  ]);
}

function toStored(value: unknown): string | null {
  return value === undefined || value === null ? null : toJsonb(withoutSecrets(value));
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  // Instants and the like know their own JSON.
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      SECRET_FIELD.test(key) ? '[secret]' : withoutSecrets(part),
    ]),
  );
}
