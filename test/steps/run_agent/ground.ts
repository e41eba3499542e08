/** What agents work on: a project with reviews in its warehouse, a model's server, an agent that asks it. */
import type { Pool } from '#platform/db.ts';
import type { ModelServer } from '#local/model-server.ts';
import { saveAgent } from '#domain/agent/save-agent.ts';
import { createConnector } from '#domain/connector/save-connector.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { principalOf } from '#test/support/factories.ts';

export const FORM = {
  type: 'object',
  properties: {
    sentiment: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
    score: { type: 'number', minimum: 0, maximum: 1 },
  },
  required: ['sentiment', 'score'],
  additionalProperties: false,
};

export type Place = {
  readonly orgId: number;
  readonly projectId: number;
  readonly userId: number;
};

/** A connector `model` to the server. @returns its id. */
export async function createLlm(
  pool: Pool,
  { orgId, userId }: Place,
  server: Pick<ModelServer, 'url'>,
  given: { provider?: string; config?: object; apiKey?: string; key?: SecretKey } = {},
): Promise<number> {
  const who = await principalOf(pool, { orgId, userId });
  const { id } = await createConnector(
    pool,
    who,
    {
      projectId: null,
      slug: 'model',
      name: 'A model',
      type: 'llm',
      config: {
        provider: given.provider ?? 'openai_compatible',
        base_url: server.url,
        prices: { 'small-1': { input: 1, output: 2 } },
        ...given.config,
      },
      secrets: given.apiKey === undefined ? {} : { api_key: given.apiKey },
    },
    given.key,
  );
  return id;
}

/** An agent `sentiment` that asks `small-1`. */
export async function createAgent(
  pool: Pool,
  { orgId, projectId, userId }: Place,
  connectorId: number,
  given: { model?: string; instructions?: string; output_schema?: object } = {},
): Promise<number> {
  const who = await principalOf(pool, { orgId, userId });
  const agent = await saveAgent(
    pool,
    who,
    { projectId },
    {
      slug: 'sentiment',
      name: 'Sentiment',
      connector_id: connectorId,
      model: 'small-1',
      instructions: 'Say how the customer feels.',
      output_schema: FORM,
      ...given,
    },
  );
  return agent.id;
}

const BODIES = ['good and fast', 'it came late and broken', 'a parcel'];

/** A dataset `reviews` of so many rows, keyed by id, as a sync would have left it. */
export async function fillReviews(
  pool: Pool,
  { orgId, projectId }: Pick<Place, 'orgId' | 'projectId'>,
  count: number,
): Promise<string> {
  const { rows } = await pool.query('select warehouse_schema as s from project where id = $1', [
    projectId,
  ]);
  const schema: string = rows[0].s;
  await pool.query(
    `create table "${schema}".reviews as
     select n as id, ($1::text[])[n % 3 + 1] || ' ' || n as body, n % 5 as stars
     from generate_series(1, ${count}) n`,
    [BODIES],
  );
  await pool.query(
    `insert into dataset (org_id, project_id, slug, name, table_name, key_columns)
     values ($1, $2, 'reviews', 'Reviews', 'reviews', '{id}')`,
    [orgId, projectId],
  );
  return schema;
}
