/** `{{ param.x }}` filled in when a template is switched on; `{{ project.… }}`, `{{ run.… }}` and `{{ steps.… }}` stay as
 *  they are, for when a step starts. */
import type { Problem } from '#platform/errors.ts';
import type { Json } from '../step/kind.ts';
import { isTemplate, parseTemplate, referencesIn } from '../step/template-text.ts';

type Path = Problem['path'];

/** By name; undefined: it is optional and has none. */
export type Values = ReadonlyMap<string, Json | undefined>;

/** A reference that is the whole text keeps its type, inside a longer text it is written out. An optional parameter
 *  without a value leaves its field or entry out. Parameters that are not among the values stay as they are written. */
export function fill(value: unknown, values: Values): Json | undefined {
  if (isTemplate(value)) return fillText(value, values);
  if (Array.isArray(value)) {
    return value.map((each) => fill(each, values)).filter((each) => each !== undefined);
  }
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, fill(each, values)] as const)
      .filter(([, each]) => each !== undefined),
  );
}

function fillText(text: string, values: Values): Json | undefined {
  const { parts, fault } = parseTemplate(text);
  if (fault !== null) return text;
  const filled = parts.map((part) => {
    if (typeof part === 'string') return part;
    const [root, name = '', ...rest] = part.path;
    if (root !== 'param' || !values.has(name)) return part.text;
    return within(values.get(name), rest);
  });
  return filled.length === 1 ? filled[0] : filled.map(toText).join('');
}

/** An entry of a list, as in `{{ param.recipients.0 }}`. */
function within(value: Json | undefined, path: readonly string[]): Json | undefined {
  if (path.length === 0 || value === undefined) return value;
  const [index = '', ...rest] = path;
  const entry = Array.isArray(value) && /^\d+$/.test(index) ? value[Number(index)] : undefined;
  return within(entry, rest);
}

function toText(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Entries that are named and that a list is too short for: to leave their fields out would go unseen. */
export function missingEntries(source: unknown, values: Values): Problem[] {
  return [...referencesIn(source)].flatMap(({ reference }): Problem[] => {
    const [root, name = '', ...rest] = reference.path;
    const value = values.get(name);
    if (root !== 'param' || value === undefined || within(value, rest) !== undefined) return [];
    const message = `has no entry for ${reference.text}; entries are counted from 0`;
    return [{ path: ['values', name], message, value }];
  });
}

/** The parameters that the text at this place names, or the one around it when the place lies within what it stands
 *  for. */
export function parametersAt(source: unknown, path: Path): string[] {
  let value = source;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) break;
    value = (value as Record<string | number, unknown>)[key];
  }
  if (!isTemplate(value)) return [];
  return [...referencesIn(value)].flatMap(({ reference: { path: words } }) =>
    words[0] === 'param' && words[1] !== undefined ? [words[1]] : [],
  );
}
