/** Reads all rows of an old table of reports and checks them, before anything of the database is changed. */
import pg from 'pg';
import { rows, type Queryable } from '#platform/db.ts';
import * as sql from './convert-reports.sql.ts';
import type { OldTable } from './old-tables.sql.ts';
import { UpgradeRefused } from './refusal.ts';
import { labelOf, readReport, type Facts, type OldRow, type Report } from './report-row.ts';

/** A table that can be taken over whole. */
export type CheckedTable = { readonly table: OldTable; readonly reports: readonly Report[] };

const SHOWN = 20;

/** @param hasProjects whether our tables are there; without them no row refers to anything.
 *  @throws UpgradeRefused with the rows of all tables that cannot become scenarios, the first 20 of each. */
export async function checkReports(
  db: Queryable,
  tables: readonly OldTable[],
  hasProjects: boolean,
): Promise<CheckedTable[]> {
  const checked: CheckedTable[] = [];
  const refused: string[] = [];
  for (const table of tables) {
    const { total, reports, bad } = await readTable(db, table, hasProjects);
    checked.push({ table, reports });
    if (bad.length > 0) refused.push(refusal(table, total, bad));
  }
  if (refused.length > 0) throw new UpgradeRefused(refused.join('\n'));
  return checked;
}

async function readTable(db: Queryable, table: OldTable, hasProjects: boolean) {
  const found = await db.query<{ row: OldRow }>(
    `select to_jsonb(t) as row from ${quoted(table)} t order by to_jsonb(t)->'id'`,
  );
  const old = found.rows.map(({ row }) => row);
  const facts = hasProjects ? await readFacts(db, old) : NO_FACTS;
  const reports: Report[] = [];
  const bad: string[] = [];
  for (const row of old) {
    const read = readReport(row, facts);
    if ('steps' in read) reports.push(read);
    else bad.push(`    row ${labelOf(row)}: ${read.join('; ')}`);
  }
  return { total: old.length, reports, bad };
}

export const quoted = ({ schema, name }: Pick<OldTable, 'schema'> & { name: string }) =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

function refusal({ schema, name }: OldTable, total: number, bad: readonly string[]): string {
  const more = bad.length > SHOWN ? [`    … and ${bad.length - SHOWN} more`] : [];
  return [
    `The upgrade from before v0.0.38 cannot go on: ${bad.length} of ${total} rows of ${schema}.${name} cannot ` +
      'become scenarios. Nothing was changed.',
    ...bad.slice(0, SHOWN),
    ...more,
    `Mend these rows (update ${schema}.${name} set … where id = …) or delete them, then start again.`,
  ].join('\n');
}

const NO_FACTS: Facts = { projects: new Map(), users: new Map(), dashboards: new Map() };

const MAX_INT = 2_147_483_647;

async function readFacts(db: Queryable, old: readonly OldRow[]): Promise<Facts> {
  const idsOf = (column: string) => [
    ...new Set(old.flatMap((row) => row[column]).filter((each) => isId(each))),
  ];
  const projects = await rows(db, sql.findProjects, [idsOf('project_id')]);
  const users = await rows(db, sql.findUsers, [idsOf('owner_user_id')]);
  const dashboards = await rows(db, sql.findDashboards, [idsOf('dashboard_ids')]);
  return {
    projects: new Map(projects.map((each) => [each.id, each])),
    users: new Map(users.map((each) => [each.id, each])),
    dashboards: new Map(dashboards.map(({ id, projectId }) => [id, projectId])),
  };
}

function isId(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAX_INT;
}
