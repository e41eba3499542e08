/** run_agent: asks an agent about each row, and keeps the answers as a dataset. */
import { z } from 'zod';
import type { StepKind } from '#domain/step/kind.ts';
import { checkAgentStep } from './check.ts';

const MAX = 2_147_483_647;

const ref = z.union([z.string().min(1).max(100), z.int().min(1).max(MAX)]);

const config = z
  .strictObject({
    agent: ref.meta({ description: 'The agent, by slug or id.', examples: ['sentiment', 3] }),
    dataset: ref
      .optional()
      .meta({ description: 'Whose rows, by slug or id.', examples: ['reviews', 12] }),
    query: z
      .string()
      .min(1)
      .max(100_000)
      .optional()
      .meta({
        description:
          'Which rows instead: one SELECT, which may read the project’s warehouse alone.',
        examples: ['select id, body from reviews where body is not null'],
      }),
    key: z
      .array(z.string().min(1).max(63))
      .min(1)
      .max(20)
      .optional()
      .meta({
        description:
          'The columns that identify a row; of a dataset its own unless given. They alone stand beside the answers; without a key all of the row does.',
        examples: [['id']],
      }),
    limit: z
      .int()
      .min(1)
      .max(MAX)
      .optional()
      .meta({ description: 'Only so many rows, the first by key.', examples: [1000] }),
    concurrency: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .meta({ description: 'How many rows are asked about at once.', examples: [8] }),
    output_dataset: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, {
        error: 'is 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit',
      })
      .meta({
        description: 'Where the answers go, by slug; made where there is none.',
        examples: ['review_sentiment'],
      }),
    output_mode: z
      .enum(['replace', 'merge'])
      .default('replace')
      .meta({
        description:
          'replace: the dataset holds the answers of this run alone; merge: they are merged by key, and others stay.',
        examples: ['merge'],
      }),
    on_row_error: z
      .enum(['continue', 'fail'])
      .default('continue')
      .meta({
        description:
          'What a row that gets no fitting answer does: it is left out, or fails the step.',
        examples: ['continue', 'fail'],
      }),
    max_row_failures: z
      .int()
      .min(0)
      .max(MAX)
      .optional()
      .meta({
        description:
          'Fails the step when more rows than this have failed; left out, no such limit.',
        examples: [100],
      }),
    token_budget: z
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .meta({
        description:
          'Fails the step when the run has spent so many tokens, in and out; what is under way is finished and counted.',
        examples: [2_000_000],
      }),
  })
  .refine((given) => (given.dataset === undefined) !== (given.query === undefined), {
    error: 'give exactly one of dataset and query',
    path: ['dataset'],
  });

export type AgentConfig = z.output<typeof config>;

export const runAgent: StepKind<AgentConfig> = {
  kind: 'run_agent',
  description:
    'Asks an agent about each row of a dataset or query, and keeps the answers as a dataset.',
  config,
  check: checkAgentStep,
  load: async () => (await import('./execute.ts')).execute,
};
