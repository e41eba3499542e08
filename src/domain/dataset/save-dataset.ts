/** Datasets changed and taken away by those who may edit their project. Slug and table stay what they are: steps, recipes
 *  and cards name them. */
import { isDeepStrictEqual } from 'node:util';
import { row, rows, sqlState, transaction, type Client, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { quoteQualified } from '#platform/identifier.ts';
import { recordChange } from '../access/audit.ts';
import { permit, type Principal } from '../access/principal.ts';
import { tellFlow } from '../event/tell-flow.ts';
import { refuseUsed } from '../flow/uses.ts';
import { settleDataset, type Dataset, type NewDataset } from './dataset.ts';
import * as sql from './save-dataset.sql.ts';

export type DatasetChange = Partial<Omit<NewDataset, 'slug' | 'tableName'>>;

/** Changes what is named. With another source, key or cursor the next incremental sync begins anew.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; VALIDATION with every problem. */
export async function updateDataset(
  pool: Pool,
  who: Principal,
  id: number,
  change: DatasetChange,
): Promise<Dataset> {
  return transaction(pool, async (tx) => {
    const before = await lock(tx, who, id);
    const { slug, tableName, projectId } = before;
    const wanted = await settleDataset(tx, who, projectId, {
      ...before,
      ...change,
      ...{ slug, tableName },
      // Without its connector a source says nothing any more.
      ...(change.connectorId === null && change.source === undefined && { source: {} }),
    });
    const part = (dataset: Pick<Dataset, 'connectorId' | 'source' | 'cursorColumn'>) => [
      dataset.connectorId,
      dataset.source,
      dataset.cursorColumn,
    ];
    const isAnew = !isDeepStrictEqual(part(before), part(wanted));
    const after = (await row(tx, sql.updateDataset, [
      id,
      wanted.name,
      wanted.connectorId,
      JSON.stringify(wanted.source),
      wanted.mode,
      wanted.keyColumns,
      wanted.cursorColumn,
      wanted.layer,
      isAnew,
    ]))!;
    await recordChange(tx, who, {
      action: 'dataset.update',
      resourceType: 'dataset',
      resourceId: id,
      before,
      after,
    });
    await tellFlow(tx, projectId);
    return after;
  });
}

/** @param options.dropTable with its rows; without, its table stays in the warehouse.
 *  @returns what it was.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT with `facts.uses` that read or write it, and where other tables
 *  stand on its table. */
export async function deleteDataset(
  pool: Pool,
  who: Principal,
  id: number,
  { dropTable = false }: { readonly dropTable?: boolean } = {},
): Promise<Dataset> {
  return transaction(pool, async (tx) => {
    const before = await lock(tx, who, id);
    await refuseUsed(tx, who, 'dataset', before);
    await rows(tx, sql.deleteDataset, [id]);
    if (dropTable) await drop(tx, before);
    await recordChange(tx, who, {
      action: 'dataset.delete',
      resourceType: 'dataset',
      resourceId: id,
      before: { ...before, dropTable },
    });
    await tellFlow(tx, before.projectId);
    return before;
  });
}

async function lock(tx: Client, who: Principal, id: number): Promise<Dataset> {
  const found = await row(tx, sql.findDataset, [who.orgId, id]);
  if (found === null) throw new DomainError('NOT_FOUND', `No dataset ${id}.`);
  permit(who, 'project.edit', found.projectId, { type: 'dataset', id });
  return (await row(tx, sql.lockForChange, [who.orgId, id])) ?? found;
}

async function drop(tx: Client, { projectId, slug, tableName }: Dataset): Promise<void> {
  const { schema } = (await row(tx, sql.findSchema, [projectId]))!;
  try {
    await tx.query(`drop table if exists ${quoteQualified(schema, tableName)}`);
  } catch (error) {
    // Dependent objects; a view in the place of the table.
    if (sqlState(error) !== '2BP01' && sqlState(error) !== '42809') throw error;
    const { detail = '' } = error as { detail?: string };
    const message = `The table of ${slug} cannot be dropped: ${(error as Error).message}. ${detail} Delete the dataset without its table, or what stands on it first.`;
    throw new DomainError('CONFLICT', message, { cause: error });
  }
}
