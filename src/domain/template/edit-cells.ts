/** What an edit of a template does to each of its cells: those that are off follow too, so that they resume right; a
 *  project that the edit would break keeps what it has. */
import { isDeepStrictEqual } from 'node:util';
import { rows, type Client, type Queryable } from '#platform/db.ts';
import { formatPath, type Problem } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import type { Project } from '../project/project.ts';
import { findProjects } from '../project/project.sql.ts';
import { configurationOf } from '../scenario/save-scenario.ts';
import { toScenario, type Scenario, type ScenarioDeps } from '../scenario/scenario.ts';
import * as sql from './cell.sql.ts';
import { followed, judgeCell, type Judged } from './judge-cell.ts';
import { lockScenarios } from './lock-scenarios.ts';
import type { TemplateConfiguration } from './template-input.ts';
import type { CellProblem, CellRow, CellState } from './template.sql.ts';
import { followTemplate, makeScenario, saveCell } from './write-cell.ts';

export type Change = 'unchanged' | 'updated' | 'broken';

export type JudgedCell = {
  readonly cell: CellRow;
  readonly project: Project;
  readonly scenario: Scenario | null;
  /** null: it is off without a scenario, so there is nothing to judge. */
  readonly judged: Judged | null;
  readonly change: Change;
};

/** Judges every cell of a template as it stands, without a lock: what an edit would do. */
export async function judgeCells(
  db: Queryable,
  deps: Pick<ScenarioDeps, 'kinds'>,
  who: Principal,
  template: TemplateConfiguration,
  templateId: number,
): Promise<JudgedCell[]> {
  const cells = await rows(db, sql.cellsOf, [templateId]);
  const ids = cells.flatMap(({ scenarioId }) => scenarioId ?? []);
  const scenarios = await rows(db, sql.findScenarios, [ids]);
  const byId = new Map(scenarios.map((each) => [each.id, toScenario(each)]));
  return judgeEach(db, deps, who, template, cells, byId);
}

/** Lets every cell follow a template that the caller has locked and saved.
 *  @returns the cells as they are now. */
export async function editCells(
  tx: Client,
  deps: Pick<ScenarioDeps, 'kinds'>,
  who: Principal,
  template: TemplateConfiguration,
  templateId: number,
): Promise<{ changed: number; broken: CellRow[] }> {
  const cells = await rows(tx, sql.lockCells, [templateId, null]);
  const projectIds = cells.map(({ projectId }) => projectId);
  const scenarios = await lockScenarios(tx, who.orgId, template.trigger, cells, projectIds);
  const all = await judgeEach(tx, deps, who, template, cells, scenarios);
  const broken: CellRow[] = [];
  for (const each of all) {
    const saved = await editCell(tx, who, template, each);
    if (each.change === 'broken') broken.push(saved);
  }
  return { changed: all.filter(({ change }) => change === 'updated').length, broken };
}

async function judgeEach(
  db: Queryable,
  { kinds }: Pick<ScenarioDeps, 'kinds'>,
  who: Principal,
  template: TemplateConfiguration,
  cells: readonly CellRow[],
  scenarios: ReadonlyMap<number, Scenario>,
): Promise<JudgedCell[]> {
  const projectIds = cells.map(({ projectId }) => projectId);
  const found = await rows(db, findProjects, [projectIds, who.orgId]);
  const projects = new Map(found.map((project) => [project.id, project]));
  const judgedCells: JudgedCell[] = [];
  for (const cell of cells) {
    const project = projects.get(cell.projectId)!;
    const scenario = scenarios.get(cell.scenarioId ?? 0) ?? null;
    const at = { cell, project, scenario };
    if (scenario === null && cell.state === 'off') {
      judgedCells.push({ ...at, judged: null, change: 'unchanged' });
      continue;
    }
    const { values, applied } = cell;
    const instance = { project, values, scenario, applied };
    const judged = await judgeCell(db, kinds, who, template, instance);
    judgedCells.push({ ...at, judged, change: changeOf(cell, scenario, judged) });
  }
  return judgedCells;
}

function changeOf(cell: CellRow, scenario: Scenario | null, judged: Judged): Change {
  // Without a scenario there is nothing to break: what it still needs is told anew.
  if (scenario === null) return judged.problems.length > 0 ? 'unchanged' : 'updated';
  if (judged.problems.length > 0) return 'broken';
  const follows = isDeepStrictEqual(followed(scenario, judged), configurationOf(scenario));
  return follows && cell.state !== 'broken' ? 'unchanged' : 'updated';
}

async function editCell(
  tx: Client,
  who: Principal,
  template: TemplateConfiguration,
  { cell, project, scenario, judged }: JudgedCell,
): Promise<CellRow> {
  if (judged === null) return cell;
  const { problems, applied } = judged;
  if (scenario === null) {
    if (problems.length > 0) {
      return keep(tx, who, cell, { state: 'needs_values', problem: needsValues(problems) });
    }
    const { id } = await makeScenario(tx, who, template, project, judged);
    return keep(tx, who, cell, { state: 'on', scenarioId: id, applied, problem: null });
  }
  if (problems.length > 0) {
    return keep(tx, who, cell, { state: 'broken', problem: brokenBy(problems) });
  }
  const saved = await followTemplate(tx, who, scenario, judged, { switchOn: false });
  const mended: CellState = saved.enabled ? 'on' : 'off';
  const state = cell.state === 'broken' ? mended : cell.state;
  return keep(tx, who, cell, { state, applied, problem: null });
}

async function keep(
  tx: Client,
  who: Principal,
  cell: CellRow,
  now: Partial<Pick<CellRow, 'state' | 'scenarioId' | 'applied' | 'problem'>>,
): Promise<CellRow> {
  const draft = { ...cell, ...now };
  return isDeepStrictEqual(draft, cell) ? cell : saveCell(tx, who, draft);
}

export function needsValues(problems: readonly Problem[]): CellProblem {
  return { code: 'needs_values', message: told(problems), problems };
}

function brokenBy(problems: readonly Problem[]): CellProblem {
  const message = `The template was changed in a way that this project cannot follow: ${told(problems)}`;
  return { code: 'template_changed', message, problems };
}

const told = (problems: readonly Problem[]) =>
  problems.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('; ');
