/** Runs as a caller reads and cancels them. History outlives its scenario: the runs of a deleted one stay. */
import { row, rows, transaction, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permit, type Principal } from '../access/principal.ts';
import { requestCancel } from '../run/cancel-run.ts';
import type { RunState } from '../run/run-state.ts';
import { pageOf, type Page, type PageRequest } from './page.ts';
import * as sql from './runs.sql.ts';
import { findScenario } from './scenario.sql.ts';

export type Run = sql.RunRow;
export type StepRun = sql.StepRunRow;

type Deps = { readonly pool: Pool };

/** `total` of a list of runs is exact up to here; at this figure it means "at least". Counting to it takes
 *  about 1 ms, whatever lies beyond. */
export const MAX_COUNTED_RUNS = 10_000;

/** The runs of a scenario, newest first; of a deleted one too.
 *  @throws DomainError NOT_FOUND for a scenario that may not be seen; VALIDATION for a bad page. */
export async function listRuns(
  { pool }: Deps,
  who: Principal,
  scenarioId: number,
  request: PageRequest = {},
): Promise<Page<Run>> {
  const page = pageOf(request);
  const scenario = await row(pool, findScenario, [scenarioId, who.orgId]);
  if (scenario === null) throw new DomainError('NOT_FOUND', `No scenario ${scenarioId}.`);
  permit(who, 'project.view', scenario.projectId, { type: 'scenario', id: scenarioId });
  const [found, counted] = await Promise.all([
    rows(pool, sql.listRuns, [scenarioId, page.after, page.limit + 1]),
    row(pool, sql.countRuns, [scenarioId, MAX_COUNTED_RUNS]),
  ]);
  return page.cut(found, counted?.total ?? 0);
}

/** @throws DomainError NOT_FOUND where it does not exist or may not be seen. */
export async function getRun(
  { pool }: Deps,
  who: Principal,
  id: number,
): Promise<Run & { readonly steps: readonly StepRun[] }> {
  const found = await row(pool, sql.findRun, [id, who.orgId]);
  if (found === null) throw new DomainError('NOT_FOUND', `No run ${id}.`);
  permit(who, 'project.view', found.projectId, { type: 'run', id });
  return { ...found, steps: await rows(pool, sql.listStepRuns, [id]) };
}

/** Asks a run to end: waiting and queued ones are cancelled at once, a running one within seconds.
 *  @returns the state afterwards. @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT when it has ended. */
export function cancelRun({ pool }: Deps, who: Principal, id: number): Promise<RunState> {
  return transaction(pool, async (tx) => {
    const found = await row(tx, sql.findRun, [id, who.orgId]);
    if (found === null) throw new DomainError('NOT_FOUND', `No run ${id}.`);
    permit(who, 'project.edit', found.projectId, { type: 'run', id });
    const state = await requestCancel(tx, id, who.userId, `cancelled by ${who.name}`);
    await recordChange(tx, who, {
      action: 'run.cancel',
      resourceType: 'run',
      resourceId: id,
      before: { state: found.state },
      after: { state },
    });
    return state;
  });
}
