/** The names in upstream triggers, kept true: they exist in the project, they close no circle, they follow a rename,
 *  and a scenario whose upstream was deleted is broken until somebody edits its trigger. A new scenario that takes
 *  the deleted one's slug does not mend it: nobody has said that it means the same. */
import { row, rows, type Client, type Queryable } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import { toJsonb } from '../event/event.ts';
import { decideArrivals } from '../tick/arrivals.ts';
import { recordBroken } from '../tick/record-quiet.ts';
import { findNearest } from '../trigger/nearest.ts';
import type { TriggerWire } from '../trigger/trigger.ts';
import { toScenario, type Scenario } from './scenario.ts';
import { databaseClock, type Broken } from './scenario.sql.ts';
import * as sql from './upstream-links.sql.ts';

export const UPSTREAM_DELETED = 'upstream_deleted';

/** Keeps two edits from closing a circle between them, and an upstream from vanishing while it is being named: taken
 *  before the slot by every change that links, renames or deletes, held until its transaction ends. */
export async function lockLinks(tx: Queryable, orgId: number): Promise<void> {
  await rows(tx, sql.lockLinks, [orgId]);
}

/** Whether saving this patch of a scenario takes `lockLinks`: it names upstreams, or may rename what others name. */
export function changesLinks(wire: unknown): boolean {
  if (typeof wire !== 'object' || wire === null) return false;
  const { slug, trigger } = wire as { slug?: unknown; trigger?: unknown };
  const namesUpstreams = typeof trigger === 'object' && trigger !== null && 'upstream' in trigger;
  return slug !== undefined || namesUpstreams;
}

/** What is wrong with the upstreams that a scenario is to have: unknown names, each with the nearest, and circles.
 *  @param scenario the one that is changed, with its slug if that is written too; its id is null for a new one. */
export async function upstreamProblems(
  db: Queryable,
  projectId: number,
  scenario: { readonly id: number | null; readonly newSlug: string | undefined },
  names: readonly string[],
): Promise<Problem[]> {
  const named = await rows(db, sql.findNamed, [projectId, names]);
  const idOf = new Map(named.map(({ id, slug }) => [slug, id]));
  const unknown = names.filter((name) => !idOf.has(name) && name !== scenario.newSlug);
  const slugs = unknown.length === 0 ? [] : await rows(db, sql.listSlugs, [projectId]);
  const links =
    scenario.id === null ? [] : await rows(db, sql.findLinksAbove, [[...idOf.values()]]);
  return names.flatMap((name, index) => {
    const message = unknown.includes(name)
      ? unknownName(name, slugs)
      : circleThrough(name, idOf.get(name) ?? null, scenario.id, links);
    return message === null ? [] : [{ path: ['trigger', 'upstream', index], message, value: name }];
  });
}

export function unknownName(name: string, slugs: readonly { readonly slug: string }[]): string {
  const nearest = findNearest(
    name.slice(0, 100),
    slugs.map(({ slug }) => slug),
  );
  const hint = nearest === null ? 'name the slug of a scenario' : `did you mean "${nearest}"?`;
  return `there is no scenario "${name}" in this project; ${hint}`;
}

/** @param id of the upstream; null when it is the slug that the scenario itself is to have. */
function circleThrough(
  name: string,
  id: number | null,
  scenarioId: number | null,
  links: readonly sql.Link[],
): string | null {
  const circle = id === null || id === scenarioId ? [name] : pathDown(name, id, scenarioId, links);
  return circle === null ? null : closesCircle(circle);
}

/** @param circle the slugs on it, each the upstream of the next and the last of the first. */
export function closesCircle(circle: readonly string[]): string {
  const words = [...circle, circle[0]].map((slug) => `"${slug}"`).join(' → ');
  return `would close a circle: ${words}; leave it out, or take one of the others out of its trigger`;
}

/** The slugs on the shortest way from the scenario down to its would-be upstream; null when there is none. */
function pathDown(
  name: string,
  id: number,
  scenarioId: number | null,
  links: readonly sql.Link[],
): string[] | null {
  const above = Map.groupBy(links, ({ downstreamId }) => downstreamId);
  const wayTo = new Map([[id, [name]]]);
  for (const [reached, way] of wayTo) {
    if (reached === scenarioId) return way;
    for (const { upstreamId, upstreamSlug } of above.get(reached) ?? []) {
      if (!wayTo.has(upstreamId)) wayTo.set(upstreamId, [upstreamSlug, ...way]);
    }
  }
  return null;
}

/** Links a saved scenario to what its trigger names, and to nothing else. The caller holds its slot. */
export async function writeLinks(tx: Client, { id, projectId, trigger }: Scenario): Promise<void> {
  await rows(tx, sql.setUpstreams, [id, projectId, namesIn(trigger)]);
}

/** Writes a scenario's new slug into the triggers that name it. The caller holds `lockLinks`.
 *  @returns each scenario that was rewritten, before and after, one version up. */
export async function renameInDependants(
  tx: Client,
  before: Scenario,
  after: Scenario,
): Promise<[Scenario, Scenario][]> {
  const rewritten: [Scenario, Scenario][] = [];
  for (const found of await rows(tx, sql.lockDependants, [after.id])) {
    const names = namesIn(found.trigger).map((name) => (name === before.slug ? after.slug : name));
    const trigger = { ...found.trigger, upstream: [...new Set(names)] };
    const changed = await row(tx, sql.setTrigger, [found.id, toJsonb(trigger)]);
    rewritten.push([toScenario(found), toScenario(changed!)]);
  }
  return rewritten;
}

/** Unlinks a scenario that was deleted and breaks those that name it, each with a tick that says so. Successes that
 *  nobody has decided about go with it. The caller holds `lockLinks` and the scenario's slot. */
export async function unlinkDeleted(tx: Client, { id }: Scenario): Promise<void> {
  const dependants = await rows(tx, sql.lockDependants, [id]);
  const ids = dependants.map((each) => each.id);
  await rows(tx, sql.dropLinks, [id]);
  const { now } = (await row(tx, databaseClock))!;
  const left = Map.groupBy(
    await rows(tx, sql.findUpstreamSlugs, [ids]),
    ({ downstreamId }) => downstreamId,
  );
  for (const dependant of dependants) {
    const linked = new Set(left.get(dependant.id)?.map(({ slug }) => slug));
    const fault = faultOf(dependant.trigger, linked);
    await recordBroken(tx, 'upstream', dependant.id, { dueMs: now.getTime() }, fault);
  }
  await decideArrivals(tx, [id, ...ids]);
}

/** Whether only an edit of its trigger mends it: neither a switch nor the end of a pause does. */
export function lostUpstream({ broken }: { readonly broken: Broken | null }): boolean {
  return broken?.code === UPSTREAM_DELETED;
}

function faultOf(trigger: TriggerWire, linked: ReadonlySet<string>): Broken {
  const gone = namesIn(trigger).filter((name) => !linked.has(name));
  const names = gone.map((name) => `"${name}"`).join(' and ');
  const were = gone.length === 1 ? 'was' : 'were';
  const message = `its upstream ${names} ${were} deleted; write a trigger without it`;
  return { code: UPSTREAM_DELETED, message, config: trigger };
}

function namesIn(trigger: TriggerWire): string[] {
  return trigger !== null && 'upstream' in trigger ? trigger.upstream : [];
}
