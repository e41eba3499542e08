/** Puts the staging table's rows in place of a table's old ones. Readers find all of the old rows or all of the
 *  new, under every isolation level.
 *
 *  Two ways. The *swap* drops the old table and renames the new one: milliseconds, whatever the size. It needs
 *  the table for itself for that moment, and a table on which nothing hangs that a new one would lack. Else
 *  rows are replaced *in place*, by DELETE and INSERT in one transaction: slower (3 to 5 s for a million rows) but
 *  it waits for no reader, and views, grants, foreign keys, triggers and policies stay as they are. TRUNCATE would
 *  be fast too, and would show older snapshots an empty table. */
import { row, rows, sqlState, type Client } from '#platform/db.ts';
import { quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import type { StagingPlan } from './build-staging.ts';
import { isSwappable, pairIndexes } from './swap.sql.ts';
import { columnsOf, type Target } from './target-table.ts';

/** How long to wait for readers to leave: half as long as the rows would take in place, since whoever comes
 *  meanwhile waits behind us; never more than 2 s. */
const swapLockMs = (rows: number) => Math.round(Math.min(2000, 100 + rows / 500));

const LOCK_NOT_AVAILABLE = '55P03';
const DEPENDENTS_EXIST = '2BP01';

/** @returns which way it went. */
export async function replaceRows(
  tx: Client,
  plan: StagingPlan,
  target: Target,
  { rows: count, lockMs }: { readonly rows: number; readonly lockMs: number },
): Promise<'swap' | 'in place'> {
  if (await swap(tx, plan, target, swapLockMs(count))) return 'swap';
  await tx.query(`set local lock_timeout = ${lockMs}`);
  await replaceInPlace(tx, plan, target);
  return 'in place';
}

async function swap(
  tx: Client,
  { schema, table, dataset }: StagingPlan,
  target: Target,
  lockMs: number,
): Promise<boolean> {
  const old = quoteQualified(schema, dataset.tableName);
  const staging = quoteQualified(schema, table);
  await tx.query('savepoint hf_swap');
  try {
    await tx.query(`set local lock_timeout = ${lockMs}`);
    await tx.query(`lock table ${old} in access exclusive mode`);
    const { rows: found } = await tx.query('select $1::regclass::oid as oid', [staging]);
    const oids = [target.oid, found[0].oid];
    const indexes = await rows(tx, pairIndexes, oids);
    const paired = indexes.every((pair) => pair.oldName !== null && pair.newName !== null);
    if (paired && (await row(tx, isSwappable, oids))?.swappable === true) {
      await tx.query(`drop table ${old}`);
      await tx.query(`alter table ${staging} rename to ${quoteIdentifier(dataset.tableName)}`);
      for (const { oldName, newName } of indexes) {
        await tx.query(
          `alter index ${quoteQualified(schema, newName!)} rename to ${quoteIdentifier(oldName!)}`,
        );
      }
      await tx.query('release savepoint hf_swap');
      return true;
    }
  } catch (error) {
    const state = sqlState(error);
    if (state !== LOCK_NOT_AVAILABLE && state !== DEPENDENTS_EXIST) throw error;
  }
  await tx.query('rollback to savepoint hf_swap');
  return false;
}

async function replaceInPlace(
  tx: Client,
  { schema, table, dataset, columns, types }: StagingPlan,
  target: Target,
): Promise<void> {
  const old = quoteQualified(schema, dataset.tableName);
  const staging = quoteQualified(schema, table);
  await addColumns(tx, { schema, dataset, columns, types });
  // Readers may stay, other writers may not.
  await tx.query(`lock table ${old} in share row exclusive mode`);
  await tx.query(`delete from ${old}`);
  const names = (await columnsOf(tx, target.oid))
    .map(({ name }) => quoteIdentifier(name))
    .join(', ');
  await tx.query(
    `insert into ${old} (${names}) overriding system value select ${names} from ${staging}`,
  );
  await tx.query(`drop table ${staging}`);
}

/** Gives the table the columns that it lacks. Only this needs the table for itself, for a moment. */
export async function addColumns(
  tx: Client,
  {
    schema,
    dataset,
    columns,
    types,
  }: Pick<StagingPlan, 'schema' | 'dataset' | 'columns' | 'types'>,
): Promise<void> {
  const added = columns.flatMap(({ name, existing }, i) =>
    existing === null ? [`add column ${quoteIdentifier(name)} ${types[i]}`] : [],
  );
  if (added.length === 0) return;
  await tx.query(`alter table ${quoteQualified(schema, dataset.tableName)} ${added.join(', ')}`);
}
