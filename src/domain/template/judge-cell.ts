/** What a template makes of one project: the configuration that its scenario is to have, or everything that stands in
 *  the way. Nothing is written here. */
import type { Queryable } from '#platform/db.ts';
import { formatPath, type Problem } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import type { Project } from '../project/project.ts';
import { databaseProblems } from '../scenario/check-scenario.ts';
import { POLICY_FIELDS } from '../scenario/forms.ts';
import { configurationOf, EMPTY, merge, type Configuration } from '../scenario/save-scenario.ts';
import type { ScenarioInput } from '../scenario/scenario-input.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Registry } from '../step/kind.ts';
import { readFilled, sourceOf } from './check-template.ts';
import { fill, missingEntries, parametersAt } from './fill.ts';
import { overridesOf } from './overrides.ts';
import { referenceProblems } from './references.ts';
import type { Applied } from './template.sql.ts';
import type { TemplateConfiguration } from './template-input.ts';
import { settleValues } from './values.ts';

export type Judged = {
  readonly problems: readonly Problem[];
  /** As the template writes it. Means something only where there are no problems, as does all that follows. */
  readonly applied: Applied;
  /** What of it the project has changed, as `overridesOf` names it. */
  readonly overridden: readonly string[];
  /** What a new scenario is made of. */
  readonly input: ScenarioInput;
};

export type Instance = {
  readonly project: Project;
  readonly values: Readonly<Record<string, unknown>>;
  /** null: it is still to be made. */
  readonly scenario: Scenario | null;
  /** What the template wrote last. */
  readonly applied: Applied | null;
};

/** Judges what the template would write: what the project has overridden is not judged against the database again. */
export async function judgeCell(
  db: Queryable,
  kinds: Registry,
  who: Principal,
  template: TemplateConfiguration,
  { project, values: given, scenario, applied: before }: Instance,
): Promise<Judged> {
  const source = sourceOf(template);
  const { values, references, problems } = settleValues(template, given);
  const filled = fill(source, values) as typeof source;
  const read = readFilled(filled, kinds);
  const { displayName: name, description } = template;
  const input: ScenarioInput = { ...read.input, name, description };
  const applied = appliedOf(merge({ ...NOBODY, name, description }, input));
  const overridden =
    scenario === null || before === null ? [] : overridesOf(before, appliedOf(scenario));
  const target = { projectId: project.id, scenarioId: scenario?.id ?? null };
  const written = scenario === null ? { ...input, owner_user_id: project.ownerUserId } : input;
  const found = [
    ...read.problems,
    ...(await databaseProblems(db, who, target, withoutFields(written, overridden))),
  ];
  problems.push(
    ...missingEntries(source, values),
    ...(await referenceProblems(db, project.id, references)),
    ...found.map((problem) => blamed(problem, source)),
  );
  return { problems: distinct(problems), applied, overridden, input: written };
}

/** The scenario's configuration with what the template writes, except what the project has overridden. */
export function followed(scenario: Scenario, { applied, overridden }: Judged): Configuration {
  const kept = new Set(overridden);
  const pick = <Field extends 'name' | 'description' | 'trigger' | 'steps'>(field: Field) =>
    (kept.has(field) ? scenario : applied)[field];
  const policies = POLICY_FIELDS.map((field) => {
    const from = kept.has(`policies.${field}`) ? scenario.policies : applied.policies;
    return [field, from[field]] as const;
  });
  return {
    ...configurationOf(scenario),
    ...{ name: pick('name'), description: pick('description'), trigger: pick('trigger') },
    steps: pick('steps'),
    policies: Object.fromEntries(policies.filter(([, value]) => value !== undefined)),
  };
}

export function appliedOf({ name, description, trigger, steps, policies }: Applied): Applied {
  return { name, description, trigger, steps, policies };
}

const NOBODY = { ...EMPTY, slug: '', name: '', ownerUserId: 0, enabled: true };

function withoutFields(input: ScenarioInput, overridden: readonly string[]): ScenarioInput {
  const kept = new Set(overridden);
  const isWritten = ([field]: readonly [string, unknown]) => !kept.has(field);
  const policies = Object.entries(input.policies ?? {}).filter(
    ([field]) => !kept.has(`policies.${field}`),
  );
  const rest = Object.fromEntries(Object.entries(input).filter(isWritten)) as ScenarioInput;
  return { ...rest, policies: Object.fromEntries(policies) };
}

/** A problem of what a value was filled into is one of that value. */
function blamed(problem: Problem, source: object): Problem {
  const [name] = parametersAt(source, problem.path);
  if (name === undefined) return problem;
  const message = `${problem.message} (at ${formatPath(problem.path)})`;
  return { ...problem, path: ['values', name], message };
}

/** The same value may stand in several places, and a reference that does not exist is found twice. */
function distinct(problems: readonly Problem[]): Problem[] {
  const told = new Set<string>();
  return problems.filter(({ path }) => {
    const [part, name] = path;
    if (part !== 'values') return true;
    const key = JSON.stringify(path);
    if (told.has(key) || told.has(JSON.stringify([part, name]))) return false;
    told.add(key);
    return true;
  });
}
