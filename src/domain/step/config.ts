/** The configuration of one step: checked as value-or-template when a scenario is written, parsed strictly
 *  once its templates are filled in. */
import type { z } from 'zod';
import type { Problem } from '#platform/errors.ts';
import { keysOf, parseForm } from './form-problems.ts';
import type { Json, StepKind } from './kind.ts';
import { templateProblems, type KnownNames } from './template-check.ts';
import { holdsTemplate, isTemplate, resolve, type TemplateScope } from './template-text.ts';

type Path = Problem['path'];

/** A step as it is stored and sent: the common fields, and the kind's own beside them. */
export type StepWire = {
  readonly kind: string;
  readonly name: string;
  readonly [field: string]: Json | undefined;
};

/** The fields that every kind has. */
export const COMMON_FIELDS = [
  'kind',
  'name',
  'parallel',
  'transactional',
  'run_if',
  'timeout',
  'retries',
] as const;

/** The kind's own part of a step. A common name that the kind's form has too (`timeout`) counts as the kind's
 *  where the kind is given. */
export function ownConfig(
  step: Readonly<Record<string, unknown>>,
  kind?: StepKind,
): Record<string, unknown> {
  const own = new Set(keysOf(kind?.config));
  const common: readonly string[] = COMMON_FIELDS;
  return Object.fromEntries(
    Object.entries(step).filter(
      ([key]) => key !== 'kind' && (own.has(key) || !common.includes(key)),
    ),
  );
}

/** Checks a configuration in which any value may be a template: templates for their syntax and their names,
 *  everything else by the kind's strict form.
 *  @returns besides the problems the part that is settled: fields that hold no template and have no problem,
 *  with defaults filled in; what `StepKind.check` takes. */
export function checkConfig(
  kind: StepKind,
  config: Readonly<Record<string, unknown>>,
  known: KnownNames,
  path: Path,
): { problems: Problem[]; settled: Record<string, unknown> } {
  const strict = parseForm(kind.config, config, [], COMMON_FIELDS);
  // A template is not yet the value that the form asks for; a finding inside a text is one about the text.
  const problems = strict.problems.filter((problem) => !standsForLater(config, problem.path));
  const bad = new Set(problems.map((problem) => problem.path[0]));
  const settled: Record<string, unknown> = {};
  for (const key of keysOf(kind.config)) {
    if (bad.has(key) || holdsTemplate(config[key])) continue;
    const field = fieldOf(kind.config, key).safeParse(config[key]);
    if (field.success && field.data !== undefined) settled[key] = field.data;
  }
  return {
    problems: [
      ...problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] })),
      ...templateProblems(config, path, known),
    ],
    settled,
  };
}

/** Fills in the templates and parses strictly: what a step does when it starts.
 *  @param path where the configuration stands, e.g. `['steps', 2]`. */
export function resolveConfig<Config>(
  kind: StepKind<Config>,
  config: Readonly<Record<string, unknown>>,
  scope: TemplateScope,
  path: Path,
): { config: Config; problems: [] } | { config: null; problems: Problem[] } {
  const { value, problems } = resolve(config, scope, path);
  if (problems.length > 0) return { config: null, problems };
  const parsed = parseForm(kind.config, value, path);
  return parsed.data === null && parsed.problems.length > 0
    ? { config: null, problems: parsed.problems }
    : { config: parsed.data as Config, problems: [] };
}

function standsForLater(config: unknown, path: Path): boolean {
  let value = config;
  for (const key of path) {
    if (isTemplate(value)) return true;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string | number, unknown>)[key];
  }
  return isTemplate(value);
}

function fieldOf(schema: z.ZodType, key: string): z.ZodType {
  return (schema as z.ZodObject).shape[key] as z.ZodType;
}
