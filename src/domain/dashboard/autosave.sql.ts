/** The editor's revisions. */
import { statement } from '#platform/db.ts';
import { AUTOSAVE_NOTE, AUTOSAVE_SECONDS, CONTENT_SQL } from './revision.ts';

/** Editors of one dashboard come one after the other; readers and snapshots are not held up. $1 dashboard. */
export const lockDashboard = statement<{ id: number }>(
  'lock-dashboard',
  'select id from dashboard where id = $1 for no key update',
);

/** Brings the newest revision up to date, if it is an autosave that is still open. $2 author. */
export const amendAutosave = statement<{ revision: number }>(
  'amend-autosave',
  `update dashboard_revisions r
   set content = ${CONTENT_SQL}, author_user_id = $2
   from dashboard d
   where d.id = $1
     and r.dashboard_id = d.id
     and r.revision = (select max(l.revision) from dashboard_revisions l where l.dashboard_id = d.id)
     and r.change_note = '${AUTOSAVE_NOTE}'
     and r.created_at > clock_timestamp() - interval '${AUTOSAVE_SECONDS} seconds'
   returning r.revision`,
);

/** Answers no row where a snapshot took the number meanwhile. $2 author. */
export const insertAutosave = statement<{ revision: number }>(
  'insert-autosave',
  `insert into dashboard_revisions
     (dashboard_id, revision, content, author_user_id, change_note, created_at)
   select d.id,
          coalesce((select max(l.revision) from dashboard_revisions l where l.dashboard_id = d.id), 0) + 1,
          ${CONTENT_SQL}, $2, '${AUTOSAVE_NOTE}', clock_timestamp()
   from dashboard d
   where d.id = $1
   on conflict (dashboard_id, revision) do nothing
   returning revision`,
);
