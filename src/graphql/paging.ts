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
 *  @throws DomainError VALIDATION for a cursor that no list of these gave out. */
export function newestFirst<Id extends number | bigint, Query extends PageQuery<Id>>(
  query: Query & PageQuery<Id>,
): { query: Omit<Query, 'cursor' | 'skip'> & { orderBy: { id: 'desc' } }; beyond: Beyond<Id> } {
  const { cursor, skip: _entryItself, ...rest } = query;
  if (cursor?.id !== undefined && !/^\d{1,16}$/.test(String(cursor.id))) {
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

/** The cost of a page: as many entries as are asked for. */
export const pageCost = pageCostUpTo(PAGE.most);

/** The same for lists with longer pages. */
export function pageCostUpTo(most: number) {
  return ({ first, last }: Asked) => ({
    field: 1,
    multiplier: Math.min(Math.max(first ?? last ?? PAGE.usual, 1), most),
  });
}
