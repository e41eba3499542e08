/** The newest runs of scenarios, for a list that shows how each has gone of late. */
import { invalid } from '#platform/errors.ts';
import { findRecent, MAX_RECENT } from '#domain/run/recent.sql.ts';
import { builder } from './builder.ts';
import { Run } from './run.ts';
import { runsBy } from './runs-by.ts';
import { Scenario } from './scenario.ts';

const recentOf = runsBy(findRecent);

builder.prismaObjectField(Scenario, 'recentRuns', (t) =>
  t.prismaField({
    type: [Run],
    description:
      'Its newest runs, the newest first. For lists: the same two statements for a whole page, where `runs` reads the history of each.',
    // Small, and fetched for all at once: four of them cost what one entry of another list does.
    complexity: ({ count }) => ({
      field: 1,
      multiplier: Math.ceil(Math.min(Math.max(count, 1), MAX_RECENT) / 4),
    }),
    args: {
      count: t.arg.int({
        required: true,
        defaultValue: 20,
        description: `How many at most, 1 to ${MAX_RECENT}.`,
      }),
    },
    select: { id: true },
    resolve: (query, { id }, { count }, context) => {
      if (count < 1 || count > MAX_RECENT) {
        throw invalid([{ path: ['count'], message: `is 1 to ${MAX_RECENT}`, value: count }]);
      }
      return recentOf(context, query, count).load(id);
    },
  }),
);
