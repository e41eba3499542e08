/** The slot of a scenario is its row: whoever decides about its due times or its active run holds it first and
 *  looks in the next statement, whose snapshot then shows what the holder before did. */
import { statement } from '#platform/db.ts';
import type { CalendarDays } from './calendar.ts';
import type { PoliciesWire } from './policies.ts';
import type { TriggerWire } from '../trigger/trigger.ts';

export type Slot = {
  readonly id: number;
  readonly orgId: number;
  readonly projectId: number;
  readonly trigger: TriggerWire;
  readonly policies: PoliciesWire;
  readonly zone: string;
  readonly createdAt: Date;
  readonly nextDueAt: Date | null;
  /** Of the calendar that the policies name; null: they name none. */
  readonly calendar: CalendarDays | null;
  /** The note of the organisation's pause, which may be empty; null: it is not paused. */
  readonly orgPause: string | null;
  /** The database's clock as the slot was taken. */
  readonly now: Date;
};

export const SLOT_COLUMNS = `id, org_id as "orgId", project_id as "projectId", trigger, policies, zone,
  created_at as "createdAt", next_due_at as "nextDueAt", clock_timestamp() as now,
  (select coalesce(o.pause_note, '') from org o where o.id = scenario.org_id and o.paused_at is not null)
    as "orgPause",
  case when policies ? 'calendar' then
    (select jsonb_build_object('dates', c.dates, 'weekdays', c.weekdays) from calendar c
     where c.project_id = scenario.project_id and c.name = scenario.policies->>'calendar')
  end as calendar`;

// The clock in a query of its own is read once, and the index can use it; in place it is read for every row, and the
// whole index with it: 300 ms at a million scenarios that are not due.
/** At most $1 scenarios that are due, those due longest first; another worker's are passed over. */
export const lockDue = statement<Slot>(
  'lock-due',
  `select ${SLOT_COLUMNS} from scenario where next_due_at <= (select clock_timestamp())
   order by next_due_at limit $1 for update skip locked`,
);

/** The named scenarios, waiting for whoever holds them; in id order, so that two callers cannot deadlock. */
export const lockSlots = statement<Slot>(
  'lock-slots',
  `select ${SLOT_COLUMNS} from scenario where id = any($1::int[]) order by id for update`,
);

/** Who holds and who waits for the places of these scenarios; asked after their slots were taken. */
export const findTaken = statement<{
  scenarioId: number;
  activeRunId: number | null;
  waiting: number;
}>(
  'find-taken',
  `select s.id as "scenarioId", a.id as "activeRunId", w.count as waiting
   from unnest($1::int[]) s(id)
   left join run a on a.scenario_id = s.id and a.exclusive and a.state in ('queued', 'running')
   cross join lateral (select count(*)::int from run w where w.scenario_id = s.id and w.state = 'waiting') w`,
);

export const findWaitingRuns = statement<{ runId: number }>(
  'find-waiting-runs',
  `select id as "runId" from run where scenario_id = $1 and state = 'waiting' order by due_at, id`,
);

export const advance = statement(
  'advance',
  `update scenario s set next_due_at = to_timestamp(d.due_ms / 1000)
   from unnest($1::int[], $2::float8[]) d(id, due_ms) where s.id = d.id`,
);

/** Writes a broken scenario's state, and tells: it does not tick until it is edited. */
export const breakScenario = statement(
  'break-scenario',
  `with b as (update scenario set broken = $2::jsonb, next_due_at = null where id = $1 returning id)
   select pg_notify('hf_scenario', id::text) from b`,
);

/** When the next due time comes, in ms from now; 0 when an upstream success waits for its decision; null when
 *  nothing ticks. */
export const msUntilDue = statement<{ ms: number | null }>(
  'ms-until-due',
  `select case when exists (select from arrival where not seen) then 0
          else 1000 * extract(epoch from min(next_due_at) - clock_timestamp())::float8 end as ms
   from scenario where next_due_at is not null`,
);

// Latest by its due time, not by its id: of one decision those that fire are written before those that do not.
/** Ticks that do not fire, of source $9. A span that goes on where the scenario's latest tick ended, with the same
 *  outcome and reason, lengthens that one: a scenario that skips for an hour leaves one row, not 3,600. */
export const insertQuiet = statement(
  'insert-quiet-ticks',
  `with d as (
     select d.*, s.org_id, s.project_id from unnest($1::int[], $2::text[], $3::float8[], $4::float8[], $5::int[],
       $6::text[], $7::text[], $8::text[]) d(scenario_id, outcome, due_ms, until_ms, count, reason, detail, source_key)
     join scenario s on s.id = d.scenario_id
   ), latest as (
     select d.scenario_id, l.* from (select distinct scenario_id from d) d
     cross join lateral (select id, outcome, reason, coalesce(until_at, due_at) as end_at from tick
                         where scenario_id = d.scenario_id and source = $9 order by due_at desc limit 1) l
   ), head as (
     select distinct on (scenario_id) * from d order by scenario_id, due_ms
   ), grown as (
     update tick t set until_at = to_timestamp(h.until_ms / 1000), count = t.count + h.count,
                       decided_at = clock_timestamp()
     from head h join latest l using (scenario_id)
     where t.id = l.id and l.outcome = h.outcome and l.reason is not distinct from h.reason
       and h.outcome <> 'error' and l.end_at < to_timestamp(h.due_ms / 1000)
     returning t.scenario_id, h.due_ms
   )
   insert into tick (org_id, project_id, scenario_id, source, source_key, due_at, until_at, count, outcome, reason,
                     detail, decided_at)
   select org_id, project_id, scenario_id, $9, source_key, to_timestamp(due_ms / 1000),
          case when count > 1 then to_timestamp(until_ms / 1000) end, count, outcome, reason, detail::jsonb,
          clock_timestamp()
   from d where not exists (select from grown g where g.scenario_id = d.scenario_id and g.due_ms = d.due_ms)
   on conflict do nothing`,
);

/** Wakes those who listen: $1 true when runs were queued, $2 the ids of the runs, $3 those of the scenarios, each as
 *  `payloadOf` has them. */
export const notify = statement(
  'notify-ticked',
  `select case when $1::bool then pg_notify('hf_queue', '') end,
          case when $2::text <> '' then pg_notify('hf_run', $2) end,
          case when $3::text <> '' then pg_notify('hf_scenario', $3) end`,
);
