/** Making projects: a project begins with its own warehouse schema and the templates that are on by default. */
import { z } from 'zod';
import { row, rows, sqlState, transaction, type Client } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { cutToBytes, MAX_IDENTIFIER_BYTES, quoteIdentifier } from '#platform/identifier.ts';
import { recordChange } from '../access/audit.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { SCENARIO_FIELDS } from '../scenario/forms.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import { isMember } from '../scenario/scenario.sql.ts';
import { freeSlug, slugOf } from '../scenario/slug.ts';
import { parseForm } from '../step/form-problems.ts';
import { applyDefaults } from '../template/apply-defaults.ts';
import { checkValue } from '../template/check-value.ts';
import { findZone } from '../trigger/zone.ts';
import * as sql from './create-project.sql.ts';
import { getProject, type Project } from './project.ts';

// A schema is looked for and then taken; whoever is overtaken by another organisation looks again.
const MAX_TRIES = 10;

export type NewProject = {
  readonly name: string;
  /** Made from the name when left out. */
  readonly slug?: string | null;
  /** IANA zone; the organisation's when left out. */
  readonly timezone?: string | null;
  /** The caller when left out. */
  readonly ownerUserId?: number | null;
};

const FORM = z.strictObject({
  name: SCENARIO_FIELDS.name,
  slug: SCENARIO_FIELDS.slug.nullish(),
  timezone: z.string().nullish(),
  ownerUserId: SCENARIO_FIELDS.owner_user_id.nullish(),
});

/** One transaction: project, schema, defaults and audit, or nothing.
 *  @throws DomainError FORBIDDEN without org.admin, VALIDATION with every problem, CONFLICT when another request takes
 *  the slug at the same time. */
export async function createProject(
  deps: ScenarioDeps,
  who: Principal,
  given: NewProject,
): Promise<Project> {
  permitOrg(who);
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(deps.pool, (tx) => create(tx, deps, who, given));
    } catch (error) {
      if (!isTaken(error)) throw error;
      if (tries < MAX_TRIES) continue;
      const message = 'Other requests took this slug at the same time; choose another one.';
      throw new DomainError('CONFLICT', message, { cause: error });
    }
  }
}

async function create(
  tx: Client,
  deps: ScenarioDeps,
  who: Principal,
  given: NewProject,
): Promise<Project> {
  await rows(tx, sql.lockProjects, [who.orgId]);
  const { data, problems } = parseForm(FORM, given);
  const found: Problem[] = [...problems, ...(await databaseProblems(tx, who, given))];
  if (data === null || found.length > 0) throw invalid(found);
  const slug = data.slug ?? (await findFreeSlug(tx, who.orgId, data.name));
  const zone = data.timezone == null ? null : findZone(data.timezone);
  const owner = data.ownerUserId ?? who.userId;
  const schema = await findFreeSchema(tx, slug);
  const values = [who.orgId, slug, data.name, owner, zone, schema];
  const { id } = (await row(tx, sql.insertProject, values))!;
  await tx.query(`create schema ${quoteIdentifier(schema)}`);
  const project = await getProject(tx, who, id);
  await recordChange(tx, who, {
    action: 'project.create',
    resourceType: 'project',
    resourceId: id,
    after: project,
  });
  await applyDefaults(tx, deps, who, id);
  return project;
}

async function databaseProblems(
  tx: Client,
  who: Principal,
  { slug, timezone, ownerUserId }: NewProject,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  if (
    typeof slug === 'string' &&
    (await row(tx, sql.findProjectSlug, [who.orgId, slug])) !== null
  ) {
    const message = `another project is called "${slug}" already; choose another slug`;
    problems.push({ path: ['slug'], message, value: slug });
  }
  if (typeof timezone === 'string') {
    problems.push(...checkValue({ type: 'timezone' }, timezone, ['timezone']).problems);
  }
  if (ownerUserId == null || !SCENARIO_FIELDS.owner_user_id.safeParse(ownerUserId).success) {
    return problems;
  }
  if ((await row(tx, isMember, [ownerUserId, who.orgId])) === null) {
    const message = 'is no active member of this organisation';
    problems.push({ path: ['ownerUserId'], message, value: ownerUserId });
  }
  return problems;
}

async function findFreeSlug(tx: Client, orgId: number, name: string): Promise<string> {
  const wanted = slugOf(name);
  const slug = wanted === 'scenario' ? 'project' : wanted;
  const taken = await rows(tx, sql.projectSlugsLike, [orgId, slug]);
  return freeSlug(slug, new Set(taken.map((each) => each.slug)));
}

/** `wh_<slug>`, with a number where two organisations meet: a schema that is there already is somebody's. */
async function findFreeSchema(tx: Client, slug: string): Promise<string> {
  const wanted = cutToBytes(`wh_${slug.replaceAll('-', '_')}`, MAX_IDENTIFIER_BYTES - 6);
  const taken = new Set((await rows(tx, sql.schemasLike, [wanted])).map(({ name }) => name));
  let schema = wanted;
  for (let n = 2; taken.has(schema); n += 1) schema = `${wanted}_${n}`;
  return schema;
}

/** A slug, a row's schema or the schema itself, taken since it was found free. */
function isTaken(error: unknown): boolean {
  const { constraint = '' } = error as { readonly constraint?: string };
  const unique = [
    'project_org_id_slug_key',
    'project_warehouse_schema_key',
    'pg_namespace_nspname_index',
  ];
  const state = sqlState(error);
  return state === '42P06' || (state === '23505' && unique.includes(constraint));
}
