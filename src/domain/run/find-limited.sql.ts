/** Which queued runs could be claimed although a limit of their project or scenario concerns them. */
import { statement } from '#platform/db.ts';
import { claimable, inTurn, waitingProjects } from './claim.sql.ts';

export type Limited = {
  readonly id: number;
  readonly projectId: number;
  readonly scenarioId: number | null;
  readonly projectLimit: number | null;
  readonly scenarioLimit: number | null;
};

// Hidden from the planner, who believes that hardly any row passes, and would sort the whole queue instead of reading
// the first ones from the index: 40 ms with 100,000 runs instead of 0.4.
const claimableInTurn = `state = 'queued' and case when ${claimable} then true end`;

/** In the order of the claim, with the limits. Takes: unused, unused, limit, kinds.
 *
 *  Only what the limits leave room for, as they stand: a long queue behind a limit that is reached must not fill the
 *  list, or nobody behind it would be looked at. Scenarios with such a queue are found by leaping in its index, so that
 *  the cost grows with them and not with their queues. */
export const findLimited = statement<Limited>(
  'find-limited',
  `with recursive ${waitingProjects} running as materialized (
     select project_id, scenario_id, count(*)::int as n from run
     where state = 'running' and project_id = any(array(select project_id from waiting)) group by 1, 2
   ), room as materialized (
     select w.project_id, w.max_running,
            least($3::int, w.max_running - coalesce(
              (select sum(n) from running x where x.project_id = w.project_id), 0))::int as n
     from waiting w
   ), limited as (
     select p.project_id, (select r.scenario_id from run r
       where r.state = 'queued' and r.max_running is not null and r.project_id = p.project_id
       order by r.scenario_id limit 1) as scenario_id
     from room p where p.n > 0
     union all
     select l.project_id, (select r.scenario_id from run r
       where r.state = 'queued' and r.max_running is not null and r.project_id = l.project_id
         and r.scenario_id > l.scenario_id order by r.scenario_id limit 1)
     from limited l where l.scenario_id is not null
   ), heads as (
     select h.* from limited l cross join lateral (
       select q.*, row_number() over (${inTurn}) as place from (
         select id, project_id, scenario_id, priority, start_at, max_running
         from run where project_id = l.project_id and scenario_id = l.scenario_id and ${claimableInTurn}
           and max_running is not null ${inTurn} limit $3) q) h
     where l.scenario_id is not null
       and h.place <= h.max_running - coalesce((select n from running x where x.scenario_id = l.scenario_id), 0)
     union all
     select h.* from room p cross join lateral (
       select id, project_id, scenario_id, priority, start_at, max_running, 0 as place
       from run where project_id = p.project_id and ${claimableInTurn} and max_running is null ${inTurn} limit p.n) h
     where p.max_running is not null and p.n > 0
   ), fitting as (
     select h.*, p.n, p.max_running as project_limit,
            row_number() over (partition by h.project_id order by h.priority desc, h.start_at, h.id) as turn
     from heads h join room p using (project_id)
   )
   select id, project_id as "projectId", scenario_id as "scenarioId", project_limit as "projectLimit",
          max_running as "scenarioLimit"
   from fitting, (select $1::text, $2::float8) unused where turn <= n ${inTurn} limit $3`,
);
