/** Scenarios as a caller reads them: of the caller's organisation, in projects that it may view. */
import { row, rows, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { permit, type Permission, type Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';
import type { Registry } from '../step/kind.ts';
import { parseTrigger } from '../trigger/parse-trigger.ts';
import { pageOf, type Page, type PageRequest } from './page.ts';
import * as sql from './scenario.sql.ts';

/** What the functions of this folder need. */
export type ScenarioDeps = { readonly pool: Pool; readonly kinds: Registry };

export type Scenario = Omit<sql.ScenarioRow, 'deletedAt'>;

/** @throws DomainError NOT_FOUND where it does not exist, was deleted, or may not be seen. */
export async function getScenario(
  deps: Pick<ScenarioDeps, 'pool'>,
  who: Principal,
  id: number,
): Promise<Scenario> {
  const found = await row(deps.pool, sql.findScenario, [id, who.orgId]);
  return visible(found, who, id, 'project.view');
}

/** Takes a scenario's slot for a change, in the caller's transaction.
 *  @param projectId where the caller says that it lies; null when it does not say.
 *  @param first what else must be locked, before the slot.
 *  @throws DomainError NOT_FOUND, FORBIDDEN. */
export async function lockScenario(
  tx: Queryable,
  who: Principal,
  id: number,
  projectId: number | null,
  first?: () => Promise<void>,
): Promise<Scenario> {
  // Looked at first: somebody who may not change it must not hold its slot, not even for a moment.
  const seen = visible(await row(tx, sql.findScenario, [id, who.orgId]), who, id, 'project.edit');
  if (projectId !== null && seen.projectId !== projectId) {
    throw new DomainError('NOT_FOUND', `No scenario ${id} in project ${projectId}.`);
  }
  await first?.();
  return visible(await row(tx, sql.lockScenario, [id, who.orgId]), who, id, 'project.edit');
}

function visible(
  found: sql.ScenarioRow | null,
  who: Principal,
  id: number,
  permission: Permission,
): Scenario {
  if (found === null || found.deletedAt !== null) {
    throw new DomainError('NOT_FOUND', `No scenario ${id}.`);
  }
  permit(who, permission, found.projectId, { type: 'scenario', id });
  return toScenario(found);
}

export type ScenarioFilter = PageRequest & {
  readonly stepKind?: string | null;
  readonly enabled?: boolean | null;
  /** Part of a name, slug or description, in any case. */
  readonly q?: string | null;
};

/** The scenarios of a project, oldest first. Three statements, however many there are.
 *  @throws DomainError NOT_FOUND for a project that may not be seen; VALIDATION for a bad page. */
export async function listScenarios(
  deps: Pick<ScenarioDeps, 'pool'>,
  who: Principal,
  projectId: number,
  filter: ScenarioFilter = {},
): Promise<Page<Scenario>> {
  const page = pageOf(filter);
  await getProject(deps.pool, who, projectId);
  const q = filter.q ? `%${filter.q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%` : null;
  const values = [projectId, filter.stepKind ?? null, filter.enabled ?? null, q];
  const [found, counted] = await Promise.all([
    rows(deps.pool, sql.listScenarios, [...values, page.after ?? 0, page.limit + 1]),
    row(deps.pool, sql.countScenarios, values),
  ]);
  return page.cut(found.map(toScenario), counted?.total ?? 0);
}

/** A trigger that no longer parses shows at once, not only when the ticker has stumbled over it. */
export function toScenario({ deletedAt: _, ...found }: sql.ScenarioRow): Scenario {
  if (found.broken !== null) return found;
  const { problems } = parseTrigger(found.trigger, ['trigger']);
  if (problems.length === 0) return found;
  const message = problems.map((problem) => problem.message).join('; ');
  return { ...found, broken: { code: 'trigger_config', message, config: found.trigger } };
}
