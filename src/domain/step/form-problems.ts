/** zod's findings as problems: every one with its place, what was found, what is expected, and "did you mean"
 *  where a word was mistyped. A message that a schema states itself is kept. */
import { z } from 'zod';
import type { Problem } from '#platform/errors.ts';
import { findNearest } from '../trigger/nearest.ts';

type Path = Problem['path'];

/** Parses strictly.
 *  @param path where the input stands, the start of every problem's path.
 *  @param moreKeys words that are allowed beside the schema's own, for "did you mean". */
export function parseForm<T>(
  schema: z.ZodType<T>,
  input: unknown,
  path: Path = [],
  moreKeys: readonly string[] = [],
): { data: T; problems: [] } | { data: null; problems: Problem[] } {
  const parsed = schema.safeParse(input, { error: (issue) => messageOf(issue, schema) });
  if (parsed.success) return { data: parsed.data, problems: [] };
  const problems = parsed.error.issues.flatMap((issue) => flatten(issue, schema, input, moreKeys));
  return { data: null, problems: problems.map((p) => ({ ...p, path: [...path, ...p.path] })) };
}

/** Every text that Postgres refuses as a parameter, wherever it stands: with one of them nothing can be looked up. */
export function unstorable(value: unknown, path: Path = []): Problem[] {
  if (typeof value === 'string') {
    if (!value.includes('\0')) return [];
    return [{ path, message: 'holds a NUL or half a surrogate pair; remove it', value }];
  }
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, part]) =>
    typeof key === 'string' && key.includes('\0')
      ? [{ path, message: 'has a field whose name holds a NUL; remove it', value: key }]
      : unstorable(part, [...path, key]),
  );
}

/** The field names of an object's form; none for other forms. */
export function keysOf(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function flatten(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  input: unknown,
  moreKeys: readonly string[],
): Problem[] {
  const path = toPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = [...keysOf(schemaAt(schema, path)), ...(path.length === 0 ? moreKeys : [])];
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: unknownField(key, known),
      value: valueAt(input, [...path, key]),
    }));
  }
  if (issue.code === 'invalid_union') {
    const inner = closestBranch(issue);
    if (inner !== null) {
      return inner.flatMap((each) =>
        flatten({ ...each, path: [...issue.path, ...each.path] }, schema, input, moreKeys),
      );
    }
  }
  const value = valueAt(input, path);
  return [{ path, message: issue.message, ...(value !== undefined && { value }) }];
}

/** "is unknown", with the nearest word and all that are allowed. */
export function unknownField(key: string, known: readonly string[]): string {
  const nearest = findNearest(key, known);
  const hint = nearest === null ? '' : `did you mean "${nearest}"? `;
  return `field "${key}" is unknown; ${hint}allowed are ${known.join(', ')}`;
}

/** The one branch of a union whose shape fits, so that its own findings say more than "none fits". */
function closestBranch(issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | null {
  const fitting = issue.errors.filter(
    (branch) => !branch.some((each) => each.path.length === 0 && each.code === 'invalid_type'),
  );
  return fitting.length === 1 ? fitting[0]! : null;
}

/** zod asks this for every finding to which the schema itself gives no message. */
function messageOf(issue: z.core.$ZodRawIssue, schema: z.ZodType): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const found = issue.input === undefined ? 'is missing' : `is ${nameOf(issue.input)}`;
      return `${found}; expected ${EXPECTED[issue.expected] ?? issue.expected}${about(schema, issue.path)}`;
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      const nearest = typeof issue.input === 'string' ? findNearest(issue.input, values) : null;
      const hint = nearest === null ? '' : `did you mean "${nearest}"? `;
      const found = issue.input === undefined ? 'is missing' : `cannot be ${show(issue.input)}`;
      return `${found}; ${hint}allowed are ${values.join(', ')}`;
    }
    case 'invalid_union': {
      const expected = issue.errors.flatMap((branch) =>
        branch.flatMap((each) => (each.code === 'invalid_type' ? [EXPECTED[each.expected]] : [])),
      );
      const found = issue.input === undefined ? 'is missing' : `cannot be ${show(issue.input)}`;
      const list = [...new Set(expected)].join(' or ');
      return `${found}; expected ${list || 'another form'}${about(schema, issue.path)}`;
    }
    case 'too_small':
      return bound(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum);
    case 'invalid_format':
      return FORMATS[issue.format];
    default:
      return undefined;
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
/** What is counted, one and many. */
const COUNTED: Readonly<Record<string, readonly [string, string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};
const FORMATS: Readonly<Record<string, string>> = {
  email: 'is no e-mail address, as in ada@example.com',
  url: 'is no URL, as in https://example.com/hook',
  datetime: 'is no instant, as in 2026-01-31T02:00:00Z',
  date: 'is no date, as in 2026-01-31',
};

function bound(origin: string, word: string, limit: number | bigint): string {
  const counted = COUNTED[origin];
  return counted
    ? `has ${word} ${limit} ${counted[Number(limit) === 1 ? 0 : 1]}`
    : `is ${word} ${limit}`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return `${value}`;
  return EXPECTED[typeof value] ?? typeof value;
}

function show(value: unknown): string {
  return typeof value === 'object' ? nameOf(value) : JSON.stringify(value);
}

/** What the field is for, in the schema's own words. */
function about(schema: z.ZodType, path: readonly PropertyKey[] | undefined): string {
  const description = schemaAt(schema, toPath(path ?? []))?.description;
  return description === undefined ? '' : ` (${description})`;
}

function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  let at: unknown = schema;
  for (const key of path) {
    at = unwrap(at);
    if (at instanceof z.ZodObject) at = at.shape[key];
    else if (at instanceof z.ZodArray) at = at.element;
    else return undefined;
  }
  // An optional field carries its description outside; a described form inside.
  return at instanceof z.ZodType && at.description === undefined
    ? (unwrap(at) as z.ZodType)
    : (at as z.ZodType | undefined);
}

function unwrap(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrap(schema.def.innerType);
  }
  return schema instanceof z.ZodPipe ? unwrap(schema.def.in) : schema;
}

function toPath(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((key) => (typeof key === 'number' ? key : String(key)));
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
