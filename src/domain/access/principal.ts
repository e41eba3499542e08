/** Who asks, and what they may do. Every domain function that reads or writes for a person takes a
 *  Principal and asks here first; surfaces never decide. */
import { DomainError } from '#platform/errors.ts';

export const ROLES = ['viewer', 'analyst', 'designer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The stronger of two roles; every role grants what the weaker ones do. */
export function strongest(one: Role | null, other: Role): Role {
  return one !== null && ROLES.indexOf(one) > ROLES.indexOf(other) ? one : other;
}

export const PERMISSIONS = ['project.view', 'project.edit', 'org.admin'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What a token may be limited to; none at all means everything that its user may. `write` includes `read`,
 *  `admin` includes both. */
export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export type Principal = {
  readonly userId: number;
  readonly email: string;
  readonly name: string;
  /** The one organisation that this request speaks for. */
  readonly orgId: number;
  /** The project that a request without one means. */
  readonly defaultProjectId: number | null;
  /** The role on every project of the organisation, those to come included. */
  readonly orgRole: Role | null;
  /** Roles on single projects. */
  readonly projectRoles: ReadonlyMap<number, Role>;
  readonly scopes: readonly Scope[];
  /** The access token in use; null for a signed-in session. */
  readonly tokenId: number | null;
  readonly address: string | null;
  /** Signed in with a password that somebody handed over: nothing is theirs to see or do before they have chosen
   *  another one. Never so for an access token, nor for the owner of what runs. */
  readonly mustResetPassword: boolean;
};

const GRANTS: Record<Role, readonly Permission[]> = {
  viewer: ['project.view'],
  analyst: ['project.view'],
  designer: ['project.view', 'project.edit'],
  admin: ['project.view', 'project.edit', 'org.admin'],
};

/** The scopes that let a permission through. */
const SCOPES_FOR: Record<Permission, readonly Scope[]> = {
  'project.view': ['read', 'write', 'admin'],
  'project.edit': ['write', 'admin'],
  'org.admin': ['admin'],
};

/** Whether the principal holds a permission on a project, or (null) on the whole organisation. `org.admin`
 *  only ever comes from a role over the whole organisation. The caller has made sure that the project
 *  belongs to the principal's organisation. */
export function may(who: Principal, permission: Permission, projectId: number | null): boolean {
  if (who.mustResetPassword) return false;
  const limited = who.scopes.length > 0;
  if (limited && !SCOPES_FOR[permission].some((scope) => who.scopes.includes(scope))) return false;
  const roles =
    projectId === null || permission === 'org.admin'
      ? [who.orgRole]
      : [who.orgRole, who.projectRoles.get(projectId) ?? null];
  return roles.some((role) => role !== null && GRANTS[role].includes(permission));
}

/** @throws DomainError FORBIDDEN for whoever has to choose a password first. All that asks for a permission asks this
 *  too; surfaces ask it of every request that is not about the password itself. */
export function assertOwnPassword(who: Principal): void {
  if (!who.mustResetPassword) return;
  throw new DomainError(
    'FORBIDDEN',
    'You signed in with a password that was handed to you; choose one of your own first (changePassword).',
    { facts: { permission: 'project.view' satisfies Permission, targetId: who.orgId } },
  );
}

/** @throws DomainError NOT_FOUND where the principal may not even know of the project, FORBIDDEN (with
 *  `facts.permission` and `facts.targetId`) where it may. */
export function permit(
  who: Principal,
  permission: Permission,
  projectId: number,
  target: { readonly type: string; readonly id: number | string },
): void {
  assertOwnPassword(who);
  if (!may(who, 'project.view', projectId)) {
    throw new DomainError('NOT_FOUND', `No ${target.type} ${target.id}.`);
  }
  if (!may(who, permission, projectId)) throw forbidden(permission, target.id);
}

/** @throws DomainError FORBIDDEN unless the principal administers the organisation. */
export function permitOrg(who: Principal): void {
  assertOwnPassword(who);
  if (!may(who, 'org.admin', null)) throw forbidden('org.admin', who.orgId);
}

/** The projects that the principal may see: null means every one of the organisation. For the `where` of a
 *  list, so that what may not be seen is never read. */
export function visibleProjects(who: Principal): readonly number[] | null {
  assertOwnPassword(who);
  if (may(who, 'project.view', null)) return null;
  return [...who.projectRoles.keys()].filter((id) => may(who, 'project.view', id));
}

function forbidden(permission: Permission, targetId: number | string): DomainError {
  return new DomainError('FORBIDDEN', `This needs the permission ${permission}.`, {
    facts: { permission, targetId },
  });
}
