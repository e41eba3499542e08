/** The parameters of a template: what a project fills in when it switches the template on. */
import { z } from 'zod';
import type { Problem } from '#platform/errors.ts';
import { parseForm } from '../step/form-problems.ts';
import type { Json } from '../step/kind.ts';
import { checkValue } from './check-value.ts';

export const PARAMETER_TYPES = [
  'string',
  'integer',
  'number',
  'boolean',
  'enum',
  'timezone',
  'cron',
  'email',
  'email_list',
  'recipe_ref',
  'dataset_ref',
  'dashboard_ref',
  'dashboard_refs',
  'agent_ref',
] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export type Parameter = {
  /** As in `{{ param.name }}`. */
  readonly name: string;
  readonly type: ParameterType;
  /** Of an enum: what may be chosen. */
  readonly options?: readonly string[];
  /** Absent: none; the project must give a value if it is required. */
  readonly default?: Json;
  /** Default true. */
  readonly required: boolean;
  /** For people; may be empty. */
  readonly help: string;
};

const MAX_PARAMETERS = 100;

const PARAMETER = z.strictObject({
  name: z
    .string()
    .max(64)
    .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'has letters, digits and _, beginning with a letter')
    .describe('as in {{ param.name }}'),
  type: z.enum(PARAMETER_TYPES).describe('what its value must be'),
  options: z
    .array(z.string().min(1).max(200))
    .max(200)
    .nullish()
    .describe('of an enum: what may be chosen'),
  default: z.json().nullish().describe('what a project that gives no value gets'),
  required: z.boolean().nullish().describe('whether it needs a value or a default; true'),
  help: z.string().max(2000).nullish().describe('for whoever fills it in'),
});

/** Reads the parameters as written, with every problem. */
export function readParameters(
  wire: unknown,
  path: Problem['path'],
): { parameters: Parameter[]; problems: Problem[] } {
  if (!Array.isArray(wire) || wire.length > MAX_PARAMETERS) {
    const message = `parameters is a list of at most ${MAX_PARAMETERS}, as in [{"name": "dataset", "type": "dataset_ref"}]`;
    return { parameters: [], problems: [{ path, message, value: wire }] };
  }
  const problems: Problem[] = [];
  const parameters = wire.flatMap((each: unknown, index): Parameter[] => {
    const at = [...path, index];
    const parsed = parseForm(PARAMETER, each, at);
    problems.push(...parsed.problems);
    if (parsed.data === null) return named(each);
    const { name, type, options, default: given, required, help } = parsed.data;
    const parameter = {
      ...{ name, type, required: required ?? true, help: help ?? '' },
      ...(options != null && options.length > 0 && { options: [...new Set(options)] }),
      ...(given != null && { default: given as Json }),
    };
    problems.push(...optionProblems(parameter, at));
    if (parameter.default !== undefined) {
      problems.push(...checkValue(parameter, parameter.default, [...at, 'default']).problems);
    }
    return [parameter];
  });
  const names = wire.map((each: unknown) => named(each)[0]?.name);
  for (const [index, name] of names.entries()) {
    if (name === undefined || names.indexOf(name) === index) continue;
    const message = `another parameter is called "${name}" already; names are unique in a template`;
    problems.push({ path: [...path, index, 'name'], message, value: name });
  }
  return { parameters, problems };
}

/** What a row has for parameters, whatever became of it past us: what is none is left out, so that whatever refers to it
 *  says that it is undefined. */
export function storedParameters(stored: unknown): readonly Parameter[] {
  return Array.isArray(stored) ? stored.filter(isParameter) : [];
}

function isParameter(stored: unknown): stored is Parameter {
  if (typeof stored !== 'object' || stored === null) return false;
  const { name, type, options = [], required, help } = stored as Record<string, unknown>;
  return (
    [typeof name, typeof required, typeof help].join() === 'string,boolean,string' &&
    PARAMETER_TYPES.includes(type as ParameterType) &&
    Array.isArray(options)
  );
}

/** One that is badly declared is declared all the same: what names it has no problem of its own. */
function named(wire: unknown): Parameter[] {
  const name = typeof wire === 'object' && wire !== null && 'name' in wire ? wire.name : null;
  return typeof name === 'string' ? [{ name, type: 'string', required: true, help: '' }] : [];
}

function optionProblems({ type, options }: Parameter, at: Problem['path']): Problem[] {
  const path = [...at, 'options'];
  if (type === 'enum' && options === undefined) {
    return [{ path, message: 'is missing; an enum lists what may be chosen' }];
  }
  if (type === 'enum' || options === undefined) return [];
  return [{ path, message: 'goes only with type enum; remove it', value: options }];
}
