/** Whether a value is what a parameter's type asks for, as far as that can be told without the database. */
import { z } from 'zod';
import type { Problem } from '#platform/errors.ts';
import { parseForm } from '../step/form-problems.ts';
import type { Json } from '../step/kind.ts';
import { holdsTemplate } from '../step/template-text.ts';
import { parseCron } from '../trigger/cron.ts';
import { parseTrigger } from '../trigger/parse-trigger.ts';
import type { Parameter, ParameterType } from './parameters.ts';

const MAX_ID = 2_147_483_647;

const id = z.int().min(1).max(MAX_ID);
const ref = z.union([z.string().min(1).max(100), id]);

const FORMS: { readonly [Type in Exclude<ParameterType, 'enum'>]: z.ZodType } = {
  string: z.string().max(10_000),
  integer: z.int(),
  number: z.number(),
  boolean: z.boolean(),
  timezone: z.string().max(100),
  cron: z.string().max(1000),
  email: z.email(),
  email_list: z.array(z.email()).min(1).max(100),
  recipe_ref: ref.describe('the recipe, by slug or id'),
  dataset_ref: ref.describe('the dataset, by slug or id'),
  dashboard_ref: id.describe('the dashboard, by id'),
  dashboard_refs: z.array(id).min(1).max(100).describe('dashboards, by id'),
  agent_ref: ref.describe('the agent, by slug or id'),
};

/** @param path where the value stands, the start of every problem's path. */
export function checkValue(
  { type, options = [] }: Pick<Parameter, 'type' | 'options'>,
  value: Json,
  path: Problem['path'],
): { value: Json; problems: Problem[] } {
  // What is filled in stands in a scenario, where it would be filled in once more.
  if (holdsTemplate(value)) {
    const message = 'is taken as it is, so it cannot hold {{ … }}; write that in the template';
    return { value, problems: [{ path, message, value }] };
  }
  const form = type === 'enum' ? z.enum(options) : FORMS[type];
  const parsed = parseForm<unknown>(form, value, path);
  if (parsed.problems.length > 0) return { value, problems: parsed.problems };
  return { value, problems: ownProblems(type, value, path) };
}

/** What a trigger asks of a text. */
function ownProblems(type: ParameterType, value: Json, path: Problem['path']): Problem[] {
  if (type === 'cron')
    return parseCron(value as string, path).problems.map((p) => ({ ...p, path }));
  if (type !== 'timezone') return [];
  // The trigger's own words for a zone that it does not know.
  const { problems } = parseTrigger({ cron: '@daily', timezone: value }, []);
  return problems.map((problem) => ({ ...problem, path }));
}
