/** What only the database can tell about a scenario as written: whether its slug is free, its owner belongs
 *  here, and what its steps name exists. */
import { row, rows, type Queryable } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import { may, type Principal } from '../access/principal.ts';
import type { ScenarioInput } from './scenario-input.ts';
import { findNearest } from '../trigger/nearest.ts';
import * as sql from './scenario.sql.ts';
import type { ParsedStep } from './step-input.ts';
import { upstreamProblems } from './upstream-links.ts';

export type Target = {
  readonly projectId: number;
  /** The scenario that is changed; null for a new one. */
  readonly scenarioId: number | null;
};

/** Every problem of the parts that were written; what was left out is not judged again. */
export async function databaseProblems(
  db: Queryable,
  who: Principal,
  target: Target,
  input: ScenarioInput,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  if (input.project_id !== undefined && input.project_id !== target.projectId) {
    const message = `names another project than the request, which is for ${target.projectId}`;
    problems.push({ path: ['project_id'], message, value: input.project_id });
  }
  if (input.slug !== undefined) problems.push(...(await slugProblems(db, target, input.slug)));
  if (input.owner_user_id !== undefined) {
    problems.push(...(await ownerProblems(db, who, input.owner_user_id)));
  }
  if (input.trigger?.kind === 'upstream') {
    const scenario = { id: target.scenarioId, newSlug: input.slug };
    const names = input.trigger.upstream;
    problems.push(...(await upstreamProblems(db, target.projectId, scenario, names)));
  }
  if (input.policies?.calendar != null) {
    problems.push(...(await calendarProblems(db, target.projectId, input.policies.calendar)));
  }
  problems.push(...(await stepProblems(db, who, target.projectId, input.steps ?? [])));
  return problems;
}

/** What the kinds of the steps find. */
export async function stepProblems(
  db: Queryable,
  who: Principal,
  projectId: number,
  steps: readonly ParsedStep[],
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const step of steps) {
    const found = await step.kind.check?.(step.settled, {
      db,
      orgId: who.orgId,
      projectId,
      may: (permission, id) => may(who, permission, id),
    });
    problems.push(
      ...(found ?? []).map((each) => ({ ...each, path: [...step.path, ...each.path] })),
    );
  }
  return problems;
}

async function slugProblems(
  db: Queryable,
  { projectId, scenarioId }: Target,
  slug: string,
): Promise<Problem[]> {
  const taken = await rows(db, sql.slugsLike, [projectId, slug, scenarioId ?? 0]);
  if (!taken.some((each) => each.slug === slug)) return [];
  const message = `another scenario of this project is called "${slug}" already; choose another slug`;
  return [{ path: ['slug'], message, value: slug }];
}

async function calendarProblems(
  db: Queryable,
  projectId: number,
  name: string,
): Promise<Problem[]> {
  const names = (await rows(db, sql.calendarNames, [projectId])).map((each) => each.name);
  if (names.includes(name)) return [];
  const nearest = findNearest(name, names);
  const hint = nearest === null ? '' : `; did you mean "${nearest}"?`;
  const message = `the project has no calendar "${name}"${hint}`;
  return [{ path: ['policies', 'calendar'], message, value: name }];
}

// A scenario runs and reports with its owner's rights, so whoever could name any owner would have them.
async function ownerProblems(
  db: Queryable,
  who: Principal,
  ownerUserId: number,
): Promise<Problem[]> {
  const path = ['owner_user_id'];
  if (ownerUserId !== who.userId && !may(who, 'org.admin', null)) {
    const message =
      'only an administrator of the organisation may name another owner than themselves';
    return [{ path, message, value: ownerUserId }];
  }
  if ((await row(db, sql.isMember, [ownerUserId, who.orgId])) !== null) return [];
  return [{ path, message: 'is no active member of this organisation', value: ownerUserId }];
}
