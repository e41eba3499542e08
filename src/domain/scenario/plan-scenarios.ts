/** What writing scenarios as whole configurations would change, told without writing anything: for the
 *  command line's apply and for an editor of YAML. */
import { rows } from '#platform/db.ts';
import { invalid, type Problem } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';
import { databaseProblems } from './check-scenario.ts';
import { merge, type Configuration } from './save-scenario.ts';
import { readNewScenario, type Reading } from './scenario-input.ts';
import { toScenario, type Scenario, type ScenarioDeps } from './scenario.ts';
import * as sql from './scenario.sql.ts';
import { planUpstreams } from './plan-upstreams.ts';
import { slugOf } from './slug.ts';

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
 *  @throws DomainError NOT_FOUND, FORBIDDEN for the project; VALIDATION for too many. */
export async function planScenarios(
  deps: ScenarioDeps,
  who: Principal,
  projectId: number,
  wires: readonly unknown[],
): Promise<ScenarioPlan[]> {
  if (wires.length > MAX_PLANNED) {
    const message = `has at most ${MAX_PLANNED} entries; ask again for the rest`;
    throw invalid([{ path: ['configurations'], message, value: wires.length }]);
  }
  await getProject(deps.pool, who, projectId, 'project.edit');
  const readings = wires.map((wire) => readNewScenario(wire, deps.kinds));
  const slugs = readings.map(
    ({ input: { slug, name } }) => slug ?? (name === undefined ? null : slugOf(name)),
  );
  const found = await rows(deps.pool, sql.scenariosBySlug, [projectId, slugs]);
  const existing = new Map(found.map((each) => [each.slug, toScenario(each)]));

  const upstreamProblemsOf = await planUpstreams(
    deps.pool,
    projectId,
    readings.map(({ input: { trigger } }, index) => ({
      slug: slugs[index]!,
      upstream: trigger?.kind === 'upstream' ? trigger.upstream : [],
    })),
  );

  const plans: ScenarioPlan[] = [];
  for (const [index, reading] of readings.entries()) {
    const slug = slugs[index]!;
    const scenario = slug === null ? null : (existing.get(slug) ?? null);
    const problems = [...reading.problems, ...twiceProblems(slugs, index)];
    const target = { projectId, scenarioId: scenario?.id ?? null };
    const inDatabase = await databaseProblems(deps.pool, who, target, writtenBy(reading, scenario));
    problems.push(...inDatabase, ...upstreamProblemsOf(index));
    const isGood = problems.length === 0 && slug !== null;
    const after = isGood ? whole(reading, slug, scenario, who) : null;
    plans.push({ slug, scenario, problems, after });
  }
  return plans;
}

/** A configuration in the form of REST and YAML. */
export function toConfigurationWire({ ownerUserId, ...rest }: Configuration) {
  const { slug, name, description, enabled, trigger, steps, policies } = rest;
  return {
    ...{ slug, name, description, owner_user_id: ownerUserId, enabled },
    ...{ trigger, steps, policies },
  };
}

function whole(
  { input }: Reading,
  slug: string,
  scenario: Scenario | null,
  who: Principal,
): Configuration {
  const base = {
    slug,
    name: slug,
    description: '',
    ownerUserId: scenario?.ownerUserId ?? who.userId,
    enabled: scenario?.enabled ?? true,
    trigger: null,
    steps: [],
    policies: {},
  };
  return merge(base, input);
}

/** What is judged one by one: upstreams are judged together, and naming the owner that it has already takes no
 *  permission, as in an update that changes nothing. */
function writtenBy({ input }: Reading, scenario: Scenario | null): Reading['input'] {
  const { owner_user_id: owner, trigger, ...rest } = input;
  return {
    ...rest,
    ...(owner !== undefined && owner !== scenario?.ownerUserId && { owner_user_id: owner }),
    ...(trigger !== undefined && trigger?.kind !== 'upstream' && { trigger }),
  };
}

function twiceProblems(slugs: readonly (string | null)[], index: number): Problem[] {
  const slug = slugs[index]!;
  if (slug === null || slugs.indexOf(slug) === index) return [];
  const message = `another of these configurations is called "${slug}" already; choose another slug`;
  return [{ path: ['slug'], message, value: slug }];
}
