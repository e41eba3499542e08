/** Once a second, for all runs of a worker in one statement: are they still mine, and should any of them end? */
import { rows, statement, type Queryable } from '#platform/db.ts';

export type Held = { readonly runId: number; readonly fence: number };

export type Renewal = {
  runId: number;
  /** False: another claim has raised the fence, or the run has ended otherwise. */
  held: boolean;
  cancelRequested: boolean;
  /** Why, when its end was requested. */
  reason: string | null;
};

// Leases younger than a third are left alone, so that most runs end without one write for their lease.
const renew = statement<Renewal>(
  'renew-leases',
  `with mine as (
     select m.* from unnest($1::bigint[], $2::int[]) m(id, fence)
   ), renewed as (
     update run set lease_until = clock_timestamp() + $3::float8 * interval '1 s'
     where id = any(array(
       select run.id from mine join run using (id, fence)
       where state = 'running' and lease_until < clock_timestamp() + $3::float8 * 2 / 3 * interval '1 s'
       order by run.id for update of run))
   )
   select mine.id as "runId", (run.fence = mine.fence and run.state = 'running') as held,
          run.cancel_requested_at is not null as "cancelRequested", run.reason
   from mine join run using (id)`,
);

/** Renews the leases of those runs that are still held under these fences. */
export function renewLeases(
  db: Queryable,
  held: readonly Held[],
  leaseSeconds: number,
): Promise<Renewal[]> {
  return rows(db, renew, [
    held.map((run) => run.runId),
    held.map((run) => run.fence),
    leaseSeconds,
  ]);
}
