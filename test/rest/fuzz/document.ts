/** The OpenAPI document as what it promises: which operations there are, what each takes, and what it may answer. */
import { z } from 'zod';

/** JSON Schema, as far as the document uses it. */
export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
};

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
};

type Promised = {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
};

export type Operation = {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly schema: Schema; readonly required: boolean } | null;
  readonly responses: Readonly<Record<string, Promised>>;
};

export type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

type RawOperation = {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<Record<string, Promised>>;
};

export function operationsOf({ paths }: OpenApi): Operation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, raw]): Operation => {
      const { operationId, parameters = [], requestBody, responses } = raw;
      const schema = requestBody?.content['application/json']?.schema;
      const body = schema ? { schema, required: requestBody?.required ?? false } : null;
      return { method: method.toUpperCase(), path, operationId, parameters, body, responses };
    }),
  );
}

/** Under either of the two words that there are. */
export function examplesOf({ example, examples = [] }: Schema): unknown[] {
  return example === undefined ? [...examples] : [example, ...examples];
}

/** Follows references, of which ours are never circular, and folds `allOf` into one object. */
export function resolve(schema: Schema, document: OpenApi): Schema {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/components/schemas/', '');
    const found = document.components.schemas[name];
    if (!found) throw new Error(`The document has no schema ${schema.$ref}`);
    return resolve(found, document);
  }
  if (!schema.allOf) return schema;
  const parts = schema.allOf.map((part) => resolve(part, document));
  return {
    type: 'object',
    properties: Object.assign({}, ...parts.map((part) => part.properties ?? {})),
    required: [...new Set(parts.flatMap((part) => part.required ?? []))],
  };
}

/** Judges values by a schema, more strictly than it asks: an object has no field that is not in the document, and an
 *  instant is in UTC. */
export function judgeOf(schema: Schema, document: OpenApi): z.ZodType {
  return z.fromJSONSchema(closed(schema, document) as z.core.JSONSchema.JSONSchema);
}

function closed(given: Schema, document: OpenApi): Schema {
  const {
    $ref: _ref,
    allOf: _all,
    example: _example,
    default: _default,
    ...schema
  } = resolve(given, document);
  const each = (list: readonly Schema[]) => list.map((one) => closed(one, document));
  return {
    ...schema,
    ...(schema.format === 'date-time' && { pattern: 'Z$' }),
    ...(schema.anyOf && { anyOf: each(schema.anyOf) }),
    ...(schema.oneOf && { oneOf: each(schema.oneOf) }),
    ...(schema.items && { items: closed(schema.items, document) }),
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, one]) => [name, closed(one, document)]),
      ),
      additionalProperties: schema.additionalProperties ?? false,
    }),
  };
}
