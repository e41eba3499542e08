/** Lists, newest first by id. A cursor names the last entry seen, whether it still exists or not, so that
 *  neither new entries nor deleted ones shift a page. */
import { invalid } from '#platform/errors.ts';
import { PAGE } from './builder.ts';

export type PageQuery<Id> = {
  cursor?: { id?: Id | undefined } | undefined;
  skip?: number | undefined;
  take?: number | undefined;
};

type Asked = { first?: number | null | undefined; last?: number | null | undefined };

type Beyond<Id> = { id?: { lt: Id } | { gt: Id } };

/** Turns what Pothos asks of Prisma, an entry to start from, into a condition on the id.
 *  @param largest that the column holds: what lies beyond would be a surprise of Prisma's.
 *  @throws DomainError VALIDATION for a cursor that no list of these gave out. */
export function newestFirst<Id extends number | bigint, Query extends PageQuery<Id>>(
  query: Query & PageQuery<Id>,
  { largest = Number.MAX_SAFE_INTEGER }: { readonly largest?: number } = {},
): { query: Omit<Query, 'cursor' | 'skip'> & { orderBy: { id: 'desc' } }; beyond: Beyond<Id> } {
  const { cursor, skip: _entryItself, ...rest } = query;
  if (cursor?.id !== undefined && !isId(cursor.id, largest)) {
    throw invalid([
      { path: ['after'], message: 'this cursor comes from no list; start without one' },
    ]);
  }
  // Prisma takes a negative number from the end: the page before the cursor.
  const after = (query.take ?? 1) > 0;
  return {
    query: { ...rest, orderBy: { id: 'desc' } },
    beyond: cursor?.id === undefined ? {} : { id: after ? { lt: cursor.id } : { gt: cursor.id } },
  };
}

// What is in a cursor was chosen by whoever sends it: a text, too.
function isId(id: unknown, largest: number): boolean {
  if (typeof id !== 'number' && typeof id !== 'bigint') return false;
  return /^\d{1,16}$/.test(String(id)) && id <= largest;
}

/** The cost of a page: as many entries as are asked for. */
export const pageCost = pageCostUpTo(PAGE.most);

/** The same for lists with longer pages. */
export function pageCostUpTo(most: number) {
  return ({ first, last }: Asked) => ({
    field: 1,
    multiplier: Math.min(Math.max(first ?? last ?? PAGE.usual, 1), most),
  });
}
