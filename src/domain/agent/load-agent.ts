/** An agent ready to be asked: with its server, the form of its answers, and what they depend on. */
import { rows, type Queryable } from '#platform/db.ts';
import { formatPath } from '#platform/errors.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { getConnector, openConnector } from '../connector/connector.ts';
import { Failure } from '../connector/failure.ts';
import { llm, llmOf, type Llm } from '../connector/llm.ts';
import * as sql from './agent-row.sql.ts';
import { findAgents, type Agent, type AgentRef } from './agent.ts';
import { readAnswerForm, type AnswerForm } from './answer-form.ts';
import type { Spent } from './ask-model.ts';

export type LoadedAgent = {
  readonly agent: Agent;
  readonly server: Llm;
  readonly form: AnswerForm;
  /** With another one all is asked again: another question is another answer. */
  readonly fingerprint: string;
};

/** @throws Failure where it is gone or has to be set up again. */
export async function loadAgent(
  db: Queryable,
  place: { readonly orgId: number; readonly projectId: number },
  ref: AgentRef,
  key: SecretKey | undefined,
): Promise<LoadedAgent> {
  const [agent] = await findAgents(db, place, [ref]);
  if (agent == null) throw new Failure(`There is no agent ${ref} in this project any more.`);
  const connector = await getConnector(db, place.orgId, agent.connectorId);
  if (connector.type !== llm.type) {
    throw new Failure(
      `Agent ${agent.slug} asks through the connector ${connector.slug}, which is no language model.`,
    );
  }
  const { opened } = openConnector(connector, key);
  const { form, problems } = readAnswerForm(agent.outputSchema);
  if (form === null) {
    const list = problems.map((each) => `${formatPath(each.path)} ${each.message}`).join('; ');
    throw new Failure(`The form of ${agent.slug}'s answers has to be set up again: ${list}.`);
  }
  const fingerprint = JSON.stringify([agent.model, agent.instructions, agent.outputSchema]);
  return { agent, server: llmOf(opened as Parameters<typeof llmOf>[0]), form, fingerprint };
}

/** What the run has spent on the step so far, in all of its attempts. */
export async function spentBy(
  db: Queryable,
  runId: number,
  stepName: string,
): Promise<Pick<Spent, 'in' | 'out'>> {
  const [sum] = await rows(db, sql.sumSpent, [runId, stepName]);
  return sum!;
}

/** By the connector's price table, rounded to a millionth; null where the model is not in it. */
export function costOf(
  { prices }: Pick<Llm, 'prices'>,
  model: string,
  spent: Pick<Spent, 'in' | 'out'>,
): number | null {
  const price = Object.hasOwn(prices, model) ? prices[model] : undefined;
  if (price === undefined) return null;
  return Math.round(spent.in * price.input + spent.out * price.output) / 1e6;
}
