/** Statements about what a project builds. */
import { statement } from '#platform/db.ts';

export type RecipeRow = {
  id: number;
  slug: string;
  kind: string;
  sql: string | null;
  /** The table of the dataset that it writes; null: its own. */
  outputTable: string | null;
};

/** $1 organisation, $2 project. */
export const listRecipes = statement<RecipeRow>(
  'list-recipes',
  `select r.id, r.slug, r.kind, r.sql, d.table_name as "outputTable"
   from recipe r left join dataset d on d.id = r.output_dataset_id
   where r.org_id = $1 and r.project_id = $2 order by r.slug`,
);

export type SourceRow = { slug: string; tableName: string };

/** What recipes may read and do not write. $1 organisation, $2 project. */
export const listSources = statement<SourceRow>(
  'list-recipe-sources',
  `select d.slug, d.table_name as "tableName" from dataset d
   where d.org_id = $1 and d.project_id = $2
     and not exists (select from recipe r where r.output_dataset_id = d.id and r.kind = 'sql')
   order by d.slug`,
);

/** $1 organisation, $2 project. */
export const findDbtFolder = statement<{ dbtFolder: string | null }>(
  'find-dbt-folder',
  'select dbt_folder as "dbtFolder" from project where org_id = $1 and id = $2',
);

/** Datasets that recipes wrote: their rows, columns and when. $1 project, $2 run, $3 schema, $4 tables, $5 rows. */
export const recordOutputs = statement<never>(
  'record-recipe-outputs',
  `update dataset d set row_count = coalesce(b.rows::bigint, d.row_count), last_synced_at = clock_timestamp(),
     written_by_run_id = $2::bigint,
     columns = coalesce((
       select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $3 and c.relname = d.table_name and a.attnum > 0 and not a.attisdropped), d.columns)
   from unnest($4::text[], $5::float8[]) b(table_name, rows)
   where d.project_id = $1 and d.table_name = b.table_name`,
);
