/** Switching a template on and off for projects: the toggle of the matrix's cells. */
import type { DomainError } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import type { CellRow } from './template.sql.ts';

export type SetEnabled = {
  readonly templateId: number;
  readonly projectIds: readonly number[];
  readonly enabled: boolean;
  /** By parameter. What is left out stays as it was given before; null takes the parameter's default. */
  readonly values?: Readonly<Record<string, unknown>>;
};

export type EnabledCells = {
  /** In the order of the projects. */
  readonly cells: readonly CellRow[];
  /** Those that stay as they were, and why. */
  readonly refused: readonly { readonly projectId: number; readonly error: DomainError }[];
};

/** Good cells are applied, bad ones come back with their problems: VALIDATION with a path that begins with `values`
 *  for what the project must give, TRIGGER_CONFIG with the offending part in `facts.config` for a stored template that
 *  no longer makes a scenario, NOT_FOUND for a project that does not exist.
 *  @throws DomainError NOT_FOUND for the template, FORBIDDEN without org.admin. */
export async function setTemplateEnabled(
  _deps: ScenarioDeps,
  _who: Principal,
  _asked: SetEnabled,
): Promise<EnabledCells> {
  throw new Error('follows');
}
