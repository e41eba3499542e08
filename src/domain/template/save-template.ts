/** Making, changing and deleting templates. */
import type { Problem } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import type { CellRow, CellState } from './template.sql.ts';
import type { Template } from './templates.ts';

export type EditOptions = {
  /** The version that the caller has seen; another one in the database is a CONFLICT. */
  readonly ifVersion?: number | null;
  /** The configuration is a whole one: what it leaves out has its default. Otherwise what it leaves out stays. */
  readonly whole?: boolean;
};

export type Edited = {
  readonly template: Template;
  /** How many cells follow the template from now on in something that they did not before. */
  readonly changed: number;
  /** Those that the edit would have broken: their scenarios are as they were. */
  readonly broken: readonly CellRow[];
};

export type PlannedCell = {
  readonly projectId: number;
  readonly projectName: string;
  /** As it is now. */
  readonly state: CellState;
  readonly change: 'unchanged' | 'updated' | 'broken';
  /** Fields that the edit leaves alone, as `overridesOf` names them. */
  readonly overridden: readonly string[];
  readonly problems: readonly Problem[];
};

export type TemplatePlan = {
  readonly problems: readonly Problem[];
  readonly cells: readonly PlannedCell[];
};

/** Every problem that creating this template would meet.
 *  @throws DomainError FORBIDDEN without org.admin. */
export async function validateTemplate(
  _deps: ScenarioDeps,
  _who: Principal,
  _wire: unknown,
): Promise<Problem[]> {
  throw new Error('follows');
}

/** @throws DomainError FORBIDDEN without org.admin, VALIDATION with every problem, CONFLICT when another request takes
 *  the slug at the same time. */
export async function createTemplate(
  _deps: ScenarioDeps,
  _who: Principal,
  _wire: unknown,
): Promise<Template> {
  throw new Error('follows');
}

/** Changes a template and, in the same transaction, the scenarios of its cells, except what projects overrode.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without org.admin, VALIDATION with every problem, CONFLICT with
 *  `facts.version` when `ifVersion` is stale. */
export async function updateTemplate(
  _deps: ScenarioDeps,
  _who: Principal,
  _id: number,
  _wire: unknown,
  _options: EditOptions = {},
): Promise<Edited> {
  throw new Error('follows');
}

/** What saving would do, with nothing written. @param id null: a new template.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without org.admin. */
export async function planTemplate(
  _deps: ScenarioDeps,
  _who: Principal,
  _id: number | null,
  _wire: unknown,
  _options: Pick<EditOptions, 'whole'> = {},
): Promise<TemplatePlan> {
  throw new Error('follows');
}

/** Soft: what it made stays, as scenarios like any other.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without org.admin, CONFLICT while cells are on, which says in which
 *  projects. */
export async function deleteTemplate(
  _deps: ScenarioDeps,
  _who: Principal,
  _id: number,
): Promise<void> {
  throw new Error('follows');
}
