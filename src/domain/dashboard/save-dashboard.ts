/** Making, editing, restoring and deleting dashboards: cards and all in one transaction, with one line in the audit
 *  log, and with what was there before on record. */
import { isDeepStrictEqual } from 'node:util';
import { row, rows, transaction, type Client, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';
import { recordAutosave } from './autosave.ts';
import { lockDashboard } from './autosave.sql.ts';
import { getDashboard, maySeeCard, type Dashboard } from './dashboard.ts';
import { parseDashboard, type Draft } from './dashboard-input.ts';
import * as sql from './dashboard.sql.ts';
import { NOTES, recordFound, recordRevision } from './record-revision.ts';
import { usesOf } from './used-by.ts';

export type Saved = {
  readonly id: number;
  readonly version: number;
  /** Which revision holds it; null where nothing changed. */
  readonly revision: number | null;
  /** The cards' numbers in the order in which they were sent. */
  readonly cardIds: readonly number[];
};

/** @throws DomainError NOT_FOUND, FORBIDDEN without project.edit, VALIDATION with every problem. */
export async function createDashboard(
  pool: Pool,
  who: Principal,
  projectId: number,
  input: unknown,
): Promise<Saved> {
  return transaction(pool, async (tx) => {
    await getProject(tx, who, projectId, 'project.edit');
    const draft = parseDashboard(who, projectId, input, []);
    const filter = JSON.stringify(draft.defaultTimeFilter);
    const values = [who.orgId, projectId, draft.title, filter === 'null' ? null : filter];
    const { id } = (await row(tx, sql.insertDashboard, values))!;
    const cardIds = await writeCards(tx, id, draft);
    const note = { dashboardId: id, authorUserId: who.userId, note: NOTES.created };
    const revision = await recordRevision(tx, note);
    const after = await getDashboard(tx, who, id);
    await record(tx, who, 'create', id, undefined, after);
    return { id, version: after.content.version, revision, cardIds };
  });
}

/** Edits of 30 s share a revision. Cards that the editor may not see stay as they are.
 *  @param options.ifVersion the version that the editor has seen; another one is a CONFLICT.
 *  @throws DomainError as `createDashboard`, CONFLICT with `facts.version`. */
export async function saveDashboard(
  pool: Pool,
  who: Principal,
  id: number,
  input: unknown,
  { ifVersion = null }: { readonly ifVersion?: number | null } = {},
): Promise<Saved> {
  return transaction(pool, async (tx) => {
    const before = await lock(tx, who, id, ifVersion);
    const draft = parseDashboard(who, before.projectId, input, before.content.cards);
    return write(tx, who, before, draft, async () => {
      const { revision } = await recordAutosave(tx, { dashboardId: id, authorUserId: who.userId });
      return revision;
    });
  });
}

/** Brings back what a revision holds; cards that come back have the numbers that they had.
 *  @throws DomainError NOT_FOUND, FORBIDDEN, CONFLICT. */
export async function restoreDashboard(
  pool: Pool,
  who: Principal,
  id: number,
  revision: number,
  { ifVersion = null }: { readonly ifVersion?: number | null } = {},
): Promise<Saved> {
  return transaction(pool, async (tx) => {
    const before = await lock(tx, who, id, ifVersion);
    const { content } = await getDashboard(tx, who, id, 'project.edit', revision);
    const hidden = new Set(
      before.content.cards.flatMap((card) =>
        maySeeCard(who, before.projectId, card) ? [] : [card.id],
      ),
    );
    const draft = {
      title: content.title,
      defaultTimeFilter: content.default_time_filter,
      cards: content.cards.filter(
        (card) => !hidden.has(card.id) && maySeeCard(who, before.projectId, card),
      ),
    };
    return write(tx, who, before, draft, () =>
      recordRevision(tx, {
        dashboardId: id,
        authorUserId: who.userId,
        note: `${NOTES.restored} ${revision}`,
      }),
    );
  });
}

/** With its revisions and links, for good.
 *  @param options.confirm that scenarios which name it may break.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT with `facts.scenarios`, how many name it, unless confirmed. */
export async function deleteDashboard(
  pool: Pool,
  who: Principal,
  id: number,
  { confirm = false }: { readonly confirm?: boolean } = {},
): Promise<void> {
  await transaction(pool, async (tx) => {
    const before = await lock(tx, who, id, null);
    if (!confirm) await refuseWhileUsed(tx, who, id);
    await rows(tx, sql.deleteDashboard, [id]);
    await record(tx, who, 'delete', id, before, undefined);
  });
}

async function refuseWhileUsed(tx: Client, who: Principal, id: number): Promise<void> {
  const { seen, hidden } = await usesOf(tx, who, id);
  const scenarios = seen.length + hidden;
  if (scenarios === 0) return;
  const words = scenarios === 1 ? 'a scenario mails' : `${scenarios} scenarios mail`;
  const message = `The dashboard is in use: ${words} it, and would fail without it.`;
  throw new DomainError('CONFLICT', message, { facts: { scenarios } });
}

/** Editors of one dashboard come one after the other. */
async function lock(
  tx: Client,
  who: Principal,
  id: number,
  ifVersion: number | null,
): Promise<Dashboard> {
  await getDashboard(tx, who, id, 'project.edit');
  await rows(tx, lockDashboard, [id]);
  // Whoever held it has written meanwhile.
  const found = await getDashboard(tx, who, id, 'project.edit');
  const { version } = found.content;
  if (ifVersion !== null && ifVersion !== version) {
    const message = `The dashboard was changed meanwhile: it is at version ${version}, not ${ifVersion}.`;
    throw new DomainError('CONFLICT', message, { facts: { version } });
  }
  return found;
}

async function write(
  tx: Client,
  who: Principal,
  before: Dashboard,
  draft: Draft,
  remember: () => Promise<number>,
): Promise<Saved> {
  const { id, projectId, content } = before;
  if (isSame(who, before, draft)) {
    const cardIds = draft.cards.map((card) => card.id!);
    return { id, version: content.version, revision: null, cardIds };
  }
  await recordFound(tx, { dashboardId: id, authorUserId: who.userId });
  const filter = draft.defaultTimeFilter === null ? null : JSON.stringify(draft.defaultTimeFilter);
  const { version } = (await row(tx, sql.updateDashboard, [id, draft.title, filter]))!;
  const kept = content.cards.filter((card) => !maySeeCard(who, projectId, card));
  const staying = [...kept, ...draft.cards].flatMap((card) => card.id ?? []);
  await rows(tx, sql.deleteOtherCards, [id, staying]);
  const cardIds = await writeCards(tx, id, draft);
  const revision = await remember();
  await record(tx, who, 'update', id, before, await getDashboard(tx, who, id));
  return { id, version, revision, cardIds };
}

function isSame(who: Principal, { content, projectId }: Dashboard, draft: Draft): boolean {
  const seen = content.cards.filter((card) => maySeeCard(who, projectId, card));
  const byId = (cards: Draft['cards']) => cards.toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0));
  return isDeepStrictEqual(
    [content.title, content.default_time_filter, byId(seen)],
    [draft.title, draft.defaultTimeFilter, byId(draft.cards)],
  );
}

async function writeCards(tx: Client, id: number, { cards }: Draft): Promise<number[]> {
  const ids: number[] = [];
  for (const card of cards) {
    const fields = [
      card.title,
      card.visualisation,
      card.sql,
      JSON.stringify(card.options),
      JSON.stringify(card.position),
      card.required_permission,
    ];
    const known = card.id === null ? null : await row(tx, sql.updateCard, [id, card.id, ...fields]);
    ids.push((known ?? (await row(tx, sql.insertCard, [id, card.id, ...fields])))!.id);
  }
  return ids;
}

async function record(
  tx: Client,
  who: Principal,
  verb: 'create' | 'update' | 'delete',
  id: number,
  before: Dashboard | undefined,
  after: Dashboard | undefined,
): Promise<void> {
  await recordChange(tx, who, {
    action: `dashboard.${verb}`,
    resourceType: 'dashboard',
    resourceId: id,
    before: before?.content,
    after: after?.content,
  });
}
