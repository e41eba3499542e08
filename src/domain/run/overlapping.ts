/** The runs that lie in a period, or reach into it: from when they were queued to when they ended. */
import { rows, statement, type Queryable } from '#platform/db.ts';

export const MAX_OVERLAPPING = 2_000;

// Of a period that is over, runs that ended after it may have begun in it. They ended soon after: of a project with
// ten runs a second these are three hours, read from the index alone in 20 ms.
const LATER_ENDS = 100_000;

// Each state by name: the planner knows that they are rare, and does not walk through all runs to find some.
const UNFINISHED = ['waiting', 'queued', 'running']
  .map(
    (state) => `union
   (select id from run
     where project_id = $1 and state = '${state}' and created_at <= $3 order by id desc limit $4)`,
  )
  .join('\n   ');

const overlapping = statement<{ id: number }>(
  'find-overlapping-runs',
  `(select id from run
     where project_id = $1 and finished_at >= $2 and finished_at <= $3 order by finished_at desc limit $4)
   union
   select id from (select id, created_at from run
                    where project_id = $1 and finished_at > $3 order by finished_at limit ${LATER_ENDS}) later
    where created_at <= $3
   ${UNFINISHED}
   order by id desc limit $4`,
);

/** Newest first, at most `MAX_OVERLAPPING`; more of them makes it truncated. The caller has made sure that the project
 *  may be seen. */
export async function findOverlapping(
  db: Queryable,
  projectId: number,
  from: Date,
  to: Date,
): Promise<{ ids: number[]; truncated: boolean }> {
  const found = await rows(db, overlapping, [projectId, from, to, MAX_OVERLAPPING + 1]);
  const ids = found.slice(0, MAX_OVERLAPPING).map(({ id }) => id);
  return { ids, truncated: found.length > MAX_OVERLAPPING };
}
