/** Statements that change a dataset or take it away. */
import { statement } from '#platform/db.ts';
import type { DatasetRow } from './dataset.sql.ts';
import { DATASET_COLUMNS } from './dataset.sql.ts';

/** $1 organisation, $2 dataset. */
export const findDataset = statement<DatasetRow>(
  'find-dataset',
  `select ${DATASET_COLUMNS} from dataset where org_id = $1 and id = $2`,
);

/** The same, held for the change. */
export const lockForChange = statement<DatasetRow>(
  'lock-dataset-for-change',
  `select ${DATASET_COLUMNS} from dataset where org_id = $1 and id = $2 for update`,
);

/** Another source or another cursor begins anew. $1 dataset, $2 name, $3 connector, $4 source, $5 mode, $6 key columns,
 *  $7 cursor column, $8 layer, $9 whether it begins anew. */
export const updateDataset = statement<DatasetRow>(
  'update-dataset',
  `update dataset set name = $2, connector_id = $3, source = $4::jsonb, mode = $5, key_columns = $6, cursor_column = $7,
          layer = $8, cursor_value = case when $9 then null else cursor_value end,
          source_version = case when $9 then null else source_version end
   where id = $1 returning ${DATASET_COLUMNS}`,
);

/** $1 dataset. */
export const deleteDataset = statement<never>(
  'delete-dataset',
  `delete from dataset where id = $1`,
);

/** $1 project. */
export const findSchema = statement<{ schema: string }>(
  'find-warehouse-schema-of',
  `select warehouse_schema as schema from project where id = $1`,
);
