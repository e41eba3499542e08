/** Statements about datasets. */
import { statement } from '#platform/db.ts';

export type DatasetRow = {
  id: number;
  orgId: number;
  projectId: number;
  /** null: its rows are written by steps, and nothing can be synced. */
  connectorId: number | null;
  slug: string;
  name: string;
  source: unknown;
  tableName: string;
  mode: 'full' | 'incremental';
  keyColumns: string[];
  cursorColumn: string | null;
  cursorValue: string | null;
  layer: string;
  columns: { name: string; type: string }[];
  rowCount: number | null;
  lastSyncedAt: Date | null;
  /** What the source called its state when it was last published, and how it was read; null where it has no word
   *  for it. */
  sourceVersion: string | null;
};

export const DATASET_COLUMNS = `id, org_id as "orgId", project_id as "projectId", connector_id as "connectorId", slug, name,
  source, table_name as "tableName", mode, key_columns as "keyColumns", cursor_column as "cursorColumn",
  cursor_value as "cursorValue", layer, columns, row_count as "rowCount", last_synced_at as "lastSyncedAt",
  source_version as "sourceVersion"`;

/** $1 organisation, $2 project, $3 ids, $4 slugs. */
export const findDatasets = statement<DatasetRow>(
  'find-datasets',
  `select ${DATASET_COLUMNS} from dataset
   where org_id = $1 and project_id = $2 and (id = any($3::int[]) or slug = any($4::text[]))`,
);

/** $1 organisation, $2 project. */
export const listDatasets = statement<DatasetRow>(
  'list-datasets',
  `select ${DATASET_COLUMNS} from dataset where org_id = $1 and project_id = $2 order by slug`,
);

/** $1 organisation, $2 project, $3 connector, $4 slug, $5 name, $6 source, $7 table, $8 mode, $9 key columns,
 *  $10 cursor column, $11 layer. */
export const insertDataset = statement<DatasetRow>(
  'insert-dataset',
  `insert into dataset (org_id, project_id, connector_id, slug, name, source, table_name, mode, key_columns,
     cursor_column, layer)
   values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11) returning ${DATASET_COLUMNS}`,
);

/** Holds the dataset until the transaction ends, so that two syncs publish one after the other. `version` is
 *  exact, which a Date is not. $1 id. */
export const lockDataset = statement<{ version: string | null; rowCount: number | null }>(
  'lock-dataset',
  `select last_synced_at::text as version, row_count as "rowCount" from dataset where id = $1 for update`,
);

/** $1 id. */
export const findVersion = statement<{ version: string | null }>(
  'find-dataset-version',
  `select last_synced_at::text as version from dataset where id = $1`,
);

/** Sessions of a run bear its name; the Flow shows which one wrote the rows. */
const runOfSession = `(select id from run
     where id = (regexp_match(current_setting('application_name'), '^hf:([0-9]{1,15}):'))[1]::bigint)`;

/** $1 id, $2 columns, $3 row count, $4 cursor value or null to leave it, $5 source version or null. */
export const recordSync = statement<never>(
  'record-sync',
  `update dataset set columns = $2::jsonb, row_count = $3, cursor_value = coalesce($4, cursor_value),
     source_version = $5, last_synced_at = clock_timestamp(), written_by_run_id = ${runOfSession}
   where id = $1`,
);

/** The source is as it was. $1 id. */
export const recordUnchanged = statement<never>(
  'record-unchanged',
  `update dataset set last_synced_at = clock_timestamp() where id = $1`,
);
