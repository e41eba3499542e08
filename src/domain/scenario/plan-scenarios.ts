/** What writing scenarios as whole configurations would change, told without writing anything: for the
 *  command line's apply and for an editor of YAML. */
import { rows } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';
import { databaseProblems } from './check-scenario.ts';
import type { Configuration } from './save-scenario.ts';
import { readNewScenario, type ScenarioInput } from './scenario-input.ts';
import { toScenario, type Scenario, type ScenarioDeps } from './scenario.ts';
import * as sql from './scenario.sql.ts';
import { planUpstreams } from './plan-upstreams.ts';
import { slugOf } from './slug.ts';
import { newlyWritten, wholeConfiguration } from './whole-configuration.ts';

// A request's body takes some thousand small scenarios; each costs a few statements.
const MAX_PLANNED = 500;

export type ScenarioPlan = {
  /** null where neither slug nor name can be read. */
  readonly slug: string | null;
  /** The scenario of that slug; null: it would be created. */
  readonly scenario: Scenario | null;
  readonly problems: readonly Problem[];
  /** As it would be stored; null where there are problems. */
  readonly after: Configuration | null;
};

/** One plan per configuration, in their order. A configuration is a whole one, in the form of REST and YAML:
 *  what it leaves out has its default, except `enabled` and `owner_user_id`, which stay as they are. Its slug
 *  says which scenario is meant; without one it is made from the name. The configurations may name each other
 *  as upstream.
 *  @param scenarioIds which scenario each one is meant for, whatever its slug says; null or nothing: the slug says it.
 *  @throws DomainError NOT_FOUND, FORBIDDEN for the project; VALIDATION for too many. */
export async function planScenarios(
  deps: ScenarioDeps,
  who: Principal,
  projectId: number,
  wires: readonly unknown[],
  scenarioIds: readonly (number | null)[] = [],
): Promise<ScenarioPlan[]> {
  if (wires.length > MAX_PLANNED) {
    const message = `has at most ${MAX_PLANNED} entries; ask again for the rest`;
    throw invalid([{ path: ['configurations'], message, value: wires.length }]);
  }
  await getProject(deps.pool, who, projectId, 'project.edit');
  const named = await findNamed(deps, projectId, scenarioIds);
  const readings = wires.map((wire) => readNewScenario(wire, deps.kinds));
  const slugs = readings.map(
    ({ input: { slug, name } }, index) =>
      slug ?? named(index)?.slug ?? (name === undefined ? null : slugOf(name)),
  );
  const found = await rows(deps.pool, sql.scenariosBySlug, [projectId, slugs]);
  const existing = new Map(found.map((each) => [each.slug, toScenario(each)]));

  const upstreamProblemsOf = await planUpstreams(
    deps.pool,
    projectId,
    readings.map(({ input: { trigger } }, index) => ({
      slug: slugs[index]!,
      was: named(index)?.slug ?? null,
      upstream: trigger?.kind === 'upstream' ? trigger.upstream : [],
    })),
  );

  const plans: ScenarioPlan[] = [];
  for (const [index, { input, problems: found }] of readings.entries()) {
    const slug = slugs[index]!;
    const scenario = named(index) ?? (slug === null ? null : (existing.get(slug) ?? null));
    const problems = [...found, ...twiceProblems(slugs, index)];
    const target = { projectId, scenarioId: scenario?.id ?? null };
    const inDatabase = await databaseProblems(deps.pool, who, target, judgedAlone(input, scenario));
    problems.push(...inDatabase, ...upstreamProblemsOf(index));
    const isGood = problems.length === 0 && slug !== null;
    const after = isGood ? wholeConfiguration(input, { slug, before: scenario, who }) : null;
    plans.push({ slug, scenario, problems, after });
  }
  return plans;
}

/** The scenarios that are named by id, by their place in the list.
 *  @throws DomainError NOT_FOUND for one that is not in the project. */
async function findNamed(
  { pool }: ScenarioDeps,
  projectId: number,
  scenarioIds: readonly (number | null)[],
): Promise<(index: number) => Scenario | null> {
  const ids = scenarioIds.filter((id) => id !== null);
  if (ids.length === 0) return () => null;
  const found = await rows(pool, sql.scenariosById, [projectId, ids]);
  const byId = new Map(found.map((each) => [each.id, toScenario(each)]));
  const missing = ids.find((id) => !byId.has(id));
  if (missing !== undefined) {
    throw new DomainError('NOT_FOUND', `No scenario ${missing} in project ${projectId}.`);
  }
  return (index) => byId.get(scenarioIds[index] ?? 0) ?? null;
}

/** A configuration in the form of REST and YAML. */
export function toConfigurationWire({ ownerUserId, ...rest }: Configuration) {
  const { slug, name, description, enabled, trigger, steps, policies } = rest;
  return {
    ...{ slug, name, description, owner_user_id: ownerUserId, enabled },
    ...{ trigger, steps, policies },
  };
}

/** What is judged one by one: upstreams are judged together. */
function judgedAlone(input: ScenarioInput, scenario: Scenario | null): ScenarioInput {
  const { trigger, ...rest } = newlyWritten(input, scenario);
  return trigger === undefined || trigger?.kind === 'upstream' ? rest : { ...rest, trigger };
}

function twiceProblems(slugs: readonly (string | null)[], index: number): Problem[] {
  const slug = slugs[index]!;
  if (slug === null || slugs.indexOf(slug) === index) return [];
  const message = `another of these configurations is called "${slug}" already; choose another slug`;
  return [{ path: ['slug'], message, value: slug }];
}
