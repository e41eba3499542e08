/** One cell switched on or off, in a transaction that holds everything it stands on. */
import { isDeepStrictEqual } from 'node:util';
import type { Client } from '#platform/db.ts';
import { invalid } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import type { Project } from '../project/project.ts';
import { configurationOf, writeWanted } from '../scenario/save-scenario.ts';
import type { Scenario, ScenarioDeps } from '../scenario/scenario.ts';
import { judgeCell } from './judge-cell.ts';
import type { CellRow } from './template.sql.ts';
import type { Template } from './templates.ts';
import { mergeValues, unknownValues } from './values.ts';
import {
  followTemplate,
  makeScenario,
  recordCell,
  saveCell,
  type CellDraft,
} from './write-cell.ts';

export type Toggle = {
  readonly template: Template;
  readonly project: Project;
  /** null: it never was on. */
  readonly cell: CellRow | null;
  readonly scenario: Scenario | null;
  /** Values that come with the request. */
  readonly given: Readonly<Record<string, unknown>>;
};

/** Makes the project's scenario, or lets the one that it has follow the template and the values, and turns it on.
 *  @throws DomainError VALIDATION with every problem; TRIGGER_CONFIG when the trigger that the project has of its own
 *  cannot be read any more. */
export async function switchOn(
  tx: Client,
  { kinds }: ScenarioDeps,
  who: Principal,
  { template, project, cell, scenario, given }: Toggle,
): Promise<CellRow> {
  const values = mergeValues(cell?.values ?? {}, given);
  const instance = { project, values, scenario, applied: cell?.applied ?? null };
  const judged = await judgeCell(tx, kinds, who, template, instance);
  const problems = [...unknownValues(template, given), ...judged.problems];
  if (problems.length > 0) throw invalid(problems);
  const { id: scenarioId } =
    scenario === null
      ? await makeScenario(tx, who, template, project, judged)
      : await followTemplate(tx, who, scenario, judged, { switchOn: true });
  const on = { state: 'on', values, scenarioId, applied: judged.applied, problem: null } as const;
  return settle(tx, who, 'enable', cell, { ...placeOf(template, project), ...on });
}

/** Pauses the project's scenario and keeps everything. */
export async function switchOff(
  tx: Client,
  who: Principal,
  { template, project, cell, scenario }: Toggle,
): Promise<CellRow> {
  if (cell === null) return neverOn(who, template, project);
  if (scenario?.enabled) {
    const config = { ...configurationOf(scenario), enabled: false };
    await writeWanted(tx, who, scenario, { config, writesTrigger: false });
  }
  return settle(tx, who, 'disable', cell, { ...cell, state: 'off', problem: null });
}

/** What is so already is not written. */
async function settle(
  tx: Client,
  who: Principal,
  verb: 'enable' | 'disable',
  before: CellRow | null,
  draft: CellDraft,
): Promise<CellRow> {
  if (before !== null && isDeepStrictEqual({ ...before, ...draft }, before)) return before;
  const saved = await saveCell(tx, who, draft);
  await recordCell(tx, who, verb, before, saved);
  return saved;
}

const placeOf = (template: Template, project: Project) => ({
  templateId: template.id,
  projectId: project.id,
  orgId: project.orgId,
});

/** How a cell looks that has no row. */
function neverOn(who: Principal, template: Template, project: Project): CellRow {
  const now = new Date();
  return {
    ...placeOf(template, project),
    ...{ state: 'off', values: {}, scenarioId: null, applied: null, problem: null },
    ...{ updatedByUserId: who.userId, createdAt: now, updatedAt: now },
  };
}
