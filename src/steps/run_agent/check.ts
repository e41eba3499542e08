/** Whether the agent is there, its rows too, and whether its answers have a place to go. */
import { findAgents } from '#domain/agent/agent.ts';
import { findDatasets, type Dataset } from '#domain/dataset/dataset.ts';
import type { CheckContext } from '#domain/step/kind.ts';
import type { Problem } from '#platform/errors.ts';
import type { AgentConfig } from './kind.ts';

export async function checkAgentStep(
  given: Partial<AgentConfig>,
  { db, orgId, projectId }: CheckContext,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const refuse = (field: keyof AgentConfig, message: string) =>
    problems.push({ path: [field], message, value: given[field] });
  const place = { orgId, projectId };
  if (given.agent !== undefined) {
    const [agent] = await findAgents(db, place, [given.agent]);
    if (agent == null) refuse('agent', 'there is no such agent in this project');
  }
  const input = await find(given.dataset);
  const output = await find(given.output_dataset);
  if (given.dataset !== undefined && input === null) {
    refuse('dataset', 'there is no such dataset in this project');
  }
  if (input !== null && output?.id === input.id) {
    refuse('output_dataset', 'is the dataset that the rows come from; name another');
  } else if (output !== null && output.connectorId !== null) {
    refuse('output_dataset', 'is synced from a connector, which would undo it; name another');
  }
  const hasKey =
    given.key !== undefined || (input?.keyColumns.length ?? 0) > 0 || isOpen(given, output);
  if (given.output_mode === 'merge' && !hasKey) {
    refuse('output_mode', 'needs a key; name the columns that identify a row as key');
  }
  return problems;

  async function find(ref: string | number | undefined): Promise<Dataset | null> {
    return ref === undefined ? null : ((await findDatasets(db, place, [ref]))[0] ?? null);
  }
}

/** Whether the key may still come from elsewhere: a template, or the dataset that is written. */
function isOpen({ dataset, query }: Partial<AgentConfig>, output: Dataset | null): boolean {
  return (dataset === undefined && query === undefined) || (output?.keyColumns.length ?? 0) > 0;
}
