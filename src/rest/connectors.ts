/** The kinds of sources and services that there are, with the form of each: what a program needs to offer them. */
import { z } from '@hono/zod-openapi';
import { CONNECTOR_TYPES } from '#domain/connector/connector-types.ts';
import type { ConnectorType } from '#domain/connector/connector-type.ts';
import { pageBody } from './bodies.ts';
import { addOperation, signedIn, type RestApp, type RestHouse } from './context.ts';

const Form = z.record(z.string(), z.unknown()).describe('JSON Schema 2020-12');

export const ConnectorTypeBody = z
  .object({
    type: z.string().describe('as a connector names it').openapi({ example: 'csv' }),
    label: z.string().openapi({ example: 'CSV' }),
    description: z.string(),
    queryable: z.boolean().describe('whether datasets can be read from it'),
    config: Form.describe('the form of what is stored in clear, as JSON Schema 2020-12'),
    secrets: Form.describe('the form of what is sealed and never shown, as JSON Schema 2020-12'),
    source: Form.nullable().describe('what a dataset says of its place in it; null: not queryable'),
  })
  .openapi('ConnectorType');

export function addConnectors(app: RestApp, house: RestHouse): void {
  const items = [...CONNECTOR_TYPES.values()].map(toBody);
  addOperation(
    app,
    {
      method: 'get',
      path: '/api/connectors/catalog',
      summary: 'The types of connectors, with the form of each',
      tags: ['connectors'],
      responses: {
        200: {
          description: 'All of them.',
          content: { 'application/json': { schema: pageBody(ConnectorTypeBody) } },
        },
      },
      errors: [],
    },
    async (c) => {
      await signedIn(house, c);
      return c.json({ items, total: items.length, next_cursor: null });
    },
  );
}

function toBody(type: ConnectorType): z.infer<typeof ConnectorTypeBody> {
  return {
    type: type.type,
    label: type.label,
    description: type.description,
    queryable: type.rows !== undefined,
    config: formOf(type.config),
    secrets: formOf(type.secrets),
    source: type.rows === undefined ? null : formOf(type.rows.source),
  };
}

function formOf(form: z.ZodType): Record<string, unknown> {
  return { ...z.toJSONSchema(form, { io: 'input', unrepresentable: 'any' }) };
}
