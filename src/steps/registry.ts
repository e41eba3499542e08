/** All step kinds. A new one is a folder beside this file and a line here. */
import type { Registry, StepKind } from '#domain/step/kind.ts';
import { runAgent } from './run_agent/kind.ts';
import { runPython } from './run_python/kind.ts';
import { runRecipe } from './run_recipe/kind.ts';
import { sendEmailReport } from './send_email_report/kind.ts';
import { syncDataset } from './sync_dataset/kind.ts';
import { snapshotDashboards } from './snapshot_dashboards/kind.ts';

// The cast forgets each kind's own configuration type: whoever takes a kind from here parses with its
// form before anything else, so that it meets only what it has parsed itself.
export const KINDS = [
  runAgent,
  runPython,
  runRecipe,
  sendEmailReport,
  snapshotDashboards,
  syncDataset,
] as readonly StepKind[];

/** The kinds by name.
 *  @throws Error where two kinds claim one name. */
export function createRegistry(kinds: readonly StepKind[] = KINDS): Registry {
  const registry = new Map(kinds.map((kind) => [kind.kind, kind]));
  if (registry.size < kinds.length) throw new Error('Two step kinds have the same name.');
  return registry;
}
