/** Ticks: what was decided about due times, and why. */
import type { TickOutcome } from '#domain/tick/tick.ts';
import type { RunSource } from '#domain/run/run-state.ts';
import { MAX_COUNTED_RUNS } from '#domain/scenario/runs.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import { enumValues } from './enum.ts';
import { COUNTED } from './history.ts';
import { longNodeId, readId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { RunSourceType } from './run.ts';
import { inViewable } from './viewable.ts';

const Outcome = builder.enumType('TickOutcome', {
  description: 'What became of a due time.',
  values: enumValues<TickOutcome>({
    fired: 'A run was queued.',
    waiting: 'A run waits behind the active one.',
    skipped_overlap: 'A run was active.',
    skipped_calendar: 'The calendar excludes the day.',
    paused: 'The scenario was paused or switched off.',
    missed: 'It was decided too late and not caught up.',
    missed_window: 'It was decided later than the catch-up window.',
    dropped: 'Another run waited already, or it came from what is no upstream any more.',
    error: 'The trigger could not be read; `detail` has the offending part.',
  }),
});

export const Tick = builder.prismaNode('Tick', {
  nullable: true,
  description:
    'One decision about one due time, or about a span of them that did not fire: the answer to "why did it (not) run?".',
  id: { field: 'id', description: 'As in `Tick:99`.' },
  findUnique: (id, context) => ({ id: longNodeId(id), AND: [inViewable(who(context))] }),
  select: { id: true },
  fields: (t) => ({
    databaseId: t.expose('id', { type: 'Long', description: 'Its number.' }),
    scenario: t.relation('scenario', { description: 'Whose due time it was.' }),
    source: t.field({
      type: RunSourceType,
      description: 'What made it due.',
      select: { source: true },
      resolve: ({ source }) => source as RunSource,
    }),
    outcome: t.field({
      type: Outcome,
      description: 'What became of it.',
      select: { outcome: true },
      resolve: ({ outcome }) => outcome as TickOutcome,
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why, in words; null when a due time fired.',
    }),
    detail: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Of an error its code and the offending part; of an upstream success the runs that it stands for.',
      select: { detail: true },
      resolve: ({ detail }) => detail,
    }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      description: 'The due time, or the first of a span.',
    }),
    untilAt: t.expose('untilAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The last due time of a span.',
    }),
    count: t.exposeInt('count', { description: 'How many due times it stands for.' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', description: 'When it was decided.' }),
    run: t.relation('run', { nullable: true, description: 'The run that it made.' }),
  }),
});

export const TickConnection = connectionOf(Tick, 'Tick', 'ticks');

const TickFilter = builder.inputType('TickFilter', {
  description: 'All that is given must hold.',
  fields: (t) => ({
    projectId: t.id({ description: 'Of scenarios of this project.' }),
    scenarioId: t.id({ description: 'Of this scenario.' }),
    outcome: t.field({ type: [Outcome], description: 'With one of these outcomes.' }),
    source: t.field({ type: [RunSourceType], description: 'Made due by one of these.' }),
  }),
});

function conditions({
  projectId,
  scenarioId,
  outcome,
  source,
}: typeof TickFilter.$inferInput): Prisma.TickWhereInput[] {
  return [
    ...(projectId == null ? [] : [{ projectId: readId('Project', projectId, 'projectId') }]),
    ...(scenarioId == null ? [] : [{ scenarioId: readId('Scenario', scenarioId, 'scenarioId') }]),
    ...(outcome == null ? [] : [{ outcome: { in: outcome } }]),
    ...(source == null ? [] : [{ source: { in: source } }]),
  ];
}

builder.queryField('ticks', (t) =>
  t.prismaConnection(
    {
      type: Tick,
      description: `What was decided, newest first. ${COUNTED}`,
      cursor: 'id',
      complexity: pageCost,
      args: { filter: t.arg({ type: TickFilter, description: 'Which of them; all by default.' }) },
      totalCount: (_root, { filter }, context) =>
        context.prisma.tick.count({
          where: { AND: [inViewable(who(context)), ...conditions(filter ?? {})] },
          take: MAX_COUNTED_RUNS,
        }),
      resolve: (page, _root, { filter }, context) => {
        const { query, beyond } = newestFirst(page);
        const where = [inViewable(who(context)), ...conditions(filter ?? {}), beyond];
        return context.prisma.tick.findMany({ ...query, where: { AND: where } });
      },
    },
    TickConnection,
  ),
);
