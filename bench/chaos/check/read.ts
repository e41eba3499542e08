/** Reads everything at once, by plain SQL and as it stood at one moment. */
import type pg from 'pg';
import type { Tables } from './rows.ts';

// Multiplied as numeric: a float of seconds would blur the millisecond.
const ms = (column: string) => `(1000 * extract(epoch from ${column}))::float8`;

/** Each list sorted by its key. */
export async function readTables(db: Pick<pg.ClientBase, 'query'>): Promise<Tables> {
  const read = async <Row>(text: string) => (await db.query({ text })).rows as Row[];
  await db.query('begin isolation level repeatable read read only');
  const tables: Tables = {
    ticks: await read(`
      select id::float8, scenario_id as "scenarioId", source, source_key as "sourceKey",
             detail->'upstream_runs' as "upstreamRuns", ${ms('due_at')} as "dueMs",
             ${ms('coalesce(until_at, due_at)')} as "untilMs", count, outcome, run_id::float8 as "runId",
             ${ms('decided_at')} as "decidedMs"
      from honeyframe.tick order by scenario_id, due_at, id`),
    runs: await read(`
      select id::float8, scenario_id as "scenarioId", project_id as "projectId", source, source_key as "sourceKey",
             origin_run_id::float8 as "originRunId", retry_mode as "retryMode", state, exclusive,
             max_running as "maxRunning", ${ms('due_at')} as "dueMs", fence, event_seq as "eventSeq",
             ${ms('created_at')} as "createdMs", ${ms('started_at')} as "startedMs",
             ${ms('finished_at')} as "finishedMs", ${ms('lease_until')} as "leaseMs",
             ${ms('cancel_requested_at')} as "cancelRequestedMs", reason, md5(config::text) as "configHash",
             array(select jsonb_build_object('parallel', coalesce((s->>'parallel')::bool, false), 'runIf', s->'run_if')
                   from jsonb_array_elements(config->'steps') with ordinality x(s, n) order by n) as steps
      from honeyframe.run order by id`),
    claims: await read(`
      select run_id::float8 as "runId", fence, worker_id as "workerId", ${ms('at')} as "atMs"
      from honeyframe.run_claim order by run_id, fence`),
    steps: await read(`
      select run_id::float8 as "runId", pos, kind, state, attempt, md5(output::text) as "outputHash"
      from honeyframe.step_run order by run_id, pos`),
    attempts: await read(`
      select run_id::float8 as "runId", pos, attempt, state, worker_id as "workerId", fence,
             ${ms('started_at')} as "startedMs", ${ms('finished_at')} as "finishedMs"
      from honeyframe.step_attempt order by run_id, pos, attempt`),
    events: await read(`
      select run_id::float8 as "runId", seq, type, ${ms('at')} as "atMs",
             jsonb_build_object('pos', payload->'pos', 'state', payload->'state', 'attempt', payload->'attempt',
                                'promoted', payload->'promoted') as payload
      from honeyframe.run_event order by run_id, seq`),
    marks: await read(`
      select run_id::float8 as "runId", pos, attempt, fence, ${ms('at')} as "atMs" from public.mark
      order by run_id, pos, at`),
    backfills: await read(`
      select id, scenario_id as "scenarioId", ${ms('from_at')} as "fromMs", ${ms('to_at')} as "toMs", overlap, runs,
             ${ms('created_at')} as "createdMs"
      from honeyframe.backfill order by id`),
    selfSwitches: await read(`
      select resource_id::int as "scenarioId", action = 'scenario.pause' as paused, ${ms('at')} as "atMs"
      from honeyframe.audit_log
      where action in ('scenario.pause', 'scenario.resume') and user_id = 0 order by 1, id`),
    versions: await read(`
      select scenario_id as "scenarioId", version from honeyframe.scenario_version order by scenario_id, version`),
  };
  await db.query('commit');
  return tables;
}
