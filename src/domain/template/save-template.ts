/** Making, changing and deleting templates. An edit is one transaction with everything that follows from it. */
import { isDeepStrictEqual } from 'node:util';
import { row, rows, sqlState, transaction, type Client } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { toJsonb } from '../event/event.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import { findWanting } from './cell.sql.ts';
import { editCells } from './edit-cells.ts';
import { readChange, readNew } from './read-template.ts';
import { configurationOf, toTemplateWire, type TemplateConfiguration } from './template-input.ts';
import * as sql from './template.sql.ts';
import { noTemplate, toTemplate, type Template } from './templates.ts';
import { notifyTemplate } from './write-cell.ts';

export { planTemplate, type PlannedCell, type TemplatePlan } from './plan-template.ts';

// Projects that a refusal names; the rest are counted.
const MAX_NAMED = 10;

export type EditOptions = {
  /** The version that the caller has seen; another one in the database is a CONFLICT. */
  readonly ifVersion?: number | null;
  /** The configuration is a whole one: what it leaves out has its default, except the slug. Otherwise what it leaves out
   *  stays. */
  readonly whole?: boolean;
};

export type Edited = {
  readonly template: Template;
  /** How many cells follow the template from now on in something that they did not before. */
  readonly changed: number;
  /** Those that the edit would have broken: their scenarios are as they were. */
  readonly broken: readonly sql.CellRow[];
};

/** Every problem that creating this template would meet.
 *  @throws DomainError FORBIDDEN without org.admin. */
export async function validateTemplate(
  deps: ScenarioDeps,
  who: Principal,
  wire: unknown,
): Promise<Problem[]> {
  permitOrg(who);
  return (await readNew(deps.pool, deps, who, wire)).problems;
}

/** @throws DomainError FORBIDDEN without org.admin, VALIDATION with every problem, CONFLICT when another request takes
 *  the slug at the same time. */
export async function createTemplate(
  deps: ScenarioDeps,
  who: Principal,
  wire: unknown,
): Promise<Template> {
  permitOrg(who);
  return saving(deps, async (tx) => {
    const { config, problems } = await readNew(tx, deps, who, wire);
    if (problems.length > 0) throw invalid(problems);
    const values = sql.valuesOf(toValues(config));
    const created = toTemplate((await row(tx, sql.insertTemplate, [...values, who.orgId]))!);
    await record(tx, who, 'create', created.id, null, created);
    return created;
  });
}

/** Changes a template and, in the same transaction, the scenarios of its cells, except what projects overrode. One that
 *  changes nothing writes nothing.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without org.admin, VALIDATION with every problem, CONFLICT with
 *  `facts.version` when `ifVersion` is stale. */
export async function updateTemplate(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  wire: unknown,
  { ifVersion = null, whole = false }: EditOptions = {},
): Promise<Edited> {
  permitOrg(who);
  return saving(deps, async (tx) => {
    const before = await lockTemplate(tx, who, id);
    if (ifVersion !== null && ifVersion !== before.version) throw stale(before, ifVersion);
    const { config, problems } = await readChange(tx, deps, before, wire, whole);
    if (problems.length > 0) throw invalid(problems);
    if (isDeepStrictEqual(config, configurationOf(before))) {
      return { template: before, changed: 0, broken: [] };
    }
    const values = sql.valuesOf(toValues(config));
    const template = toTemplate((await row(tx, sql.updateTemplate, [...values, id]))!);
    const edited = await editCells(tx, deps, who, template, id);
    await record(tx, who, 'update', id, before, template);
    return { template, ...edited };
  });
}

/** Soft: what it made stays, as scenarios like any other.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without org.admin, CONFLICT while cells are on, which says in which
 *  projects. */
export async function deleteTemplate(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
): Promise<void> {
  permitOrg(who);
  await transaction(deps.pool, async (tx) => {
    const before = await lockTemplate(tx, who, id);
    const wanting = await rows(tx, findWanting, [id]);
    if (wanting.length > 0) throw inUse(before, wanting);
    await rows(tx, sql.markDeleted, [id]);
    await record(tx, who, 'delete', id, before, null);
  });
}

async function lockTemplate(tx: Client, who: Principal, id: number): Promise<Template> {
  const found = await row(tx, sql.lockTemplate, [id, who.orgId]);
  if (found === null || found.deletedAt !== null) throw noTemplate(id);
  return toTemplate(found);
}

async function record(
  tx: Client,
  who: Principal,
  verb: 'create' | 'update' | 'delete',
  id: number,
  before: Template | null,
  after: Template | null,
): Promise<void> {
  await recordChange(tx, who, {
    action: `template.${verb}`,
    resourceType: 'template',
    resourceId: id,
    before: before === null ? undefined : toTemplateWire(before),
    after: after === null ? undefined : toTemplateWire(after),
  });
  await notifyTemplate(tx, id);
}

function toValues(config: TemplateConfiguration): sql.TemplateValues {
  return {
    ...config,
    parameters: toJsonb(config.parameters),
    trigger: config.trigger === null ? null : toJsonb(config.trigger),
    steps: toJsonb(config.steps),
    policies: toJsonb(config.policies),
    stepKinds: [...new Set(config.steps.map((step) => step.kind))],
  };
}

/** Two requests may both have found a slug free; the unique index has the last word. */
async function saving<T>({ pool }: ScenarioDeps, work: (tx: Client) => Promise<T>): Promise<T> {
  try {
    return await transaction(pool, work);
  } catch (error) {
    const { constraint } = error as { readonly constraint?: string };
    if (sqlState(error) !== '23505' || constraint !== 'template_slug') throw error;
    const message = 'Another request took this slug at the same time; choose another one.';
    throw new DomainError('CONFLICT', message, { cause: error });
  }
}

function stale(template: Template, ifVersion: number): DomainError {
  return new DomainError(
    'CONFLICT',
    `Template ${template.id} is at version ${template.version}; yours is ${ifVersion}. Read it again and repeat the change.`,
    { facts: { version: template.version } },
  );
}

function inUse(template: Template, wanting: readonly { id: number; name: string }[]): DomainError {
  const projects = wanting.slice(0, MAX_NAMED);
  const names = projects.map(({ name }) => `"${name}"`).join(', ');
  const more = wanting.length > MAX_NAMED ? ` and ${wanting.length - MAX_NAMED} more` : '';
  const message = `The template "${template.slug}" is on in ${names}${more}; switch it off there first.`;
  return new DomainError('CONFLICT', message, { facts: { projects, count: wanting.length } });
}
