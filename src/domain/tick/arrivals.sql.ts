/** Successes of upstream scenarios that their downstreams have not decided about. Journals insert them
 *  (`run/flush.sql.ts`), whoever holds the downstream's slot decides and deletes them. */
import { statement } from '#platform/db.ts';
import { SLOT_COLUMNS, type Slot } from './slot.sql.ts';

/** A downstream with what decides whether it ticks. */
export type DownstreamSlot = Slot & {
  readonly enabled: boolean;
  readonly pausedAt: Date | null;
  readonly pauseNote: string | null;
  readonly broken: { readonly message?: string } | null;
  readonly deletedAt: Date | null;
};

const COLUMNS = `${SLOT_COLUMNS}, enabled, paused_at as "pausedAt", pause_note as "pauseNote", broken,
  deleted_at as "deletedAt"`;

// Asked as an array: the planner then always goes from the few arrivals to their scenarios by primary key. Ten times
// the batch, so that slots in other workers' hands leave enough to take. What names no scenario goes: nobody would.
export const lockArrived = statement<DownstreamSlot>(
  'lock-arrived',
  `with gone as (
     delete from arrival a where not a.seen and not exists (select from scenario s where s.id = a.downstream_id)
   )
   select ${COLUMNS} from scenario
   where id = any(array(select distinct downstream_id from arrival where not seen limit 10 * $1::int))
   limit $1 for update skip locked`,
);

/** The named scenarios, waiting for whoever holds them; in id order, so that two callers cannot deadlock. */
export const lockDownstreams = statement<DownstreamSlot>(
  'lock-downstreams',
  `select ${COLUMNS} from scenario where id = any($1::int[]) order by id for update`,
);

export type Arrival = {
  readonly id: number;
  readonly downstreamId: number;
  readonly upstreamId: number;
  readonly runId: number;
  readonly atMs: number;
};

/** Of these downstreams, seen ones too, in the order in which they came; asked after the slots were taken. */
export const findArrivals = statement<Arrival>(
  'find-arrivals',
  `select id, downstream_id as "downstreamId", upstream_id as "upstreamId", run_id as "runId",
          1000 * extract(epoch from at)::float8 as "atMs"
   from arrival where downstream_id = any($1::int[]) order by at, id`,
);

export const findUpstreamIds = statement<{ downstreamId: number; upstreamId: number }>(
  'find-upstream-ids',
  `select downstream_id as "downstreamId", upstream_id as "upstreamId" from upstream_link
   where downstream_id = any($1::int[])`,
);

/** Deletes the arrivals $1 and leaves $2 for later. */
export const consumeArrivals = statement(
  'consume-arrivals',
  `with kept as (update arrival set seen = true where id = any($2::bigint[]) and not seen)
   delete from arrival where id = any($1::bigint[])`,
);
