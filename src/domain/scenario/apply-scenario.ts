/** Makes a scenario what a whole configuration says, as an editor of YAML and the command line write it. */
import { invalid } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import { databaseProblems } from './check-scenario.ts';
import { changeScenario, createScenario } from './save-scenario.ts';
import { readNewScenario } from './scenario-input.ts';
import type { Scenario, ScenarioDeps } from './scenario.ts';
import { newlyWritten, wholeConfiguration } from './whole-configuration.ts';

/** Creates a scenario, or replaces the configuration of the one that is named, in the form of REST and YAML. What it
 *  leaves out has its default, except `enabled` and `owner_user_id`, which stay as they are, and the slug of an
 *  existing one, which stays too. A configuration that is stored already is not written again.
 *  @param scenarioId null: a new one.
 *  @param ifVersion the version that the caller has seen; another one in the database is a CONFLICT.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; VALIDATION with every problem, each with its place in the configuration;
 *  CONFLICT with `facts.version` when `ifVersion` is stale, and when another request takes the slug at the same time. */
export function applyScenario(
  deps: ScenarioDeps,
  who: Principal,
  projectId: number,
  {
    scenarioId = null,
    wire,
    ifVersion = null,
  }: { scenarioId?: number | null; wire: unknown; ifVersion?: number | null },
): Promise<Scenario> {
  if (scenarioId === null) return createScenario(deps, who, projectId, wire);
  const options = { projectId, ifVersion };
  return changeScenario(deps, who, scenarioId, wire, options, async (tx, before) => {
    const { input, problems } = readNewScenario(wire, deps.kinds);
    const target = { projectId, scenarioId };
    const written = newlyWritten(input, before);
    problems.push(...(await databaseProblems(tx, who, target, written)));
    if (problems.length > 0) throw invalid(problems);
    const slug = input.slug ?? before.slug;
    return { config: wholeConfiguration(input, { slug, before, who }), writesTrigger: true };
  });
}
