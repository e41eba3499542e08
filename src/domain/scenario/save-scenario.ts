/** Making and changing scenarios. Every function is one transaction that leaves the scenario, its version, its
 *  row in the audit log and its due time in agreement, or nothing at all. */
import { isDeepStrictEqual } from 'node:util';
import { row, rows, sqlState, transaction, type Client, type Pool } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { toJsonb } from '../event/event.ts';
import { getProject, type Project } from '../project/project.ts';
import { decideArrivals } from '../tick/arrivals.ts';
import { formatTrigger } from '../trigger/trigger.ts';
import { databaseProblems } from './check-scenario.ts';
import {
  cancelWaiting,
  decideUpToNow,
  idleFrom,
  nextDue,
  notifyChanged,
  recordUpToNow,
} from './due-state.ts';
import type { StoredPolicies } from './forms.ts';
import { readNewScenario, readPatch, type ScenarioInput } from './scenario-input.ts';
import { lockScenario, toScenario, type Scenario, type ScenarioDeps } from './scenario.ts';
import * as sql from './scenario.sql.ts';
import { freeSlug, slugOf } from './slug.ts';
import {
  changesLinks,
  lockLinks,
  lostUpstream,
  renameInDependants,
  writeLinks,
} from './upstream-links.ts';

/** What a version keeps, and what decides whether anything changed. */
export type Configuration = Pick<
  Scenario,
  'slug' | 'name' | 'description' | 'ownerUserId' | 'enabled' | 'trigger' | 'steps' | 'policies'
>;

/** What a new scenario is where nothing says otherwise. */
export const EMPTY = { description: '', trigger: null, steps: [], policies: {} };

/** Every problem that creating this scenario would meet; empty when it would be created.
 *  @throws DomainError NOT_FOUND, FORBIDDEN for the project. */
export async function validateScenario(
  deps: ScenarioDeps,
  who: Principal,
  projectId: number,
  wire: unknown,
): Promise<Problem[]> {
  await getProject(deps.pool, who, projectId, 'project.edit');
  const { input, problems } = readNewScenario(wire, deps.kinds);
  const target = { projectId, scenarioId: null };
  return [...problems, ...(await databaseProblems(deps.pool, who, target, input))];
}

/** @throws DomainError NOT_FOUND, FORBIDDEN for the project; VALIDATION with every problem; CONFLICT when
 *  another request takes the slug at the same time. */
export async function createScenario(
  deps: ScenarioDeps,
  who: Principal,
  projectId: number,
  wire: unknown,
): Promise<Scenario> {
  return saving(deps.pool, async (tx) => {
    const project = await getProject(tx, who, projectId, 'project.edit');
    if (changesLinks(wire)) await lockLinks(tx, who.orgId);
    const { input, problems } = readNewScenario(wire, deps.kinds);
    problems.push(...(await databaseProblems(tx, who, { projectId, scenarioId: null }, input)));
    if (problems.length > 0) throw invalid(problems);

    const slug = input.slug ?? (await findFreeSlug(tx, projectId, slugOf(input.name ?? '')));
    return insertNew(tx, who, project, { ...input, slug });
  });
}

/** Makes a scenario of what was read and found without problems, in the caller's transaction, which holds `lockLinks`
 *  where it names upstreams.
 *  @throws the database's error when another transaction takes the slug at the same time. */
export async function insertNew(
  tx: Client,
  who: Principal,
  project: Project,
  input: ScenarioInput & { readonly slug: string },
): Promise<Scenario> {
  const { slug } = input;
  const ownerUserId = who.userId;
  const config = merge({ ...EMPTY, slug, name: slug, ownerUserId, enabled: true }, input);
  const zone = zoneOf(config, project.zone);
  const { now } = (await row(tx, sql.databaseClock))!;
  const ticking = { ...config, zone, createdAt: now, pausedAt: null };
  const values = sql.valuesOf(toValues(config, zone, nextDue(ticking, now)));
  const created = await row(tx, sql.insertScenario, [...values, who.orgId, project.id, now]);
  const scenario = toScenario(created!);
  await writeLinks(tx, scenario);
  await recordSaved(tx, who, null, scenario);
  await notifyChanged(tx, [scenario.id]);
  return scenario;
}

export type UpdateOptions = {
  /** The version that the caller has seen; another one in the database is a CONFLICT. */
  readonly ifVersion?: number | null;
  /** The project in which the caller says that the scenario lies. */
  readonly projectId?: number | null;
};

/** Changes what the patch names and leaves the rest. A patch that changes nothing writes nothing.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT with `facts.version` when `ifVersion` is stale;
 *  VALIDATION with every problem; TRIGGER_CONFIG when it is switched on and its stored trigger cannot be
 *  read any more. */
export async function updateScenario(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  wire: unknown,
  options: UpdateOptions = {},
): Promise<Scenario> {
  return changeScenario(deps, who, id, wire, options, async (tx, before) => {
    const { input, problems } = readPatch(wire, deps.kinds, before.steps);
    const target = { projectId: before.projectId, scenarioId: id };
    problems.push(...(await databaseProblems(tx, who, target, input)));
    if (problems.length > 0) throw invalid(problems);
    return { config: merge(before, input), writesTrigger: input.trigger !== undefined };
  });
}

export type Wanted = {
  readonly config: Configuration;
  /** The trigger was written, be it as it is: whatever broke it is judged again. */
  readonly writesTrigger: boolean;
};

/** Makes a scenario what is wanted of it as it stands under its slot; what is so already is not written.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT for a stale `ifVersion` and for a slug that another request takes
 *  at the same time; what `want` throws. */
export async function changeScenario(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  wire: unknown,
  { ifVersion = null, projectId = null }: UpdateOptions,
  want: (tx: Client, before: Scenario) => Promise<Wanted>,
): Promise<Scenario> {
  return saving(deps.pool, async (tx) => {
    const lockFirst = changesLinks(wire) ? () => lockLinks(tx, who.orgId) : undefined;
    const before = await lockScenario(tx, who, id, projectId, lockFirst);
    if (ifVersion !== null && ifVersion !== before.version) throw stale(before, ifVersion);
    return writeWanted(tx, who, before, await want(tx, before));
  });
}

/** The same for a scenario whose slot the caller holds, in the caller's transaction, which holds `lockLinks` where
 *  upstreams are named or a slug changes. */
export async function writeWanted(
  tx: Client,
  who: Principal,
  before: Scenario,
  { config, writesTrigger }: Wanted,
): Promise<Scenario> {
  const remade = before.broken !== null && writesTrigger;
  if (isDeepStrictEqual(config, configurationOf(before)) && !remade) return before;
  const saved = await writeChange(tx, who, before, config, remade);
  const renamed = saved.slug === before.slug ? [] : await renameInDependants(tx, before, saved);
  for (const [old, after] of renamed) await recordSaved(tx, who, old, after);
  await recordSaved(tx, who, before, saved);
  await notifyChanged(tx, [before.id, ...renamed.map(([old]) => old.id)]);
  return saved;
}

/** Switches a scenario on or off: the cell of the matrix, or `enabled` of a patch. A pause stays. */
export function setEnabled(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  enabled: boolean,
): Promise<Scenario> {
  return updateScenario(deps, who, id, { enabled });
}

/** @param remade the trigger was written anew, so whatever broke is judged again. */
async function writeChange(
  tx: Client,
  who: Principal,
  before: Scenario,
  config: Configuration,
  remade: boolean,
): Promise<Scenario> {
  const project = await getProject(tx, who, before.projectId);
  const zone = zoneOf(config, project.zone);
  const retimed = remade || !isDeepStrictEqual(config.trigger, before.trigger);
  const switched = config.enabled !== before.enabled;
  let { nextDueAt, broken, idleSince } = before;
  if (retimed || switched) {
    const now =
      idleSince === null ? await decideUpToNow(tx, before) : await recordUpToNow(tx, before);
    idleSince = idleFrom({ ...before, ...config }, now);
    nextDueAt = nextDue({ ...before, ...config, zone }, now);
    // Off, nothing was asked of the trigger: what is broken stays so until it is mended or switched on.
    if (retimed || (config.enabled && !lostUpstream(before))) broken = null;
  }
  if (switched && !config.enabled) {
    await cancelWaiting(tx, who, before.id, 'the scenario was switched off');
  }
  const kept = retimed || switched ? zone : before.zone;
  const updated = await row(tx, sql.updateScenario, [
    ...sql.valuesOf(toValues(config, kept, nextDueAt)),
    before.id,
    broken === null ? null : toJsonb(broken),
    idleSince,
  ]);
  const saved = toScenario(updated!);
  if (retimed) await writeLinks(tx, saved);
  // What was left over of upstream successes is judged by what holds from now on.
  if (retimed || switched) await decideArrivals(tx, [saved.id]);
  return saved;
}

async function recordSaved(
  tx: Client,
  who: Principal,
  before: Scenario | null,
  after: Scenario,
): Promise<void> {
  const config = configurationOf(after);
  await rows(tx, sql.insertVersion, [after.id, after.version, toJsonb(config), who.userId]);
  await recordChange(tx, who, {
    action: before === null ? 'scenario.create' : 'scenario.update',
    resourceType: 'scenario',
    resourceId: after.id,
    before: before === null ? undefined : configurationOf(before),
    after: config,
  });
}

/** Two requests may both have found a slug free; the unique index has the last word. */
async function saving<T>(pool: Pool, work: (tx: Client) => Promise<T>): Promise<T> {
  try {
    return await transaction(pool, work);
  } catch (error) {
    if (!isSlugTaken(error)) throw error;
    const message = 'Another request took this slug at the same time; choose another one.';
    throw new DomainError('CONFLICT', message, { cause: error });
  }
}

/** Whether another transaction has taken the slug since it was found free. */
export function isSlugTaken(error: unknown): boolean {
  return (
    sqlState(error) === '23505' &&
    (error as { readonly constraint?: string }).constraint === 'scenario_slug'
  );
}

export function configurationOf(scenario: Configuration): Configuration {
  const { slug, name, description, ownerUserId, enabled, trigger, steps, policies } = scenario;
  return { slug, name, description, ownerUserId, enabled, trigger, steps, policies };
}

/** The configuration with what the input names replaced. */
export function merge(base: Configuration, input: ScenarioInput): Configuration {
  const policies = Object.fromEntries(
    Object.entries({ ...base.policies, ...input.policies }).filter(([, value]) => value !== null),
  ) as StoredPolicies;
  return {
    slug: input.slug ?? base.slug,
    name: input.name ?? base.name,
    description: input.description ?? base.description,
    ownerUserId: input.owner_user_id ?? base.ownerUserId,
    enabled: input.enabled ?? base.enabled,
    trigger: input.trigger === undefined ? base.trigger : formatTrigger(input.trigger),
    steps: input.steps?.map((step) => step.wire) ?? base.steps,
    policies,
  };
}

function zoneOf({ trigger }: Configuration, inherited: string): string {
  return (trigger !== null && 'timezone' in trigger && trigger.timezone) || inherited;
}

function toValues(config: Configuration, zone: string, nextDueAt: Date | null): sql.ScenarioValues {
  return {
    ...config,
    zone,
    nextDueAt,
    stepKinds: [...new Set(config.steps.map((step) => step.kind))],
    trigger: config.trigger === null ? null : toJsonb(config.trigger),
    steps: toJsonb(config.steps),
    policies: toJsonb(config.policies),
  };
}

/** The slug, or with the first number that makes it free in the project. */
export async function findFreeSlug(tx: Client, projectId: number, slug: string): Promise<string> {
  const taken = await rows(tx, sql.slugsLike, [projectId, slug, 0]);
  return freeSlug(slug, new Set(taken.map((each) => each.slug)));
}

function stale(scenario: Scenario, ifVersion: number): DomainError {
  return new DomainError(
    'CONFLICT',
    `Scenario ${scenario.id} is at version ${scenario.version}; yours is ${ifVersion}. Read it again and repeat the change.`,
    { facts: { version: scenario.version } },
  );
}
