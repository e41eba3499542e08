/** A project's settings. */
import { row, transaction, type Pool } from '#platform/db.ts';
import { invalid, type Problem } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { CHANNELS } from '../event/channels.ts';
import { isMember } from '../scenario/scenario.sql.ts';
import { findZone } from '../trigger/zone.ts';
import { getProject } from './project.ts';
import { retime } from './settings-zone.ts';
import * as sql from './settings.sql.ts';

export type ProjectChange = {
  readonly name?: string;
  /** null: the organisation's. */
  readonly timezone?: string | null;
  readonly ownerUserId?: number;
  /** How many of its runs may be running at once; null: no limit. */
  readonly maxRunning?: number | null;
  /** The folder below DBT_ROOT whose dbt project its recipes are; null: one is made of its recipes. */
  readonly dbtFolder?: string | null;
};

const MAX_NAME = 200;
const MAX_FOLDER = 500;
const MAX_RUNNING = 10_000;

/** Changes what is named. Another zone moves the due times of scenarios that have none of their own.
 *  @throws DomainError NOT_FOUND; FORBIDDEN without project.edit, and for owner, limit and folder without org.admin;
 *  VALIDATION with every problem. */
export async function updateProject(
  pool: Pool,
  who: Principal,
  id: number,
  given: ProjectChange,
): Promise<void> {
  await transaction(pool, async (tx) => {
    await getProject(tx, who, id, 'project.edit');
    const { ownerUserId: owner, maxRunning, dbtFolder } = given;
    if ([owner, maxRunning, dbtFolder].some((each) => each !== undefined)) permitOrg(who);
    const change = tidied(given);
    const problems = problemsOf(change);
    const { ownerUserId } = change;
    if (ownerUserId !== undefined && !(await row(tx, isMember, [ownerUserId, who.orgId]))) {
      problems.push({ path: ['ownerUserId'], message: 'is no active member', value: ownerUserId });
    }
    if (problems.length > 0) throw invalid(problems);
    const before = (await row(tx, sql.lockProjectSettings, [id]))!;
    const wanted = { ...before, ...change };
    const values = [
      ...[id, wanted.name, wanted.timezone],
      ...[wanted.ownerUserId, wanted.maxRunning, wanted.dbtFolder],
    ];
    const after = await row(tx, sql.updateProject, values);
    if (wanted.timezone !== before.timezone) await retime(tx, [id]);
    await recordChange(tx, who, {
      action: 'project.update',
      resourceType: 'project',
      resourceId: id,
      before,
      after,
    });
    // A higher limit lets runs go that it held up.
    if (wanted.maxRunning !== before.maxRunning) {
      await tx.query('select pg_notify($1, $2)', [CHANNELS.queue, '']);
    }
  });
  if (given.timezone !== undefined) await transaction(pool, (tx) => retime(tx, [id]));
}

function tidied({ name, timezone, dbtFolder, ...rest }: ProjectChange): ProjectChange {
  return {
    ...rest,
    ...(name !== undefined && { name: name.trim() }),
    ...(dbtFolder !== undefined && { dbtFolder: dbtFolder?.trim() || null }),
    ...(timezone !== undefined && { timezone: timezone && (findZone(timezone) ?? timezone) }),
  };
}

function problemsOf({ name, timezone, maxRunning, dbtFolder }: ProjectChange): Problem[] {
  const problems: Problem[] = [];
  if (name !== undefined && (name === '' || name.length > MAX_NAME || name.includes('\0'))) {
    problems.push({ path: ['name'], message: `has 1 to ${MAX_NAME} characters`, value: name });
  }
  if (timezone != null && findZone(timezone) === null) {
    const message = 'is no time zone, as in Europe/Berlin; leave it empty for the organisation’s';
    problems.push({ path: ['timezone'], message, value: timezone });
  }
  if (maxRunning != null && (maxRunning < 1 || maxRunning > MAX_RUNNING)) {
    const message = `is 1 to ${MAX_RUNNING}, or nothing for no limit`;
    problems.push({ path: ['maxRunning'], message, value: maxRunning });
  }
  // Whether it is there only a worker can tell; that it stays below DBT_ROOT is looked at there once more.
  if (dbtFolder != null && !isFolder(dbtFolder)) {
    const message = 'is no path below DBT_ROOT, as in sales/dbt; no /, .. or ~ at its start';
    problems.push({ path: ['dbtFolder'], message, value: dbtFolder });
  }
  return problems;
}

const isFolder = (path: string) =>
  path.length <= MAX_FOLDER &&
  !/^[/\\~]|^[a-z]:|\0/i.test(path) &&
  !path.split(/[/\\]/).includes('..');
