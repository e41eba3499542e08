/** The execution: waits for the project's turn, builds with dbt while its nodes are told live, and keeps what came of
 *  each. dbt writes into the warehouse by itself: what it built stays, whatever becomes of the step. */
import { join } from 'node:path';
import { Failure } from '#domain/connector/failure.ts';
import { hasFailed, type BuiltNode, type Nodes } from '#domain/recipe/build-nodes.ts';
import { takeTurn } from '#domain/recipe/build-queue.ts';
import { findDbtFolder } from '#domain/recipe/dbt-folder.ts';
import { findDbt } from '#domain/recipe/dbt-program.ts';
import { generateProject } from '#domain/recipe/dbt-project.ts';
import { liveNodes } from '#domain/recipe/live-nodes.ts';
import { recordBuilt } from '#domain/recipe/record-built.ts';
import { findBuildable, listSources, modelOf, type Buildable } from '#domain/recipe/recipe.ts';
import { runDbt, type DbtEnd } from '#domain/recipe/run-dbt.ts';
import { selectorsOf } from '#domain/recipe/selection.ts';
import { lineOf, mayPass, reasonOf } from '#domain/recipe/words.ts';
import { WarehouseError } from '#domain/warehouse/warehouse-error.ts';
import type { Execute, Json, StepContext, StepResult } from '#domain/step/kind.ts';
import type { Client } from '#platform/db.ts';
import { formatPath } from '#platform/errors.ts';
import { checkRecipes } from './check.ts';
import type { RecipeConfig } from './kind.ts';

export const execute: Execute<RecipeConfig> = async (context, config) => {
  const db = await context.connect();
  try {
    return await build(context, config, db);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof Failure) return failed(error.message, error.retryable);
    if (error instanceof WarehouseError) return failed(error.message, false);
    throw error;
  } finally {
    db.release();
  }
};

async function build(context: StepContext, config: RecipeConfig, db: Client): Promise<StepResult> {
  const { shared, signal, warehouseSchema: schema, projectId } = context;
  await refuseUnknown(context, config, db);
  const dbt = await findDbt(shared.dbt.program, signal, () =>
    context.log('waiting for dbt, which is being installed on this machine'),
  );
  await using turn = await takeTurn(db, projectId, (runId) => {
    const whom = runId === null ? 'another build of this project' : `run ${runId}`;
    context.log(`waiting for ${whom}, which builds this project now`);
    context.progress(0, null, `waiting for ${whom}`);
  });
  // As they are now that it is our turn.
  const buildable = await findBuildable(db, context);
  const models = modelsOf(config, buildable);
  const either = AbortSignal.any([signal, turn.lost]);
  const startedAt = performance.now();
  let end: DbtEnd;
  try {
    await using login = await (await shared.warehouse()).builder(schema);
    end = await runDbt({
      ...{ dbt, schema, login, signal: either },
      project: await projectOf(context, buildable, db),
      select: selectorsOf(models, config.scope),
      fullRefresh: config.full_refresh,
      vars: config.vars,
      session: `hf:${context.runId}:${context.fence}`,
      cache: shared.dbt.cache && join(shared.dbt.cache, `${projectId}`),
      onNode: (node, nodes) => tell(context, node, nodes),
      onWords: (text, level) => context.log(text, level),
    });
  } catch (error) {
    if (!turn.lost.aborted) throw error;
    throw new Failure(`The build was stopped: ${turn.lost.reason.message}.`, true);
  }
  return await resultOf(context, buildable, end, (performance.now() - startedAt) / 1000);
}

/** Between the check of the scenario and now a recipe may have gone, or a template may have named another. */
async function refuseUnknown(context: StepContext, config: RecipeConfig, db: Client) {
  const { orgId, projectId } = context;
  const problems = await checkRecipes(config, { db, orgId, projectId, may: () => false });
  if (problems.length === 0) return;
  const list = problems.map(
    (p) => `${formatPath(p.path)} ${JSON.stringify(p.value)}: ${p.message}`,
  );
  throw new Failure(`${list.join('; ')}.`);
}

function modelsOf({ recipe, recipes }: RecipeConfig, buildable: Buildable): string[] {
  return (recipes ?? [recipe!]).map((ref) => {
    const found = modelOf(ref, buildable);
    if ('model' in found) return found.model;
    throw new Failure(`${JSON.stringify(ref)}: ${found.problem}.`);
  });
}

async function projectOf(context: StepContext, { folder, recipes }: Buildable, db: Client) {
  if (folder !== null) return findDbtFolder(context.shared.dbt.root, folder);
  const sources = await listSources(db, context);
  return generateProject(context.warehouseSchema, recipes, sources);
}

function tell(context: StepContext, node: BuiltNode, nodes: Nodes): void {
  const level = hasFailed(node) ? 'error' : node.status === 'warn' ? 'warn' : 'info';
  context.log(lineOf(node), level);
  context.progress(nodes.ended, nodes.total, lineOf(node), liveNodes(nodes.list()));
}

function resultOf(
  context: StepContext,
  buildable: Buildable,
  { nodes, refusal }: DbtEnd,
  seconds: number,
): StepResult | Promise<StepResult> {
  const output = outputOf(nodes, seconds);
  const record = (db: Pick<Client, 'query'>) => recordBuilt(db, context, buildable.recipes, nodes);
  const reason = reasonOf(nodes) ?? refusal;
  if (reason === null) {
    return {
      outcome: 'succeeded',
      output,
      publish: async (tx) => {
        await record(tx);
        context.progress(nodes.length, nodes.length, 'built');
      },
    };
  }
  // What succeeded is in the warehouse all the same.
  return record(context.shared.pool).then(() => ({
    ...{ outcome: 'failed', reason, output },
    retryable: mayPass(reason),
  }));
}

function outputOf(nodes: readonly BuiltNode[], seconds: number): Json {
  const counts: Record<string, number> = {};
  for (const { status } of nodes) counts[status] = (counts[status] ?? 0) + 1;
  return {
    nodes: nodes.map(({ id, name, type, status, rows, seconds, message, file, table, reads }) => ({
      ...{ id, name, type, status, rows, seconds, message, file, table },
      reads: [...reads],
    })),
    counts: { total: nodes.length, ...counts },
    rows: nodes.reduce((sum, { type, rows }) => sum + (type === 'test' ? 0 : (rows ?? 0)), 0),
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

const failed = (reason: string, retryable: boolean): StepResult => ({
  outcome: 'failed',
  reason,
  retryable,
});
