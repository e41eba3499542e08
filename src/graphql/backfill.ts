/** Past due times, run because somebody asks. */
import { backfillScenario } from '#domain/scenario/backfill-scenario.ts';
import type {
  Backfill as BackfillShape,
  BackfillDueTime,
} from '#domain/scenario/backfill-scenario.ts';
import { MAX_BACKFILL } from '#domain/tick/backfill-times.ts';
import type { BackfillOverlap } from '#domain/tick/fire-backfill.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { enumValues } from './enum.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';

const Overlap = builder.enumType('BackfillOverlap', {
  description: 'What the runs of a backfill do about others of their scenario.',
  values: enumValues<BackfillOverlap>({
    buffer_all:
      'One after the other in the order of their due times, behind what is active or waits.',
    allow: 'All at once, beside what is active.',
  }),
});

const DueTime = builder.objectRef<BackfillDueTime>('BackfillDueTime').implement({
  description: 'A due time in the range of a backfill.',
  fields: (t) => ({
    dueAt: t.expose('dueAt', { type: 'DateTime', description: 'The instant.' }),
    movedByClockChange: t.exposeBoolean('movedByClockChange', {
      description: 'Whether a clock change skipped the time as written, so that it is due here.',
    }),
    firedBefore: t.exposeBoolean('firedBefore', {
      description: 'Whether a run was made for it before, by its own time or by a backfill.',
    }),
    excluded: t.exposeBoolean('excluded', {
      description: 'Whether the calendar excludes its day, so that it makes no run.',
    }),
    runId: t.expose('runId', {
      type: 'Long',
      nullable: true,
      description: 'The number of its run; null where it is excluded, and in a dry run.',
    }),
  }),
});

const Backfill = builder.objectRef<BackfillShape>('Backfill').implement({
  description: 'What a backfill did, or in a dry run would do.',
  fields: (t) => ({
    databaseId: t.exposeInt('id', {
      nullable: true,
      description: 'Its number, the `sourceKey` of its runs; null: it made none.',
    }),
    from: t.expose('from', { type: 'DateTime', description: 'Exclusive.' }),
    to: t.expose('to', { type: 'DateTime', description: 'Inclusive.' }),
    overlap: t.field({
      type: Overlap,
      description: 'What its runs do about others.',
      resolve: ({ overlap }) => overlap,
    }),
    dueTimes: t.field({
      type: [DueTime],
      description: 'Every due time of the range, in order.',
      resolve: ({ dueTimes }) => [...dueTimes],
    }),
    runCount: t.int({
      description: 'How many runs it makes: due times that are not excluded.',
      resolve: ({ dueTimes }) => dueTimes.filter((time) => !time.excluded).length,
    }),
    firedBeforeCount: t.int({
      description: 'How many due times had a run before.',
      resolve: ({ dueTimes }) => dueTimes.filter((time) => time.firedBefore).length,
    }),
  }),
});

builder.mutationField('backfillScenario', (t) =>
  t.field({
    type: Backfill,
    errors: FAILURES,
    description: `Makes a run for every due time in the range under the trigger as it is stored, whether one was made before or not; of paused scenarios too. At most ${MAX_BACKFILL}: more are refused, with the place to split.`,
    args: {
      scenarioId: t.arg.id({ required: true, description: '`Scenario:42` or 42.' }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Exclusive.' }),
      to: t.arg({ type: 'DateTime', description: 'Inclusive, at most now. Default now.' }),
      overlap: t.arg({ type: Overlap, description: 'Default BUFFER_ALL.' }),
      dryRun: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Whether only to answer what it would do.',
      }),
    },
    resolve: (_root, { scenarioId, from, to, overlap, dryRun }, context) =>
      expected(() =>
        backfillScenario(context, who(context), readId('Scenario', scenarioId, 'scenarioId'), {
          from,
          to: to ?? null,
          overlap: overlap ?? null,
          dryRun,
        }),
      ),
  }),
);
