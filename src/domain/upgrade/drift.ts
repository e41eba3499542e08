/** The drift check: tables from before v0.0.38 that are still there mean an upgrade that is not complete. */
import { rows, type Queryable } from '#platform/db.ts';
import * as sql from './old-tables.sql.ts';
import type { OldTable } from './old-tables.sql.ts';

export const DROP_SCRIPT = 'prisma/scripts/drop_pipeline_schedules.sql';

/** `public`, `honeyframe` and what this connection's search_path names. */
export async function searchedSchemas(db: Queryable): Promise<string[]> {
  return (await rows(db, sql.searchedSchemas)).map(({ name }) => name);
}

/** The old tables in these schemas; a view of that name counts as one. */
export function findDrift(db: Queryable, schemas: readonly string[]): Promise<OldTable[]> {
  return rows(db, sql.findOldTables, [schemas]);
}

/** `public.pipeline_schedules and honeyframe.report_schedules (a view)` */
export function nameTables(tables: readonly OldTable[]): string {
  return tables
    .map(({ schema, name, isTable }) => `${schema}.${name}${isTable ? '' : ' (a view)'}`)
    .join(' and ');
}

/** What is wrong, why it stops the start, and what mends it. */
export function driftWords(tables: readonly OldTable[]): string {
  return `Schema drift: ${nameTables(tables)} of before v0.0.38 still exist${tables.length === 1 ? 's' : ''}.
Why this stops the start: schedules have been scenarios since v0.0.38. What lies in an old table runs no more, and
whoever still writes there is not heard, so a table that is left means an upgrade that is not complete.
What mends it: ${DROP_SCRIPT}
    psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f ${DROP_SCRIPT}
    npm run upgrade:drop-pipeline-schedules        does the same without psql
It turns every row of pipeline_schedules into a scenario and keeps the tables as legacy_…. Then start again.`;
}
