/** What came of builds, kept with their recipes. */
import { statement } from '#platform/db.ts';

/** A later run that has recorded already is not overwritten. Tells the Flow's watchers. $1 project, $2 run, $3 slugs,
 *  $4 states, $5 rows or null, $6 messages or null. */
export const recordBuilds = statement<never>(
  'record-builds',
  `with b as (
     select * from unnest($3::text[], $4::text[], $5::float8[], $6::text[]) b(slug, state, rows, message)
   ), u as (
     update recipe r set
       built_at = case b.state when 'succeeded' then clock_timestamp() else r.built_at end,
       row_count = case b.state when 'succeeded' then b.rows::bigint else r.row_count end,
       built_by_run_id = $2::bigint, build_state = b.state, build_message = b.message
     from b
     where r.project_id = $1 and r.slug = b.slug and coalesce(r.built_by_run_id, 0) <= $2::bigint
     returning r.id
   )
   select pg_notify('hf_flow', $1::text) from u limit 1`,
);
