/** Keeps with recipes, and with the datasets that they write, what a build made of them. */
import { rows, type Queryable } from '#platform/db.ts';
import { hasFailed, type BuiltNode } from './build-nodes.ts';
import { recordBuilds, type Build } from './record-build.ts';
import type { Recipe } from './recipe.ts';
import { recordOutputs } from './recipe.sql.ts';

type Where = {
  readonly projectId: number;
  readonly runId: number;
  readonly warehouseSchema: string;
};

export async function recordBuilt(
  db: Queryable,
  { projectId, runId, warehouseSchema }: Where,
  recipes: readonly Recipe[],
  nodes: readonly BuiltNode[],
): Promise<void> {
  const models = nodes.filter(({ type }) => type === 'model');
  await recordBuilds(db, projectId, runId, models.map(buildOf));
  const succeeded = new Map(
    models.filter(({ status }) => status === 'success').map((node) => [node.name, node.rows]),
  );
  const outputs = recipes.flatMap(({ slug, outputTable }) =>
    outputTable !== null && succeeded.has(slug)
      ? [{ table: outputTable, rows: succeeded.get(slug) ?? null }]
      : [],
  );
  if (outputs.length === 0) return;
  await rows(db, recordOutputs, [
    ...[projectId, runId, warehouseSchema],
    outputs.map(({ table }) => table),
    outputs.map((output) => output.rows),
  ]);
}

function buildOf(node: BuiltNode): Build {
  const { name: slug, status, rows, message } = node;
  const state = status === 'success' ? 'succeeded' : status === 'skipped' ? 'skipped' : 'failed';
  return { slug, state, rows, message: hasFailed(node) || state !== 'succeeded' ? message : null };
}
