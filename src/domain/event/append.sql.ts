/** Events from those who hold no fence (API, ticker): numbered from the run row's own counter, under its lock,
 *  so that they fall between those of the worker without a gap. */
import { rows, statement, type Queryable } from '#platform/db.ts';
import { toJsonb, type RunEvent } from './event.ts';

const append = statement(
  'append-events',
  `with r as (
     update run set event_seq = event_seq + cardinality($2::text[]) where id = $1
     returning id, event_seq - cardinality($2::text[]) as base
   )
   insert into run_event (run_id, seq, type, at, payload)
   select r.id, r.base + x.k, x.type, clock_timestamp(), x.payload::jsonb
   from r cross join unnest($2::text[], $3::text[]) with ordinality x(type, payload, k)`,
);

/** Appends in order. The caller notifies `hf_run` in the same transaction. */
export async function appendEvents(
  tx: Queryable,
  runId: number,
  events: readonly RunEvent[],
): Promise<void> {
  await rows(tx, append, [
    runId,
    events.map((event) => event.type),
    events.map((event) => toJsonb(event.payload)),
  ]);
}
