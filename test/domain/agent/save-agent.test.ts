/** Agents made, changed and deleted: every problem at its place, and nobody else's connector. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAgents, listAgents } from '#domain/agent/agent.ts';
import { deleteAgent, saveAgent, type AgentInput } from '#domain/agent/save-agent.ts';
import { createConnector } from '#domain/connector/save-connector.ts';
import { DomainError } from '#platform/errors.ts';
import { createScenario } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';

let setting: Setting;
let good: AgentInput;
let csvId: number;

beforeAll(async () => {
  setting = await createSetting();
  const { pool, as } = setting;
  const make = async (slug: string, type: string, config: object) => {
    const given = { projectId: null, slug, name: slug, type, config, secrets: {} };
    return (await createConnector(pool, await as('admin'), given, undefined)).id;
  };
  csvId = await make('files', 'csv', { folder: '/srv/data' });
  good = {
    slug: 'sentiment',
    name: 'Sentiment',
    connector_id: await make('model', 'llm', {
      provider: 'openai_compatible',
      base_url: 'http://127.0.0.1:11434/v1',
    }),
    model: 'small-1',
    instructions: 'Say how the customer feels.',
    // Longer names first: jsonb would turn them around.
    output_schema: {
      type: 'object',
      properties: { sentiment: { type: 'string' }, why: { type: ['string', 'null'] } },
    },
  };
});
afterAll(() => setting?.[Symbol.asyncDispose]());

const problemsOf = async (input: object) => {
  const { pool, as, projectId } = setting;
  const who = await as('designer');
  const error = await saveAgent(pool, who, { projectId }, { ...good, ...input }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DomainError);
  return (error as DomainError).problems.map(({ path }) => path.join('.'));
};

test('each problem is told at its place, all at once', async () => {
  expect(
    await problemsOf({ slug: 'No Slug', instructions: ' ', model: '', output_schema: 'text' }),
  ).toEqual(['slug', 'model', 'instructions', 'output_schema']);
  expect(await problemsOf({ output_schema: { type: 'array' } })).toEqual(['output_schema.type']);
  expect(await problemsOf({ output_schema: { type: 'object' } })).toEqual([
    'output_schema.properties',
  ]);
  const odd = { type: 'object', properties: { ['x'.repeat(80)]: {}, fine: {} } };
  expect(await problemsOf({ output_schema: odd })).toEqual([
    `output_schema.properties.${'x'.repeat(80)}`,
  ]);
  const unknown = { type: 'object', properties: { a: { type: 'frob' } } };
  expect(await problemsOf({ output_schema: unknown })).toEqual(['output_schema']);
  expect(await problemsOf({ connector_id: csvId })).toEqual(['connector_id']);
  expect(await problemsOf({ connector_id: 999_999 })).toEqual(['connector_id']);
  expect(await problemsOf({ instruction: 'x' })).toEqual(['instruction']);
});

test('one is made, found, changed in part, and deleted when no step names it any more', async () => {
  const { pool, as, projectId, house, rows } = setting;
  const designer = await as('designer');
  const made = await saveAgent(pool, designer, { projectId }, good);
  const [found] = await findAgents(pool, made, ['sentiment']);
  expect(found).toEqual(made);
  expect(Object.keys((found!.outputSchema as { properties: object }).properties)).toEqual([
    'sentiment',
    'why',
  ]);
  await expect(saveAgent(pool, designer, { projectId }, good)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  const changed = await saveAgent(pool, designer, { id: made.id }, { model: 'large-1' });
  expect(changed).toEqual({ ...made, model: 'large-1' });
  expect(await listAgents(pool, await as('viewer'), projectId)).toEqual([changed]);

  const steps = [{ kind: 'run_agent', agent: 'sentiment' }];
  const { org, people } = house;
  const ids = { orgId: org.id, projectId, ownerUserId: people.admin.id };
  const scenario = await createScenario(pool, { ...ids, slug: 'nightly', steps });
  await expect(deleteAgent(pool, designer, made.id)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/nightly/),
  });
  await pool.query('update scenario set deleted_at = now() where id = $1', [scenario.id]);
  await deleteAgent(pool, designer, made.id);
  expect(await findAgents(pool, made, [made.id])).toEqual([null]);
  const audit = await rows(
    `select action from audit_log where resource_type = 'agent' order by id`,
  );
  expect(audit.map(({ action }) => action)).toEqual([
    'agent.create',
    'agent.update',
    'agent.delete',
  ]);
});

test('those who may not edit the project may not save one, and others do not know of it', async () => {
  const { pool, as, projectId } = setting;
  const target = { projectId };
  await expect(saveAgent(pool, await as('viewer'), target, good)).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  await expect(saveAgent(pool, await as('stranger'), target, good)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
