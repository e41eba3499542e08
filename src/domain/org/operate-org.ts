/** Pausing a whole organisation: nothing of it ticks, each due time leaves its trace as paused and is not replayed.
 *  Draining as well: what is queued stays queued, what runs finishes. */
import { row, statement, transaction, type Client, type Pool } from '#platform/db.ts';
import { invalid } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { recordPaused } from './record-paused.ts';

export type OrgPause = {
  readonly pausedAt: Date | null;
  readonly pauseNote: string | null;
  readonly draining: boolean;
};

const MAX_NOTE = 1000;

const columns = `paused_at as "pausedAt", pause_note as "pauseNote", draining`;

const lockOrg = statement<OrgPause>(
  'lock-org',
  `select ${columns} from org where id = $1 for update`,
);

const setPause = statement<OrgPause>(
  'set-org-pause',
  `update org set paused_at = case when $2::bool then coalesce(paused_at, clock_timestamp()) end,
                  pause_note = $3, draining = $4
   where id = $1 returning ${columns}`,
);

const clock = statement<{ at: Date }>('clock-of-org', `select clock_timestamp() as at`);

/** Again replaces the note and whether it drains.
 *  @throws DomainError FORBIDDEN without org.admin, VALIDATION. */
export function pauseOrg(
  pool: Pool,
  who: Principal,
  { note = null, drain = false }: { note?: string | null; drain?: boolean } = {},
): Promise<OrgPause> {
  if (note !== null && (note.length > MAX_NOTE || note.includes('\0'))) {
    throw invalid([{ path: ['note'], message: `has at most ${MAX_NOTE} characters`, value: note }]);
  }
  return change(pool, who, 'org.pause', [true, note, drain]);
}

/** Ticks and claims again from now. What was due in the pause and is not recorded, because no worker was there, is
 *  recorded first: nothing of it runs.
 *  @throws DomainError FORBIDDEN without org.admin. */
export async function resumeOrg(pool: Pool, who: Principal): Promise<OrgPause> {
  permitOrg(who);
  const now = (await row(pool, clock))!.at;
  while (await transaction(pool, (tx) => recordPaused(tx, who.orgId, now)));
  return change(pool, who, 'org.resume', [false, null, false], (tx) =>
    recordPaused(tx, who.orgId, null),
  );
}

function change(
  pool: Pool,
  who: Principal,
  action: 'org.pause' | 'org.resume',
  values: readonly [paused: boolean, note: string | null, draining: boolean],
  first: (tx: Client) => Promise<unknown> = async () => {},
): Promise<OrgPause> {
  permitOrg(who);
  return transaction(pool, async (tx: Client) => {
    await first(tx);
    const before = await row(tx, lockOrg, [who.orgId]);
    const after = await row(tx, setPause, [who.orgId, ...values]);
    await recordChange(tx, who, {
      action,
      resourceType: 'org',
      resourceId: who.orgId,
      before,
      after,
    });
    await tx.query("select pg_notify('hf_schedule', ''), pg_notify('hf_queue', '')");
    return after!;
  });
}
