/** The recipe that a step names. */
import { statement } from '#platform/db.ts';

export type RecipeRow = { id: number; slug: string; kind: string; code: string | null };

/** $1 organisation, $2 project, $3 slug or null, $4 id or null. */
export const findRecipe = statement<RecipeRow>(
  'python-find-recipe',
  `select id, slug, kind, code from recipe
   where org_id = $1 and project_id = $2 and (slug = $3 or id = $4)`,
);
