/** Whether the scheduler is alive, on the database's clock: any worker that beat lately will do. */
import { row, statement, type Queryable } from '#platform/db.ts';

export type SchedulerHealth = {
  /** A worker beat within the stale time. */
  readonly alive: boolean;
  /** The latest beat of any worker; null when there has never been one. */
  readonly lastSeenAt: Date | null;
  /** When a ticker last finished a pass: a beating heart can hide a stuck ticker. */
  readonly lastTickAt: Date | null;
  /** Seconds since then, on the database's clock. */
  readonly lastSeenSeconds: number | null;
  readonly lastTickSeconds: number | null;
  /** Another one after every beat and every leave of any worker. */
  readonly changedAt: string;
};

// With no row at all the comparison is null, which counts as dead.
const findHealth = statement<SchedulerHealth>(
  'find-scheduler-health',
  `select coalesce(w.seen > now.at - $1::float8 * interval '1 s', false) as alive,
          w.seen as "lastSeenAt", w.ticked as "lastTickAt",
          extract(epoch from now.at - w.seen)::float8 as "lastSeenSeconds",
          extract(epoch from now.at - w.ticked)::float8 as "lastTickSeconds",
          concat_ws(' ', w.seen, w.ticked, w.stopped) as "changedAt"
     from (select max(last_seen_at) as seen, max(last_tick_at) as ticked, max(stopped_at) as stopped
           from scheduler_workers) w,
          (select clock_timestamp() as at) now`,
);

/** @param staleSeconds how old the latest beat may be; 90 in production, three missed beats. */
export async function readSchedulerHealth(
  db: Queryable,
  staleSeconds: number,
): Promise<SchedulerHealth> {
  return (await row(db, findHealth, [staleSeconds]))!;
}
