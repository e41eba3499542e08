/** A trigger's next due times, to look at before saving it. */
import { invalid } from '#platform/errors.ts';
import { parseTrigger } from '#domain/trigger/parse-trigger.ts';
import { MAX_PREVIEW, preview } from '#domain/trigger/preview.ts';
import type { Preview, PreviewTime, SkippedDay } from '#domain/trigger/preview.ts';
import { builder } from './builder.ts';
import { TriggerInput } from './trigger.ts';

const toDate = (instant: Temporal.Instant) => new Date(instant.epochMilliseconds);

const DueTime = builder.objectRef<PreviewTime>('DueTime').implement({
  description: 'An instant at which a trigger is due.',
  fields: (t) => ({
    at: t.field({
      type: 'DateTime',
      description: 'The instant.',
      resolve: ({ at }) => toDate(at),
    }),
    local: t.exposeString('local', {
      description: 'On the clocks of its zone: `2026-03-08T03:00:00-04:00[America/New_York]`.',
    }),
    movedByClockChange: t.exposeBoolean('movedByClockChange', {
      description:
        'Whether a clock change skipped the time as written, so that it fires here instead.',
    }),
  }),
});

const EmptyDay = builder.objectRef<SkippedDay>('EmptyDay').implement({
  description:
    'A local day that has due times on paper and none in fact: a clock change skipped them.',
  fields: (t) => ({
    day: t.exposeString('day', { description: '`2026-03-08`.' }),
    changeAt: t.field({
      type: 'DateTime',
      description: 'The instant of the clock change.',
      resolve: ({ changeAt }) => toDate(changeAt),
    }),
  }),
});

const NextDueTimes = builder.objectRef<Preview>('NextDueTimes').implement({
  description: 'The next due times of a trigger.',
  fields: (t) => ({
    times: t.field({
      type: [DueTime],
      description: 'In order; fewer than asked for where the schedule ends.',
      resolve: ({ times }) => times,
    }),
    emptyDays: t.field({
      type: [EmptyDay],
      description: 'Days up to the last of them on which a clock change leaves nothing.',
      resolve: ({ skippedDays }) => skippedDays,
    }),
  }),
});

builder.queryField('nextDueTimes', (t) =>
  t.field({
    type: NextDueTimes,
    description:
      'The next due times of a trigger, whether any scenario has it or not. Answers an error with code VALIDATION and all problems when the trigger cannot be taken.',
    complexity: { field: 10, multiplier: 0 },
    args: {
      trigger: t.arg({ type: TriggerInput, description: 'The trigger; or give `cron`.' }),
      cron: t.arg.string({ description: 'Short for `trigger: {cron: …}`.' }),
      timezone: t.arg.string({
        description: 'The zone that a cron without one inherits. Default UTC.',
      }),
      from: t.arg({
        type: 'DateTime',
        description:
          'Due times strictly after this; default now. An interval without an anchor is anchored here.',
      }),
      count: t.arg.int({
        required: true,
        defaultValue: 10,
        description: `How many, 1 to ${MAX_PREVIEW}.`,
      }),
    },
    resolve: (_root, { trigger: input, cron, timezone, from, count }) => {
      const wire = input ?? (cron == null ? null : { cron });
      const reading = parseTrigger(wire, input ? ['trigger'] : []);
      // A zone is checked where a cron has one.
      const zone = parseTrigger({ cron: '@daily', timezone: timezone ?? 'UTC' }, []);
      const problems = [...reading.problems, ...zone.problems];
      if (input && cron != null) {
        problems.push({ path: ['cron'], message: 'give either trigger or cron', value: cron });
      }
      if (count < 1 || count > MAX_PREVIEW) {
        problems.push({
          path: ['count'],
          message: `shows 1 to ${MAX_PREVIEW} due times`,
          value: count,
        });
      }
      if (problems.length > 0) throw invalid(problems);
      const start = Temporal.Instant.fromEpochMilliseconds((from ?? new Date()).getTime());
      const inherited = zone.trigger?.kind === 'cron' ? zone.trigger.timezone : null;
      const defaults = { timezone: inherited ?? 'UTC', anchor: start };
      return preview(reading.trigger, defaults, start, count);
    },
  }),
);
