/** Runs without a scenario, as rows. */
import { statement } from '#platform/db.ts';
import { CONFIG_VERSION } from '../run/fire.sql.ts';

/** Requests that bear the same key come one after the other. $1 project, $2 key. */
export const lockKey = statement(
  'lock-run-steps-key',
  `select pg_advisory_xact_lock(hashtextextended('run-steps:' || $1::int || ':' || $2::text, 0))`,
);

/** A key is known for a day: further back lie as many runs as retention keeps. $1 project, $2 key. */
export const findByKey = statement<{ runId: number }>(
  'find-run-steps-by-key',
  `select id as "runId" from run
   where scenario_id is null and due_at > now() - interval '1 day' and project_id = $1 and source_key = $2
     and origin_run_id is null`,
);

/** The run, its steps and its first event in one statement, as `fire.sql.ts` does it, without a tick.
 *  $1 project, $2 name, $3 steps, $4 key, $5 who asks. */
export const insertRun = statement<{ runId: number }>(
  'insert-run-of-steps',
  `with p as materialized (
     select p.*, nextval('run_id_seq') as run_id, clock_timestamp() as at,
            coalesce(p.timezone, o.timezone, 'UTC') as zone, u.email as owner_email
     from project p join org o on o.id = p.org_id join "user" u on u.id = p.owner_user_id where p.id = $1
   ), r as (
     insert into run (id, org_id, project_id, scenario_id, owner_user_id, name, source, source_key,
                      triggered_by_user_id, due_at, start_at, state, exclusive, config, context, step_kinds,
                      config_version, event_seq, created_at)
     select run_id, org_id, id, null, $5::int, $2::text, 'manual', $4::text, $5::int,
            date_trunc('milliseconds', at), at, 'queued', false,
            jsonb_build_object('slug', '', 'steps', $3::jsonb, 'policies', '{}'::jsonb, 'zone', zone),
            jsonb_build_object('id', id, 'slug', slug, 'name', name, 'timezone', zone, 'owner_email', owner_email),
            array(select distinct step->>'kind' from jsonb_array_elements($3::jsonb) step),
            ${CONFIG_VERSION}, 1, at
     from p
   ), s as (
     insert into step_run (run_id, pos, name, kind)
     select p.run_id, x.ord - 1, x.step->>'name', x.step->>'kind'
     from p cross join lateral jsonb_array_elements($3::jsonb) with ordinality x(step, ord)
   ), e as (
     insert into run_event (run_id, seq, type, at, payload)
     select run_id, 1, 'run.queued', at,
            jsonb_build_object('source', 'manual', 'state', 'queued', 'user_id', $5::int,
              'due_at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
     from p
   )
   select run_id as "runId" from p`,
);
