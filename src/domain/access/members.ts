/** The people and services of an organisation, and what each may do in it. Everything here needs org.admin. */
import { row, rows, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { getProject } from '../project/project.ts';
import { recordChange } from './audit.ts';
import { changePeople } from './members-change.ts';
import * as sql from './members.sql.ts';
import { createOneTimePassword } from './one-time-password.ts';
import { hashPassword } from './password.ts';
import { permitOrg, ROLES, strongest, type Principal, type Role } from './principal.ts';

export type Member = sql.MemberRow;

/** One that was just made, with the password to hand over; null for one who has a password already, and for a
 *  service, which has only tokens. */
export type Added = { readonly member: Member; readonly oneTimePassword: string | null };

export type NewMember = {
  readonly email: string;
  /** Of a new account; one that exists keeps its own. */
  readonly name: string;
  /** On the whole organisation; null: none yet. */
  readonly role: Role | null;
  readonly isService: boolean;
};

const MAX_NAME = 200;
const EMAIL = /^[^\s@<>"]{1,64}@[^\s@<>"]{1,255}$/;

/** @throws DomainError NOT_FOUND for whoever is no member. */
export async function getMember(db: Queryable, who: Principal, userId: number): Promise<Member> {
  permitOrg(who);
  const member = await row(db, sql.findMember, [who.orgId, userId]);
  if (member === null) throw new DomainError('NOT_FOUND', `No member ${userId}.`);
  return member;
}

export type MemberPosition = Pick<Member, 'userId' | 'name'>;

/** By name, in any case.
 *  @param q part of a name or an address.
 *  @param from the one next to the page: the last before it, or (backwards) the first after it.
 *  @returns at most `limit`, always in the order of the list. */
export async function listMembers(
  db: Queryable,
  who: Principal,
  page: { q: string | null; from: MemberPosition | null; backwards: boolean; limit: number },
): Promise<Member[]> {
  permitOrg(who);
  const found = await rows(db, page.backwards ? sql.membersBefore : sql.membersAfter, [
    who.orgId,
    patternOf(page.q),
    page.from?.name.toLowerCase() ?? null,
    page.from?.userId ?? null,
    page.limit,
  ]);
  return found;
}

export async function countMembers(
  db: Queryable,
  who: Principal,
  q: string | null,
): Promise<number> {
  permitOrg(who);
  return (await row(db, sql.countMembers, [who.orgId, patternOf(q)]))!.total;
}

/** Takes the account of this address into the organisation, or makes one.
 *  @throws DomainError VALIDATION; CONFLICT for a member, for a deactivated account and for a service that would be a
 *  person or the other way round. */
export async function addMember(pool: Pool, who: Principal, given: NewMember): Promise<Added> {
  permitOrg(who);
  const email = given.email.trim();
  const name = given.name.trim();
  refuseBad(email, name);
  const oneTimePassword = given.isService ? null : createOneTimePassword();
  const hash = oneTimePassword === null ? null : await hashPassword(oneTimePassword);
  return changePeople(pool, who, async (tx) => {
    const account = await row(tx, sql.accountByEmail, [who.orgId, email]);
    if (account !== null) refuseAccount(account, email, given.isService);
    const userId =
      account?.id ?? (await row(tx, sql.insertUser, [email, name, hash, given.isService]))!.id;
    await rows(tx, sql.insertMembership, [userId, who.orgId]);
    if (given.role !== null) await writeRole(tx, who, userId, null, given.role);
    const member = await getMember(tx, who, userId);
    await recordChange(tx, who, {
      action: 'member.add',
      resourceType: 'member',
      resourceId: userId,
      after: shown(member),
    });
    return { member, oneTimePassword: account === null ? oneTimePassword : null };
  });
}

/** Gives a member a role of their own on a project, or on the whole organisation.
 *  @param projectId null: every project, those to come included. @param role null: none.
 *  @throws DomainError NOT_FOUND; CONFLICT where a group gives them more than that, and for the last administrator. */
export async function setMemberRole(
  pool: Pool,
  who: Principal,
  userId: number,
  projectId: number | null,
  role: Role | null,
): Promise<Member> {
  permitOrg(who);
  return changePeople(pool, who, async (tx) => {
    const before = await getMember(tx, who, userId);
    if (projectId !== null) await getProject(tx, who, projectId);
    await writeRole(tx, who, userId, projectId, role);
    const after = await getMember(tx, who, userId);
    // Taking away what was given is fine, whatever groups still give.
    const had = before.grants.some((grant) => grant.own && grant.projectId === projectId);
    if (role !== null || !had) refuseGroups(after, projectId, role);
    await recordChange(tx, who, {
      action: 'member.role',
      resourceType: 'member',
      resourceId: userId,
      before: shown(before),
      after: shown(after),
    });
    return after;
  });
}

/** The strongest of the roles that a member has there, and the groups with a name that give it. */
export function roleOn(
  { grants }: Member,
  projectId: number | null,
): { readonly role: Role; readonly groupIds: readonly number[] } | null {
  const here = grants.filter((grant) => grant.projectId === projectId);
  const role = here.reduce<Role | null>((best, grant) => strongest(best, grant.role), null);
  if (role === null) return null;
  const from = here.filter((grant) => grant.role === role && !grant.own);
  return { role, groupIds: from.map(({ groupId }) => groupId) };
}

/** As the audit log keeps it. */
export function shown({ email, name, isService, grants }: Member) {
  const roles = grants.map(({ projectId, role, groupName, own }) => ({
    projectId,
    role,
    group: own ? null : groupName,
  }));
  return { email, name, isService, roles };
}

async function writeRole(
  tx: Queryable,
  who: Principal,
  userId: number,
  projectId: number | null,
  role: Role | null,
): Promise<void> {
  const { id } = (await row(tx, sql.ownGroup, [who.orgId, userId]))!;
  await rows(tx, sql.deletePermission, [id, projectId]);
  if (role !== null) await rows(tx, sql.insertPermission, [id, projectId, role]);
}

function refuseGroups(member: Member, projectId: number | null, role: Role | null): void {
  const rank = role === null ? -1 : ROLES.indexOf(role);
  const stronger = member.grants.filter(
    (grant) => grant.projectId === projectId && !grant.own && ROLES.indexOf(grant.role) > rank,
  );
  if (stronger.length === 0) return;
  const list = stronger.map((grant) => `${grant.groupName} (${grant.role})`).join(', ');
  throw new DomainError(
    'CONFLICT',
    `${member.name} has more than that through ${list}; take them out of it, or change it, first.`,
    {
      facts: {
        groups: stronger.map(({ groupId, groupName }) => ({ id: groupId, name: groupName })),
      },
    },
  );
}

function refuseAccount(account: sql.AccountRow, email: string, isService: boolean): void {
  if (account.isMember) throw new DomainError('CONFLICT', `${email} is a member already.`);
  if (account.deactivatedAt !== null) {
    throw new DomainError('CONFLICT', `The account ${email} is deactivated.`);
  }
  if (account.isService !== isService) {
    const [is, asked] = isService ? ['a person', 'a service'] : ['a service', 'a person'];
    throw new DomainError('CONFLICT', `${email} is ${is} and cannot be added as ${asked}.`);
  }
}

function refuseBad(email: string, name: string): void {
  const problems: Problem[] = [];
  if (!EMAIL.test(email) || email.includes('\0')) {
    const message = 'is no e-mail address, as in ada@example.com';
    problems.push({ path: ['email'], message, value: email });
  }
  if (name === '' || name.length > MAX_NAME || name.includes('\0')) {
    problems.push({ path: ['name'], message: `has 1 to ${MAX_NAME} characters`, value: name });
  }
  if (problems.length > 0) throw invalid(problems);
}

function patternOf(q: string | null): string | null {
  return q ? `%${q.replaceAll('\0', '').replaceAll(/[\\%_]/g, String.raw`\$&`)}%` : null;
}
