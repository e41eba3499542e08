/** Whether what a step is to build exists in its project. */
import { findBuildable, modelOf } from '#domain/recipe/recipe.ts';
import type { CheckContext } from '#domain/step/kind.ts';
import type { Problem } from '#platform/errors.ts';
import type { RecipeConfig } from './kind.ts';

/** Lists that still hold templates may have gaps, which are judged when the step starts. */
export async function checkRecipes(
  given: Partial<RecipeConfig>,
  { db, orgId, projectId }: CheckContext,
): Promise<Problem[]> {
  const named = refsOf(given);
  if (named.length === 0) return [];
  const buildable = await findBuildable(db, { orgId, projectId });
  const models = named.map(({ value }) => modelOf(value, buildable));
  return named.flatMap(({ path, value }, i): Problem[] => {
    const found = models[i]!;
    if ('problem' in found) return [{ path, message: found.problem, value }];
    const first = models.findIndex((other) => 'model' in other && other.model === found.model);
    if (first === i) return [];
    return [{ path, message: `is the same recipe as entry ${first}; name it once`, value }];
  });
}

type Named = { readonly path: (string | number)[]; readonly value: string | number };

function refsOf({ recipe, recipes }: Partial<RecipeConfig>): Named[] {
  const one = recipe === undefined ? [] : [{ path: ['recipe'], value: recipe }];
  const many = (recipes ?? []).flatMap((value, i): Named[] =>
    value === undefined ? [] : [{ path: ['recipes', i], value }],
  );
  return [...one, ...many];
}
