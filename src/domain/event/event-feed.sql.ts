/** What the shared reader of run events asks. */
import { statement } from '#platform/db.ts';

/** Events of one run in one statement; a run with more is read again at once. */
export const EVENTS_PER_READ = 500;

/** How much of its past a run's feed holds; who is further back reads pages of its own. */
export const EVENTS_KEPT = 256;

export type EventRow = {
  runId: number;
  seq: number;
  type: string;
  at: Date;
  /** jsonb as text, so that its size is known before it is parsed. */
  payload: string;
};

/** A row without an event says that its run has none after the cursor. */
export type FeedRow = { eventSeq: number; finished: boolean } & (
  | EventRow
  | { runId: number; seq: null; type: null; at: null; payload: null }
);

/** $1 runs, $2 their cursors (null: the end of what there is). Counter, state and events come from one
 *  snapshot, so that "finished and read to the counter" is the truth. */
export const READ_FEEDS = statement<FeedRow>(
  'event-feed-read',
  `select r.id as "runId", r.event_seq as "eventSeq", r.finished_at is not null as finished,
          e.seq, e.type, e.at, e.payload
     from unnest($1::bigint[], $2::int[]) as watched(run_id, after)
     join run r on r.id = watched.run_id
     left join lateral (
       select x.seq, x.type, x.at, x.payload::text as payload
         from run_event x
        where x.run_id = watched.run_id
          and x.seq > coalesce(watched.after, r.event_seq - ${EVENTS_KEPT})
        order by x.seq
        limit ${EVENTS_PER_READ}
     ) e on true
    order by r.id, e.seq`,
);

/** The backstop: one row a watched run. */
export const READ_COUNTERS = statement<{ runId: number; eventSeq: number; finished: boolean }>(
  'event-feed-counters',
  `select id as "runId", event_seq as "eventSeq", finished_at is not null as finished
     from run where id = any($1::bigint[])`,
);

/** Run, exclusive cursor, inclusive end. */
export const READ_PAGE = statement<EventRow>(
  'event-feed-page',
  `select run_id as "runId", seq, type, at, payload::text as payload
     from run_event
    where run_id = $1 and seq > $2 and seq <= $3
    order by seq
    limit ${EVENTS_PER_READ}`,
);
