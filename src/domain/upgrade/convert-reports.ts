/** Old reports become scenarios, and their table an archive, in the caller's transaction. What passed is not caught
 *  up: the next due time counts from now. */
import pg from 'pg';
import { row, rows, type Queryable } from '#platform/db.ts';
import { toJsonb } from '../event/event.ts';
import { slugOf } from '../scenario/slug.ts';
import { nextDueAt } from '../tick/schedule.ts';
import { quoted, type CheckedTable } from './check-reports.ts';
import * as sql from './convert-reports.sql.ts';
import { namesLike, type OldTable } from './old-tables.sql.ts';
import type { Report } from './report-row.ts';

/** So many scenarios a statement: about 5 MB of JSON. */
const BATCH = 5_000;

export type Conversion = { readonly archive: string; readonly converted: number };

/** The tables of this product must be there, and the old table be locked against writers. */
export async function convertReports(
  db: Queryable,
  { table, reports }: CheckedTable,
): Promise<Conversion> {
  const { now } = (await row(db, sql.clock))!;
  const ids = await rows(db, sql.takeIds, [reports.length]);
  const slugs = await slugsFor(db, reports);
  const scenarios = reports.map((report, index) =>
    scenarioOf(report, { id: ids[index]!.id, slug: slugs[index]!, now, table }),
  );
  for (let from = 0; from < scenarios.length; from += BATCH) {
    await rows(db, sql.insertScenarios, [toJsonb(scenarios.slice(from, from + BATCH)), now]);
  }
  const archive = await archiveTable(db, table);
  const detail = {
    schema: table.schema,
    rows: reports.map(({ oldId, lastRunAt }, index) => ({
      id: oldId,
      scenario_id: ids[index]!.id,
      last_run_at: lastRunAt,
    })),
  };
  await rows(db, sql.insertLedger, [table.name, archive, reports.length, toJsonb(detail)]);
  return { archive, converted: reports.length };
}

type Place = {
  readonly id: number;
  readonly slug: string;
  readonly now: Date;
  readonly table: OldTable;
};

function scenarioOf(report: Report, { id, slug, now, table }: Place): sql.NewScenario {
  const { orgId, projectId, ownerUserId, name, trigger, zone, enabled, steps } = report;
  const schedule = { trigger, zone, createdAt: now };
  const dueMs = enabled ? nextDueAt(schedule, now.getTime()) : null;
  return {
    id,
    org_id: orgId,
    project_id: projectId,
    zone,
    next_due_at: dueMs === null ? null : new Date(dueMs).toISOString(),
    config: {
      slug,
      name,
      description: describe(report, table),
      ownerUserId,
      enabled,
      trigger,
      steps,
      policies: {},
    },
  };
}

function describe({ oldId, lastRunAt }: Report, { schema, name }: OldTable): string {
  const last = lastRunAt === null ? 'it had never run' : `last run ${lastRunAt}`;
  return `Taken over from row ${oldId} of ${schema}.${name}; ${last}.`;
}

/** One free slug a report, counted on from the last of the same name: asking for each would be quadratic. */
async function slugsFor(db: Queryable, reports: readonly Report[]): Promise<string[]> {
  const projectIds = [...new Set(reports.map(({ projectId }) => projectId))];
  const inUse = await rows(db, sql.slugsInUse, [projectIds]);
  const taken = new Set(inUse.map(({ projectId, slug }) => `${projectId} ${slug}`));
  const counts = new Map<string, number>();
  return reports.map(({ projectId, name }) => {
    const base = slugOf(name);
    const stem = base.slice(0, 93).replace(/-$/, '');
    const key = `${projectId} ${base}`;
    let n = counts.get(key) ?? 1;
    let slug = base;
    for (; taken.has(`${projectId} ${slug}`); slug = `${stem}-${n}`) n += 1;
    counts.set(key, n);
    taken.add(`${projectId} ${slug}`);
    return slug;
  });
}

/** Renames, so that every column, index and right stays: `legacy_report_schedules`, or with a number where that
 *  name is taken. */
async function archiveTable(db: Queryable, table: OldTable): Promise<string> {
  const base = `legacy_${table.name}`;
  const taken = new Set((await rows(db, namesLike, [table.schema, base])).map(({ name }) => name));
  let name = base;
  for (let n = 2; taken.has(name); n += 1) name = `${base}_${n}`;
  await db.query(`alter table ${quoted(table)} rename to ${pg.escapeIdentifier(name)}`);
  return `${table.schema}.${name}`;
}
