/** Claims of runs that a limit of their project or scenario concerns: the limited rows are locked in one statement and
 *  what runs is counted in the next, so that two workers at once cannot pass a limit together. */
import { row, rows, statement, transaction, type Pool, type Queryable } from '#platform/db.ts';
import { claimChosen, type Claimed, type ClaimInput } from './claim.sql.ts';
import { findLimited } from './find-limited.sql.ts';

const lockProjects = statement<{ id: number }>(
  'lock-limited-projects',
  `select id from project where id = any($1::int[]) order by id for update skip locked`,
);

const lockScenarios = statement<{ id: number }>(
  'lock-limited-scenarios',
  `select id from scenario where id = any($1::int[]) order by id for no key update skip locked`,
);

const countRunning = statement<{ projectId: number; scenarioId: number | null; count: number }>(
  'count-running',
  `select project_id as "projectId", scenario_id as "scenarioId", count(*)::int as count
   from run where project_id = any($1::int[]) and state = 'running' group by project_id, scenario_id`,
);

const inUse = statement<{ inUse: boolean }>(
  'limits-in-use',
  `select exists (select from project where max_running is not null)
       or exists (select from run where state = 'queued' and max_running is not null) as "inUse"`,
);

/** Whether any limit could concern a queued run: two look-ups, so that who has no limits does not pay for them. */
export async function limitsInUse(db: Queryable): Promise<boolean> {
  return (await row(db, inUse))?.inUse ?? false;
}

/** @returns at most `limit` runs. One whose limit another worker is looking at is left to that one. */
export function claimLimited(pool: Pool, input: ClaimInput): Promise<Claimed[]> {
  return transaction(pool, async (tx) => {
    const found = await rows(tx, findLimited, [
      input.workerId,
      input.leaseSeconds,
      input.limit,
      input.kinds,
    ]);
    if (found.length === 0) return [];
    const projects = found.flatMap((run) => (run.projectLimit === null ? [] : [run.projectId]));
    const scenarios = found.flatMap((run) =>
      run.scenarioLimit === null || run.scenarioId === null ? [] : [run.scenarioId],
    );
    const ours = {
      projects: new Set((await rows(tx, lockProjects, [projects])).map((project) => project.id)),
      scenarios: new Set(
        (await rows(tx, lockScenarios, [scenarios])).map((scenario) => scenario.id),
      ),
    };
    const running = await rows(tx, countRunning, [found.map((run) => run.projectId)]);
    const inProject = new Map<number, number>();
    const inScenario = new Map<number, number>();
    for (const { projectId, scenarioId, count } of running) {
      inProject.set(projectId, (inProject.get(projectId) ?? 0) + count);
      if (scenarioId !== null) inScenario.set(scenarioId, count);
    }
    const ids = found.flatMap(({ id, projectId, scenarioId, projectLimit, scenarioLimit }) => {
      const project = inProject.get(projectId) ?? 0;
      const scenario = inScenario.get(scenarioId ?? -1) ?? 0;
      if (projectLimit !== null && (!ours.projects.has(projectId) || project >= projectLimit))
        return [];
      if (scenarioLimit !== null && scenarioId !== null) {
        if (!ours.scenarios.has(scenarioId) || scenario >= scenarioLimit) return [];
      }
      inProject.set(projectId, project + 1);
      if (scenarioId !== null) inScenario.set(scenarioId, scenario + 1);
      return [id];
    });
    return ids.length === 0 ? [] : claimChosen(tx, input, ids);
  });
}
