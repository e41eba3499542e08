/** Makes a loaded dataset visible, inside a transaction of the caller's: rows, columns and cursor together or
 *  not at all. */
import { row, rows, type Client } from '#platform/db.ts';
import { quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import { asFailure, Failure } from '../connector/failure.ts';
import type { Built, StagingPlan } from './build-staging.ts';
import type { Dataset } from './dataset.ts';
import { findVersion, lockDataset, recordSync, recordUnchanged } from './dataset.sql.ts';
import { mergeRows } from './merge-rows.ts';
import { replaceRows } from './replace-rows.ts';
import { findTarget, type Target } from './target-table.ts';

// Long enough for a short writer, short enough for a step that others may be grouped with.
const LOCK_MS = 5000;

export type Published = {
  readonly inserted: number;
  readonly updated: number;
  readonly how: 'create' | 'swap' | 'in place' | 'merge' | 'unchanged';
};

/** When the dataset was last published, exactly; it tells a sync that another one came in between. */
export async function versionOf(db: Client, datasetId: number): Promise<string | null> {
  return (await row(db, findVersion, [datasetId]))?.version ?? null;
}

/** @param version what `versionOf` said before the source was read.
 *  @throws Failure, and the transaction has to be rolled back. */
export async function publishDataset(
  tx: Client,
  plan: StagingPlan,
  built: Built,
  version: string | null,
): Promise<Published> {
  const { dataset, schema } = plan;
  const { rows: settings } = await tx.query(`select current_setting('lock_timeout') as before`);
  try {
    await tx.query(`set local lock_timeout = ${LOCK_MS}`);
    const stored = await row(tx, lockDataset, [dataset.id]);
    if (stored === null) throw new Failure(`The dataset ${dataset.slug} was deleted meanwhile.`);
    // Ours was read earlier: it would put older rows over newer ones.
    if (stored.version !== version) throw changed(dataset, 'was synced by another run');
    const target = await findTarget(tx, schema, dataset.tableName);
    if (!fitsPlan(plan, target)) throw changed(dataset, 'has another table than when this began');
    const published = await apply(tx, plan, built, target);
    const now = (await findTarget(tx, schema, dataset.tableName))!;
    const counted =
      plan.how !== 'merge'
        ? built.rows
        : stored.rowCount === null
          ? await countRows(tx, schema, dataset.tableName)
          : stored.rowCount + published.inserted;
    const columns = now.columns.map(({ name, type }) => ({ name, type }));
    const values = [dataset.id, JSON.stringify(columns), counted, built.cursor];
    await rows(tx, recordSync, [...values, plan.sourceVersion ?? null]);
    await tx.query(`select set_config('lock_timeout', $1, true)`, [settings[0].before]);
    return published;
  } catch (error) {
    throw asFailure(error, `Publishing ${dataset.slug} into ${schema}.${dataset.tableName}`);
  }
}

/** The source said that nothing has changed: only that this was asked is kept.
 *  @throws Failure when another run published meanwhile. */
export async function publishUnchanged(
  tx: Client,
  dataset: Dataset,
  version: string | null,
): Promise<Published> {
  const stored = await row(tx, lockDataset, [dataset.id]);
  if (stored?.version !== version) throw changed(dataset, 'was synced by another run');
  await rows(tx, recordUnchanged, [dataset.id]);
  return { inserted: 0, updated: 0, how: 'unchanged' };
}

async function apply(
  tx: Client,
  plan: StagingPlan,
  built: Built,
  target: Target | null,
): Promise<Published> {
  if (target === null) {
    await putInPlace(tx, plan);
    return { inserted: built.rows, updated: 0, how: 'create' };
  }
  if (plan.how === 'merge') return { ...(await mergeRows(tx, plan)), how: 'merge' };
  const how = await replaceRows(tx, plan, target, { rows: built.rows, lockMs: LOCK_MS });
  return { inserted: built.rows, updated: 0, how };
}

/** The staging table becomes the table, its key index `<table>_key` where that name is free. */
async function putInPlace(tx: Client, { schema, table, dataset }: StagingPlan): Promise<void> {
  const name = quoteIdentifier(dataset.tableName);
  await tx.query(`alter table ${quoteQualified(schema, table)} rename to ${name}`);
  const { rows: indexes } = await tx.query(
    `select c.relname as name, left($2, 59) || '_key' as wanted from pg_index
     join pg_class c on c.oid = indexrelid
     where indrelid = $1::regclass and to_regclass(format('%I.%I', $3::text, left($2, 59) || '_key')) is null`,
    [quoteQualified(schema, dataset.tableName), dataset.tableName, schema],
  );
  for (const index of indexes) {
    await tx.query(
      `alter index ${quoteQualified(schema, index.name)} rename to ${quoteIdentifier(index.wanted)}`,
    );
  }
}

/** Whether the table is still the one that the plan was made for. */
function fitsPlan(plan: StagingPlan, target: Target | null): boolean {
  if (target === null) return plan.how === 'create';
  if (plan.how === 'create') return false;
  const types = new Map(target.columns.map(({ name, type }) => [name, type]));
  return plan.columns.every(({ name, existing }) => (types.get(name) ?? null) === existing);
}

const changed = ({ slug }: Dataset, how: string) =>
  new Failure(`The dataset ${slug} ${how}; nothing was published. Sync it again.`, true);

async function countRows(tx: Client, schema: string, table: string): Promise<number> {
  const { rows: counted } = await tx.query(
    `select count(*)::float8 as count from ${quoteQualified(schema, table)}`,
  );
  return counted[0].count;
}
