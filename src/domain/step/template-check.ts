/** Whether the templates of a step name things that will exist when the step starts. */
import type { Problem } from '#platform/errors.ts';
import { findNearest } from '../trigger/nearest.ts';
import {
  holdsTemplate,
  isTemplate,
  parseTemplate,
  PROJECT_FIELDS,
  RUN_FIELDS,
  type Reference,
} from './template-text.ts';

type Path = Problem['path'];

export type KnownNames = {
  /** Names of the steps whose output exists when this one starts. */
  readonly earlierSteps: readonly string[];
  /** Names of all steps, to tell a later one from a mistyped one. */
  readonly allSteps: readonly string[];
};

const ROOTS = ['param', 'project', 'run', 'steps'];

/** Every fault of every template in a value. Parameters are known only when a run is made, so any name of
 *  one passes here. */
export function templateProblems(value: unknown, path: Path, known: KnownNames): Problem[] {
  if (isTemplate(value)) {
    const { parts, fault } = parseTemplate(value);
    if (fault !== null) return [{ path, message: fault, value }];
    return parts
      .map((part) => (typeof part === 'string' ? null : faultOf(part, known)))
      .filter((message) => message !== null)
      .map((message) => ({ path, message, value }));
  }
  if (!holdsTemplate(value)) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value as object);
  return entries.flatMap(([key, part]) => templateProblems(part, [...path, key], known));
}

function faultOf({ text, path }: Reference, known: KnownNames): string | null {
  const [root = '', ...rest] = path;
  switch (root) {
    case 'param':
      return rest.length > 0 ? null : `${text} names no parameter; write {{ param.name }}`;
    case 'project':
      return fieldFault(text, rest, 'project', PROJECT_FIELDS);
    case 'run':
      return fieldFault(text, rest, 'run', RUN_FIELDS);
    case 'steps':
      return stepFault(text, rest, known);
    default:
      return `${text} starts with "${root}"; ${suggest(root, ROOTS)}`;
  }
}

function fieldFault(
  text: string,
  rest: readonly string[],
  root: string,
  fields: readonly string[],
): string | null {
  const [field = ''] = rest;
  if (rest.length === 1 && fields.includes(field)) return null;
  return `${text} names no field of the ${root}; ${suggest(rest.join('.'), fields)}`;
}

function stepFault(text: string, rest: readonly string[], known: KnownNames): string | null {
  const [name = '', output] = rest;
  if (!known.allSteps.includes(name)) {
    return `${text} names no step; ${suggest(name, known.allSteps)}`;
  }
  if (!known.earlierSteps.includes(name)) {
    return `${text} names a step that does not end before this one starts; move it to the front`;
  }
  return output === 'output'
    ? null
    : `${text} names no output; write {{ steps.${name}.output.field }}`;
}

function suggest(word: string, allowed: readonly string[]): string {
  const nearest = findNearest(word, allowed);
  const hint = nearest === null ? '' : `did you mean "${nearest}"? `;
  return `${hint}allowed are ${allowed.join(', ') || 'none here'}`;
}
