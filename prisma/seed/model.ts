/** The demo's language model, which is none: a server of this machine that answers by rule. And an agent that asks it. */
import type { Principal } from '#domain/access/principal.ts';
import { saveAgent } from '#domain/agent/save-agent.ts';
import { createConnector } from '#domain/connector/save-connector.ts';
import type { Pool } from '#platform/db.ts';
import type { People } from './people.ts';

export const modelAddress = (port: number) => `http://127.0.0.1:${port}/v1`;

/** @param port where that server listens, on this machine. @returns its connector. */
export async function makeModel(
  pool: Pool,
  who: Principal,
  { projects }: People,
  port: number,
): Promise<number> {
  const connector = await createConnector(
    pool,
    who,
    {
      ...{ projectId: null, slug: 'model', name: 'Stand-in model of this machine', type: 'llm' },
      config: {
        provider: 'openai_compatible',
        base_url: modelAddress(port),
        // Made up, so that there is a cost to look at.
        prices: { 'rules-1': { input: 0.1, output: 0.4 } },
      },
      secrets: {},
    },
    undefined,
  );
  await saveAgent(
    pool,
    who,
    { projectId: projects.support.id },
    {
      slug: 'triage',
      name: 'Triage',
      connector_id: connector.id,
      model: 'rules-1',
      instructions:
        'You read a support ticket. Say in what mood its customer is, and whether somebody should call back today.',
      output_schema: {
        type: 'object',
        properties: {
          mood: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
          confidence: { type: 'number', minimum: 0, maximum: 1 },
          call_back: { type: 'boolean' },
        },
        required: ['mood', 'confidence', 'call_back'],
        additionalProperties: false,
      },
    },
  );
  return connector.id;
}
