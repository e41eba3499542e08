/** Templates as a member of their organisation reads them, and the cells of projects that the member may view. */
import { row, rows, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { visibleProjects, type Principal } from '../access/principal.ts';
import { pageOf, type Page } from '../scenario/page.ts';
import type { StepWire } from '../step/config.ts';
import { storedParameters } from './parameters.ts';
import * as cells from './cell.sql.ts';
import * as sql from './template.sql.ts';

export type Template = Omit<sql.TemplateRow, 'deletedAt'>;

export type TemplateFilter = {
  /** 1 to 200; 50 when left out. */
  readonly limit?: number | null;
  /** `nextCursor` of the page before. */
  readonly after?: string | null;
  /** Part of a name, slug or description, in any case. */
  readonly q?: string | null;
  readonly stepKind?: string | null;
};

/** The templates of the caller's organisation, oldest first. Two statements, however many there are.
 *  @throws DomainError VALIDATION for a bad page. */
export async function listTemplates(
  { pool }: { readonly pool: Pool },
  who: Principal,
  { limit = null, after = null, q, stepKind = null }: TemplateFilter = {},
): Promise<Page<Template>> {
  const page = pageOf({ limit, cursor: after });
  const text = q ? `%${q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%` : null;
  const values = [who.orgId, stepKind, text];
  const [found, counted] = await Promise.all([
    rows(pool, sql.listTemplates, [...values, page.after ?? 0, page.limit + 1]),
    row(pool, sql.countTemplates, values),
  ]);
  return page.cut(found.map(toTemplate), counted?.total ?? 0);
}

/** @throws DomainError NOT_FOUND where it does not exist, was deleted, or is another organisation's. */
export async function getTemplate(
  { pool }: { readonly pool: Queryable },
  who: Principal,
  idOrSlug: number | string,
): Promise<Template> {
  const find = typeof idOrSlug === 'number' ? sql.findTemplate : sql.findTemplateBySlug;
  const found = await row(pool, find, [idOrSlug, who.orgId]);
  if (found === null) throw noTemplate(idOrSlug);
  return toTemplate(found);
}

/** The cells of these templates and projects that have a row and lie in projects that the caller may view. */
export function listCells(
  { pool }: { readonly pool: Queryable },
  who: Principal,
  { templateIds, projectIds }: Record<'templateIds' | 'projectIds', readonly number[]>,
): Promise<sql.CellRow[]> {
  const visible = visibleProjects(who);
  return rows(pool, cells.listCells, [who.orgId, templateIds, projectIds, visible]);
}

/** Whatever was written past us: one row that is no template must not hide the others. */
export function toTemplate({ deletedAt: _, ...found }: sql.TemplateRow): Template {
  const steps: unknown = found.steps;
  return {
    ...found,
    parameters: storedParameters(found.parameters),
    steps: Array.isArray(steps) ? steps : [steps as StepWire],
  };
}

export function noTemplate(idOrSlug: number | string): DomainError {
  return new DomainError('NOT_FOUND', `No template ${idOrSlug}.`);
}
