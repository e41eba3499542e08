/** Agents made, changed and deleted by those who may edit their project. */
import { z } from 'zod';
import {
  row,
  rows,
  sqlState,
  transaction,
  type Client,
  type Pool,
  type Queryable,
} from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permit, type Principal } from '../access/principal.ts';
import { findConnector } from '../connector/connector.sql.ts';
import { llm } from '../connector/llm.ts';
import { tellFlow } from '../event/tell-flow.ts';
import { getProject } from '../project/project.ts';
import { parseForm, unstorable } from '../step/form-problems.ts';
import * as sql from './agent.sql.ts';
import type { Agent } from './agent.ts';
import { readAnswerForm } from './answer-form.ts';

const form = z.strictObject({
  slug: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, {
    error: 'is 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit',
  }),
  name: z.string().regex(/\S/, 'has 1 to 100 characters').max(100),
  connector_id: z.int().min(1).max(2_147_483_647),
  model: z.string().min(1).max(200),
  instructions: z.string().regex(/\S/, 'says what the agent is to do').max(100_000),
  output_schema: z.unknown(),
});

/** As on the wire; a change may leave fields out. */
export type AgentInput = {
  readonly slug: string;
  readonly name: string;
  /** Of the type llm, the project's or the organisation's. */
  readonly connector_id: number;
  readonly model: string;
  /** What the model is told before each row. */
  readonly instructions: string;
  /** JSON Schema of an object; its properties become columns. */
  readonly output_schema: unknown;
};

/** Makes one, or with `id` changes one.
 *  @throws DomainError VALIDATION with every problem by its place, CONFLICT where the slug is taken, NOT_FOUND,
 *  FORBIDDEN. */
export async function saveAgent(
  pool: Pool,
  who: Principal,
  target: { readonly projectId: number } | { readonly id: number },
  input: Partial<AgentInput>,
): Promise<Agent> {
  try {
    return await transaction(pool, async (tx) => {
      const before = 'id' in target ? await lock(tx, who, target.id) : null;
      const projectId = 'id' in target ? before!.projectId : target.projectId;
      if (before === null) await getProject(tx, who, projectId, 'project.edit');
      const wanted = { ...(before && wireOf(before)), ...input };
      const given = await parse(tx, who, projectId, wanted);
      // As text: the order of an answer's properties counts too.
      if (before !== null && JSON.stringify(wireOf(before)) === JSON.stringify(given))
        return before;
      const values = [given.slug, given.name, given.connector_id, given.model, given.instructions];
      const schema = JSON.stringify(given.output_schema);
      const after = (
        before === null
          ? await row(tx, sql.insertAgent, [who.orgId, projectId, ...values, schema])
          : await row(tx, sql.updateAgent, [before.id, ...values, schema])
      )!;
      await record(tx, who, before, after);
      return after;
    });
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    const message = `The project has an agent ${input.slug} already; choose another slug.`;
    throw new DomainError('CONFLICT', message, { cause: error });
  }
}

/** @throws DomainError CONFLICT where steps name it, NOT_FOUND, FORBIDDEN. */
export async function deleteAgent(pool: Pool, who: Principal, id: number): Promise<void> {
  await transaction(pool, async (tx) => {
    const { projectId, slug, ...agent } = await lock(tx, who, id);
    const used = await rows(tx, sql.scenariosWithAgent, [projectId, slug, id]);
    if (used.length > 0) {
      const list = used.map((each) => each.slug).join(', ');
      throw new DomainError('CONFLICT', `Steps of these scenarios name the agent: ${list}.`, {
        facts: { scenarios: used },
      });
    }
    await rows(tx, sql.deleteAgent, [id]);
    await record(tx, who, { ...agent, projectId, slug }, null);
  });
}

async function lock(tx: Queryable, who: Principal, id: number): Promise<Agent> {
  const found = await row(tx, sql.lockAgent, [who.orgId, id]);
  if (found === null) throw new DomainError('NOT_FOUND', `No agent ${id}.`);
  permit(who, 'project.edit', found.projectId, { type: 'agent', id });
  return found;
}

async function parse(
  db: Queryable,
  who: Principal,
  projectId: number,
  input: Partial<AgentInput>,
): Promise<AgentInput> {
  const bad = unstorable(input);
  if (bad.length > 0) throw invalid(bad);
  const { data, problems } = parseForm(form, input);
  const answer = readAnswerForm(input.output_schema);
  const all: Problem[] = [
    ...problems,
    ...answer.problems.map((each) => ({ ...each, path: ['output_schema', ...each.path] })),
  ];
  if (data !== null) {
    const connector = await row(db, findConnector, [who.orgId, data.connector_id]);
    const place = { path: ['connector_id'], value: data.connector_id };
    // Another project's connector is as unknown as another organisation's.
    if (connector === null || (connector.projectId ?? projectId) !== projectId) {
      all.push({ ...place, message: 'there is no such connector in this project' });
    } else if (connector.type !== llm.type) {
      const message = `is of the type ${connector.type}; an agent asks one of the type ${llm.type}`;
      all.push({ ...place, message });
    }
  }
  if (data === null || all.length > 0) throw invalid(all);
  return data;
}

const wireOf = (agent: Agent): AgentInput => ({
  slug: agent.slug,
  name: agent.name,
  connector_id: agent.connectorId,
  model: agent.model,
  instructions: agent.instructions,
  output_schema: agent.outputSchema,
});

async function record(
  tx: Client,
  who: Principal,
  before: Agent | null,
  after: Agent | null,
): Promise<void> {
  await recordChange(tx, who, {
    action: `agent.${before === null ? 'create' : after === null ? 'delete' : 'update'}`,
    resourceType: 'agent',
    resourceId: (after ?? before)!.id,
    before: before && wireOf(before),
    after: after && wireOf(after),
  });
  await tellFlow(tx, (after ?? before)!.projectId);
}
