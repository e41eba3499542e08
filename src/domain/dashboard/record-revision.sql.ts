/** Revisions with a note of their own. */
import { statement } from '#platform/db.ts';
import { CONTENT_SQL } from './revision.ts';

/** $1 dashboard, $2 author, $3 note. No row where a snapshot took the number meanwhile. */
export const insertRevision = statement<{ revision: number }>(
  'insert-revision',
  `insert into dashboard_revisions
     (dashboard_id, revision, content, author_user_id, change_note, created_at)
   select d.id,
          coalesce((select max(l.revision) from dashboard_revisions l where l.dashboard_id = d.id), 0) + 1,
          ${CONTENT_SQL}, $2, $3, clock_timestamp()
   from dashboard d
   where d.id = $1
   on conflict (dashboard_id, revision) do nothing
   returning revision`,
);

/** $1 dashboard. */
export const hasRevisions = statement<{ has: boolean }>(
  'has-revisions',
  'select exists (select from dashboard_revisions where dashboard_id = $1) as has',
);
