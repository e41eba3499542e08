/** Switching a template on and off for projects: the toggle of the matrix's cells, for one or for a thousand. */
import { row, rows, transaction, type Client } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { findProjects } from '../project/project.sql.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import * as sql from './cell.sql.ts';
import { faultOf } from './check-template.ts';
import { lockScenarios } from './lock-scenarios.ts';
import { shareTemplate, type CellRow } from './template.sql.ts';
import { getTemplate, noTemplate, toTemplate } from './templates.ts';
import { switchOff, switchOn, type Toggle } from './toggle-cell.ts';
import { notifyTemplate } from './write-cell.ts';

// Cells per transaction: enough to share its commit, few enough to hold their scenarios' slots for half a second. Each
// takes a savepoint, and beyond 64 of them every other session's reads become slower.
const CHUNK = 30;

const MAX_ID = 2_147_483_647;

export type SetEnabled = {
  readonly templateId: number;
  readonly projectIds: readonly number[];
  readonly enabled: boolean;
  /** By parameter. What is left out stays as it was given before; null takes the parameter's default. */
  readonly values?: Readonly<Record<string, unknown>>;
};

type Refused = { readonly projectId: number; readonly error: DomainError };

export type EnabledCells = {
  /** In the order of the projects' ids. */
  readonly cells: readonly CellRow[];
  /** Those that stay as they were, and why. */
  readonly refused: readonly Refused[];
};

/** Good cells are applied, bad ones come back with their problems: VALIDATION with a path that begins with `values`
 *  for what the project must give, TRIGGER_CONFIG with the offending part in `facts.config` for a stored template that
 *  no longer makes a scenario, NOT_FOUND for a project that does not exist. What is so already is not written; switching
 *  off what never was on leaves no row.
 *  @throws DomainError NOT_FOUND for the template, FORBIDDEN without org.admin. */
export async function setTemplateEnabled(
  deps: ScenarioDeps,
  who: Principal,
  asked: SetEnabled,
): Promise<EnabledCells> {
  permitOrg(who);
  await getTemplate(deps, who, asked.templateId);
  const projectIds = [...new Set(asked.projectIds)].toSorted((a, b) => a - b);
  const cells: CellRow[] = [];
  const refused: Refused[] = [];
  for (let from = 0; from < projectIds.length; from += CHUNK) {
    const chunk = { ...asked, projectIds: projectIds.slice(from, from + CHUNK) };
    const done = await transaction(deps.pool, (tx) => setCells(tx, deps, who, chunk));
    cells.push(...done.cells);
    refused.push(...done.refused);
  }
  return { cells, refused };
}

async function setCells(
  tx: Client,
  deps: ScenarioDeps,
  who: Principal,
  { templateId, projectIds, enabled, values: given = {} }: SetEnabled,
): Promise<EnabledCells> {
  const found = await row(tx, shareTemplate, [templateId, who.orgId]);
  if (found === null || found.deletedAt !== null) {
    return { cells: [], refused: projectIds.map(refusedWith(noTemplate(templateId))) };
  }
  const template = toTemplate(found);
  const fault = enabled ? faultOf(template, deps.kinds) : null;
  if (fault !== null) return { cells: [], refused: projectIds.map(refusedWith(fault)) };

  const projects = await rows(tx, findProjects, [projectIds.filter(isId), who.orgId]);
  const known = projects.map(({ id }) => id);
  const made = enabled
    ? await rows(tx, sql.insertCells, [templateId, known, who.orgId, who.userId])
    : [];
  const fresh = new Set(made.map(({ projectId }) => projectId));
  const cells = await rows(tx, sql.lockCells, [templateId, known]);
  const trigger = enabled ? template.trigger : null;
  const scenarios = await lockScenarios(tx, who.orgId, trigger, cells, known);

  const done: CellRow[] = [];
  const refused = projectIds
    .filter((id) => !known.includes(id))
    .map((id) => refusedWith(new DomainError('NOT_FOUND', `No project ${id}.`))(id));
  let changed = false;
  for (const project of projects) {
    const cell = cells.find(({ projectId }) => projectId === project.id) ?? null;
    const toggle: Toggle = {
      ...{ template, project, given },
      cell: fresh.has(project.id) ? null : cell,
      scenario: scenarios.get(cell?.scenarioId ?? 0) ?? null,
    };
    const result = await orRefused(tx, () =>
      enabled ? switchOn(tx, deps, who, toggle) : switchOff(tx, who, toggle),
    );
    if (result instanceof DomainError) refused.push({ projectId: project.id, error: result });
    else done.push(result);
    changed ||= result !== cell;
  }
  const vain = refused.map(({ projectId }) => projectId).filter((id) => fresh.has(id));
  if (vain.length > 0) await rows(tx, sql.dropCells, [templateId, vain]);
  if (changed) await notifyTemplate(tx, templateId);
  return { cells: done, refused };
}

/** What it writes, or its refusal with nothing written. */
async function orRefused<T>(tx: Client, work: () => Promise<T>): Promise<T | DomainError> {
  await tx.query('savepoint cell');
  try {
    const result = await work();
    await tx.query('release savepoint cell');
    return result;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await tx.query('rollback to savepoint cell');
    return error;
  }
}

function refusedWith(error: DomainError): (projectId: number) => Refused {
  return (projectId) => ({ projectId, error });
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id > 0 && id <= MAX_ID;
}
