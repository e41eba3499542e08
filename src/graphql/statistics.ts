/** How runs ended, over time. */
import { MAX_BUCKETS, readRunStatistics } from '#domain/run/statistics.ts';
import type { BucketUnit, StatisticsBucket } from '#domain/run/statistics.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { enumValues } from './enum.ts';
import { readId } from './id.ts';

const Bucket = builder.enumType('StatisticsBucket', {
  description: 'How long the stretches of a statistic are.',
  values: enumValues<BucketUnit>({
    minute: 'A minute.',
    hour: 'An hour on the clocks of the zone.',
    day: 'A local day of the zone, with 23 or 25 hours where the clocks change.',
  }),
});

const RunStatisticsBucket = builder.objectRef<StatisticsBucket>('RunStatisticsBucket').implement({
  description: 'The runs that ended in a stretch of time.',
  fields: (t) => ({
    start: t.expose('start', { type: 'DateTime', description: 'Where it begins.' }),
    succeeded: t.exposeInt('succeeded', { description: 'How many succeeded.' }),
    failed: t.exposeInt('failed', { description: 'How many failed.' }),
    cancelled: t.exposeInt('cancelled', { description: 'How many were cancelled.' }),
    p50Seconds: t.exposeFloat('p50Seconds', {
      nullable: true,
      description:
        'Half of those that started took no longer, from their first start to their end; null: none started.',
    }),
    p95Seconds: t.exposeFloat('p95Seconds', {
      nullable: true,
      description: '95 of a hundred of them took no longer.',
    }),
    totalSeconds: t.exposeFloat('totalSeconds', { description: 'What all of them took together.' }),
  }),
});

builder.queryField('runStatistics', (t) =>
  t.field({
    type: [RunStatisticsBucket],
    description: `How the runs of a project, or of one of its scenarios, ended: every stretch that the period touches, whole and in order, at most ${MAX_BUCKETS}. A run counts where it ended.`,
    complexity: { field: 10, multiplier: 20 },
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:3` or 3.' }),
      scenarioId: t.arg.id({
        description: 'Only of this scenario, a deleted one included: `Scenario:42` or 42.',
      }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Where the period begins.' }),
      to: t.arg({ type: 'DateTime', required: true, description: 'Where it ends, exclusive.' }),
      bucket: t.arg({ type: Bucket, required: true, description: 'How long a stretch is.' }),
      zone: t.arg.string({
        description: 'Whose hours and days they are, as in `Asia/Jakarta`. Default the project’s.',
      }),
    },
    resolve: (_root, { projectId, scenarioId, from, to, bucket, zone }, context) =>
      readRunStatistics(context, who(context), {
        projectId: readId('Project', projectId, 'projectId'),
        scenarioId: scenarioId == null ? null : readId('Scenario', scenarioId, 'scenarioId'),
        from,
        to,
        bucket,
        zone: zone ?? null,
      }),
  }),
);
