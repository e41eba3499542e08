/** Datasets: looked up by slug or id within one project, and made by those who may edit it. */
import { row, rows, sqlState, transaction, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { identifierFlaw } from '#platform/identifier.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { CONNECTOR_TYPES } from '../connector/connector-types.ts';
import { findConnector } from '../connector/connector.sql.ts';
import { tellFlow } from '../event/tell-flow.ts';
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
  /** null: its rows are written by steps, and nothing can be synced. */
  readonly connectorId: number | null;
  readonly slug: string;
  readonly name: string;
  /** The connector type's own fields; none without a connector. */
  readonly source?: unknown;
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
  const wanted = await settleDataset(pool, who, projectId, given);
  try {
    return await transaction(pool, async (tx) => {
      const made = (await row(tx, sql.insertDataset, [
        who.orgId,
        projectId,
        wanted.connectorId,
        wanted.slug,
        wanted.name,
        JSON.stringify(wanted.source),
        wanted.tableName,
        wanted.mode,
        wanted.keyColumns,
        wanted.cursorColumn,
        wanted.layer,
      ]))!;
      await recordChange(tx, who, {
        action: 'dataset.create',
        resourceType: 'dataset',
        resourceId: made.id,
        after: made,
      });
      await tellFlow(tx, projectId);
      return made;
    });
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    const message = `The project has a dataset ${given.slug}, or one with the table ${wanted.tableName}, already.`;
    throw new DomainError('CONFLICT', message, { cause: error });
  }
}

export type SettledDataset = Required<NewDataset>;

/** With its defaults, and its source as its connector's type reads it.
 *  @throws DomainError VALIDATION with every problem. */
export async function settleDataset(
  db: Queryable,
  who: Principal,
  projectId: number,
  given: NewDataset,
): Promise<SettledDataset> {
  const settled = {
    ...given,
    tableName: given.tableName ?? given.slug.replaceAll('-', '_'),
    mode: given.mode ?? 'full',
    keyColumns: given.keyColumns ?? [],
    cursorColumn: given.cursorColumn ?? null,
    layer: given.layer ?? 'raw',
  };
  const problems = formProblems(settled);
  const { source, problems: more } = await readSource(db, who, projectId, given);
  problems.push(...more);
  if (problems.length > 0) throw invalid(problems);
  return { ...settled, source };
}

async function readSource(
  db: Queryable,
  who: Principal,
  projectId: number,
  { connectorId, source = {} }: NewDataset,
): Promise<{ source: unknown; problems: Problem[] }> {
  const refuse = (message: string) => ({
    source: null,
    problems: [{ path: ['connector_id'], message, value: connectorId }],
  });
  if (connectorId === null) {
    const isEmpty = typeof source === 'object' && source !== null && !Object.keys(source).length;
    if (isEmpty) return { source: {}, problems: [] };
    const message = 'says where rows come from, which needs a connector';
    return { source, problems: [{ path: ['source'], message, value: source }] };
  }
  const connector = await row(db, findConnector, [who.orgId, connectorId]);
  // Another project's connector is as unknown as another organisation's.
  if (connector === null || (connector.projectId ?? projectId) !== projectId) {
    return refuse('there is no such connector in this project');
  }
  const reader = CONNECTOR_TYPES.get(connector.type)?.rows;
  if (reader === undefined) {
    return refuse(`rows cannot be read through a connector of the type ${connector.type}`);
  }
  const { data, problems } = parseForm(reader.source, source, ['source']);
  return { source: data, problems };
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
