/** run_python: runs a person's Python, a recipe's or the step's own. */
import { z } from 'zod';
import { anyJson } from '#domain/step/any-json.ts';
import type { StepKind } from '#domain/step/kind.ts';
import { checkPython } from './check.ts';

const MAX_CODE = 200_000;

const config = z
  .strictObject({
    recipe: z
      .union([z.string().min(1).max(100), z.int().min(1).max(2_147_483_647)])
      .optional()
      .meta({
        description: 'A recipe of the project with Python as its code, by slug or id.',
        examples: ['score-customers', 12],
      }),
    code: z
      .string()
      .min(1)
      .max(MAX_CODE)
      .optional()
      .meta({
        description: 'The code itself. What stands in double braces is filled in first.',
        examples: ['import honeyframe as hf\n\nhf.output(sum(1 for _ in hf.read("orders")))'],
      }),
    params: z
      .record(z.string(), anyJson)
      .default({})
      .meta({
        description: 'What the code finds as `honeyframe.params`.',
        examples: [{ threshold: 0.8 }],
      }),
    memory_mb: z
      .int()
      .min(64)
      .max(1_048_576)
      .default(2_048)
      .meta({
        description:
          'How much memory it may take, in megabytes: all its processes together, and the address space of each.',
        examples: [4096],
      }),
    cpu_seconds: z
      .int()
      .min(1)
      .max(604_800)
      .default(3_600)
      .meta({
        description:
          'How long each of its processes may compute, in seconds; waiting does not count.',
        examples: [600],
      }),
  })
  .refine((given) => (given.recipe === undefined) !== (given.code === undefined), {
    error: 'give exactly one of recipe and code',
    path: ['recipe'],
  });

export type PythonConfig = z.output<typeof config>;

export const runPython: StepKind<PythonConfig> = {
  kind: 'run_python',
  description: 'Runs Python, which reads and writes the datasets of the project.',
  config,
  check: checkPython,
  load: async () => (await import('./execute.ts')).execute,
};
