/** The document itself: that it is OpenAPI 3.1, whole, and true to the forms that judge what is sent. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createRegistry } from '#steps/registry.ts';
import { launchChromium } from '#test/support/chromium.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { createClient } from './client.ts';
import { examplesOf, judgeOf, operationsOf, type OpenApi, type Schema } from './fuzz/document.ts';

let setting: Setting;
let document: OpenApi;
let page: string;

beforeAll(async () => {
  setting = await createSetting();
  const call = createClient(setting, { kinds: createRegistry() });
  document = (await call('GET', '/api/openapi.json')).body;
  page = (await call('GET', '/api/reference')).body;
});
afterAll(() => setting[Symbol.asyncDispose]());

/** OpenAPI 3.1's own rules, for the parts of it that we use; whatever else stands there is refused. */
const ref = z.strictObject({ $ref: z.string().startsWith('#/components/') });
const description = z.string().min(1);
const schema: z.ZodType = z.lazy(() =>
  z.union([
    ref.extend({ description: description.optional() }),
    z.strictObject({
      type: z.union([typeName, z.array(typeName)]).optional(),
      description: description.optional(),
      enum: z.array(z.unknown()).min(1).optional(),
      const: z.unknown().optional(),
      format: z.string().optional(),
      pattern: z.string().refine(isPattern).optional(),
      example: z.unknown().optional(),
      examples: z.array(z.unknown()).min(1).optional(),
      default: z.unknown().optional(),
      anyOf: z.array(schema).min(1).optional(),
      oneOf: z.array(schema).min(1).optional(),
      allOf: z.array(schema).min(1).optional(),
      items: schema.optional(),
      properties: z.record(z.string(), schema).optional(),
      propertyNames: schema.optional(),
      required: z.array(z.string()).optional(),
      additionalProperties: z.union([z.boolean(), schema]).optional(),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
      minLength: z.int().optional(),
      maxLength: z.int().optional(),
      minItems: z.int().optional(),
      maxItems: z.int().optional(),
    }),
  ]),
);
const typeName = z.enum(['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']);
const content = z.record(z.string().regex(/^\w+\/[\w.+-]+$/), z.strictObject({ schema }));
const header = z.union([ref, z.strictObject({ description, schema })]);
const operation = z.strictObject({
  operationId: z.string().regex(/^\w+$/),
  summary: description,
  description: description.optional(),
  tags: z.array(z.string()).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z
    .array(
      z.strictObject({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        required: z.boolean(),
        description: description.optional(),
        schema,
      }),
    )
    .optional(),
  requestBody: z.strictObject({ required: z.boolean().optional(), content }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.strictObject({
      description,
      content: content.optional(),
      headers: z.record(z.string(), header),
    }),
  ),
});
const openApi = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description,
    license: z.strictObject({ name: z.string() }),
  }),
  servers: z.array(z.strictObject({ url: z.string() })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  tags: z.array(z.strictObject({ name: z.string(), description })),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), operation),
  ),
  components: z.strictObject({
    schemas: z.record(z.string(), schema),
    parameters: z.strictObject({}),
    headers: z.record(z.string(), header),
    securitySchemes: z.strictObject({
      bearer: z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer'), description }),
      cookie: z.strictObject({
        type: z.literal('apiKey'),
        in: z.literal('cookie'),
        name: z.string(),
        description,
      }),
    }),
  }),
  webhooks: z.strictObject({}).optional(),
});

test('it follows the rules of OpenAPI 3.1', () => {
  const { error } = openApi.safeParse(document);
  expect(error?.issues.map((issue) => `${issue.path.join('/')}: ${issue.message}`) ?? []).toEqual(
    [],
  );
});

test('every reference leads somewhere, and no schema is left unused', () => {
  const text = JSON.stringify(document);
  const led = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
  const components = document.components as unknown as Record<string, Record<string, unknown>>;
  for (const [, kind, name] of led) expect(components[kind!]?.[name!], name).toBeDefined();
  const used = new Set(led.map(([, , name]) => name));
  expect(Object.keys(document.components.schemas).filter((name) => !used.has(name))).toEqual([]);
});

test('ids of operations are unique, and every part of a path is a parameter', () => {
  const operations = operationsOf(document);
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, parameters, operationId } of operations) {
    const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => name);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    expect(inPath.toSorted(), operationId).toEqual(named.toSorted());
  }
});

test('every answer with a body says what is in it', () => {
  for (const { responses, operationId } of operationsOf(document)) {
    for (const [status, { content: given = {} }] of Object.entries(responses)) {
      const { schema: form } = given['application/json'] ?? {};
      if (form === undefined || operationId === 'getOpenapiJson') continue;
      const bare = form.type === 'object' && Object.keys(form.properties ?? {}).length === 0;
      expect(bare, `${operationId} ${status}`).toBe(false);
    }
  }
});

test('lists have limits, ids are integers and every name is in snake_case', () => {
  for (const { parameters, operationId } of operationsOf(document)) {
    for (const { name, schema: form } of parameters) {
      if (name === 'limit') expect(form).toMatchObject({ minimum: 1, maximum: 200, default: 50 });
      if (/_?id$/i.test(name)) expect(form.type, `${operationId} ${name}`).toBe('integer');
    }
  }
  const names = new Set<string>();
  const walk = (form: Schema) => {
    for (const [name, field] of Object.entries(form.properties ?? {})) {
      names.add(name);
      walk(field);
    }
    for (const each of [
      form.items ?? [],
      form.anyOf ?? [],
      form.allOf ?? [],
      form.oneOf ?? [],
    ].flat()) {
      walk(each);
    }
  };
  Object.values(document.components.schemas).forEach(walk);
  expect([...names].filter((name) => !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name))).toEqual([]);
});

test('every example is one of what it stands for', () => {
  let examples = 0;
  const walk = (form: Schema, at: string) => {
    for (const example of examplesOf(form)) {
      examples += 1;
      const { error } = judgeOf(form, document).safeParse(example);
      expect(error?.issues ?? [], at).toEqual([]);
    }
    for (const [name, field] of Object.entries(form.properties ?? {})) walk(field, `${at}.${name}`);
    for (const each of [form.items ?? [], form.anyOf ?? [], form.oneOf ?? []].flat())
      walk(each, at);
  };
  for (const [name, form] of Object.entries(document.components.schemas)) walk(form, name);
  for (const { body, operationId } of operationsOf(document))
    if (body) walk(body.schema, operationId);
  expect(examples).toBeGreaterThan(15);
});

test('the reference shows every operation and every schema, and fits a phone and a desk', async () => {
  for (const { operationId } of operationsOf(document))
    expect(page).toContain(`id="${operationId}"`);
  for (const name of Object.keys(document.components.schemas)) {
    expect(page).toContain(`id="schema-${name}"`);
  }
  const targets = [...page.matchAll(/href="#([\w-]+)"/g)].map(([, id]) => id!);
  for (const id of new Set(targets)) expect(page).toContain(`id="${id}"`);

  await using browser = await launchChromium();
  for (const width of [320, 390, 1280]) {
    const tab = await browser.newPage();
    await tab.setViewport({ width, height: 800 });
    await tab.setContent(page);
    const { scrollWidth } = await tab.$eval('html', (root) => ({ scrollWidth: root.scrollWidth }));
    expect(scrollWidth).toBe(width);
  }
});

function isPattern(text: string): boolean {
  return new RegExp(text) instanceof RegExp;
}
