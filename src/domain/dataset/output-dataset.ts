/** A dataset that a step writes and that the project has not got yet: it is made with its first rows, in the transaction
 *  that publishes them. */
import { row, sqlState, type Client } from '#platform/db.ts';
import { recordChange } from '../access/audit.ts';
import { Failure } from '../connector/failure.ts';
import { tellFlow } from '../event/tell-flow.ts';
import type { Dataset } from './dataset.ts';
import { insertDataset } from './dataset.sql.ts';

/** What it will be. Its id is 0 until it is made. */
export function draftDataset(
  { orgId, projectId }: { readonly orgId: number; readonly projectId: number },
  slug: string,
  keyColumns: readonly string[],
): Dataset {
  return {
    ...{ id: 0, orgId, projectId, connectorId: null, slug, name: slug, source: {} },
    tableName: slug.replaceAll('-', '_'),
    mode: 'full',
    keyColumns: [...keyColumns],
    ...{ cursorColumn: null, cursorValue: null, sourceVersion: null },
    layer: 'derived',
    ...{ columns: [], rowCount: null, lastSyncedAt: null },
  };
}

/** @throws Failure, retryable, where another run was faster. */
export async function makeDataset(tx: Client, draft: Dataset): Promise<Dataset> {
  const { orgId, projectId, slug, name, tableName, mode, keyColumns, layer } = draft;
  const values = [orgId, projectId, null, slug, name, '{}', tableName, mode, keyColumns];
  try {
    const made = (await row(tx, insertDataset, [...values, null, layer]))!;
    await recordChange(
      tx,
      { orgId, userId: 0, address: null },
      { action: 'dataset.create', resourceType: 'dataset', resourceId: made.id, after: made },
    );
    await tellFlow(tx, projectId);
    return made;
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    const message = `The project has a dataset ${slug}, or one with the table ${tableName}, since a moment ago.`;
    throw new Failure(message, true, error);
  }
}
