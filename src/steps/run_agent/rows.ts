/** Where a step's rows come from: a dataset or a query, both read on the login that may read this one schema. */
import { Failure } from '#domain/connector/failure.ts';
import { findDatasets } from '#domain/dataset/dataset.ts';
import { findTarget } from '#domain/dataset/target-table.ts';
import type { StepContext } from '#domain/step/kind.ts';
import type { Streamed } from '#domain/warehouse/stream.ts';
import type { Client } from '#platform/db.ts';
import { quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import type { AgentConfig } from './kind.ts';

export type Source = {
  readonly rows: AsyncIterable<Streamed>;
  /** The columns that identify a row; none: all of it does. */
  readonly key: readonly string[];
};

/** @throws Failure for a dataset without a table. */
export async function rowsOf(
  { orgId, projectId, warehouseSchema, zone, signal, shared }: StepContext,
  config: AgentConfig,
  db: Client,
): Promise<Source> {
  const warehouse = await shared.warehouse();
  const read = (text: string) => warehouse.stream(warehouseSchema, text, zone, { signal });
  if (config.query !== undefined) return { rows: read(config.query), key: config.key ?? [] };
  const [dataset] = await findDatasets(db, { orgId, projectId }, [config.dataset!]);
  const { slug, tableName, keyColumns } = dataset!;
  if ((await findTarget(db, warehouseSchema, tableName)) === null) {
    throw new Failure(`Dataset ${slug} has no rows yet: nothing has been written into it.`);
  }
  const key = config.key ?? keyColumns;
  const table = quoteQualified(warehouseSchema, tableName);
  // Which rows are the first has to be the same in the next attempt.
  const order =
    config.limit === undefined || key.length === 0
      ? ''
      : ` order by ${key.map(quoteIdentifier).join(', ')} limit ${config.limit}`;
  return { rows: read(`select * from ${table}${order}`), key };
}
