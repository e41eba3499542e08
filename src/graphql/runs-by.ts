/** Runs that a question about something else answers, fetched for all who are asked the same fields in two statements:
 *  which runs, and what is asked of them. */
import DataLoader from 'dataloader';
import type { Lineage } from '#domain/run/lineage.ts';
import type { Queryable } from '#platform/db.ts';
import type { Run as RunRow } from '../generated/prisma/client.ts';
import { who, type Context } from './context.ts';
import { inViewable } from './viewable.ts';

/** @param find which runs, in the order in which they are answered. */
export function runsBy<Args extends readonly unknown[]>(
  find: (db: Queryable, ids: readonly number[], ...args: Args) => Promise<Lineage[]>,
) {
  const loaders = new WeakMap<Context, Map<string, DataLoader<number, RunRow[]>>>();
  return (context: Context, query: object, ...args: Args): DataLoader<number, RunRow[]> =>
    loaders
      .getOrInsertComputed(context, () => new Map())
      .getOrInsertComputed(
        JSON.stringify([query, args]),
        () =>
          new DataLoader<number, RunRow[]>(async (ids) => {
            const lineage = await find(context.pool, ids, ...args);
            const runIds = [...new Set(lineage.map(({ runId }) => runId))];
            const found = await context.prisma.run.findMany({
              ...query,
              where: { id: { in: runIds }, AND: [inViewable(who(context))] },
            });
            const byId = new Map(found.map((run) => [Number(run.id), run]));
            const of = Map.groupBy(lineage, ({ id }) => id);
            return ids.map((id) => of.get(id)?.flatMap(({ runId }) => byId.get(runId) ?? []) ?? []);
          }),
      );
}
