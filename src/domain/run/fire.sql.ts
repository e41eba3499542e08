/** The one way in which a scenario's runs come to be: the tick, its run, the run's steps and its first event,
 *  in one statement. A tick that exists already makes no run, so a due time is never fired twice. */
import { rows, statement, type Queryable } from '#platform/db.ts';
import { toJsonb } from '../event/event.ts';
import type { RunSource } from './run-state.ts';

/** The form of `run.config` that this version writes; workers claim only forms that they know. */
export const CONFIG_VERSION = 1;

export type Firing = {
  readonly scenarioId: number;
  readonly source: RunSource;
  /** The upstream run, the backfill or the idempotency key; empty for a schedule. */
  readonly sourceKey: string;
  readonly dueMs: number;
  /** Waiting: behind the run that is active. */
  readonly state: 'queued' | 'waiting';
  readonly exclusive: boolean;
  readonly priority: number;
  /** Not claimed before; epoch ms. */
  readonly startMs: number;
  /** Cancelled when not started by then; epoch ms, null: never. */
  readonly startBeforeMs: number | null;
  readonly maxRunning: number | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly triggeredByUserId: number | null;
  readonly reason: string | null;
  /** What else is to be known about its tick, as JSON text. */
  readonly detail?: string | null;
};

export type Fired = { runId: number; tickId: number; scenarioId: number; dueAt: Date };

const fire = statement<Fired>(
  'fire-runs',
  `with d as materialized (
     -- Numbered in the order given, so that lists by id show due times in theirs.
     select o.*, nextval('run_id_seq') as run_id from (
       select d.*, s.org_id, s.project_id, s.owner_user_id, s.name, s.slug, s.steps, s.policies, s.zone, s.step_kinds,
              p.slug as project_slug, p.name as project_name, u.email as owner_email
       from unnest($1::int[], $2::text[], $3::text[], $4::float8[], $5::text[], $6::bool[], $7::int[],
                   $8::text[], $9::int[], $10::text[], $11::float8[], $12::float8[], $13::int[], $14::text[])
         with ordinality
         d(scenario_id, source, source_key, due_ms, state, exclusive, priority, params, user_id, reason,
           start_ms, start_before_ms, max_running, detail, ord)
       join scenario s on s.id = d.scenario_id
       join project p on p.id = s.project_id
       join "user" u on u.id = p.owner_user_id
       order by d.ord
     ) o
   ), t as (
     insert into tick (org_id, project_id, scenario_id, source, due_at, source_key, outcome, run_id, reason, detail, decided_at)
     select org_id, project_id, scenario_id, source, to_timestamp(due_ms / 1000), source_key,
            case state when 'queued' then 'fired' else 'waiting' end, run_id, reason, detail::jsonb, clock_timestamp()
     from d
     on conflict do nothing
     returning id, run_id, scenario_id, due_at
   ), r as (
     insert into run (id, org_id, project_id, scenario_id, owner_user_id, name, source, source_key,
                      triggered_by_user_id, due_at, start_at, start_before, max_running, state, exclusive, priority, config, params, context,
                      step_kinds, config_version, event_seq, created_at)
     select d.run_id, d.org_id, d.project_id, d.scenario_id, d.owner_user_id, d.name, d.source, d.source_key,
            d.user_id, t.due_at, to_timestamp(d.start_ms / 1000), to_timestamp(d.start_before_ms / 1000),
            d.max_running, d.state, d.exclusive, d.priority,
            jsonb_build_object('slug', d.slug, 'steps', d.steps, 'policies', d.policies, 'zone', d.zone),
            d.params::jsonb,
            jsonb_build_object('id', d.project_id, 'slug', d.project_slug, 'name', d.project_name,
                               'timezone', d.zone, 'owner_email', d.owner_email),
            d.step_kinds, ${CONFIG_VERSION}, 1, clock_timestamp()
     from d join t using (run_id)
     returning id, source, due_at, state, config
   ), s as (
     insert into step_run (run_id, pos, name, kind)
     select r.id, x.ord - 1, coalesce(x.step->>'name', x.step->>'kind'), x.step->>'kind'
     from r cross join lateral jsonb_array_elements(r.config->'steps') with ordinality x(step, ord)
   ), e as (
     insert into run_event (run_id, seq, type, at, payload)
     select id, 1, 'run.queued', clock_timestamp(),
            jsonb_build_object('source', source, 'state', state, 'due_at',
              to_char(due_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
     from r
   )
   select run_id as "runId", id as "tickId", scenario_id as "scenarioId", due_at as "dueAt" from t`,
);

/** Records ticks that fire, with their runs. Answers those that were new; the caller holds the scenarios'
 *  slots and notifies. */
export async function fireRuns(tx: Queryable, firings: readonly Firing[]): Promise<Fired[]> {
  if (firings.length === 0) return [];
  return rows(tx, fire, [
    firings.map((f) => f.scenarioId),
    firings.map((f) => f.source),
    firings.map((f) => f.sourceKey),
    firings.map((f) => f.dueMs),
    firings.map((f) => f.state),
    firings.map((f) => f.exclusive),
    firings.map((f) => f.priority),
    firings.map((f) => toJsonb(f.params)),
    firings.map((f) => f.triggeredByUserId),
    firings.map((f) => f.reason),
    firings.map((f) => f.startMs),
    firings.map((f) => f.startBeforeMs),
    firings.map((f) => f.maxRunning),
    firings.map((f) => f.detail ?? null),
  ]);
}
