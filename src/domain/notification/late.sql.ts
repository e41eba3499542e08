import { statement } from '#platform/db.ts';
import type { RunTold } from './write-notifications.ts';

/** Marks a run as told and appends the event. $1 run, $2 fence, $3 the event's payload. */
export const markLate = statement<RunTold>(
  'mark-late',
  `with late as (
     update run set late_at = clock_timestamp(), event_seq = event_seq + 1
     where id = $1 and fence = $2 and state = 'running' and late_at is null
     returning id, state, reason, event_seq, due_at, started_at, finished_at
   ), told as (
     insert into run_event (run_id, seq, type, at, payload)
     select id, event_seq, 'run.late', clock_timestamp(), $3::jsonb from late
   )
   select id, state, reason, due_at as "dueAt", started_at as "startedAt", finished_at as "finishedAt" from late`,
);
