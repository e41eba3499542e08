/** Backfills as rows. */
import { statement } from '#platform/db.ts';

/** Those of the due times that made a run before, by their own time or in an earlier backfill.
 *  $1 scenario, $2 due times in epoch ms. */
export const findFired = statement<{ dueAt: Date }>(
  'find-fired-before',
  `select distinct due_at as "dueAt" from tick
   where scenario_id = $1 and source in ('schedule', 'backfill') and outcome in ('fired', 'waiting')
     and due_at = any(array(select to_timestamp(ms / 1000) from unnest($2::float8[]) u(ms)))`,
);

/** $1 scenario, $2 from, $3 to, $4 overlap, $5 how many runs, $6 who asked. */
export const insertBackfill = statement<{ id: number }>(
  'insert-backfill',
  `insert into backfill (org_id, project_id, scenario_id, from_at, to_at, overlap, runs, created_by_user_id, created_at)
   select org_id, project_id, id, $2, $3, $4, $5, $6, clock_timestamp() from scenario where id = $1
   returning id`,
);
