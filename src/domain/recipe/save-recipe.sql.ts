/** Statements that make, change and delete recipes. */
import { statement } from '#platform/db.ts';

export type StoredRecipe = {
  readonly id: number;
  readonly orgId: number;
  readonly projectId: number;
  readonly slug: string;
  readonly name: string;
  readonly kind: string;
  readonly sql: string | null;
  readonly code: string | null;
  readonly inputs: readonly string[];
  readonly outputDatasetId: number | null;
};

const COLUMNS = `id, org_id as "orgId", project_id as "projectId", slug, name, kind, sql, code, inputs,
  output_dataset_id as "outputDatasetId"`;

/** $1 organisation, $2 recipe. */
export const findRecipe = statement<StoredRecipe>(
  'find-stored-recipe',
  `select ${COLUMNS} from recipe where org_id = $1 and id = $2`,
);

/** What a project's recipes read and write; held, so that no two edits close a circle together. $1 project. */
export const lockProject = statement(
  'lock-recipes-of-project',
  `select pg_advisory_xact_lock(hashtextextended('recipes of ' || $1::int, 0))`,
);

/** $1 project. */
export const listStored = statement<StoredRecipe>(
  'list-stored-recipes',
  `select ${COLUMNS} from recipe where project_id = $1 order by slug`,
);

/** $1 project. */
export const listTargets = statement<{ id: number; slug: string; tableName: string }>(
  'list-recipe-targets',
  `select id, slug, table_name as "tableName" from dataset where project_id = $1 order by slug`,
);

/** $1 organisation, $2 project, $3 slug, $4 name, $5 kind, $6 SQL, $7 code, $8 inputs, $9 output dataset. */
export const insertRecipe = statement<StoredRecipe>(
  'insert-recipe',
  `insert into recipe (org_id, project_id, slug, name, kind, sql, code, inputs, output_dataset_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
);

/** Another name alone makes nothing stale. $1 recipe, $2 name, $3 SQL, $4 code, $5 inputs, $6 output dataset,
 *  $7 whether what it makes changes. */
export const updateRecipe = statement<StoredRecipe>(
  'update-recipe',
  `update recipe set name = $2, sql = $3, code = $4, inputs = $5, output_dataset_id = $6,
          updated_at = case when $7 then clock_timestamp() else updated_at end
   where id = $1 returning ${COLUMNS}`,
);

/** $1 recipe. */
export const deleteRecipe = statement<never>('delete-recipe', `delete from recipe where id = $1`);
