/** The execution: each dataset is read into a staging table, one after the other; all are published in one
 *  transaction. */
import { Failure } from '#domain/connector/failure.ts';
import { findDatasets } from '#domain/dataset/dataset.ts';
import { loadDataset, type LoadContext, type Loaded } from '#domain/dataset/load-dataset.ts';
import { leftovers } from '#domain/dataset/staging-name.ts';
import type { Published } from '#domain/dataset/publish-dataset.ts';
import type { Execute, Json, StepContext, StepResult } from '#domain/step/kind.ts';
import type { Client } from '#platform/db.ts';
import { formatPath } from '#platform/errors.ts';
import { quoteQualified } from '#platform/identifier.ts';
import { syncDataset, type SyncConfig } from './kind.ts';

// Often enough to look alive, seldom enough to cost nothing.
const PROGRESS_EVERY_MS = 250;

export const execute: Execute<SyncConfig> = async (context, config) => {
  const reader = await context.connect();
  const writer = await context.connect();
  const loaded: Loaded[] = [];
  try {
    await loadAll(context, config, { reader, writer }, loaded);
    return publishing(context, loaded);
  } catch (error) {
    await discardAll(writer, loaded);
    context.signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    return { outcome: 'failed', reason: error.message, retryable: error.retryable };
  } finally {
    reader.release();
    writer.release();
  }
};

async function loadAll(
  context: StepContext,
  config: SyncConfig,
  { reader, writer }: Pick<LoadContext, 'reader' | 'writer'>,
  loaded: Loaded[],
): Promise<void> {
  // Between the check of the scenario and now a dataset may have gone, or a template may have named another.
  const problems = await syncDataset.check!(config, {
    db: reader,
    orgId: context.orgId,
    projectId: context.projectId,
    may: () => false,
  });
  if (problems.length > 0) {
    const list = problems.map(
      (p) => `${formatPath(p.path)} ${JSON.stringify(p.value)}: ${p.message}`,
    );
    throw new Failure(`${list.join('; ')}.`);
  }
  for (const name of await leftovers(reader, context.warehouseSchema, context)) {
    context.log(`dropping ${name}, which an interrupted attempt left behind`);
    await writer.query(`drop table if exists ${quoteQualified(context.warehouseSchema, name)}`);
  }
  const refs = config.datasets ?? [config.dataset!];
  let rowsBefore = 0;
  for (const dataset of await findDatasets(reader, context, refs)) {
    const { slug, mode } = dataset!;
    context.log(`${slug}: reading`);
    const result = await loadDataset(
      {
        reader,
        writer,
        owner: context,
        schema: context.warehouseSchema,
        key: context.secretKey,
        signal: context.signal,
        log: context.log,
        progress: throttled((rows, note) =>
          context.progress(rowsBefore + rows, null, `${slug}: ${note}`),
        ),
      },
      dataset!,
      {
        mode: config.mode === 'dataset' ? mode : config.mode,
        maxRejected: config.max_rejected,
      },
    );
    loaded.push(result);
    rowsBefore += result.staged.rowsRead;
    describe(context, result);
  }
}

function publishing(context: StepContext, loaded: readonly Loaded[]): StepResult {
  const total = loaded.reduce((sum, { staged }) => sum + staged.rowsRead, 0);
  const result = {
    outcome: 'succeeded' as const,
    output: null,
    async publish(tx: Client): Promise<Json> {
      const outputs = [];
      for (const each of loaded) {
        const startedAt = performance.now();
        const published = await each.publish(tx);
        outputs.push(outputOf(each, published, (performance.now() - startedAt) / 1000));
      }
      context.progress(total, total, 'published');
      return { datasets: outputs, ...totals(outputs) };
    },
    /** For whoever decides not to publish. */
    discard: (db: Client) => discardAll(db, loaded),
  };
  return result;
}

async function discardAll(db: Client, loaded: readonly Loaded[]): Promise<void> {
  // Where the session is gone the next sync of the project drops what is left.
  for (const each of loaded) await each.discard(db).catch(() => {});
}

function outputOf(
  { dataset, staged, unchanged, seconds }: Loaded,
  published: Published,
  publishing: number,
) {
  const { inserted, updated } = published;
  return {
    dataset: dataset.slug,
    /** The source said that it is as it was at the last sync, so nothing was read. */
    not_modified: unchanged,
    rows_read: staged.rowsRead,
    inserted,
    updated,
    /** Older than the cursor, as they were already, or followed by a later row of the same key. */
    unchanged: staged.rowsRead - staged.rejected - inserted - updated,
    rejected: staged.rejected,
    rejects: staged.rejects.map(({ line, why }) => ({ line, why })),
    replaced_values: staged.replaced,
    bytes: staged.bytes,
    seconds: Math.round((seconds + publishing) * 1000) / 1000,
  };
}

function totals(outputs: readonly ReturnType<typeof outputOf>[]) {
  const sum = (
    field: 'rows_read' | 'inserted' | 'updated' | 'unchanged' | 'rejected' | 'bytes' | 'seconds',
  ) => outputs.reduce((total, output) => total + output[field], 0);
  return {
    rows_read: sum('rows_read'),
    inserted: sum('inserted'),
    updated: sum('updated'),
    unchanged: sum('unchanged'),
    rejected: sum('rejected'),
    bytes: sum('bytes'),
    seconds: Math.round(sum('seconds') * 1000) / 1000,
  };
}

function describe(context: StepContext, loaded: Loaded): void {
  const { staged, unchanged, seconds } = loaded;
  const { slug } = loaded.dataset;
  if (unchanged) {
    context.log(`${slug}: the source has not changed since the last sync; nothing was read`);
    return;
  }
  const { rowsRead, rejected, rejects, replaced } = staged;
  context.log(`${slug}: ${rowsRead} rows read in ${seconds.toFixed(1)} s`);
  if (rowsRead === 0) context.log(`${slug}: the source has no rows`, 'warn');
  if (replaced > 0) {
    context.log(
      `${slug}: ${replaced} values held characters that cannot be kept; now U+FFFD`,
      'warn',
    );
  }
  if (rejected === 0) return;
  context.log(`${slug}: ${rejected} rows rejected; the first ${rejects.length}:`, 'warn');
  for (const { line, why } of rejects) context.log(`  line ${line}: ${why}`, 'warn');
}

function throttled(report: (rows: number, note: string) => void) {
  let reportedAt = -Infinity;
  let lastNote = '';
  return (rows: number, note: string) => {
    const now = performance.now();
    // A change of phase is always told; the notes of one phase differ only in their numbers.
    const phase = note.replace(/[\d.]+/g, '');
    if (now - reportedAt < PROGRESS_EVERY_MS && phase === lastNote) return;
    reportedAt = now;
    lastNote = phase;
    report(rows, note);
  };
}
