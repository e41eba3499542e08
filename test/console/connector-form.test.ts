/** The form of a connector, made from a type's JSON Schema. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { CONNECTOR_TYPES } from '#domain/connector/connector-types.ts';
import {
  fieldsOf,
  readValue,
  showValue,
  type SchemaField,
} from '../../src/console/screens/settings/connectors/schema-fields.ts';

const formOf = (form: z.ZodType) => fieldsOf(z.toJSONSchema(form, { io: 'input' }));

/** What comes back when everything is typed as it is shown. */
function retyped(field: SchemaField, value: unknown): unknown {
  const read = readValue(field, showValue(field, value));
  return 'value' in read ? read.value : read.problem;
}

test.each([...CONNECTOR_TYPES.values()])('$type has a field for all that it knows', (type) => {
  for (const form of [type.config, type.secrets]) {
    const { properties = {} } = z.toJSONSchema(form, { io: 'input' });
    expect(formOf(form).map(({ name }) => name)).toEqual(Object.keys(properties));
  }
  for (const { help } of formOf(type.config)) expect(help).not.toBe('');
});

test('each type of value has its field, and reads back as it was', () => {
  const form = z.object({
    base_url: z.string(),
    port: z.int().default(5432),
    tls: z.boolean().default(true),
    mode: z.enum(['fast', 'safe']).default('safe'),
    tables: z.array(z.string()).optional(),
    headers: z.record(z.string(), z.string()).optional(),
  });
  const values = {
    base_url: 'https://example.com',
    port: 1,
    tls: false,
    mode: 'fast',
    tables: ['orders', 'order lines'],
    headers: { accept: 'text/csv' },
  };
  const fields = formOf(form);
  expect(
    fields.map(({ label, type, byDefault, required }) => [label, type, byDefault, required]),
  ).toEqual([
    ['Base URL', 'text', '', true],
    ['Port', 'number', '5432', false],
    ['Tls', 'boolean', 'yes', false],
    ['Mode', 'choice', 'safe', false],
    ['Tables', 'list', '', false],
    ['Headers', 'json', '', false],
  ]);
  for (const field of fields) {
    const value = values[field.name as keyof typeof values];
    expect(retyped(field, value), field.name).toEqual(value);
    expect(readValue(field, ' '), field.name).toEqual({ value: undefined });
  }
});

test('what cannot be read is told or goes to the server, never dropped', () => {
  const [port, headers] = formOf(
    z.object({ port: z.int(), headers: z.record(z.string(), z.string()) }),
  ) as [SchemaField, SchemaField];
  expect(readValue(port, 'many')).toEqual({ value: 'many' });
  expect(readValue(headers, '{')).toMatchObject({ problem: expect.stringMatching(/^is not JSON/) });
});
