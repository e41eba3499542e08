/** `{{ param.x }}` in a step's configuration: plain paths over own properties of plain data, never evaluated.
 *  Checked when a scenario is written, filled in when a step starts. */
import type { Problem } from '#platform/errors.ts';
import type { Json } from './kind.ts';

type Path = Problem['path'];

/** What a template may name, by its first word. */
export type TemplateScope = {
  readonly param: Readonly<Record<string, unknown>>;
  readonly project: Readonly<Record<(typeof PROJECT_FIELDS)[number], unknown>>;
  readonly run: Readonly<Record<(typeof RUN_FIELDS)[number], unknown>>;
  /** Steps that succeeded before this one, by name. */
  readonly steps: Readonly<Record<string, { readonly output: unknown }>>;
};

export const PROJECT_FIELDS = ['id', 'slug', 'name', 'timezone', 'owner_email'] as const;
export const RUN_FIELDS = ['id', 'due_at', 'source'] as const;

/** One `{{ … }}`: its text as written, and the words between its dots. */
export type Reference = { readonly text: string; readonly path: readonly string[] };

/** A text cut into what stands as it is and what is referred to. */
export type Template = {
  readonly parts: readonly (string | Reference)[];
  /** Why the text is no template; null when it is fine. */
  readonly fault: string | null;
};

const MARK = /\{\{(.*?)\}\}/gs;

/** Whether a text holds the opening of a template. */
export function isTemplate(value: unknown): value is string {
  return typeof value === 'string' && value.includes('{{');
}

/** Whether a template stands anywhere in a value. */
export function holdsTemplate(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsTemplate);
  if (typeof value === 'object' && value !== null) return Object.values(value).some(holdsTemplate);
  return isTemplate(value);
}

export function parseTemplate(text: string): Template {
  const parts: (string | Reference)[] = [];
  let fault: string | null = null;
  let end = 0;
  for (const match of text.matchAll(MARK)) {
    const before = text.slice(end, match.index);
    if (before !== '') parts.push(before);
    end = match.index + match[0].length;
    const path = match[1]!.trim().split('.');
    if (path.some((word) => !/^[^\s{}](?:[^{}]*[^\s{}])?$/.test(word))) {
      fault ??= `"${match[0]}" is no path; write words with dots between them, as in {{ param.name }}`;
    }
    parts.push({ text: match[0], path });
  }
  const rest = text.slice(end);
  if (rest !== '') parts.push(rest);
  if (parts.some((part) => typeof part === 'string' && part.includes('{{'))) {
    fault ??= 'a "{{" is not closed; end the template with "}}"';
  }
  return { parts, fault };
}

/** Every reference in a value, with its place. Texts that are no templates are passed over. */
export function* referencesIn(
  value: unknown,
  path: Path = [],
): Generator<{ reference: Reference; path: Path; value: string }> {
  if (isTemplate(value)) {
    for (const part of parseTemplate(value).parts) {
      if (typeof part !== 'string') yield { reference: part, path, value };
    }
  } else if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) yield* referencesIn(part, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) yield* referencesIn(part, [...path, key]);
  }
}

/** Fills in every template of a value. A reference that is the whole text keeps its type; inside a longer
 *  text it is written out, objects and lists as JSON, null as nothing.
 *  @returns problems with their places when something is undefined; the value then still holds those texts. */
export function resolve(
  value: unknown,
  scope: TemplateScope,
  path: Path = [],
): { value: Json; problems: Problem[] } {
  const problems: Problem[] = [];
  const walk = (part: unknown, at: Path): Json => {
    if (isTemplate(part)) return fill(part, scope, at, problems);
    if (Array.isArray(part)) return part.map((each, index) => walk(each, [...at, index]));
    if (typeof part !== 'object' || part === null) return part as Json;
    return Object.fromEntries(
      Object.entries(part).map(([key, each]) => [key, walk(each, [...at, key])]),
    );
  };
  return { value: walk(value, path), problems };
}

function fill(text: string, scope: TemplateScope, path: Path, problems: Problem[]): Json {
  const { parts, fault } = parseTemplate(text);
  if (fault !== null) {
    problems.push({ path, message: fault, value: text });
    return text;
  }
  const values = parts.map((part) => {
    if (typeof part === 'string') return part;
    const found = lookUp(scope, part.path);
    if (found !== undefined) return found as Json;
    problems.push({ path, message: `${part.text} is undefined`, value: text });
    return part.text;
  });
  if (values.length === 1) return values[0]!;
  return values.map(toText).join('');
}

function lookUp(from: unknown, path: readonly string[]): unknown {
  let value = from;
  for (const word of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    // A list has its entries and nothing else: `length` is an own property too.
    if (Array.isArray(value) && !/^\d+$/.test(word)) return undefined;
    if (!Object.hasOwn(value, word)) return undefined;
    value = (value as Record<string, unknown>)[word];
  }
  return value;
}

function toText(value: Json): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
