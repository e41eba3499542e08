/** What can be told about a template before any project fills it in: whether it would make a scenario, whatever the
 *  values are. */
import { DomainError, formatPath, type Problem } from '#platform/errors.ts';
import { readNewScenario, type Reading } from '../scenario/scenario-input.ts';
import { COMMON_FIELDS } from '../step/config.ts';
import { keysOf } from '../step/form-problems.ts';
import type { Json, Registry } from '../step/kind.ts';
import { isTemplate, parseTemplate, referencesIn } from '../step/template-text.ts';
import { findNearest } from '../trigger/nearest.ts';
import { fill, parametersAt } from './fill.ts';
import type { Parameter, ParameterType } from './parameters.ts';
import type { TemplateRow } from './template.sql.ts';

type Path = Problem['path'];

/** The part of a template in which values may be parameters. */
export type Source = Pick<TemplateRow, 'trigger' | 'steps' | 'policies' | 'parameters'>;

const MAILS = 'send_email_report';

/** What every project must say by itself where a report names no dashboard. */
const DASHBOARDS: Parameter = {
  name: 'dashboard_ids',
  type: 'dashboard_refs',
  required: true,
  help: 'The dashboards that the report shows.',
};

/** The parameters that a project is asked for: the declared ones, and `dashboard_ids` where a report by mail has an empty
 *  list of dashboards. */
export function parametersOf({
  parameters,
  steps,
}: Pick<Source, 'parameters' | 'steps'>): readonly Parameter[] {
  const declared = parameters.some(({ name }) => name === DASHBOARDS.name);
  return declared || !asList(steps).some(namesNoDashboard)
    ? parameters
    : [...parameters, DASHBOARDS];
}

/** The wire form of a scenario in which everything that a project must give is a parameter. */
export function sourceOf({ trigger, steps, policies }: Source) {
  const asked = asList(steps).map((step) =>
    namesNoDashboard(step) ? { ...step, dashboard_ids: `{{ param.${DASHBOARDS.name} }}` } : step,
  );
  return { trigger, steps: Array.isArray(steps) ? asked : steps, policies };
}

/** Every problem. Where a parameter has a default, what it makes is judged too. */
export function sourceProblems(source: Source, kinds: Registry): Problem[] {
  const wire = sourceOf(source);
  const parameters = parametersOf(source);
  const problems = [...undeclared(wire, parameters), ...misplaced(wire, kinds)];
  const told = new Set(problems.map(({ path }) => formatPath(path)));
  const defaults = parameters.flatMap((each) =>
    each.default === undefined ? [] : [[each.name, each.default] as const],
  );
  const filled = fill(wire, new Map(defaults)) as typeof wire;
  const found = readFilled(filled, kinds).problems.filter(
    ({ path }) => !told.has(formatPath(path)),
  );
  return [...problems, ...found];
}

/** Reads a source as a new scenario. What is still to be filled in is no problem. */
export function readFilled(filled: ReturnType<typeof sourceOf>, kinds: Registry): Reading {
  const { input, problems } = readNewScenario({ name: 'template', ...filled }, kinds);
  const isLater = ({ path }: Problem) =>
    isSettledLater(path, filled, kinds) && parametersAt(filled, path).length > 0;
  return { input, problems: problems.filter((problem) => !isLater(problem)) };
}

/** @returns the refusal of a stored template that makes no scenario any more, with exactly the offending part in
 *  `facts.config`; null for one that is fine. */
export function faultOf(template: Source, kinds: Registry): DomainError | null {
  const problems = sourceProblems(template, kinds);
  const [first] = problems;
  if (first === undefined) return null;
  const message = problems
    .map(({ path, message: why }) => `${formatPath(path)}: ${why}`)
    .join('; ');
  return new DomainError('TRIGGER_CONFIG', message, {
    problems,
    facts: { config: partAt(template, first.path) },
  });
}

/** The trigger, or the one field of a step or policy that holds the place. */
function partAt(source: Source, [part, ...rest]: Path): unknown {
  if (part === 'trigger') return source.trigger;
  const holder: unknown = part === 'steps' ? source.steps[Number(rest[0])] : source.policies;
  const field = String(part === 'steps' ? rest[1] : rest[0]);
  if (typeof holder !== 'object' || holder === null) return source.steps;
  return Object.hasOwn(holder, field)
    ? { [field]: (holder as Record<string, unknown>)[field] }
    : holder;
}

/** References to parameters that there are not, and to a part of one that has none: it would leave its field out. */
function undeclared(wire: unknown, parameters: readonly Parameter[]): Problem[] {
  const names = parameters.map(({ name }) => name);
  return [...referencesIn(wire)].flatMap(({ reference, path, value }): Problem[] => {
    const [root, name = '', ...rest] = reference.path;
    if (root !== 'param') return [];
    const declared = parameters.find((each) => each.name === name);
    if (declared !== undefined) {
      const message = partFlaw(declared, rest);
      return message === null ? [] : [{ path, message: `${reference.text} ${message}`, value }];
    }
    const nearest = findNearest(name, names);
    const hint = nearest === null ? 'declare it under parameters' : `did you mean "${nearest}"?`;
    return [{ path, message: `${reference.text} is undefined; ${hint}`, value }];
  });
}

const LISTS: readonly ParameterType[] = ['email_list', 'dashboard_refs'];

function partFlaw({ name, type }: Parameter, rest: readonly string[]): string | null {
  if (rest.length === 0) return null;
  const whole = `{{ param.${name} }}`;
  if (!LISTS.includes(type)) return `is undefined: "${name}" is one value; write ${whole}`;
  if (rest.length === 1 && /^\d+$/.test(rest[0]!)) return null;
  return `is undefined: "${name}" is a list; write ${whole}, or {{ param.${name}.0 }} for its first entry`;
}

/** What only a run knows stands only in the kinds' own fields, which are filled in when a step starts. */
function misplaced(wire: { readonly [part: string]: unknown }, kinds: Registry): Problem[] {
  const problems: Problem[] = [];
  const look = (value: unknown, path: Path) => {
    if (typeof value === 'object' && value !== null) {
      const keys = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
      for (const [key, each] of keys) look(each, [...path, key]);
    } else if (isTemplate(value) && isSettledLater(path, wire, kinds)) {
      const { parts, fault } = parseTemplate(value);
      const foreign = parts.find((part) => typeof part !== 'string' && part.path[0] !== 'param');
      if (fault !== null) problems.push({ path, message: fault, value });
      else if (typeof foreign === 'object') {
        const message = `${foreign.text} is known only when a step starts; only {{ param.name }} can stand here`;
        problems.push({ path, message, value });
      }
    }
  };
  look(wire, []);
  return problems;
}

/** Whether a place is one that forms check strictly, so that a parameter in it is judged once it is filled in: within
 *  the trigger, a policy, or a field that every step has. */
function isSettledLater(
  [part, index, field]: Path,
  wire: { readonly [part: string]: unknown },
  kinds: Registry,
): boolean {
  if (part === 'trigger' || part === 'policies') return index !== undefined;
  const step = asList(wire['steps'])[Number(index)];
  const common: readonly unknown[] = COMMON_FIELDS;
  if (part !== 'steps' || step === undefined || field === 'kind' || !common.includes(field))
    return false;
  return !keysOf(kinds.get(String(step['kind']))?.config).includes(String(field));
}

function namesNoDashboard(step: { readonly [field: string]: Json | undefined }): boolean {
  const ids = step['dashboard_ids'];
  return step['kind'] === MAILS && Array.isArray(ids) && ids.length === 0;
}

/** What can be read as steps; a configuration as written may be anything. */
function asList(steps: unknown): { readonly [field: string]: Json | undefined }[] {
  if (!Array.isArray(steps)) return [];
  return steps.map((step) => (typeof step === 'object' && step !== null ? step : {}));
}
