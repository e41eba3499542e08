/** What is taken out of history, in small batches, each statement for one project. */
import { statement } from '#platform/db.ts';

export type KeptProject = { readonly id: number; readonly settings: unknown };

export const keptProjects = statement<KeptProject>(
  'kept-projects',
  `select p.id, o.settings from project p join org o on o.id = p.org_id order by p.id`,
);

/** One worker at a time: what several took out at once they would only wait for. */
export const tryRetention = statement<{ mine: boolean }>(
  'try-retention',
  `select pg_try_advisory_xact_lock(hashtext('honeyframe.retention')) as mine`,
);

// $1 project, $2 days. Asked once a statement: the clock itself could not bound the reading of an index, and a pass
// that has nothing to take would read all of it (1.5 s for 300,000 runs, now 11 ms).
const BEFORE = `(select clock_timestamp() - make_interval(days => $2))`;

/** Events of the runs that ended first, and up to which end they are gone now. $3 how many runs. */
export const deleteEvents = statement<{ runs: number }>(
  'retention-events',
  `with gone as materialized (
     select r.id, r.finished_at from run r
      where r.project_id = $1 and r.finished_at < ${BEFORE}
        and r.finished_at > coalesce((select events_gone_until from project where id = $1), '-infinity')
      order by r.finished_at
      fetch first $3 rows with ties
   ), deleted as (
     delete from run_event where run_id = any(array(select id from gone))
   ), marked as (
     update project set events_gone_until = (select max(finished_at) from gone)
      where id = $1 and exists (select from gone)
   )
   select count(*)::int as runs from gone`,
);

// Chains of retries stay whole until their last one is old, and so does what has still to be told or decided.
const NOT_NEEDED = `
      r.settled
  and not exists (select from run m where m.origin_run_id = coalesce(r.origin_run_id, r.id)
                     and (m.finished_at is null or m.finished_at >= ${BEFORE}))
  and not exists (select from arrival a where a.run_id = r.id)
  and not exists (select from notification n where n.run_id = r.id and n.state in ('pending', 'sending'))`;

/** Runs that ended long ago and that nothing waits for. $3 how many. */
export const lockOldRuns = statement<{ id: number }>(
  'retention-lock-runs',
  `select r.id from run r
    where r.project_id = $1 and r.finished_at < ${BEFORE} and ${NOT_NEEDED}
    order by r.finished_at limit $3
    for update of r skip locked`,
);

/** Those of them of which that is still so: somebody may have retried one before it was locked. $3 ids. */
export const deleteOldRuns = statement<{ id: number }>(
  'retention-runs',
  `with old as materialized (
     select r.id from run r where r.project_id = $1 and r.id = any($3::bigint[]) and ${NOT_NEEDED}
   ), events as (
     delete from run_event where run_id = any(array(select id from old))
   )
   delete from run where id = any(array(select id from old)) returning id`,
);

/** Of the oldest ticks those that are old enough; one of an active run stays. $3 how many are looked at. */
export const deleteTicks = statement<{ id: number }>(
  'retention-ticks',
  `with oldest as materialized (
     select id, decided_at, run_id from tick where project_id = $1 order by id limit $3
   )
   delete from tick where id = any(array(
     select o.id from oldest o
      where o.decided_at < ${BEFORE}
        and not exists (select from run r where r.id = o.run_id and r.finished_at is null)))
   returning id`,
);

/** The ranges that have events, the oldest first. */
export const eventRanges = statement<{ n: number }>(
  'event-ranges',
  `select substring(c.relname from '\\d+$')::int as n
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'honeyframe.run_event'::regclass order by 1`,
);

/** Whether a range of runs is to come or has a run whose events are kept. The newest one mostly tells; only
 *  when it is old are the others looked at. $1 first run, $2 the one after the last. */
export const isRangeKept = statement<{ kept: boolean }>(
  'is-range-kept',
  `with bound as (
     select id, clock_timestamp() - make_interval(days => coalesce((settings->>'eventRetentionDays')::int, 30)) as at
       from org
   ), newest as (
     select org_id, finished_at from run where id >= $1 and id < $2 order by id desc limit 1
   )
   select coalesce((select last_value from pg_sequences
                     where schemaname = 'honeyframe' and sequencename = 'run_id_seq'), 0) < $2
       or exists (select from newest r join bound b on b.id = r.org_id
                   where r.finished_at is null or r.finished_at >= b.at)
       or exists (select from run r join bound b on b.id = r.org_id
                   where r.id >= $1 and r.id < $2 and (r.finished_at is null or r.finished_at >= b.at)) as kept`,
);
