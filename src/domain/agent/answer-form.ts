/** The form of an agent's answer: a JSON Schema of an object, whose properties become columns. */
import { z } from 'zod';
import type { Problem } from '#platform/errors.ts';
import { identifierFlaw } from '#platform/identifier.ts';
import type { Json } from '../step/kind.ts';

export type AnswerColumn = {
  readonly name: string;
  /** As Postgres writes it. */
  readonly type: 'text' | 'bigint' | 'double precision' | 'boolean' | 'jsonb';
};

export type AnswerForm = {
  readonly schema: { readonly [key: string]: Json | undefined };
  readonly columns: readonly AnswerColumn[];
  /** What of an answer does not fit, in words; null: it fits. */
  flaw(answer: unknown): string | null;
};

// What one table may reasonably be widened by; providers allow about as many.
const MAX_PROPERTIES = 100;
const MAX_SHOWN = 3;

/** @returns every problem, at its place in the schema; no form then. */
export function readAnswerForm(
  schema: unknown,
): { form: AnswerForm; problems: [] } | { form: null; problems: Problem[] } {
  const refuse = (message: string, path: string[] = [], value?: unknown) => {
    const problem = { path, message, ...(value !== undefined && { value }) };
    return { form: null, problems: [problem] };
  };
  if (!isRecord(schema)) return refuse('is a JSON Schema, an object', [], schema);
  if (schema['type'] !== 'object') {
    return refuse('is "object": an answer is an object, its properties are columns', ['type']);
  }
  const { properties } = schema;
  if (!isRecord(properties) || Object.keys(properties).length === 0) {
    return refuse('names at least one property, which becomes a column', ['properties']);
  }
  const names = Object.keys(properties);
  if (names.length > MAX_PROPERTIES) {
    return refuse(`has ${names.length} properties; at most ${MAX_PROPERTIES}`, ['properties']);
  }
  const problems = names.flatMap((name): Problem[] => {
    const flaw = identifierFlaw(name);
    const path = ['properties', name];
    return flaw === null ? [] : [{ path, message: `cannot name a column: ${flaw}` }];
  });
  if (problems.length > 0) return { form: null, problems };
  let parser: z.ZodType;
  try {
    parser = z.fromJSONSchema(schema);
  } catch (error) {
    return refuse(`cannot be used: ${(error as Error).message}`);
  }
  const columns = names.map((name) => ({ name, type: columnType(properties[name]) }));
  const form = { schema: schema as AnswerForm['schema'], columns, flaw: flawBy(parser) };
  return { form, problems: [] };
}

const flawBy = (parser: z.ZodType) => (answer: unknown) => {
  const parsed = parser.safeParse(answer);
  if (parsed.success) return null;
  const found = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const more = found.length > MAX_SHOWN ? `; ${found.length - MAX_SHOWN} more` : '';
  return found.slice(0, MAX_SHOWN).join('; ').replaceAll(/^: /gm, '') + more;
};

/** Texts stay text whatever their format says: a date that no calendar has would else end the whole step. */
function columnType(property: unknown): AnswerColumn['type'] {
  if (!isRecord(property)) return 'jsonb';
  const type = typesOf(property).filter((each) => each !== 'null');
  if (type.length === 1) return TYPES[type[0]!] ?? 'jsonb';
  return type.length === 2 && type.every((each) => each === 'integer' || each === 'number')
    ? 'double precision'
    : 'jsonb';
}

const TYPES: Readonly<Record<string, AnswerColumn['type']>> = {
  string: 'text',
  integer: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
};

function typesOf({ type, enum: values, const: value }: Record<string, unknown>): string[] {
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.map(String);
  const all = Array.isArray(values) ? values : value === undefined ? [] : [value];
  return [...new Set(all.map((each) => (each === null ? 'null' : typeof each)))];
}

/** A property of an answer as a cell of its column. */
export function cellOfAnswer(value: Json | undefined, type: AnswerColumn['type']): string | null {
  if (value === undefined || value === null) return null;
  if (type === 'jsonb') return JSON.stringify(value);
  return typeof value === 'string' ? value : String(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
