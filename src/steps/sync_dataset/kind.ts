/** sync_dataset: reads datasets from their connectors into the project's warehouse. */
import { z } from 'zod';
import { findDatasets } from '#domain/dataset/dataset.ts';
import type { CheckContext, StepKind } from '#domain/step/kind.ts';
import type { Problem } from '#platform/errors.ts';

const MAX_DATASETS = 100;

const ref = z.union([z.string().min(1).max(100), z.int().min(1).max(2_147_483_647)]);

const config = z
  .strictObject({
    dataset: ref
      .optional()
      .meta({ description: 'The dataset, by slug or id.', examples: ['orders', 12] }),
    datasets: z
      .array(ref)
      .min(1)
      .max(MAX_DATASETS)
      .optional()
      .meta({
        description:
          'Several datasets, by slug or id: read in this order, made visible together, all or none.',
        examples: [['orders', 'customers']],
      }),
    mode: z
      .enum(['dataset', 'full', 'incremental'])
      .default('dataset')
      .meta({
        description:
          "full replaces all rows; incremental merges new ones by key from the saved cursor on; dataset takes the dataset's own mode.",
        examples: ['dataset', 'full'],
      }),
    max_rejected: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({
        description:
          'Fails when more than this share of the rows is rejected. When every row is, it always fails.',
        examples: [0.01],
      }),
  })
  .refine((given) => (given.dataset === undefined) !== (given.datasets === undefined), {
    error: 'give exactly one of dataset and datasets',
    path: ['dataset'],
  });

export type SyncConfig = z.output<typeof config>;

export const syncDataset: StepKind<SyncConfig> = {
  kind: 'sync_dataset',
  description: 'Reads one or more datasets from their connectors into the warehouse.',
  config,
  check: checkDatasets,
  load: async () => (await import('./execute.ts')).execute,
};

async function checkDatasets(
  given: Partial<SyncConfig>,
  { db, orgId, projectId }: CheckContext,
): Promise<Problem[]> {
  const named = refsOf(given);
  const found = await findDatasets(
    db,
    { orgId, projectId },
    named.map((n) => n.ref),
  );
  return named.flatMap(({ path, ref: value }, i): Problem[] => {
    const dataset = found[i] ?? null;
    if (dataset === null) {
      return [{ path, message: 'there is no such dataset in this project', value }];
    }
    const first = found.findIndex((other) => other?.id === dataset.id);
    if (first !== i) {
      return [{ path, message: `is the same dataset as entry ${first}; name it once`, value }];
    }
    const mode = given.mode === undefined || given.mode === 'dataset' ? dataset.mode : given.mode;
    if (mode !== 'incremental' || dataset.keyColumns.length > 0) return [];
    const message =
      'has no key columns, which an incremental sync needs; give it some or take full';
    return [{ path, message, value }];
  });
}

type NamedRef = { readonly path: (string | number)[]; readonly ref: string | number };

// A list that holds templates may have gaps here: those entries are judged when the step starts.
function refsOf({ dataset, datasets }: Partial<SyncConfig>): NamedRef[] {
  const one = dataset === undefined ? [] : [{ path: ['dataset'], ref: dataset }];
  const many = (datasets ?? []).flatMap((each, i): NamedRef[] =>
    each === undefined ? [] : [{ path: ['datasets', i], ref: each }],
  );
  return [...one, ...many];
}
