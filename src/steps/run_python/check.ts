/** Whether a step's recipe exists in its project, and is Python. */
import { row, type Queryable } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import type { CheckContext } from '#domain/step/kind.ts';
import * as sql from './check.sql.ts';
import type { PythonConfig } from './kind.ts';

export async function checkPython(
  { recipe }: Partial<PythonConfig>,
  where: CheckContext,
): Promise<Problem[]> {
  if (recipe === undefined) return [];
  const { flaw } = await findCode(where.db, where, recipe);
  return flaw === null ? [] : [{ path: ['recipe'], message: flaw, value: recipe }];
}

/** A recipe's code with its file name, or what is wrong with the recipe. */
export async function findCode(
  db: Queryable,
  { orgId, projectId }: { readonly orgId: number; readonly projectId: number },
  ref: string | number,
): Promise<{ name: string; text: string; recipe: string; flaw: null } | { flaw: string }> {
  const named = typeof ref === 'string' ? [ref, null] : [null, ref];
  const recipe = await row(db, sql.findRecipe, [orgId, projectId, ...named]);
  if (recipe === null) return { flaw: 'there is no such recipe in this project' };
  if (recipe.kind !== 'python') {
    return { flaw: `is a recipe in ${recipe.kind}; run_recipe builds those` };
  }
  if (recipe.code === null) return { flaw: 'is a recipe without code; write some first' };
  return { name: `${recipe.slug}.py`, text: recipe.code, recipe: recipe.slug, flaw: null };
}
