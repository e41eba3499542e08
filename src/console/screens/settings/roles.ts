/** The roles in words, the weakest first. */
import type { Role } from '../../generated/graphql.ts';

export const ROLES: readonly {
  readonly role: Role;
  readonly label: string;
  readonly can: string;
}[] = [
  { role: 'VIEWER', label: 'Viewer', can: 'sees' },
  { role: 'ANALYST', label: 'Analyst', can: 'sees' },
  { role: 'DESIGNER', label: 'Designer', can: 'sees, changes and runs' },
  { role: 'ADMIN', label: 'Administrator', can: 'does everything' },
];

export const roleLabel = (role: Role): string =>
  ROLES.find((each) => each.role === role)?.label ?? role;

/** Whether one role grants more than another; null grants nothing. */
export function isStronger(one: Role | null, other: Role | null): boolean {
  const rank = (role: Role | null) => ROLES.findIndex((each) => each.role === role);
  return rank(one) > rank(other);
}

/** As a select gives it: an empty value is none. */
export const roleOf = (value: string): Role | null =>
  ROLES.find(({ role }) => role === value)?.role ?? null;
