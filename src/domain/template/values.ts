/** What a project gives for the parameters of a template. Every problem has a path that begins with `values` and the
 *  parameter's name. */
import type { Problem } from '#platform/errors.ts';
import type { Json } from '../step/kind.ts';
import { findNearest } from '../trigger/nearest.ts';
import { checkValue } from './check-value.ts';
import { parametersOf, type Source } from './check-template.ts';
import type { Values } from './fill.ts';
import type { Reference } from './references.ts';

type Given = Readonly<Record<string, unknown>>;

/** What a project has given by now: what is left out stays, null takes the parameter's default. */
export function mergeValues(before: Given, given: Given): Given {
  return Object.fromEntries(
    Object.entries({ ...before, ...given }).filter(([, value]) => value != null),
  );
}

/** Values for parameters that the template does not have. */
export function unknownValues(template: Source, given: Given): Problem[] {
  const names = parametersOf(template).map(({ name }) => name);
  return Object.entries(given).flatMap(([name, value]): Problem[] => {
    if (names.includes(name)) return [];
    const nearest = findNearest(name, names);
    const hint = nearest === null ? '' : `did you mean "${nearest}"? `;
    const message = `the template has no parameter "${name}"; ${hint}it has ${names.join(', ') || 'none'}`;
    return [{ path: ['values', name], message, value }];
  });
}

/** Each parameter's value: the one given, else its default, else nothing where it is optional. One that is missing or
 *  bad has none, so that nothing is judged by it. What was given for parameters that the template no longer has is
 *  passed over. */
export function settleValues(
  template: Source,
  given: Given,
): { values: Values; references: Reference[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const references: Reference[] = [];
  const values = new Map<string, Json | undefined>();
  for (const parameter of parametersOf(template)) {
    const { name, type, required } = parameter;
    const path = ['values', name];
    const own = Object.hasOwn(given, name) ? (given[name] as Json) : null;
    const value = own ?? parameter.default;
    if (value === undefined) {
      if (required) problems.push({ path, message: `is missing; it is ${ARTICLE[type]}` });
      else values.set(name, undefined);
      continue;
    }
    const checked = checkValue(parameter, value, path);
    problems.push(...checked.problems);
    if (checked.problems.length > 0) continue;
    values.set(name, value);
    references.push(...referencesOf(type, value, path));
  }
  return { values, references, problems };
}

const ARTICLE = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  enum: 'one of its options',
  timezone: 'a time zone, as in Asia/Jakarta',
  cron: 'a cron expression, as in 0 2 * * *',
  email: 'an e-mail address',
  email_list: 'a list of e-mail addresses',
  recipe_ref: 'a recipe of the project, by slug or id',
  dataset_ref: 'a dataset of the project, by slug or id',
  dashboard_ref: 'a dashboard of the project, by id',
  dashboard_refs: 'a list of dashboards of the project, by id',
  agent_ref: 'an agent of the project, by slug or id',
} as const;

const REFERENCED = {
  recipe_ref: 'recipe',
  dataset_ref: 'dataset',
  dashboard_ref: 'dashboard',
  dashboard_refs: 'dashboard',
  agent_ref: 'agent',
} as const;

function referencesOf(type: string, value: Json, path: Problem['path']): Reference[] {
  if (!Object.hasOwn(REFERENCED, type)) return [];
  const what = REFERENCED[type as keyof typeof REFERENCED];
  if (!Array.isArray(value)) return [{ what, ref: value as string | number, path }];
  return value.map((ref, index) => ({ what, ref: ref as number, path: [...path, index] }));
}
