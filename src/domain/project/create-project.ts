/** Making projects: a project begins with its own warehouse schema and the templates that are on by default. */
import type { Principal } from '../access/principal.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import type { Project } from './project.ts';

export type NewProject = {
  readonly name: string;
  /** Made from the name when left out. */
  readonly slug?: string | null;
  /** IANA zone; the organisation's when left out. */
  readonly timezone?: string | null;
  /** The caller when left out. */
  readonly ownerUserId?: number | null;
};

/** One transaction: project, schema, defaults and audit, or nothing.
 *  @throws DomainError FORBIDDEN without org.admin, VALIDATION with every problem, CONFLICT when another request takes
 *  the slug at the same time. */
export async function createProject(
  _deps: ScenarioDeps,
  _who: Principal,
  _given: NewProject,
): Promise<Project> {
  throw new Error('follows');
}
