/** Ends of runs on request, of one run or of many, each in one statement with its events. Whoever calls holds the
 *  scenarios' slots and notifies. */
import { rows, statement, type Client } from '#platform/db.ts';
import { toJsonb, type RunEvent } from '../event/event.ts';

// Run rows are locked in id order, as the journal locks them, so that the two cannot deadlock.
const endUnstarted = statement<{ runId: number }>(
  'cancel-unstarted',
  `with r as (
     update run set state = 'cancelled', finished_at = clock_timestamp(), cancel_requested_at = clock_timestamp(),
                    reason = $2, event_seq = event_seq + cardinality($3::text[])
     where id = any(array(select id from run where id = any($1::bigint[]) and state in ('waiting', 'queued')
                          order by id for update))
     returning id, event_seq - cardinality($3::text[]) as base
   ), s as (
     -- A step that a worker began and handed back is still marked as running.
     update step_run set state = 'cancelled', finished_at = clock_timestamp()
     from r where run_id = r.id and state in ('pending', 'running')
   ), e as (
     insert into run_event (run_id, seq, type, at, payload)
     select r.id, r.base + x.k, x.type, clock_timestamp(), x.payload::jsonb
     from r cross join unnest($3::text[], $4::text[]) with ordinality x(type, payload, k)
   )
   select id as "runId" from r`,
);

const markRequested = statement<{ runId: number }>(
  'request-cancel',
  `with r as (
     update run set cancel_requested_at = clock_timestamp(), reason = $2,
                    event_seq = event_seq + cardinality($3::text[])
     where id = any(array(select id from run where id = any($1::bigint[]) and state = 'running'
                            and cancel_requested_at is null order by id for update))
     returning id, event_seq - cardinality($3::text[]) as base
   ), e as (
     insert into run_event (run_id, seq, type, at, payload)
     select r.id, r.base + x.k, x.type, clock_timestamp(), x.payload::jsonb
     from r cross join unnest($3::text[], $4::text[]) with ordinality x(type, payload, k)
   )
   select id as "runId" from r`,
);

/** Cancels those that wait or are queued, for the reason given. @returns their ids. */
export function cancelUnstarted(
  tx: Client,
  runIds: readonly number[],
  userId: number,
  reason: string,
): Promise<number[]> {
  return apply(tx, endUnstarted, runIds, reason, [
    requested(userId, reason),
    { type: 'run.finished', payload: { state: 'cancelled', reason } },
  ]);
}

/** Tells those that run to end, unless they were told before. @returns their ids. */
export function requestRunning(
  tx: Client,
  runIds: readonly number[],
  userId: number,
  reason: string,
): Promise<number[]> {
  return apply(tx, markRequested, runIds, reason, [requested(userId, reason)]);
}

const requested = (userId: number, reason: string): RunEvent => ({
  type: 'run.cancel_requested',
  payload: { user_id: userId, reason },
});

async function apply(
  tx: Client,
  sql: typeof endUnstarted,
  runIds: readonly number[],
  reason: string,
  events: readonly RunEvent[],
): Promise<number[]> {
  const changed = await rows(tx, sql, [
    runIds,
    reason,
    events.map((event) => event.type),
    events.map((event) => toJsonb(event.payload)),
  ]);
  return changed.map(({ runId }) => runId);
}
