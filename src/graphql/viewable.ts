/** What a caller may see, as Prisma conditions: the one place that every read goes through. Relations need
 *  none of their own, because they never leave the project that was reached through here. */
import type { Prisma } from '../generated/prisma/client.ts';
import { may } from '#domain/access/principal.ts';
import type { Principal } from '#domain/access/principal.ts';

/** Whatever lies in a project: scenarios, runs, ticks. */
export function inViewable(principal: Principal): {
  orgId: number;
  projectId?: { in: number[] };
} {
  const { orgId } = principal;
  return may(principal, 'project.view', null)
    ? { orgId }
    : { orgId, projectId: { in: viewableProjects(principal) } };
}

/** Projects themselves. */
export function viewable(principal: Principal): Prisma.ProjectWhereInput {
  const { orgId, projectId } = inViewable(principal);
  return projectId ? { orgId, id: projectId } : { orgId };
}

/** Users, by name and address: those of the same organisation, and the system. */
export function viewableUsers({ orgId }: Principal): Prisma.UserWhereInput {
  return { OR: [{ orgs: { some: { orgId } } }, { id: 0 }] };
}

function viewableProjects(principal: Principal): number[] {
  return [...principal.projectRoles.keys()].filter((id) => may(principal, 'project.view', id));
}
