/** What was due or arrived in an organisation's pause is usually recorded by the next worker that looks; what none has
 *  recorded must be before the pause ends, or it would run as if it were only late. */
import { rows, statement, type Client } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { decideArrivals } from '../tick/arrivals.ts';
import { decideDue } from '../tick/decide-due.ts';

// Scenarios per transaction, as the ticker takes them.
const BATCH = 500;

// Asked as an array: the planner then goes from the few that are open to their scenarios by primary key.
const findOpen = statement<{ id: number; isDue: boolean }>(
  'find-undecided-of-org',
  `with u as materialized (select coalesce($2::timestamptz, clock_timestamp()) as at)
   select id, coalesce(next_due_at <= (select at from u), false) as "isDue" from scenario
   where org_id = $1 and id = any(array(
       select id from scenario where next_due_at <= (select at from u)
       union all select downstream_id from arrival where not seen and at <= (select at from u)))
     and exists (select from org where id = $1 and paused_at is not null)
   order by id limit $3`,
);

const lockSlots = statement(
  'lock-slots-of-org',
  `select from scenario where id = any($1::int[]) order by id for update`,
);

/** Decides, if the organisation is paused, about at most 500 scenarios; waits for whoever holds their slots.
 *  @param until what came later is left; null: now.
 *  @returns whether anything was decided, so that there may be more. */
export async function recordPaused(
  tx: Client,
  orgId: number,
  until: Date | null,
): Promise<boolean> {
  const open = await rows(tx, findOpen, [orgId, until, BATCH]);
  const ids = open.map(({ id }) => id);
  await rows(tx, lockSlots, [ids]);
  await decideArrivals(tx, ids);
  const due = open.filter(({ isDue }) => isDue).map(({ id }) => id);
  const readable = (await isDecided(tx, due)) ? due.length : await decideEach(tx, due);
  return readable > 0 || open.length > due.length;
}

/** @returns how many could be read; the ticker shows what is wrong with the others. */
async function decideEach(tx: Client, ids: readonly number[]): Promise<number> {
  let readable = 0;
  for (const id of ids) if (await isDecided(tx, [id])) readable += 1;
  return readable;
}

/** @returns false when a trigger among them cannot be read: nothing was written then. */
async function isDecided(tx: Client, ids: readonly number[]): Promise<boolean> {
  try {
    await decideDue(tx, ids);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'TRIGGER_CONFIG') return false;
    throw error;
  }
}
