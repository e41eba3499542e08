/** Where tables from before v0.0.38 may lie, and what is known of them. Everything is named with its schema: the
 *  connection keeps the search_path that the installation gave it, which is one of the places. */
import { statement } from '#platform/db.ts';

export type OldTable = {
  readonly schema: string;
  readonly name: 'pipeline_schedules' | 'report_schedules';
  /** False for a view or a foreign table. */
  readonly isTable: boolean;
};

/** Every schema that is searched: ours, `public` and what search_path names. */
export const searchedSchemas = statement<{ name: string }>(
  'searched-schemas',
  `select distinct unnest(array['public', 'honeyframe'] || current_schemas(false)::text[]) as name order by 1`,
);

/** $1 schemas. */
export const findOldTables = statement<OldTable>(
  'find-old-tables',
  `select n.nspname::text as schema, c.relname::text as name, c.relkind in ('r', 'p') as "isTable"
   from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relname in ('pipeline_schedules', 'report_schedules') and c.relkind in ('r', 'p', 'v', 'm', 'f')
     and n.nspname = any($1::text[])
   order by 1, 2`,
);

/** Whether these tables of ours are there: before the first migration they are not. */
export const ourTables = statement<{ hasProjects: boolean; hasLedger: boolean }>(
  'our-tables',
  `select to_regclass('honeyframe.project') is not null as "hasProjects",
          to_regclass('honeyframe.upgrade_ledger') is not null as "hasLedger"`,
);

/** Schemas whose reports were taken over before. */
export const convertedSchemas = statement<{ schema: string }>(
  'converted-schemas',
  `select distinct detail->>'schema' as schema from honeyframe.upgrade_ledger where source = 'report_schedules'`,
);

/** Names in use in a schema that begin like an archive's. $1 schema, $2 name. */
export const namesLike = statement<{ name: string }>(
  'names-like',
  `select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1 and starts_with(c.relname, $2)`,
);
