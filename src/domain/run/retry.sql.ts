/** Retries as rows. */
import { statement } from '#platform/db.ts';
import type { RunConfig } from './claim.sql.ts';
import type { RunState, StepState } from './run-state.ts';

export type Origin = {
  readonly id: number;
  readonly projectId: number;
  readonly scenarioId: number | null;
  readonly scenarioDeleted: boolean;
  readonly state: RunState;
  readonly exclusive: boolean;
  readonly priority: number;
  readonly maxRunning: number | null;
  readonly config: RunConfig;
  readonly configVersion: number;
  /** The first of its chain: itself when it is no retry. */
  readonly firstRunId: number;
};

/** $1 run, $2 organisation. */
export const findOrigin = statement<Origin>(
  'find-retry-origin',
  `select r.id, r.project_id as "projectId", r.scenario_id as "scenarioId", r.state, r.exclusive, r.priority,
          r.max_running as "maxRunning", r.config, r.config_version as "configVersion",
          coalesce(r.origin_run_id, r.id) as "firstRunId", s.deleted_at is not null as "scenarioDeleted"
   from run r left join scenario s on s.id = r.scenario_id where r.id = $1 and r.org_id = $2`,
);

/** What stands for the slot where there is no scenario. */
export const lockFirst = statement(
  'lock-first-of-chain',
  `select from run where id = $1 for update`,
);

export const findUnfinished = statement<{ id: number }>(
  'find-unfinished-retry',
  `select id from run where origin_run_id = $1 and state in ('waiting', 'queued', 'running') limit 1`,
);

export const findStepStates = statement<{ pos: number; state: StepState }>(
  'find-step-states',
  `select pos, state from step_run where run_id = $1 order by pos`,
);

/** The tick, the run, its steps and its first events in one statement, as `fire.sql.ts` does it, from a run instead of
 *  a scenario. $1 the run to retry, $2 the first of its chain, $3 mode, $4 queued or waiting, $5 exclusive, $6 priority,
 *  $7 limit of the scenario, $8 who asks, $9 the tick's reason, $10 positions of the steps that are taken over. */
export const insertRetry = statement<{ runId: number; tickId: number | null }>(
  'insert-retry',
  `with o as materialized (
     select o.*, nextval('run_id_seq') as new_id, coalesce(s.owner_user_id, o.owner_user_id) as new_owner_id
     from run o left join scenario s on s.id = o.scenario_id where o.id = $1
   ), t as (
     insert into tick (org_id, project_id, scenario_id, source, due_at, source_key, outcome, run_id, reason, decided_at)
     select org_id, project_id, scenario_id, 'manual', due_at, 'retry:' || id || ':' || new_id,
            case $4::text when 'queued' then 'fired' else 'waiting' end, new_id, $9::text, clock_timestamp()
     from o where scenario_id is not null
     returning id
   ), r as (
     insert into run (id, org_id, project_id, scenario_id, owner_user_id, name, source, source_key,
                      triggered_by_user_id, origin_run_id, retry_mode, due_at, start_at, max_running, state, exclusive,
                      priority, config, params, context, step_kinds, config_version, event_seq, created_at)
     select new_id, org_id, project_id, scenario_id, new_owner_id, name, 'manual', 'retry:' || id || ':' || new_id,
            $8::int, $2::bigint, $3::text, due_at, clock_timestamp(), $7::int, $4::text, $5::bool,
            $6::int, config, params, context, step_kinds, config_version, 1 + cardinality($10::int[]), clock_timestamp()
     from o
   ), s as (
     insert into step_run (run_id, pos, name, kind, state, output, finished_at)
     select o.new_id, p.pos, p.name, p.kind, case when x.reused then 'reused' else 'pending' end,
            case when x.reused then p.output end, case when x.reused then clock_timestamp() end
     from o join step_run p on p.run_id = o.id cross join lateral (select p.pos = any($10::int[]) as reused) x
   ), e as (
     insert into run_event (run_id, seq, type, at, payload)
     select new_id, 1, 'run.queued', clock_timestamp(),
            jsonb_build_object('source', 'manual', 'state', $4::text, 'retry_of', id, 'mode', $3::text,
              'user_id', $8::int, 'due_at', to_char(due_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
     from o
     union all
     select o.new_id, 1 + x.k, 'step.finished', clock_timestamp(),
            jsonb_build_object('pos', p.pos, 'name', p.name, 'kind', p.kind, 'attempt', 0, 'state', 'reused',
              'run_id', o.id)
     from o cross join unnest($10::int[]) with ordinality x(pos, k)
     join step_run p on p.run_id = o.id and p.pos = x.pos
   )
   select new_id as "runId", (select id from t) as "tickId" from o`,
);
