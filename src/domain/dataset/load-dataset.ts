/** Loads a dataset from its source into a staging table, ready to be published. Every sync goes through here,
 *  whatever asked for it. */
import type { Client } from '#platform/db.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import { getConnector, openConnector } from '../connector/connector.ts';
import type { OpenedRows } from '../connector/connector-type.ts';
import { asFailure, Failure } from '../connector/failure.ts';
import { formatPath } from '#platform/errors.ts';
import { parseForm } from '../step/form-problems.ts';
import { buildStaging, type StagingPlan } from './build-staging.ts';
import type { Dataset } from './dataset.ts';
import { publishDataset, publishUnchanged, versionOf, type Published } from './publish-dataset.ts';
import { stageRows, TEXT_TABLE, type Staged } from './stage-rows.ts';
import { stagingName, type StagingOwner } from './staging-name.ts';
import { findTarget, planColumns } from './target-table.ts';

export type LoadContext = {
  /** The session that reads and holds the text; its temporary table is gone when this returns. */
  readonly reader: Client;
  /** Another session; it makes the staging table and commits it. */
  readonly writer: Client;
  readonly owner: StagingOwner;
  /** The schema in which the dataset's table lies; made when missing. */
  readonly schema: string;
  /** SECRET_KEY, for connectors with secrets. */
  readonly key: SecretKey | undefined;
  readonly signal: AbortSignal;
  log(line: string, level?: 'info' | 'warn' | 'error'): void;
  progress(rows: number, note: string): void;
};

export type LoadOptions = {
  readonly mode: 'full' | 'incremental';
  /** Fails when more than this share of the rows is rejected, 0 to 1. When none is left it always fails. */
  readonly maxRejected: number;
  /** Where the rows come from instead of the dataset's connector: from a step that makes them. */
  readonly source?: OpenedRows;
  /** Makes the dataset, which is a draft until it is published. */
  readonly make?: (tx: Client) => Promise<Dataset>;
};

export type Loaded = {
  readonly dataset: Dataset;
  readonly staged: Staged;
  /** The source said that nothing has changed since the last sync, so nothing was read. */
  readonly unchanged: boolean;
  readonly seconds: number;
  /** @throws Failure, and the transaction has to be rolled back. */
  publish(tx: Client): Promise<Published>;
  /** Drops the staging table; does nothing when there is none any more. */
  discard(db: Client): Promise<void>;
};

/** @throws Failure; the signal's reason when aborted. No staging table is left then. */
export async function loadDataset(
  context: LoadContext,
  dataset: Dataset,
  options: LoadOptions,
): Promise<Loaded> {
  const { reader, writer, schema, signal } = context;
  const startedAt = performance.now();
  const version = await versionOf(reader, dataset.id);
  const target = await findTarget(reader, schema, dataset.tableName);
  const merges = options.mode === 'incremental' && target !== null;
  if (options.mode === 'incremental' && dataset.keyColumns.length === 0) {
    throw new Failure(
      `Dataset ${dataset.slug} has no key columns, so it cannot be synced incrementally; give it some.`,
    );
  }
  // Without its table the cursor means nothing: everything has to come again.
  const since = merges && dataset.cursorColumn !== null ? dataset.cursorValue : null;
  // A state is only the same when it would be read and kept in the same way.
  const { tableName, keyColumns, cursorColumn } = dataset;
  const way = JSON.stringify([options.mode, tableName, keyColumns, cursorColumn]);
  const known = target !== null && dataset.sourceVersion?.startsWith(`${way} `);
  const sourceVersion = known ? dataset.sourceVersion!.slice(way.length + 1) : null;
  try {
    await using source =
      options.source ?? (await openSource(context, dataset, since, sourceVersion));
    if (source.unchanged === true) return unchanged(dataset, version, startedAt);
    const columns = planColumns(dataset, source.columns, target);
    noteColumns(context, dataset, columns, target);
    const staged = await stageRows(reader, source, columns, signal, context.progress);
    refuseRejects(dataset, staged, options.maxRejected);
    context.progress(staged.rowsRead, 'preparing');
    const plan: StagingPlan = {
      dataset,
      schema,
      table: stagingName(dataset.tableName, context.owner, dataset.id),
      columns,
      types: staged.types,
      how: target === null ? 'create' : merges ? 'merge' : 'replace',
      since,
      sourceVersion: source.version == null ? null : `${way} ${source.version}`,
    };
    await ensureSchema(writer, schema);
    const built = await buildStaging(reader, writer, plan, signal);
    return {
      dataset,
      staged,
      unchanged: false,
      seconds: (performance.now() - startedAt) / 1000,
      publish: async (tx) => {
        const made = options.make === undefined ? dataset : await options.make(tx);
        return publishDataset(tx, { ...plan, dataset: made }, built, version);
      },
      discard: async (db) => {
        await db.query(`drop table if exists ${quoteQualified(schema, plan.table)}`);
      },
    };
  } finally {
    // Where this fails the session is gone, and the table with it.
    await reader.query(`drop table if exists ${TEXT_TABLE}`).catch(() => {});
  }
}

const NOTHING: Staged = {
  rowsRead: 0,
  rejected: 0,
  rejects: [],
  replaced: 0,
  bytes: 0,
  types: [],
};

function unchanged(dataset: Dataset, version: string | null, startedAt: number): Loaded {
  return {
    dataset,
    staged: NOTHING,
    unchanged: true,
    seconds: (performance.now() - startedAt) / 1000,
    publish: (tx) => publishUnchanged(tx, dataset, version),
    discard: async () => {},
  };
}

async function openSource(
  { reader, key, owner, signal, log }: LoadContext,
  dataset: Dataset,
  since: string | null,
  version: string | null,
): Promise<OpenedRows> {
  if (dataset.connectorId === null) {
    throw new Failure(
      `Dataset ${dataset.slug} is written by steps; it has no source to sync from.`,
    );
  }
  const connector = await getConnector(reader, dataset.orgId, dataset.connectorId);
  const { type, opened } = openConnector(connector, key);
  if (type.rows === undefined) {
    throw new Failure(`Connector ${connector.slug} (${type.label}) is none that rows come from.`);
  }
  const source = parseForm(type.rows.source, dataset.source, ['source']);
  if (source.problems.length > 0) {
    const list = source.problems.map((p) => `${formatPath(p.path)} ${p.message}`).join('; ');
    throw new Failure(`Dataset ${dataset.slug} has to be set up again: ${list}.`);
  }
  try {
    return await type.rows.open(opened, source.data, {
      since: since === null ? null : { column: dataset.cursorColumn!, value: since },
      signal,
      sessionName: `hf:${owner.runId}:${owner.fence}`,
      version,
      known: dataset.columns.map(({ name }) => name),
      log: (line, level) => log(`${dataset.slug}: ${line}`, level),
    });
  } catch (error) {
    signal.throwIfAborted();
    throw asFailure(error, `Opening the source of ${dataset.slug}`);
  }
}

function noteColumns(
  context: LoadContext,
  dataset: Dataset,
  columns: ReturnType<typeof planColumns>,
  target: Awaited<ReturnType<typeof findTarget>>,
): void {
  if (target === null) return;
  const added = columns.filter(({ existing }) => existing === null).map(({ name }) => name);
  if (added.length > 0) context.log(`${dataset.slug}: new columns ${added.join(', ')}`);
  const missing = target.columns.filter(({ name }) => !columns.some((c) => c.name === name));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  context.log(`${dataset.slug}: not in the source, so empty in new rows: ${names}`, 'warn');
}

function refuseRejects({ slug }: Dataset, staged: Staged, limit: number): void {
  const { rowsRead, rejected, rejects } = staged;
  if (rejected === 0 || (rejected < rowsRead && rejected <= rowsRead * limit)) return;
  const [first] = rejects;
  const allowed = rejected === rowsRead ? '' : `, more than the ${limit * 100} % allowed`;
  throw new Failure(
    `Dataset ${slug}: ${rejected} of ${rowsRead} rows were rejected${allowed}; the first on line ${first!.line}: ${first!.why}.`,
  );
}

/** Two runs may want the schema at once, and CREATE SCHEMA IF NOT EXISTS fails for one of them. */
async function ensureSchema(db: Client, schema: string): Promise<void> {
  const { rows } = await db.query('select from pg_namespace where nspname = $1', [schema]);
  if (rows.length > 0) return;
  try {
    await db.query('begin');
    await db.query(`select pg_advisory_xact_lock(hashtextextended('hf schema ' || $1, 0))`, [
      schema,
    ]);
    await db.query(`create schema if not exists ${quoteIdentifier(schema)}`);
    await db.query('commit');
  } catch (error) {
    await db.query('rollback');
    throw asFailure(error, `Making the schema ${schema}`);
  }
}
