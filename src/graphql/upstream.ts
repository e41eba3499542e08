/** What fires on whose success: scenarios both ways, and the runs that came of it. */
import DataLoader from 'dataloader';
import {
  findTriggered,
  findTriggering,
  findWaitingSuccesses,
  type Lineage,
} from '#domain/run/lineage.ts';
import type { Queryable } from '#platform/db.ts';
import type { Run as RunRow } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { who, type Context } from './context.ts';
import { Run } from './run.ts';
import { Scenario } from './scenario.ts';
import { inViewable } from './viewable.ts';

builder.prismaObjectFields(Scenario, (t) => ({
  upstreams: t.field({
    type: [Scenario],
    description: 'On whose success it fires; empty for other triggers.',
    select: (_args, _context, nested) => ({
      upstreams: { select: { upstream: nested() }, orderBy: { upstreamId: 'asc' } },
    }),
    resolve: ({ upstreams }) => upstreams.map(({ upstream }) => upstream),
  }),
  downstreams: t.field({
    type: [Scenario],
    description: 'What fires on its success.',
    select: (_args, _context, nested) => ({
      downstreams: { select: { downstream: nested() }, orderBy: { downstreamId: 'asc' } },
    }),
    resolve: ({ downstreams }) => downstreams.map(({ downstream }) => downstream),
  }),
  waitingSuccesses: t.prismaField({
    type: [Run],
    description: 'Successes of upstreams that wait for those of the others, the latest of each.',
    select: { id: true },
    resolve: (query, { id }, _args, context) => waitingOf(context, query).load(id),
  }),
}));

builder.prismaObjectFields(Run, (t) => ({
  upstreamRuns: t.prismaField({
    type: [Run],
    description: 'The runs whose success made it; empty for other sources.',
    select: { id: true },
    resolve: (query, { id }, _args, context) => triggeringOf(context, query).load(Number(id)),
  }),
  downstreamRuns: t.prismaField({
    type: [Run],
    description: 'The runs that its success made, alone or with others.',
    select: { id: true },
    resolve: (query, { id }, _args, context) => triggeredOf(context, query).load(Number(id)),
  }),
}));

/** Loaders of the runs that a question about one answers: one loader for all that are asked for the same fields. */
function runsBy(find: (db: Queryable, ids: readonly number[]) => Promise<Lineage[]>) {
  const loaders = new WeakMap<Context, Map<string, DataLoader<number, RunRow[]>>>();
  return (context: Context, query: object): DataLoader<number, RunRow[]> =>
    loaders
      .getOrInsertComputed(context, () => new Map())
      .getOrInsertComputed(
        JSON.stringify(query),
        () =>
          new DataLoader<number, RunRow[]>(async (ids) => {
            const lineage = await find(context.pool, ids);
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

const triggeringOf = runsBy(findTriggering);
const triggeredOf = runsBy(findTriggered);
const waitingOf = runsBy(findWaitingSuccesses);
