/** The orders of a list of scenarios, each with an index of its own. A cursor holds the place of the last entry seen,
 *  not only its id: a due time that moves on meanwhile must not skip what lies between. */
import { invalid } from '#platform/errors.ts';
import type { Prisma } from '../generated/prisma/client.ts';

export type Order = 'newest' | 'name' | 'next_due';

/** Where an entry lies, in whichever order. */
export type Position = {
  readonly id: number;
  /** In small letters. */
  readonly nameKey: string | null;
  readonly nextDueAt: Date | null;
};

type By = Prisma.ScenarioOrderByWithRelationInput[];

export const ORDERS: Record<Order, { readonly forward: By; readonly backward: By }> = {
  newest: { forward: [{ id: 'desc' }], backward: [{ id: 'asc' }] },
  name: {
    forward: [{ nameKey: 'asc' }, { id: 'asc' }],
    backward: [{ nameKey: 'desc' }, { id: 'desc' }],
  },
  next_due: {
    forward: [{ nextDueAt: { sort: 'asc', nulls: 'last' } }, { id: 'asc' }],
    backward: [{ nextDueAt: { sort: 'desc', nulls: 'first' } }, { id: 'desc' }],
  },
};

/** What lies after a position, or before it. */
export function beyond(
  order: Order,
  { id, nameKey, nextDueAt }: Position,
  after: boolean,
): Prisma.ScenarioWhereInput {
  const laterId = after ? { gt: id } : { lt: id };
  if (order === 'newest') return { id: after ? { lt: id } : { gt: id } };
  if (order === 'name') {
    // The first condition says nothing new: it lets the index begin at the name.
    const name = nameKey ?? '';
    return after
      ? { nameKey: { gte: name }, OR: [{ nameKey: { gt: name } }, { id: laterId }] }
      : { nameKey: { lte: name }, OR: [{ nameKey: { lt: name } }, { id: laterId }] };
  }
  if (nextDueAt === null) {
    const without = { nextDueAt: null, id: laterId };
    return after ? without : { OR: [{ nextDueAt: { not: null } }, without] };
  }
  // A cursor has milliseconds: a due time within the same one counts as the same.
  const next = new Date(nextDueAt.getTime() + 1);
  return after
    ? {
        OR: [
          { nextDueAt: { gte: next } },
          { nextDueAt: { gte: nextDueAt, lt: next }, id: laterId },
          { nextDueAt: null },
        ],
      }
    : {
        OR: [
          { nextDueAt: { lt: nextDueAt } },
          { nextDueAt: { gte: nextDueAt, lt: next }, id: laterId },
        ],
      };
}

export function cursorOf(order: Order, { id, nameKey, nextDueAt }: Position): string {
  const key =
    order === 'name' ? nameKey : order === 'next_due' ? (nextDueAt?.getTime() ?? null) : null;
  return Buffer.from(JSON.stringify([order, id, key])).toString('base64url');
}

/** @throws DomainError VALIDATION for a cursor that this order did not give out. */
export function readCursor(order: Order, cursor: string, path: 'after' | 'before'): Position {
  const [given, id, key] = decode(cursor);
  const nextDueAt = typeof key === 'number' ? new Date(key) : null;
  const isKey =
    order === 'name' ? typeof key === 'string' : typeof key === 'number' || key === null;
  if (given === order && Number.isSafeInteger(id) && isKey && !Number.isNaN(nextDueAt?.getTime())) {
    return { id: id as number, nameKey: typeof key === 'string' ? key : null, nextDueAt };
  }
  const message = 'this cursor comes from no list in this order; start without one';
  throw invalid([{ path: [path], message, value: cursor.slice(0, 200) }]);
}

function decode(cursor: string): unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(read) ? read : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
