/** Projects that an answer about templates names by number, fetched in one statement. */
import DataLoader from 'dataloader';
import type { Project } from '../generated/prisma/client.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { viewable } from './viewable.ts';

const loaders = new WeakMap<Context, Map<string, DataLoader<number, Project | null>>>();

/** By number; null where the caller sees no such project. */
export const projectsOf = (context: Context, query: object): DataLoader<number, Project | null> =>
  loaders
    .getOrInsertComputed(context, () => new Map())
    .getOrInsertComputed(
      JSON.stringify(query),
      () =>
        new DataLoader<number, Project | null>(async (ids) => {
          const found = await context.prisma.project.findMany({
            ...query,
            where: { id: { in: [...ids] }, AND: [viewable(who(context))] },
          });
          const byId = new Map(found.map((project) => [project.id, project]));
          return ids.map((id) => byId.get(id) ?? null);
        }),
    );
