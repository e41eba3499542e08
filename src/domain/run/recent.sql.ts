/** The newest runs of many scenarios at once. */
import { rows, statement, type Queryable } from '#platform/db.ts';
import type { Lineage } from './lineage.ts';

export const MAX_RECENT = 50;

// Asked for each scenario apart, by the index on (scenario_id, id): one join over all would read every run.
const recent = statement<Lineage>(
  'find-recent-runs',
  `select s.id, r.id as "runId" from unnest($1::int[]) s(id)
   cross join lateral (select id from run where scenario_id = s.id order by id desc limit $2) r
   order by s.id, r.id desc`,
);

/** At most `count` of each, newest first. */
export function findRecent(
  db: Queryable,
  scenarioIds: readonly number[],
  count: number,
): Promise<Lineage[]> {
  return rows(db, recent, [scenarioIds, count]);
}
