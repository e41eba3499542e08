/** Groups of people with the same roles. Everything here needs org.admin. */
import { row, rows, sqlState, type Client, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { recordChange } from './audit.ts';
import * as sql from './groups.sql.ts';
import { changePeople } from './members-change.ts';
import { permitOrg, type Principal, type Role } from './principal.ts';

export type Group = sql.GroupRow;

export type GroupInput = {
  /** null: a new one. */
  readonly id: number | null;
  readonly name: string;
  /** All that it has from now on. */
  readonly roles: readonly { readonly projectId: number | null; readonly role: Role }[];
  /** All who are in it from now on. */
  readonly userIds: readonly number[];
};

const MAX_NAME = 100;
// The names of groups behind one person's own roles.
const OWN = /^user:\d+$/;

/** By name. */
export async function listGroups(db: Queryable, who: Principal): Promise<Group[]> {
  permitOrg(who);
  return rows(db, sql.listGroups, [who.orgId]);
}

/** @throws DomainError NOT_FOUND; VALIDATION with every problem; CONFLICT when the name is taken, and when nobody would
 *  be left who administers the organisation. */
export async function saveGroup(pool: Pool, who: Principal, given: GroupInput): Promise<Group> {
  permitOrg(who);
  const wanted = { ...given, name: given.name.trim(), userIds: [...new Set(given.userIds)] };
  try {
    return await changePeople(pool, who, async (tx) => {
      const before = wanted.id === null ? null : await getGroup(tx, who, wanted.id);
      const problems = await problemsOf(tx, who, wanted);
      if (problems.length > 0) throw invalid(problems);
      const id = before?.id ?? (await row(tx, sql.insertGroup, [who.orgId, wanted.name]))!.id;
      if (before !== null) await rows(tx, sql.renameGroup, [id, wanted.name]);
      await write(tx, id, wanted);
      const after = await getGroup(tx, who, id);
      await recordChange(tx, who, {
        action: before === null ? 'group.create' : 'group.update',
        resourceType: 'group',
        resourceId: id,
        before,
        after,
      });
      return after;
    });
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    const message = `There is a group ${wanted.name} already; choose another name.`;
    throw new DomainError('CONFLICT', message, { cause: error });
  }
}

/** @returns what it was. @throws DomainError NOT_FOUND; CONFLICT for the one that the last administrator is by. */
export async function deleteGroup(pool: Pool, who: Principal, id: number): Promise<Group> {
  permitOrg(who);
  return changePeople(pool, who, async (tx) => {
    const before = await getGroup(tx, who, id);
    await rows(tx, sql.deleteGroup, [id]);
    await recordChange(tx, who, {
      action: 'group.delete',
      resourceType: 'group',
      resourceId: id,
      before,
    });
    return before;
  });
}

async function getGroup(db: Queryable, who: Principal, id: number): Promise<Group> {
  const group = await row(db, sql.findGroup, [who.orgId, id]);
  if (group === null) throw new DomainError('NOT_FOUND', `No group ${id}.`);
  return group;
}

async function write(tx: Client, id: number, { roles, userIds }: GroupInput): Promise<void> {
  await rows(tx, sql.deleteRoles, [id]);
  const columns = [roles.map(({ projectId }) => projectId), roles.map(({ role }) => role)];
  await rows(tx, sql.insertRoles, [id, ...columns]);
  await rows(tx, sql.deleteUsers, [id]);
  await rows(tx, sql.insertUsers, [id, userIds]);
}

async function problemsOf(
  tx: Client,
  who: Principal,
  { name, roles, userIds }: GroupInput,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  if (name === '' || name.length > MAX_NAME || name.includes('\0') || OWN.test(name)) {
    problems.push({ path: ['name'], message: `has 1 to ${MAX_NAME} characters`, value: name });
  }
  const projectIds = roles.flatMap(({ projectId }) => (projectId === null ? [] : [projectId]));
  const projects = await known(tx, sql.projectsAmong, who, projectIds);
  const seen = new Set<number | null>();
  roles.forEach(({ projectId }, index) => {
    const path = ['roles', index, 'projectId'];
    if (projectId !== null && !projects.has(projectId)) {
      problems.push({ path, message: 'there is no such project', value: projectId });
    } else if (seen.has(projectId)) {
      problems.push({ path, message: 'has a role in this list already', value: projectId });
    }
    seen.add(projectId);
  });
  const members = await known(tx, sql.membersAmong, who, userIds);
  userIds.forEach((id, index) => {
    if (members.has(id)) return;
    problems.push({ path: ['userIds', index], message: 'is no member', value: id });
  });
  return problems;
}

async function known(
  tx: Client,
  among: typeof sql.membersAmong,
  who: Principal,
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  return new Set((await rows(tx, among, [who.orgId, ids])).map(({ id }) => id));
}
