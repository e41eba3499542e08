/** The table of a dataset as it stands in the warehouse, and what a source's columns become in it. */
import { row, rows, statement, type Queryable } from '#platform/db.ts';
import { identifierFlaw } from '#platform/identifier.ts';
import type { SourceColumn } from '../connector/connector-type.ts';
import { Failure } from '../connector/failure.ts';
import { shortType } from '../connector/postgresql-types.ts';
import type { Dataset } from './dataset.ts';
import { holds } from './existing-type.ts';

export type TargetColumn = {
  readonly name: string;
  readonly type: string;
  /** Not null, and nothing fills it in. */
  readonly required: boolean;
};

export type Target = { readonly oid: number; readonly columns: readonly TargetColumn[] };

const findTable = statement<{ oid: number; relkind: string }>(
  'find-target-table',
  `select c.oid, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1 and c.relname = $2`,
);

const findColumns = statement<TargetColumn>(
  'find-target-columns',
  `select attname as name, format_type(atttypid, atttypmod) as type,
     attnotnull and not atthasdef and attidentity = '' as required
   from pg_attribute where attrelid = $1 and attnum > 0 and not attisdropped and attgenerated = ''
   order by attnum`,
);

/** null where nothing of that name exists.
 *  @throws Failure where it is no table (a view of that name, say). */
export async function findTarget(
  db: Queryable,
  schema: string,
  table: string,
): Promise<Target | null> {
  const found = await row(db, findTable, [schema, table]);
  if (found === null) return null;
  if (found.relkind !== 'r' && found.relkind !== 'p') {
    throw new Failure(
      `${schema}.${table} exists and is no table; rename it, or give the dataset another table.`,
    );
  }
  return { oid: found.oid, columns: await columnsOf(db, found.oid) };
}

/** The columns of a table as they stand now. */
export async function columnsOf(db: Queryable, oid: number): Promise<TargetColumn[]> {
  const columns = await rows(db, findColumns, [oid]);
  return columns.map((column) => ({ ...column, type: shortType(column.type) }));
}

export type PlannedColumn = {
  readonly name: string;
  /** The type that it has in the warehouse already; null for a new column. */
  readonly existing: string | null;
  /** The type that the source declares; null where it knows only text. */
  readonly declared: string | null;
  /** `declared` is a person's word: each value is looked at. */
  readonly unverified: boolean;
  readonly isKey: boolean;
};

/** What each column of the source becomes. Columns of the table that the source lacks stay: null in new rows,
 *  untouched in merged ones.
 *  @throws Failure that names every column that cannot be. */
export function planColumns(
  dataset: Pick<Dataset, 'slug' | 'keyColumns' | 'cursorColumn'>,
  source: readonly SourceColumn[],
  target: Target | null,
): PlannedColumn[] {
  const problems: string[] = [];
  if (source.length === 0) problems.push('the source has no columns');
  const names = new Set(source.map(({ name }) => name));
  for (const key of dataset.keyColumns) {
    if (!names.has(key)) problems.push(`the key column ${key} is not in the source`);
  }
  const { cursorColumn } = dataset;
  if (cursorColumn !== null && !names.has(cursorColumn)) {
    problems.push(`the cursor column ${cursorColumn} is not in the source`);
  }
  const existing = new Map(target?.columns.map((column) => [column.name, column]));
  for (const { name, required } of existing.values()) {
    if (required && !names.has(name)) {
      problems.push(
        `column ${name} is missing from the source and may not be null; drop NOT NULL or add it`,
      );
    }
  }
  const planned = source.map(({ name, type: declared, unverified = false }): PlannedColumn => {
    const flaw = identifierFlaw(name);
    if (flaw !== null) problems.push(`a column cannot be named ${JSON.stringify(name)}: ${flaw}`);
    const old = existing.get(name)?.type ?? null;
    if (old !== null && declared !== null && !holds(old, declared)) {
      problems.push(typeChange(name, old, declared));
    }
    const isKey = dataset.keyColumns.includes(name);
    return { name, existing: old, declared, unverified, isKey };
  });
  if (problems.length > 0) throw new Failure(`Dataset ${dataset.slug}: ${problems.join('; ')}.`);
  return planned;
}

/** The words for a column whose type no longer fits. */
export function typeChange(name: string, from: string, to: string, where = ''): string {
  return `column ${name} is ${from} in the warehouse and now ${to} in the source${where}; change the column's type or drop the table, then sync again`;
}
