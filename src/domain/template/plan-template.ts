/** What saving a template would do, told without writing anything: for an editor and the command line. */
import type { Problem } from '#platform/errors.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import { judgeCells, type Change } from './edit-cells.ts';
import { readChange, readNew } from './read-template.ts';
import type { EditOptions } from './save-template.ts';
import type { CellState } from './template.sql.ts';
import { getTemplate } from './templates.ts';

export type PlannedCell = {
  readonly projectId: number;
  readonly projectName: string;
  /** As it is now. */
  readonly state: CellState;
  readonly change: Change;
  /** Fields that the edit leaves alone, as `overridesOf` names them. */
  readonly overridden: readonly string[];
  /** What stands in the way of following it. */
  readonly problems: readonly Problem[];
};

export type TemplatePlan = {
  /** Of the configuration itself; where there are any, no cell is judged. */
  readonly problems: readonly Problem[];
  /** By project. */
  readonly cells: readonly PlannedCell[];
};

/** @param id null: a new template. @throws DomainError NOT_FOUND, FORBIDDEN without org.admin. */
export async function planTemplate(
  deps: ScenarioDeps,
  who: Principal,
  id: number | null,
  wire: unknown,
  { whole = false }: Pick<EditOptions, 'whole'> = {},
): Promise<TemplatePlan> {
  permitOrg(who);
  if (id === null)
    return { problems: (await readNew(deps.pool, deps, who, wire)).problems, cells: [] };
  const before = await getTemplate(deps, who, id);
  const { config, problems } = await readChange(deps.pool, deps, before, wire, whole);
  if (problems.length > 0) return { problems, cells: [] };
  const cells = await judgeCells(deps.pool, deps, who, config, id);
  return {
    problems,
    cells: cells.map(({ cell, project, judged, change }) => ({
      projectId: project.id,
      projectName: project.name,
      state: cell.state,
      change,
      overridden: judged?.overridden ?? [],
      problems: judged?.problems ?? [],
    })),
  };
}
