/** Pages of lists: by the last key seen, so that what is inserted meanwhile shifts nothing and the
 *  thousandth page costs what the first one does. */
import { invalid, type Problem } from '#platform/errors.ts';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;

export type PageRequest = {
  /** 1 to 200; 50 when left out. */
  readonly limit?: number | null;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
};

export type Page<Item> = {
  readonly items: readonly Item[];
  /** Of the whole list. */
  readonly total: number;
  /** null on the last page. */
  readonly nextCursor: string | null;
};

/** Reads what was asked. `cut` makes the page out of one item more than the limit.
 *  @throws DomainError VALIDATION for a limit out of bounds or a cursor that was not handed out here. */
export function pageOf({ limit, cursor }: PageRequest) {
  const problems: Problem[] = [];
  const size = limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(size) || size < 1 || size > MAX_LIMIT) {
    problems.push({ path: ['limit'], message: `is 1 to ${MAX_LIMIT}`, value: limit });
  }
  const after = cursor == null ? null : decodeCursor(cursor);
  if (cursor != null && after === null) {
    const message = 'is no cursor; send next_cursor of the page before as it was';
    problems.push({ path: ['cursor'], message, value: cursor });
  }
  if (problems.length > 0) throw invalid(problems);
  return {
    limit: size,
    /** The last id of the page before; null on the first page. */
    after,
    cut<Item extends { readonly id: number }>(found: readonly Item[], total: number): Page<Item> {
      const items = found.slice(0, size);
      const last = items.at(-1);
      const more = found.length > size && last !== undefined;
      return { items, total, nextCursor: more ? encodeCursor(last.id) : null };
    },
  };
}

function encodeCursor(id: number): string {
  return Buffer.from(`after:${id}`).toString('base64url');
}

function decodeCursor(cursor: string): number | null {
  const [, id] = /^after:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return id === undefined ? null : Number(id);
}
