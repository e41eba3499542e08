/** A dashboard, and which of its cards somebody may see. */
import { row, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { may, permit, PERMISSIONS, type Permission, type Principal } from '../access/principal.ts';
import * as sql from './dashboard.sql.ts';
import { parseContent, type RevisionContent } from './revision.ts';

export type Dashboard = Omit<sql.DashboardRow, 'content'> & { readonly content: RevisionContent };
export type StoredCard = RevisionContent['cards'][number];

/** With all its cards, those included that the caller may not see.
 *  @param revision as it was then; null: as it is.
 *  @throws DomainError NOT_FOUND, FORBIDDEN. */
export async function getDashboard(
  db: Queryable,
  who: Principal,
  id: number,
  permission: Permission = 'project.view',
  revision: number | null = null,
): Promise<Dashboard> {
  const found =
    revision === null
      ? await row(db, sql.findDashboard, [id, who.orgId])
      : await row(db, sql.findDashboardAt, [id, who.orgId, revision]);
  if (found === null) {
    const what = revision === null ? '' : ` with a revision ${revision}`;
    throw new DomainError('NOT_FOUND', `No dashboard ${id}${what}.`);
  }
  permit(who, permission, found.projectId, { type: 'dashboard', id });
  return { ...found, content: parseContent(found.content) };
}

/** A permission that this version does not know is nobody's. */
export function maySeeCard(
  who: Principal,
  projectId: number,
  { required_permission: needed }: Pick<StoredCard, 'required_permission'>,
): boolean {
  if (needed === null) return true;
  const permission = PERMISSIONS.find((known) => known === needed);
  return permission !== undefined && may(who, permission, projectId);
}

/** The content without the cards that the caller may not see. */
export function visibleContent(
  who: Principal,
  projectId: number,
  content: RevisionContent,
): RevisionContent {
  return { ...content, cards: content.cards.filter((card) => maySeeCard(who, projectId, card)) };
}
