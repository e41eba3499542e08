/** The scenarios of a list, in its order and within its filters. It is filled page by page as the server lists them, and
 *  kept by itself when single ones change: 10,000 are not read again because one was due. */
import type { ScenarioRowFragment } from '../../generated/graphql.ts';
import type { Filters } from './filters.ts';

export type Row = ScenarioRowFragment;

export type Roster = {
  readonly rows: readonly Row[];
  find(id: string): Row | undefined;
  /** The next page, as the server answered it. */
  add(page: readonly Row[], isLast: boolean): void;
  /** Some changed, came or went. */
  change(changed: readonly Row[], deletedIds?: readonly string[]): void;
  readonly isComplete: boolean;
};

const byNumber = (a: number, b: number) => a - b;
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const dueMs = ({ nextDueAt }: Row) => (nextDueAt ? Date.parse(nextDueAt) : Number.MAX_VALUE);

/** As the server orders them. */
const COMPARE: Readonly<Record<Filters['order'], (a: Row, b: Row) => number>> = {
  NEWEST: (a, b) => byNumber(b.databaseId, a.databaseId),
  NAME: (a, b) =>
    byText(a.name.toLowerCase(), b.name.toLowerCase()) || byNumber(a.databaseId, b.databaseId),
  NEXT_DUE: (a, b) => byNumber(dueMs(a), dueMs(b)) || byNumber(a.databaseId, b.databaseId),
};

export function matches(row: Row, { text, state, kind }: Filters): boolean {
  const part = text.toLowerCase();
  return (
    (state === null || row.state === state) &&
    (kind === null || row.stepKinds.includes(kind)) &&
    [row.name, row.slug, row.description].some((words) => words.toLowerCase().includes(part))
  );
}

export function createRoster(filters: Filters): Roster {
  const compare = COMPARE[filters.order];
  const rows: Row[] = [];
  const byId = new Map<string, Row>();
  /** The last entry of the last page, as it was then: the next page begins after it. */
  let edge: Row | undefined;
  let isComplete = false;

  /** How many lie before it. */
  const placeOf = (row: Row) => {
    let [from, to] = [0, rows.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (compare(rows[middle]!, row) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  };

  const indexOf = (row: Row) => {
    const place = placeOf(row);
    // A database that sorts names by another alphabet has it elsewhere.
    return rows[place] === row ? place : rows.indexOf(row);
  };

  const remove = (id: string) => {
    const row = byId.get(id);
    if (!row) return;
    rows.splice(indexOf(row), 1);
    byId.delete(id);
  };

  const put = (row: Row) => {
    const before = byId.get(row.id);
    if (before && compare(before, row) === 0) rows[indexOf(before)] = row;
    else {
      remove(row.id);
      const isRead = isComplete || (edge !== undefined && compare(row, edge) <= 0);
      // Beyond what was read it comes with its page.
      if (!isRead) return;
      rows.splice(placeOf(row), 0, row);
    }
    byId.set(row.id, row);
  };

  return {
    rows,
    find: (id) => byId.get(id),
    get isComplete() {
      return isComplete;
    },
    add(page, isLast) {
      for (const row of page) {
        // It moved while pages were read.
        remove(row.id);
        rows.push(row);
        byId.set(row.id, row);
      }
      edge = page.at(-1) ?? edge;
      isComplete = isLast;
    },
    change(changed, deletedIds = []) {
      for (const id of deletedIds) remove(id);
      for (const row of changed) {
        if (matches(row, filters)) put(row);
        else remove(row.id);
      }
    },
  };
}
