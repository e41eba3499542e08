/** A project in time: what ran, and what is due. */
import DataLoader from 'dataloader';
import { getProject } from '#domain/project/project.ts';
import { findOverlapping, MAX_OVERLAPPING } from '#domain/run/overlapping.ts';
import { findComingDueTimes, MAX_COMING, MAX_COMING_OF_ONE } from '#domain/tick/coming.ts';
import type { ComingDueTime } from '#domain/tick/coming.ts';
import { invalid } from '#platform/errors.ts';
import type { Scenario as ScenarioRow } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { readId } from './id.ts';
import { Run } from './run.ts';
import { Scenario } from './scenario.ts';
import { inViewable } from './viewable.ts';

const MAX_DAYS = 31;

/** Lists of up to 2,000: as dear as a page of a hundred, since a screen draws them as marks and not as rows. */
const MARKS = { field: 10, multiplier: 100 };

type TimelineShape = {
  readonly runIds: readonly number[];
  readonly due: readonly ComingDueTime[];
  readonly truncated: boolean;
};

const TimelineDue = builder.objectRef<ComingDueTime>('TimelineDue').implement({
  description: 'A coming due time of a scenario.',
  fields: (t) => ({
    scenario: t.prismaField({
      type: Scenario,
      description: 'What is due.',
      resolve: (query, { scenarioId }, _args, context) =>
        scenariosOf(context, query).load(scenarioId),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'The instant.' }),
    movedByClockChange: t.exposeBoolean('movedByClockChange', {
      description: 'Whether a clock change skips the time as written, so that it is due here.',
    }),
    excluded: t.exposeBoolean('excluded', {
      description: 'Whether the calendar excludes its day, so that it makes no run.',
    }),
  }),
});

const Timeline = builder.objectRef<TimelineShape>('Timeline').implement({
  description: 'What ran in a period, and what is due in it.',
  fields: (t) => ({
    runs: t.prismaField({
      type: [Run],
      description: `The runs that lie in the period or reach into it, from when they were queued to when they ended, newest first; the newest ${MAX_OVERLAPPING} at most.`,
      complexity: MARKS,
      resolve: (query, { runIds }, _args, context) =>
        context.prisma.run.findMany({
          ...query,
          where: { id: { in: [...runIds] }, AND: [inViewable(who(context))] },
          orderBy: { id: 'desc' },
        }),
    }),
    due: t.field({
      type: [TimelineDue],
      description: `The coming due times of the scenarios that tick, from now to the end of the period, in order; the first ${MAX_COMING} at most, and ${MAX_COMING_OF_ONE} of one scenario.`,
      complexity: MARKS,
      resolve: ({ due }) => [...due],
    }),
    truncated: t.exposeBoolean('truncated', {
      description: 'Whether there are more runs or due times than are answered.',
    }),
  }),
});

builder.queryField('timeline', (t) =>
  t.field({
    type: Timeline,
    description: `A project in time. The period is at most ${MAX_DAYS} days long.`,
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:3` or 3.' }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Where the period begins.' }),
      to: t.arg({ type: 'DateTime', required: true, description: 'Where it ends.' }),
    },
    resolve: async (_root, { projectId: given, from, to }, context) => {
      const projectId = readId('Project', given, 'projectId');
      await getProject(context.pool, who(context), projectId);
      checkPeriod(from, to);
      const [runs, due] = await Promise.all([
        findOverlapping(context.pool, projectId, from, to),
        findComingDueTimes(context.pool, projectId, from, to),
      ]);
      return { runIds: runs.ids, due: due.times, truncated: runs.truncated || due.truncated };
    },
  }),
);

function checkPeriod(from: Date, to: Date): void {
  const ms = to.getTime() - from.getTime();
  if (ms > 0 && ms <= MAX_DAYS * 86_400_000) return;
  const message = ms > 0 ? `is at most ${MAX_DAYS} days after \`from\`` : 'lies after `from`';
  throw invalid([{ path: ['to'], message, value: to.toISOString() }]);
}

type Loader = DataLoader<number, ScenarioRow>;
const loaders = new WeakMap<Context, Map<string, Loader>>();

/** One statement for all due times that are asked for the same fields of their scenarios. */
function scenariosOf(context: Context, query: object): Loader {
  return loaders
    .getOrInsertComputed(context, () => new Map())
    .getOrInsertComputed(
      JSON.stringify(query),
      () =>
        new DataLoader<number, ScenarioRow>(async (ids) => {
          const found = await context.prisma.scenario.findMany({
            ...query,
            where: { id: { in: [...ids] }, AND: [inViewable(who(context))] },
          });
          const byId = new Map(found.map((scenario) => [scenario.id, scenario]));
          return ids.map((id) => byId.get(id) ?? new Error(`scenario ${id} is gone`));
        }),
    );
}
