/** One role out of all. */
import type { ComponentProps } from 'react';
import type { Role } from '../../generated/graphql.ts';
import { inputClass } from '../../parts/field.tsx';
import { isStronger, roleOf, ROLES } from './roles.ts';

type Given = Omit<ComponentProps<'select'>, 'value' | 'onChange'>;

export function RoleSelect({
  value,
  onRole,
  none,
  atLeast = null,
  short = false,
  ...given
}: Given & {
  value: Role | null;
  onRole: (role: Role | null) => void;
  /** What having none is called; without it one must be chosen. */
  none?: string;
  /** Less than this has no effect and cannot be chosen. */
  atLeast?: Role | null;
  /** Without what it can. */
  short?: boolean;
}) {
  return (
    <select
      className={inputClass}
      {...given}
      value={value ?? ''}
      onChange={(event) => onRole(roleOf(event.target.value))}
    >
      {none !== undefined && (
        <option value="" disabled={atLeast !== null}>
          {none}
        </option>
      )}
      {ROLES.map(({ role, label, can }) => (
        <option key={role} value={role} disabled={isStronger(atLeast, role)}>
          {short ? label : `${label}: ${can}`}
        </option>
      ))}
    </select>
  );
}
