/** Deleting a project for good, with everything in it and the tables that it built. */
import { row, rows, transaction, type Client, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError, invalid } from '#platform/errors.ts';
import { quoteIdentifier } from '#platform/identifier.ts';
import { recordChange } from '../access/audit.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { CHANNELS } from '../event/channels.ts';
import { notifyChanged } from '../scenario/due-state.ts';
import { getProject, type Project } from './project.ts';
import * as sql from './settings.sql.ts';

/** One kind of thing that goes with a project; `names` has at most ten. */
export type Dependant = sql.DependantRow;

// A long history goes in bites, so that no lock is held for long: 500 runs with their steps take about 50 ms.
const BITE = 500;

/** What would go with it; kinds of which there is nothing are left out. Runs are counted up to 10,000.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without org.admin. */
export async function projectDependants(
  db: Queryable,
  who: Principal,
  id: number,
): Promise<Dependant[]> {
  const project = await getForAdmin(db, who, id);
  const found = await rows(db, sql.projectDependants, [id, project.warehouseSchema]);
  return found.filter(({ count }) => count > 0);
}

/** First nothing of it ticks any more, then its history goes, last the project itself. A deletion that was cut off in
 *  between is finished by asking again.
 *  @param confirmSlug the project's slug, typed by whoever means it.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without org.admin; VALIDATION for another slug; CONFLICT while runs are
 *  active. */
export async function deleteProject(
  pool: Pool,
  who: Principal,
  id: number,
  confirmSlug: string,
): Promise<Project> {
  const project = await getForAdmin(pool, who, id);
  if (confirmSlug !== project.slug) {
    const message = `is not the project’s slug; type ${project.slug} to delete it`;
    throw invalid([{ path: ['confirmSlug'], message, value: confirmSlug }]);
  }
  await transaction(pool, (tx) => stop(tx, id));
  while ((await rows(pool, sql.deleteSomeRuns, [id, BITE])).length > 0);
  while ((await rows(pool, sql.deleteSomeTicks, [id, BITE])).length > 0);
  await transaction(pool, async (tx) => {
    // The order of all who change cells: whoever switches one meanwhile is waited for, or finds no project.
    await rows(tx, sql.lockTemplatesOf, [who.orgId]);
    await rows(tx, sql.lockCellsOf, [id]);
    await rows(tx, sql.lockSlotsOf, [id]);
    await refuseActive(tx, id);
    const dependants = await rows(tx, sql.projectDependants, [id, project.warehouseSchema]);
    await rows(tx, sql.forgetDefault, [id]);
    await rows(tx, sql.deleteProject, [id]);
    await tx.query(`drop schema if exists ${quoteIdentifier(project.warehouseSchema)} cascade`);
    const { slug, name, timezone, ownerUserId, warehouseSchema } = project;
    await recordChange(tx, who, {
      action: 'project.delete',
      resourceType: 'project',
      resourceId: id,
      before: { slug, name, timezone, ownerUserId, warehouseSchema, dependants },
    });
    // Its column is gone from the matrix.
    await tx.query('select pg_notify($1, $2)', [CHANNELS.template, '*']);
  });
  return project;
}

async function getForAdmin(db: Queryable, who: Principal, id: number): Promise<Project> {
  const project = await getProject(db, who, id);
  permitOrg(who);
  return project;
}

async function stop(tx: Client, id: number): Promise<void> {
  const scenarios = await rows(tx, sql.scenariosOfProject, [id]);
  await refuseActive(tx, id);
  await rows(tx, sql.deleteScenariosOf, [id]);
  await notifyChanged(
    tx,
    scenarios.map((scenario) => scenario.id),
  );
}

async function refuseActive(tx: Client, id: number): Promise<void> {
  const { total } = (await row(tx, sql.activeRuns, [id]))!;
  if (total === 0) return;
  const runs = total === 1 ? 'One run is' : `${total} runs are`;
  throw new DomainError('CONFLICT', `${runs} active; cancel the project’s queue first.`, {
    facts: { activeRuns: total },
  });
}
