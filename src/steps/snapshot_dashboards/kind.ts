/** snapshot_dashboards: a recovery point for every dashboard of a project, edited or not. */
import { z } from 'zod';
import type { StepKind } from '#domain/step/kind.ts';
import { SYSTEM_USER_ID } from '#domain/dashboard/revision.ts';
import { checkTarget } from './check.ts';

const ID_MAX = 2_147_483_647;

const config = z.strictObject({
  project_id: z
    .int()
    .min(1)
    .max(ID_MAX)
    .optional()
    .meta({
      description:
        "The project whose dashboards get a revision; the scenario's own by default. Another one needs project.edit there.",
      examples: [42],
    }),
  skip_hours: z
    .number()
    .min(0)
    // Ten years: more is a typing error, and much more is no interval to Postgres.
    .max(87_600)
    .default(12)
    .meta({
      description:
        'Leaves out dashboards that got a revision, autosaves included, within this many hours; fractions count, 0 leaves out none.',
      examples: [12, 0.5],
    }),
  max_dashboards: z
    .int()
    .min(1)
    // 10,000 dashboards of 8 cards take 1.1 s in one statement (500 take 0.06 s): long enough for a publish.
    .max(10_000)
    .default(500)
    .meta({
      description:
        'At most this many in one run, those longest without a revision first; the output says how many had no place.',
      examples: [500],
    }),
  change_note: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .refine((text) => !text.includes('\0'), 'must not contain the character NUL')
    .default('Daily auto-snapshot')
    .meta({
      description: 'Stored with each revision; the version history shows it.',
      examples: ['Daily auto-snapshot'],
    }),
  author_user_id: z
    .int()
    .min(0)
    .max(ID_MAX)
    .default(SYSTEM_USER_ID)
    .meta({
      description:
        'Whose revision it is: 0 for the system, or a service user of the organisation, which needs org.admin.',
      examples: [0, 17],
    }),
});

export type SnapshotConfig = z.output<typeof config>;

export const snapshotDashboards: StepKind<SnapshotConfig> = {
  kind: 'snapshot_dashboards',
  description:
    'Puts every dashboard of a project into its version history, except those that were put there recently.',
  config,
  check: (given, where) => checkTarget(given, where),
  load: async () => (await import('./execute.ts')).execute,
};
