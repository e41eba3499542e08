/** What changed between two states of a dashboard, for a person. */
import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from '#platform/db.ts';
import type { Principal } from '../access/principal.ts';
import { getDashboard, visibleContent, type StoredCard } from './dashboard.ts';
import type { RevisionContent } from './revision.ts';

export type FieldChange = {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
};

export type DashboardChange = {
  /** null: the dashboard itself. */
  readonly cardId: number | null;
  /** As it is called afterwards, or was before it went. */
  readonly title: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly fields: readonly FieldChange[];
};

/** Only cards that the caller may see in the state in question are told of.
 *  @param from, to revisions; null: as it is now.
 *  @throws DomainError NOT_FOUND. */
export async function compareRevisions(
  db: Queryable,
  who: Principal,
  id: number,
  from: number | null,
  to: number | null,
): Promise<DashboardChange[]> {
  const [before, after] = [
    await getDashboard(db, who, id, 'project.view', from),
    await getDashboard(db, who, id, 'project.view', to),
  ];
  return compare(
    visibleContent(who, before.projectId, before.content),
    visibleContent(who, after.projectId, after.content),
  );
}

const FIELDS = [
  'title',
  'visualisation',
  'sql',
  'options',
  'position',
  'required_permission',
] as const satisfies readonly (keyof StoredCard)[];

export function compare(before: RevisionContent, after: RevisionContent): DashboardChange[] {
  const own = changes(before, after, ['title', 'default_time_filter', 'layout']);
  const [was, is] = [byId(before), byId(after)];
  const cards = [...new Set([...was.keys(), ...is.keys()])].map((cardId): DashboardChange => {
    const [old, now] = [was.get(cardId), is.get(cardId)];
    const fields = changes(old ?? {}, now ?? {}, FIELDS);
    const change = !old ? 'added' : !now ? 'removed' : 'changed';
    return { cardId, title: (now ?? old)!.title, change, fields };
  });
  return [
    { cardId: null, title: after.title, change: 'changed' as const, fields: own },
    ...cards,
  ].filter(({ fields }) => fields.length > 0);
}

const byId = ({ cards }: RevisionContent) => new Map(cards.map((card) => [card.id, card]));

function changes<Key extends string>(
  before: { readonly [K in Key]?: unknown },
  after: { readonly [K in Key]?: unknown },
  fields: readonly Key[],
): FieldChange[] {
  return fields
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
}
