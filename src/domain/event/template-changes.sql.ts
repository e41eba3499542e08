/** What the feed of the matrix asks. */
import { statement } from '#platform/db.ts';

export type ChangedCell = {
  readonly orgId: number;
  readonly templateId: number;
  readonly projectId: number;
  /** Which transaction wrote its row, if that is news; the same one has nothing new to tell. */
  readonly row: string | null;
  /** The same of its scenario's configuration. */
  readonly configuration: string | null;
};

export type Look = {
  /** The oldest transaction that may still write what this look did not see. */
  readonly horizon: string;
  readonly templates: readonly { readonly orgId: number; readonly id: number }[];
  readonly cells: readonly ChangedCell[];
};

/** More than this is told as "many". */
export const MAX_CELLS = 1_000;

/** $1 templates, $2 scenarios, $3 an earlier look's horizon (null: no cell is news), $4 organisations. A cell changed
 *  when its row, or the saved configuration that it is compared with, was written by a transaction that was not over at
 *  that look: told by the writer's number, for a time of writing says nothing about the order of commits. Rows hold the
 *  lower 32 of its 64 bits. */
export const LOOK = statement<Look>(
  'template-changes-look',
  `with newest as (
     select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xid
   ), written as (
     select e.template_id, e.project_id, e.org_id, 'row' as what, e.xmin::text::bigint as low
       from template_enablement e
      where e.template_id = any($1::int[])
     union all
     select e.template_id, e.project_id, e.org_id, 'configuration', v.xmin::text::bigint
       from scenario s
       join template_enablement e on e.scenario_id = s.id
       join scenario_version v on v.scenario_id = s.id and v.version = s.version
      where s.id = any($2::int[])
   ), numbered as (
     select w.*, (n.xid >> 32 << 32) + w.low
                 - case when w.low > n.xid & 4294967295 then 4294967296 else 0 end as xid
       from written w, newest n
      where w.org_id = any($4::int[])
   ), changed as (
     select org_id, template_id, project_id, max(xid) filter (where what = 'row') as row_xid,
            max(xid) filter (where what = 'configuration') as configuration_xid
       from numbered
      where xid >= $3::bigint
      group by 1, 2, 3
      limit ${MAX_CELLS}
   )
   select pg_snapshot_xmin(pg_current_snapshot())::text as horizon,
          coalesce((select json_agg(json_build_object('orgId', org_id, 'id', id) order by id)
                      from template
                     where id = any($1::int[]) and org_id = any($4::int[])), '[]') as templates,
          coalesce((select json_agg(json_build_object(
                             'orgId', org_id, 'templateId', template_id, 'projectId', project_id,
                             'row', row_xid::text, 'configuration', configuration_xid::text)
                             order by template_id, project_id)
                      from changed), '[]') as cells`,
);
