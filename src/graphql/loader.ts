/** Rows that an operation asks for one by one, fetched in one statement. */
import DataLoader from 'dataloader';
import type { Context } from './context.ts';

/** A loader per context by id, which answers null for ids that are not found. */
export function loader<Row extends { readonly id: number }>(
  find: (ids: number[], context: Context) => Promise<Row[]>,
): (context: Context) => DataLoader<number, Row | null> {
  const loaders = new WeakMap<Context, DataLoader<number, Row | null>>();
  return (context) =>
    loaders.getOrInsertComputed(
      context,
      () =>
        new DataLoader<number, Row | null>(async (ids) => {
          const rows = await find([...ids], context);
          const byId = new Map(rows.map((row) => [row.id, row]));
          return ids.map((id) => byId.get(id) ?? null);
        }),
    );
}
