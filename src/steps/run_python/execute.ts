/** The execution: runs the code, answers what its module asks, and publishes what it wrote when it has ended well. */
import { z } from 'zod';
import { Failure } from '#domain/connector/failure.ts';
import { findDatasets } from '#domain/dataset/dataset.ts';
import type { Loaded } from '#domain/dataset/load-dataset.ts';
import { recordBuilds } from '#domain/recipe/record-build.ts';
import type { Answer, Asked } from '#domain/python/channel.ts';
import { createDatasetReads, form, type FindDataset } from '#domain/python/dataset-reads.ts';
import { createDatasetWrites } from '#domain/python/dataset-writes.ts';
import type { Execute, Json, StepContext, StepResult } from '#domain/step/kind.ts';
import type { Client } from '#platform/db.ts';
import { findCode } from './check.ts';
import type { PythonConfig } from './kind.ts';

const MAX_OUTPUT = 1024 ** 2;
const MAX_NOTE = 500;

const datasetForm = z.object({ dataset: z.string().min(1).max(100) });
const outputForm = z.object({ value: z.json() });
const progressForm = z.object({
  done: z.number().min(0),
  total: z.number().min(0).nullable(),
  note: z.string().nullable(),
});

export const execute: Execute<PythonConfig> = async (context, config) => {
  try {
    return await run(context, config);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    return { outcome: 'failed', reason: error.message, retryable: error.retryable };
  }
};

async function run(context: StepContext, config: PythonConfig): Promise<StepResult> {
  const startedAt = performance.now();
  const code = await codeOf(context, config);
  const python = await context.shared.python();
  const { version, warnings } = await python.find();
  for (const warning of warnings) context.log(warning, 'warn');
  context.log(`${code.name}: Python ${version}`);
  const work = createWork(context);
  let failed = true;
  try {
    const reason = await python.run(
      {
        ...code,
        params: config.params,
        memoryMb: config.memory_mb,
        cpuSeconds: config.cpu_seconds,
      },
      {
        signal: context.signal,
        onLine: (line, from) => context.log(line, from === 'stderr' ? 'warn' : 'info'),
        answer: work.answer,
      },
    );
    // Inside of a write that never ended: what came of it is no dataset.
    await work.stop();
    if (reason !== null) {
      await recordFailure(context, code.recipe, reason);
      return { outcome: 'failed', reason, retryable: false, output: { value: work.value() } };
    }
    failed = false;
    const seconds = (performance.now() - startedAt) / 1000;
    return publishing(context, code.recipe, work, seconds);
  } finally {
    await work.stop();
    if (failed) await discardAll(context.shared.pool, work.loaded);
  }
}

async function codeOf(context: StepContext, { recipe, code }: PythonConfig) {
  if (code !== undefined) return { name: `${context.stepName}.py`, text: code, recipe: null };
  const session = await context.connect();
  const found = await findCode(session, context, recipe!).finally(() => session.release());
  if (found.flaw !== null) throw new Failure(`recipe ${JSON.stringify(recipe)}: ${found.flaw}.`);
  return found;
}

/** What the module asks for, answered. */
function createWork(context: StepContext) {
  const { warehouseSchema: schema, signal, log } = context;
  const connect = () => context.connect();
  let value: Json = null;
  let tells = false;
  const reads = createDatasetReads(connect, schema);
  const writes = createDatasetWrites({
    connect,
    owner: context,
    schema,
    signal,
    log,
    // Unless the code tells its own.
    progress: (rows, note) => void (tells || context.progress(rows, null, note)),
  });

  function finder(asked: Asked): FindDataset {
    const { dataset: slug } = form(datasetForm, asked);
    return async (db) => {
      const [found] = await findDatasets(db, context, [slug]);
      if (found) return found;
      throw new Failure(`There is no dataset ${JSON.stringify(slug)} in this project.`);
    };
  }

  async function answer(asked: Asked): Promise<Answer> {
    switch (asked.op) {
      case 'read':
        return reads.open(asked, finder(asked));
      case 'next':
        return reads.next(asked);
      case 'close':
        return reads.close(asked);
      case 'write':
        return writes.open(asked, finder(asked));
      case 'rows':
        return writes.rows(asked);
      case 'end':
        return writes.end();
      case 'abandon':
        return writes.abandon();
      case 'progress': {
        const { done, total, note } = form(progressForm, asked);
        tells = true;
        context.progress(done, total, note?.slice(0, MAX_NOTE));
        return {};
      }
      case 'output': {
        const given = form(outputForm, asked).value as Json;
        if (JSON.stringify(given).length > MAX_OUTPUT) {
          throw new Failure('An output is 1 MB at most; write a dataset instead.');
        }
        value = given;
        return {};
      }
      default:
        throw new Failure(`There is nothing to ask by the name of ${asked.op}.`);
    }
  }

  return {
    answer,
    value: () => value,
    loaded: writes.loaded,
    async stop() {
      reads.closeAll();
      await writes.abandon();
    },
  };
}

/** At once: a step that fails publishes nothing. */
async function recordFailure(
  { shared: { pool }, projectId, runId }: StepContext,
  slug: string | null,
  message: string,
): Promise<void> {
  if (slug === null) return;
  await recordBuilds(pool, projectId, runId, [{ slug, state: 'failed', rows: null, message }]);
}

function publishing(
  { projectId, runId }: StepContext,
  slug: string | null,
  { loaded, value }: ReturnType<typeof createWork>,
  seconds: number,
): StepResult {
  const output = (datasets: Json[]): Json => ({
    value: value(),
    datasets,
    seconds: Math.round(seconds * 1000) / 1000,
  });
  if (loaded.length === 0 && slug === null) return { outcome: 'succeeded', output: output([]) };
  return {
    outcome: 'succeeded',
    output: null,
    async publish(tx) {
      const datasets: Json[] = [];
      let rowsWritten = 0;
      for (const each of loaded) {
        const { inserted, updated } = await each.publish(tx);
        const rows = each.staged.rowsRead;
        datasets.push({ dataset: each.dataset.slug, rows, inserted, updated });
        rowsWritten += rows;
      }
      if (slug !== null) {
        const rows = loaded.length === 0 ? null : rowsWritten;
        await recordBuilds(tx, projectId, runId, [
          { slug, state: 'succeeded', rows, message: null },
        ]);
      }
      return output(datasets);
    },
    /** For whoever decides not to publish. */
    discard: (db) => discardAll(db, loaded),
  };
}

async function discardAll(db: Pick<Client, 'query'>, loaded: readonly Loaded[]): Promise<void> {
  // Where the database is gone, the next step that writes drops what is left.
  for (const each of loaded) await each.discard(db as Client).catch(() => {});
}
