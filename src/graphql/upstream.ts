/** What fires on whose success: scenarios both ways, and the runs that came of it. */
import { findTriggered, findTriggering, findWaitingSuccesses } from '#domain/run/lineage.ts';
import { builder } from './builder.ts';
import { Run } from './run.ts';
import { runsBy } from './runs-by.ts';
import { Scenario } from './scenario.ts';

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

const triggeringOf = runsBy(findTriggering);
const triggeredOf = runsBy(findTriggered);
const waitingOf = runsBy(findWaitingSuccesses);
