/** JSON Schema in the words of a reference: a type with its bounds, the fields of an object, an example. */

import { MAX_ID } from './describe.ts';

/** The part of JSON Schema that our forms use. */
export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
};

export type Schemas = Readonly<Record<string, Schema>>;

/** The name under which a schema stands in the document; null for one that stands where it is used. */
export function nameOfSchema({ $ref }: Schema): string | null {
  return /^#\/components\/schemas\/(\w+)$/.exec($ref ?? '')?.[1] ?? null;
}

/** As in "text of 1 to 200 characters", "skip, allow or null", "list of Run". */
export function wordOf(schema: Schema): string {
  const name = nameOfSchema(schema);
  if (name !== null) return name;
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return [...new Set(branches.map(wordOf))].join(' or ');
  if (schema.allOf) return schema.allOf.map(wordOf).join(' with ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map(String).join(' | ');
  const types = [schema.type ?? 'anything'].flat();
  return `${types.map((type) => wordOfType(type, schema)).join(' or ')}${defaultOf(schema)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'integer',
  boolean: 'true or false',
};

function wordOfType(type: string, schema: Schema): string {
  const word = TYPES[type] ?? type;
  switch (type) {
    case 'string':
      return (schema.format ?? word) + bounds(schema.minLength, schema.maxLength, ' characters');
    case 'integer':
    case 'number':
      return word + bounds(schema.minimum, schema.maximum);
    case 'array':
      return `list of ${wordOf(schema.items ?? {})}${bounds(schema.minItems, schema.maxItems, ' entries')}`;
    default:
      return word;
  }
}

function bounds(from: number | undefined, to: number | undefined, unit = ''): string {
  // Bounds of the number format itself tell nobody anything.
  const upper = to === undefined || to >= MAX_ID ? undefined : to;
  const lower = from === undefined || from <= Number.MIN_SAFE_INTEGER ? undefined : from;
  if (lower !== undefined && upper !== undefined) return `, ${lower} to ${upper}${unit}`;
  if (upper !== undefined) return `, up to ${upper}${unit}`;
  return lower === undefined || lower === 0 ? '' : `, ${lower} or more${unit}`;
}

const defaultOf = ({ default: value }: Schema) =>
  value === undefined ? '' : `, ${JSON.stringify(value)} when left out`;

export type Field = {
  readonly path: readonly string[];
  readonly schema: Schema;
  readonly required: boolean;
  /** Which of several forms has it; null: each. */
  readonly of: string | null;
};

/** Deeper ones have a name of their own, or are better read in the document. */
const MAX_DEPTH = 3;

/** The fields of an object, those of objects within it after their own; of several forms, those of each. */
export function fieldsOf(schema: Schema, schemas: Schemas, path: readonly string[] = []): Field[] {
  if (path.length >= MAX_DEPTH) return [];
  if (schema.allOf) {
    const known = new Map<string, Field>();
    for (const part of schema.allOf) {
      for (const field of fieldsOf(resolved(part, schemas), schemas, path)) {
        const key = field.path.join('.');
        const before = known.get(key);
        // What a later part says of a field narrows it; needed it stays.
        known.set(key, { ...field, required: field.required || (before?.required ?? false) });
      }
    }
    return [...known.values()];
  }
  const forms = (schema.anyOf ?? schema.oneOf)?.filter((form) => wordOf(form) !== 'null');
  if (forms) return fieldsOfForms(forms, schemas, path);
  if (schema.items) return fieldsOf(schema.items, schemas, path);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = [...path, name];
    const required = schema.required?.includes(name) ?? false;
    return [{ path: at, schema: field, required, of: null }, ...fieldsOf(field, schemas, at)];
  });
}

function fieldsOfForms(forms: readonly Schema[], schemas: Schemas, path: readonly string[]) {
  const found = forms.map((form) => fieldsOf(form, schemas, path));
  const having = (key: string) =>
    forms.flatMap((form, n) => {
      const field = found[n]!.find((each) => each.path.join('.') === key);
      return field ? [{ form, field }] : [];
    });
  return [...new Set(found.flat().map((field) => field.path.join('.')))].map((key): Field => {
    const those = having(key);
    const { field } = those[0]!;
    const values = those.map((each) => each.field.schema.const);
    const told = values.every((value) => value !== undefined) ? { enum: values } : {};
    const names = those.map(({ form }) => String(form.properties?.['kind']?.const ?? ''));
    const some = those.length < forms.length && names.every((name) => name !== '');
    const { const: _, ...rest } = field.schema;
    return {
      ...field,
      schema: values.includes(undefined) ? field.schema : { ...rest, ...told },
      of: some ? names.join(', ') : field.of,
    };
  });
}

/** The example that a schema states, or one made of those of its fields; undefined when there is none. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  const found = resolved(schema, schemas);
  if (found.example !== undefined) return found.example;
  if (found.default !== undefined) return found.default;
  const known = Object.entries(found.properties ?? {})
    .filter(([name]) => found.required?.includes(name))
    .map(([name, field]) => [name, exampleOf(field, schemas)] as const);
  if (known.length === 0 || known.some(([, example]) => example === undefined)) return undefined;
  return Object.fromEntries(known);
}

export function resolved(schema: Schema, schemas: Schemas): Schema {
  const name = nameOfSchema(schema);
  return (name !== null && schemas[name]) || schema;
}
