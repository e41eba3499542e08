/** "Build": a run of one step, without a scenario. */
import { row } from '#platform/db.ts';
import { DomainError, invalid } from '#platform/errors.ts';
import { permit, type Principal } from '../access/principal.ts';
import { namingFields } from '../dataset/sync-now.ts';
import { runSteps } from '../scenario/run-steps.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import { findRecipe } from './save-recipe.sql.ts';

export type BuildScope = 'only' | 'upstream' | 'downstream' | 'full';

export type BuildRequest = {
  readonly scope: BuildScope;
  /** Incremental models are built from nothing. */
  readonly fullRefresh: boolean;
  readonly idempotencyKey: string | null;
};

const NAMES: Record<BuildScope, string> = {
  only: '',
  upstream: ' with what it reads',
  downstream: ' with what reads it',
  full: ' with all around it',
};

/** SQL is built by dbt; Python runs alone.
 *  @returns the run, and whether it is new.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without project.edit; VALIDATION for a recipe that cannot be built so. */
export async function buildRecipe(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  { scope, fullRefresh, idempotencyKey }: BuildRequest,
): Promise<{ runId: number; created: boolean }> {
  const recipe = await row(deps.pool, findRecipe, [who.orgId, id]);
  if (recipe === null) throw new DomainError('NOT_FOUND', `No recipe ${id}.`);
  permit(who, 'project.edit', recipe.projectId, { type: 'recipe', id });
  const isPython = recipe.kind === 'python';
  if (isPython && scope !== 'only') {
    const message = 'is no part of a dbt build: a Python recipe runs alone, so its scope is only';
    throw invalid([{ path: ['scope'], message, value: scope }]);
  }
  if (isPython && fullRefresh) {
    const message = 'is for models of dbt; a Python recipe always makes all that it makes';
    throw invalid([{ path: ['full_refresh'], message, value: fullRefresh }]);
  }
  const step = isPython
    ? { kind: 'run_python', recipe: recipe.slug }
    : {
        kind: 'run_recipe',
        recipe: recipe.slug,
        scope,
        ...(fullRefresh && { full_refresh: true }),
      };
  return namingFields(
    runSteps(deps, who, {
      projectId: recipe.projectId,
      name: `${isPython ? 'Run' : 'Build'} ${recipe.name}${NAMES[scope]}`,
      steps: [step],
      idempotencyKey,
    }),
  );
}
