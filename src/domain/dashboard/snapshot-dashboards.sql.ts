/** Scheduled snapshots of a project's dashboards: one statement to look, one to write. */
import { statement } from '#platform/db.ts';
import { CONTENT_SQL } from './revision.ts';

/** The project's dashboards and when each was last put on record, by whomever. $1 project, $2 its
 *  organisation, $3 hours that a revision counts as recent. Both maxima are ends of an index. */
const target = `
  target as materialized (
    select d.id, latest.revision, latest.at,
           coalesce(latest.at > clock_timestamp() - make_interval(secs => $3::float8 * 3600), false) as recent
    from dashboard d
    cross join lateral (
      select (select max(r.revision) from dashboard_revisions r where r.dashboard_id = d.id) as revision,
             (select max(r.created_at) from dashboard_revisions r where r.dashboard_id = d.id) as at
    ) latest
    where d.project_id = $1 and d.org_id = $2
  )`;

export type Outlook = { total: number; due: number };

export const countDue = statement<Outlook>(
  'count-due-dashboards',
  `with ${target}
   select count(*)::int as total, (count(*) filter (where not recent))::int as due from target`,
);

export type Snapshot = { total: number; recent: number; due: number; dashboards: number[] };

// Nothing is locked. Where somebody else commits the same revision number first, that dashboard has a
// recovery point of this very moment: leaving it out is right. Inserting in the order of ids keeps two
// snapshots of one project from waiting for each other in a circle.
/** $4 cap, $5 author, $6 note. */
export const snapshotDashboards = statement<Snapshot>(
  'snapshot-dashboards',
  `with ${target},
   due as materialized (
     select id, coalesce(revision, 0) + 1 as revision
     from target
     where not recent
     order by at nulls first, id
     limit $4
   ),
   made as (
     insert into dashboard_revisions
       (dashboard_id, revision, content, author_user_id, change_note, created_at)
     select d.id, due.revision, ${CONTENT_SQL}, $5, $6, clock_timestamp()
     from due join dashboard d on d.id = due.id
     order by d.id
     on conflict (dashboard_id, revision) do nothing
     returning dashboard_id
   )
   select count(*)::int as total,
          (count(*) filter (where recent))::int as recent,
          (count(*) filter (where not recent))::int as due,
          (select coalesce(jsonb_agg(dashboard_id order by dashboard_id), '[]') from made) as dashboards
   from target`,
);
