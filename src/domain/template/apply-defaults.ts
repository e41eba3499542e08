/** What a new project begins with: every template that is on by default. */
import { rows, type Client } from '#platform/db.ts';
import type { Principal } from '../access/principal.ts';
import { getProject, type Project } from '../project/project.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import { changesLinks, lockLinks } from '../scenario/upstream-links.ts';
import { faultOf } from './check-template.ts';
import { needsValues } from './edit-cells.ts';
import { judgeCell, type Judged } from './judge-cell.ts';
import { shareTemplates, type CellProblem } from './template.sql.ts';
import { toTemplate, type Template } from './templates.ts';
import { makeScenario, notifyTemplate, recordCell, saveCell } from './write-cell.ts';

/** In the transaction that creates the project, which nobody else sees yet. A template that cannot be switched on yet
 *  leaves a cell that says why: it never keeps a project from being made. */
export async function applyDefaults(
  tx: Client,
  deps: Pick<ScenarioDeps, 'kinds'>,
  who: Principal,
  projectId: number,
): Promise<void> {
  const project = await getProject(tx, who, projectId);
  const found = await rows(tx, shareTemplates, [who.orgId]);
  const defaults = found.filter((each) => each.defaultEnabled).map(toTemplate);
  if (defaults.some(({ trigger }) => changesLinks({ trigger }))) await lockLinks(tx, who.orgId);

  // One may fire on another's success: whoever is on makes a place for those that name it.
  let left = defaults.filter((template) => faultOf(template, deps.kinds) === null);
  for (let before = Infinity; left.length < before;) {
    before = left.length;
    left = await turnOn(tx, deps, who, project, left);
  }
  for (const template of left) {
    const { problems } = await judge(tx, deps, who, project, template);
    await putAside(tx, who, project, template, needsValues(problems));
  }
  for (const template of defaults) {
    const fault = faultOf(template, deps.kinds);
    if (fault === null) continue;
    const { message, problems } = fault;
    await putAside(tx, who, project, template, { code: 'trigger_config', message, problems });
  }
  if (defaults.length > 0) await notifyTemplate(tx, ...defaults.map(({ id }) => id));
}

/** @returns those that cannot be turned on yet. */
async function turnOn(
  tx: Client,
  deps: Pick<ScenarioDeps, 'kinds'>,
  who: Principal,
  project: Project,
  templates: readonly Template[],
): Promise<Template[]> {
  const left: Template[] = [];
  for (const template of templates) {
    const judged = await judge(tx, deps, who, project, template);
    if (judged.problems.length > 0) {
      left.push(template);
      continue;
    }
    const { id } = await makeScenario(tx, who, template, project, judged);
    const saved = await saveCell(tx, who, {
      ...cellOf(template, project),
      ...{ state: 'on', scenarioId: id, applied: judged.applied },
    });
    await recordCell(tx, who, 'enable', null, saved);
  }
  return left;
}

async function putAside(
  tx: Client,
  who: Principal,
  project: Project,
  template: Template,
  problem: CellProblem,
): Promise<void> {
  const state = problem.code === 'needs_values' ? 'needs_values' : 'broken';
  const saved = await saveCell(tx, who, { ...cellOf(template, project), state, problem });
  await recordCell(tx, who, 'enable', null, saved);
}

function judge(
  tx: Client,
  { kinds }: Pick<ScenarioDeps, 'kinds'>,
  who: Principal,
  project: Project,
  template: Template,
): Promise<Judged> {
  const instance = { project, values: {}, scenario: null, applied: null };
  return judgeCell(tx, kinds, who, template, instance);
}

function cellOf(template: Template, project: Project) {
  return {
    ...{ templateId: template.id, projectId: project.id, orgId: project.orgId },
    ...{ values: {}, scenarioId: null, applied: null, problem: null },
  };
}
