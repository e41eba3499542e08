/** Datasets: looked up by slug or id within one project, and made by those who may edit it. */
import { row, rows, sqlState, transaction, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { identifierFlaw } from '#platform/identifier.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { CONNECTOR_TYPES } from '../connector/connector-types.ts';
import { findConnector } from '../connector/connector.sql.ts';
import { getProject } from '../project/project.ts';
import { parseForm } from '../step/form-problems.ts';
import * as sql from './dataset.sql.ts';
import { isStagingName } from './staging-name.ts';

export type Dataset = sql.DatasetRow;

/** A slug, or an id. */
export type DatasetRef = string | number;

const SLUG = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** In the order asked for; null where the project has none such, whoever else may. */
export async function findDatasets(
  db: Queryable,
  where: { readonly orgId: number; readonly projectId: number },
  refs: readonly DatasetRef[],
): Promise<(Dataset | null)[]> {
  const ids = refs.filter((ref) => typeof ref === 'number');
  const slugs = refs.filter((ref) => typeof ref === 'string');
  const found = await rows(db, sql.findDatasets, [where.orgId, where.projectId, ids, slugs]);
  return refs.map((ref) => found.find((d) => d.id === ref || d.slug === ref) ?? null);
}

/** Every dataset of a project that the caller may view, by slug.
 *  @throws DomainError NOT_FOUND for a project that the caller may not see. */
export async function listDatasets(
  db: Queryable,
  who: Principal,
  projectId: number,
): Promise<Dataset[]> {
  await getProject(db, who, projectId);
  return rows(db, sql.listDatasets, [who.orgId, projectId]);
}

export type NewDataset = {
  readonly connectorId: number;
  readonly slug: string;
  readonly name: string;
  /** The connector type's own fields. */
  readonly source: unknown;
  /** In the project's warehouse schema; the slug with `_` for `-` unless given. */
  readonly tableName?: string;
  readonly mode?: 'full' | 'incremental';
  readonly keyColumns?: readonly string[];
  readonly cursorColumn?: string | null;
  readonly layer?: string;
};

/** @throws DomainError VALIDATION with every problem, CONFLICT when slug or table are taken, NOT_FOUND for
 *  a project that the caller may not see, FORBIDDEN. */
export async function createDataset(
  pool: Pool,
  who: Principal,
  projectId: number,
  given: NewDataset,
): Promise<Dataset> {
  await getProject(pool, who, projectId, 'project.edit');
  const tableName = given.tableName ?? given.slug.replaceAll('-', '_');
  const mode = given.mode ?? 'full';
  const keyColumns = given.keyColumns ?? [];
  const problems = formProblems({ ...given, tableName, mode, keyColumns });
  const connector = await row(pool, findConnector, [who.orgId, given.connectorId]);
  // Another project's connector is as unknown as another organisation's.
  if (connector === null || (connector.projectId ?? projectId) !== projectId) {
    const message = 'there is no such connector in this project';
    throw invalid([...problems, { path: ['connector_id'], message, value: given.connectorId }]);
  }
  const reader = CONNECTOR_TYPES.get(connector.type)?.rows;
  if (reader === undefined) {
    const message = `rows cannot be read through a connector of the type ${connector.type}`;
    throw invalid([...problems, { path: ['connector_id'], message, value: given.connectorId }]);
  }
  const source = parseForm(reader.source, given.source, ['source']);
  problems.push(...source.problems);
  if (problems.length > 0) throw invalid(problems);
  try {
    return await transaction(pool, async (tx) => {
      const made = (await row(tx, sql.insertDataset, [
        who.orgId,
        projectId,
        connector.id,
        given.slug,
        given.name,
        JSON.stringify(source.data),
        tableName,
        mode,
        keyColumns,
        given.cursorColumn ?? null,
        given.layer ?? 'raw',
      ]))!;
      await recordChange(tx, who, {
        action: 'dataset.create',
        resourceType: 'dataset',
        resourceId: made.id,
        after: made,
      });
      return made;
    });
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    const message = `The project has a dataset ${given.slug}, or one with the table ${tableName}, already.`;
    throw new DomainError('CONFLICT', message, { cause: error });
  }
}

function formProblems(given: {
  slug: string;
  name: string;
  tableName: string;
  mode: string;
  keyColumns: readonly string[];
}): Problem[] {
  const problems: Problem[] = [];
  const refuse = (field: string, message: string, value: unknown) =>
    problems.push({ path: [field], message, value });
  if (!SLUG.test(given.slug)) {
    const message = 'is 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit';
    refuse('slug', message, given.slug);
  }
  if (given.name.trim() === '' || given.name.length > 100) {
    refuse('name', 'has 1 to 100 characters', given.name);
  }
  const flaw = identifierFlaw(given.tableName);
  if (flaw !== null) refuse('table_name', `cannot name a table: ${flaw}`, given.tableName);
  if (isStagingName(given.tableName)) {
    refuse(
      'table_name',
      'looks like a staging table, which are dropped; choose another',
      given.tableName,
    );
  }
  if (given.mode === 'incremental' && given.keyColumns.length === 0) {
    refuse('key_columns', 'incremental needs the columns that identify a row', given.keyColumns);
  }
  return problems;
}
