/** The matrix of an organisation as a caller sees it: every template, the projects that the caller may view, and the
 *  cells where they meet. */
import { row, rows, type Queryable } from '#platform/db.ts';
import { invalid, type Problem } from '#platform/errors.ts';
import { may, visibleProjects, type Principal } from '../access/principal.ts';
import type { CellState } from '../template/template.sql.ts';
import * as sql from './matrix.sql.ts';

export type { MatrixCell, Side, StateCount } from './matrix.sql.ts';

/** A page: 5,000 cells at most. */
export const MAX_TEMPLATES = 50;
export const MAX_PROJECTS = 100;

export type MatrixRequest = {
  readonly templateOffset: number;
  readonly templateCount: number;
  readonly projectOffset: number;
  readonly projectCount: number;
  /** Part of a name or slug, in any case. */
  readonly templateText: string | null;
  readonly projectText: string | null;
  /** Only templates and projects that have such a cell, among those that the texts leave. */
  readonly state: CellState | null;
};

export type Matrix = { readonly templates: sql.Side; readonly projects: sql.Side };

/** Which templates and which projects a page shows, by name. Two statements.
 *  @throws DomainError VALIDATION for a page out of bounds. */
export async function readMatrix(
  db: Queryable,
  who: Principal,
  request: MatrixRequest,
): Promise<Matrix> {
  const problems = [
    ...outOf('templateOffset', request.templateOffset, 0, 1_000_000),
    ...outOf('templateCount', request.templateCount, 1, MAX_TEMPLATES),
    ...outOf('projectOffset', request.projectOffset, 0, 1_000_000),
    ...outOf('projectCount', request.projectCount, 1, MAX_PROJECTS),
  ];
  if (problems.length > 0) throw invalid(problems);
  const { state, templateOffset, templateCount, projectOffset, projectCount } = request;
  const [ofTemplates, ofProjects] = [partOf(request.templateText), partOf(request.projectText)];
  const mine = [who.orgId, visibleProjects(who)];
  const [templates, projects] = await Promise.all([
    row(db, sql.TEMPLATES, [
      ...[...mine, ofProjects, state, ofTemplates],
      ...[templateOffset, templateCount],
    ]),
    row(db, sql.PROJECTS, [
      ...[...mine, ofTemplates, state, ofProjects],
      ...[projectOffset, projectCount],
    ]),
  ]);
  return { templates: templates!, projects: projects! };
}

/** The cells that have a row, of the templates and projects of a page. The caller may view these projects. */
export function readCells(
  db: Queryable,
  { orgId }: Principal,
  { templates, projects }: Matrix,
): Promise<sql.MatrixCell[]> {
  return rows(db, sql.CELLS, [orgId, templates.ids, projects.ids]);
}

export type CellKey = { readonly templateId: number; readonly projectId: number };

/** These cells, as far as they have a row and the caller may view their projects. */
export function readCellsOf(
  db: Queryable,
  who: Principal,
  keys: readonly CellKey[],
): Promise<sql.MatrixCell[]> {
  const seen = keys.filter(({ projectId }) => may(who, 'project.view', projectId));
  const values = [seen.map((key) => key.templateId), seen.map((key) => key.projectId)];
  return rows(db, sql.CELLS_OF, [who.orgId, ...values]);
}

/** How many cells of the projects that the caller may view are in which state, by template. */
export function countCells(
  db: Queryable,
  who: Principal,
  templateIds: readonly number[],
): Promise<sql.StateCount[]> {
  return rows(db, sql.COUNTS, [who.orgId, templateIds, visibleProjects(who)]);
}

function outOf(name: string, value: number, min: number, max: number): Problem[] {
  if (value >= min && value <= max) return [];
  return [{ path: [name], message: `is ${min} to ${max.toLocaleString('en')}`, value }];
}

function partOf(text: string | null): string | null {
  return text ? `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%` : null;
}
