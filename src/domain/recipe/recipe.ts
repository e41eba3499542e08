/** What a project builds: recipes of its own, or the models of a dbt project that it names. */
import { row, rows, type Queryable } from '#platform/db.ts';
import * as sql from './recipe.sql.ts';

export type Recipe = sql.RecipeRow;
export type Source = sql.SourceRow;
/** A slug, or an id. */
export type RecipeRef = string | number;

type Where = { readonly orgId: number; readonly projectId: number };

export type Buildable = {
  /** Relative to DBT_ROOT; null: the project's own recipes are built. */
  readonly folder: string | null;
  readonly recipes: readonly Recipe[];
};

export async function findBuildable(
  db: Queryable,
  { orgId, projectId }: Where,
): Promise<Buildable> {
  const project = await row(db, sql.findDbtFolder, [orgId, projectId]);
  const recipes = await rows(db, sql.listRecipes, [orgId, projectId]);
  return { folder: project?.dbtFolder ?? null, recipes };
}

/** The datasets that SQL recipes may name as sources. */
export function listSources(db: Queryable, { orgId, projectId }: Where): Promise<Source[]> {
  return rows(db, sql.listSources, [orgId, projectId]);
}

// What dbt's selector language would understand as more than a name is none.
const MODEL = /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u;

/** The model that a reference names.
 *  @returns its name, or why there is none. */
export function modelOf(
  ref: RecipeRef,
  { folder, recipes }: Buildable,
): { readonly model: string } | { readonly problem: string } {
  const recipe = recipes.find(({ id, slug }) => id === ref || slug === ref);
  if (recipe?.kind === 'python') return { problem: 'is a Python recipe; run it by run_python' };
  if (recipe && recipe.kind !== 'sql') {
    return { problem: `is a recipe of the kind ${recipe.kind}; only those of SQL are built` };
  }
  if (recipe) return { model: recipe.slug };
  // The names of a folder's models are known to dbt alone, which says so when one is missing.
  if (folder !== null && typeof ref === 'string' && MODEL.test(ref)) return { model: ref };
  return { problem: 'there is no such recipe in this project' };
}
