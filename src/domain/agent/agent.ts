/** Agents: looked up by slug or id within one project. */
import { rows, type Queryable } from '#platform/db.ts';
import type { Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';
import * as sql from './agent.sql.ts';

export type Agent = sql.AgentRow;

/** A slug, or an id. */
export type AgentRef = string | number;

/** In the order asked for; null where the project has none such, whoever else may. */
export async function findAgents(
  db: Queryable,
  where: { readonly orgId: number; readonly projectId: number },
  refs: readonly AgentRef[],
): Promise<(Agent | null)[]> {
  const ids = refs.filter((ref) => typeof ref === 'number');
  const slugs = refs.filter((ref) => typeof ref === 'string');
  const found = await rows(db, sql.findAgents, [where.orgId, where.projectId, ids, slugs]);
  return refs.map((ref) => found.find((each) => each.id === ref || each.slug === ref) ?? null);
}

/** Every agent of a project that the caller may view, by slug.
 *  @throws DomainError NOT_FOUND for a project that the caller may not see. */
export async function listAgents(
  db: Queryable,
  who: Principal,
  projectId: number,
): Promise<Agent[]> {
  await getProject(db, who, projectId);
  return rows(db, sql.listAgents, [who.orgId, projectId]);
}
