/** One flush of a worker's journal: fences checked, events numbered, runs, steps and attempts updated, successes
 *  handed to the scenarios that wait for them and one notification sent, in a single statement. Node numbers the
 *  events of a run 1..n within the batch and the row's counter gives the base: `row_number()` in SQL cost half of the
 *  throughput at 200 slots. */
import { rows, statement, type Queryable } from '#platform/db.ts';
import { toJsonb, toText, type RunEvent } from '../event/event.ts';
import type { Json } from '../step/kind.ts';
import type { AttemptState, RunState, StepState } from './run-state.ts';

export type StepChange = {
  readonly pos: number;
  readonly state: StepState;
  readonly attempt: number;
  readonly output?: Json | undefined;
  readonly reason?: string | undefined;
  readonly progress?: Json | undefined;
};

export type AttemptChange = {
  readonly pos: number;
  readonly attempt: number;
  readonly state: AttemptState;
  readonly reason?: string | undefined;
};

export type RunChange = { readonly state: RunState; readonly reason?: string | undefined };

/** What one flush writes about one run: the last state of everything, all events in order. */
export type RunBatch = {
  readonly runId: number;
  readonly fence: number;
  readonly events: readonly RunEvent[];
  readonly steps: readonly StepChange[];
  readonly attempts: readonly AttemptChange[];
  readonly run?: RunChange | undefined;
};

/** Takes its parameters in the order in which `flushBatches` names them. */
export const flush = statement<{ ok: string[] }>(
  'flush-journal',
  `with d as (
     select * from unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::text[], $6::bool[])
       d(id, fence, n, state, reason, step_done)
   ), r as (
     update run set event_seq = run.event_seq + d.n, flush_id = $7,
       state = coalesce(d.state, run.state),
       reason = coalesce(d.reason, run.reason),
       -- What is still to be counted and told: a failure, and a success after failures. The scenario is read and not
       -- locked: whoever holds it may want this run's row next. Not "exists": that is hashed over all scenarios.
       settled = run.settled and not coalesce(run.scenario_id is not null and (d.state = 'failed'
         or d.state = 'succeeded' and coalesce(
           (select c.failures > 0 or c.failure_told_at is not null or null from scenario c where c.id = run.scenario_id),
           (select true from run u where u.scenario_id = run.scenario_id and not u.settled limit 1))), false),
       lost_claims = case when d.step_done then 0 else run.lost_claims end,
       finished_at = case when d.state in ('succeeded', 'failed', 'cancelled') then clock_timestamp() end,
       lease_until = case when d.state is null or d.state = 'running' then run.lease_until end,
       worker_id = case when d.state = 'queued' then null else run.worker_id end
     from d
     -- Not state = 'running': that picks the partial index on leases and turns quadratic.
     where run.id = d.id and run.fence = d.fence and run.finished_at is null and run.flush_id is distinct from $7
     returning run.id, run.fence, run.worker_id, run.event_seq - d.n as base,
       run.scenario_id, run.source, run.origin_run_id, run.state = 'succeeded' as succeeded
   ), e as (
     insert into run_event (run_id, seq, type, at, payload)
     select x.run_id, r.base + x.k, x.type, clock_timestamp(), x.payload::jsonb
     from unnest($8::bigint[], $9::int[], $10::text[], $11::text[]) x(run_id, k, type, payload)
     join r on r.id = x.run_id
   ), s as (
     update step_run t set state = y.state, attempt = y.attempt,
       output = coalesce(y.output::jsonb, t.output), reason = coalesce(y.reason, t.reason),
       progress = coalesce(y.progress::jsonb, t.progress),
       started_at = case when y.state in ('skipped', 'cancelled') then t.started_at
                         else coalesce(t.started_at, clock_timestamp()) end,
       finished_at = case when y.state not in ('pending', 'running') then clock_timestamp() end
     from unnest($12::bigint[], $13::int[], $14::text[], $15::int[], $16::text[], $17::text[], $18::text[])
       y(run_id, pos, state, attempt, output, reason, progress)
     join r on r.id = y.run_id
     where t.run_id = y.run_id and t.pos = y.pos and t.finished_at is null
   ), a as (
     insert into step_attempt as t (run_id, pos, attempt, state, worker_id, fence, reason, started_at, finished_at)
     select z.run_id, z.pos, z.attempt, z.state, coalesce(r.worker_id, ''), r.fence, z.reason, clock_timestamp(),
            case when z.state <> 'running' then clock_timestamp() end
     from unnest($19::bigint[], $20::int[], $21::int[], $22::text[], $23::text[]) z(run_id, pos, attempt, state, reason)
     join r on r.id = z.run_id
     on conflict (run_id, pos, attempt) do update
       set state = excluded.state, reason = excluded.reason, finished_at = excluded.finished_at
   ), p as (
     insert into arrival (downstream_id, upstream_id, run_id, at)
     select l.downstream_id, r.scenario_id, r.id, date_trunc('milliseconds', clock_timestamp())
     from r cross join lateral (
       -- Offset 0: looked up for each success by itself, whatever the planner believes about the sizes.
       select downstream_id from upstream_link where upstream_id = r.scenario_id offset 0
     ) l
     where r.succeeded and r.source <> 'backfill'
       and not exists (select from run o where o.id = r.origin_run_id and o.source = 'backfill')
     on conflict do nothing
     returning id
   )
   select array(select id from r)
          || array(select d.id from d join run using (id, fence) where run.flush_id = $7) as ok,
          case when $24::text <> '' then pg_notify('hf_run', $24) end,
          case when $25::bool then pg_notify('hf_queue', '') end,
          case when exists (select from p) then pg_notify('hf_schedule', '') end`,
);

// A notification carries less than 8,000 bytes; beyond this many ids `*` says "many".
const MAX_NAMED = 600;

/** Applies the batches, sorted by run id so that two flushes cannot deadlock.
 *  @param flushId the same when a flush whose commit is unknown is sent again: it is applied once.
 *  @returns the runs that took it; the others have lost their fence. */
export async function flushBatches(
  db: Queryable,
  batches: readonly RunBatch[],
  flushId: number,
): Promise<Set<number>> {
  const sorted = batches.toSorted((a, b) => a.runId - b.runId);
  const events = sorted.flatMap((b) =>
    b.events.map((event, k) => ({ runId: b.runId, k: k + 1, event })),
  );
  const steps = sorted.flatMap((b) => b.steps.map((step) => ({ runId: b.runId, ...step })));
  const attempts = sorted.flatMap((b) =>
    b.attempts.map((attempt) => ({ runId: b.runId, ...attempt })),
  );
  const ids = sorted.map((b) => b.runId);
  const [answer] = await rows(db, flush, [
    ids,
    sorted.map((b) => b.fence),
    sorted.map((b) => b.events.length),
    sorted.map((b) => b.run?.state ?? null),
    sorted.map((b) => optionalText(b.run?.reason)),
    sorted.map((b) => b.steps.some((step) => step.state === 'succeeded')),
    flushId,
    events.map((x) => x.runId),
    events.map((x) => x.k),
    events.map((x) => x.event.type),
    events.map((x) => toJsonb(x.event.payload)),
    steps.map((y) => y.runId),
    steps.map((y) => y.pos),
    steps.map((y) => y.state),
    steps.map((y) => y.attempt),
    steps.map((y) => (y.output === undefined ? null : toJsonb(y.output))),
    steps.map((y) => optionalText(y.reason)),
    steps.map((y) => (y.progress === undefined ? null : toJsonb(y.progress))),
    attempts.map((z) => z.runId),
    attempts.map((z) => z.pos),
    attempts.map((z) => z.attempt),
    attempts.map((z) => z.state),
    attempts.map((z) => optionalText(z.reason)),
    events.length === 0 ? '' : ids.length > MAX_NAMED ? '*' : ids.join(','),
    sorted.some((b) => b.run?.state === 'queued'),
  ]);
  // Inside an array the driver leaves bigints as text.
  return new Set(answer?.ok.map(Number));
}

function optionalText(text: string | undefined): string | null {
  return text === undefined ? null : toText(text);
}
