/** "Sync now": a run of one step, without a scenario. */
import { row } from '#platform/db.ts';
import { DomainError, type Problem } from '#platform/errors.ts';
import { permit, type Principal } from '../access/principal.ts';
import { runSteps } from '../scenario/run-steps.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import { findDataset } from './save-dataset.sql.ts';

export type SyncRequest = {
  /** null: the dataset's own. */
  readonly mode: 'full' | 'incremental' | null;
  readonly idempotencyKey: string | null;
};

/** @returns the run, and whether it is new.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without project.edit; VALIDATION for a dataset that cannot be synced so. */
export async function syncDataset(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  { mode, idempotencyKey }: SyncRequest,
): Promise<{ runId: number; created: boolean }> {
  const dataset = await row(deps.pool, findDataset, [who.orgId, id]);
  if (dataset === null) throw new DomainError('NOT_FOUND', `No dataset ${id}.`);
  permit(who, 'project.edit', dataset.projectId, { type: 'dataset', id });
  const step = { kind: 'sync_dataset', dataset: dataset.slug, ...(mode !== null && { mode }) };
  return namingFields(
    runSteps(deps, who, {
      projectId: dataset.projectId,
      name: `Sync ${dataset.name}`,
      steps: [step],
      idempotencyKey,
    }),
  );
}

/** Problems of the one step as problems of what was asked: `steps[0].dataset` is `dataset`. */
export async function namingFields<T>(run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (!(error instanceof DomainError) || error.problems.length === 0) throw error;
    const rename = ({ path, ...problem }: Problem): Problem => ({
      ...problem,
      path: path[0] === 'steps' ? path.slice(2) : path,
    });
    const { facts } = error;
    throw new DomainError(error.code, error.message, {
      ...{ problems: error.problems.map(rename), facts, cause: error },
    });
  }
}
