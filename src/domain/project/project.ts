/** Projects as a caller sees them: only those of the caller's organisation, only those that it may view. */
import { row, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { permit, type Permission, type Principal } from '../access/principal.ts';
import * as sql from './project.sql.ts';

export type Project = sql.ProjectRow;

/** A project on which the caller holds a permission.
 *  @throws DomainError NOT_FOUND where it does not exist, belongs to another organisation or may not be seen;
 *  FORBIDDEN where it may be seen and no more. */
export async function getProject(
  db: Queryable,
  who: Principal,
  id: number,
  permission: Permission = 'project.view',
): Promise<Project> {
  const project = await row(db, sql.findProject, [id, who.orgId]);
  if (project === null) throw new DomainError('NOT_FOUND', `No project ${id}.`);
  permit(who, permission, project.id, { type: 'project', id });
  return project;
}
