/** Members of an organisation as rows, with everything that their groups let them do. */
import { statement } from '#platform/db.ts';
import type { Role } from './principal.ts';

export type Granted = {
  /** null: every project of the organisation. */
  readonly projectId: number | null;
  readonly role: Role;
  readonly groupId: number;
  readonly groupName: string;
  /** Given to this person alone, not through a group with a name. */
  readonly own: boolean;
};

export type MemberRow = {
  readonly userId: number;
  readonly orgId: number;
  readonly email: string;
  readonly name: string;
  readonly isService: boolean;
  readonly mustResetPassword: boolean;
  readonly deactivatedAt: Date | null;
  readonly lastSignInAt: Date | null;
  readonly joinedAt: Date;
  readonly grants: readonly Granted[];
  /** Those with a name. */
  readonly groupIds: readonly number[];
};

const MEMBERS = `
  select u.id as "userId", m.org_id as "orgId", u.email, u.name, u.is_service as "isService",
         u.must_reset_password as "mustResetPassword", u.deactivated_at as "deactivatedAt",
         u.last_sign_in_at as "lastSignInAt", m.created_at as "joinedAt",
         (select coalesce(json_agg(json_build_object('projectId', p.project_id, 'role', p.role, 'groupId', g.id,
                                                     'groupName', g.name, 'own', g.user_id is not null)
                                   order by p.project_id, g.name), '[]')
            from user_group ug
            join "group" g on g.id = ug.group_id and g.org_id = m.org_id
            join group_permission p on p.group_id = g.id
           where ug.user_id = u.id) as grants,
         (select coalesce(json_agg(g.id order by g.name), '[]')
            from user_group ug
            join "group" g on g.id = ug.group_id and g.org_id = m.org_id and g.user_id is null
           where ug.user_id = u.id) as "groupIds"
    from user_org m join "user" u on u.id = m.user_id`;

/** $1 organisation, $2 user. */
export const findMember = statement<MemberRow>(
  'find-member',
  `${MEMBERS} where m.org_id = $1 and m.user_id = $2`,
);

// $1 organisation, $2 pattern or null.
const SEARCHED = `m.org_id = $1 and ($2::text is null or u.name ilike $2 or u.email ilike $2)`;

/** $3, $4 name in small letters and id of the last one seen, or nulls; $5 how many. */
export const membersAfter = statement<MemberRow>(
  'members-after',
  `${MEMBERS} where ${SEARCHED} and ($3::text is null or (lower(u.name), u.id) > ($3, $4))
   order by lower(u.name), u.id limit $5`,
);

/** The same backwards. */
export const membersBefore = statement<MemberRow>(
  'members-before',
  `${MEMBERS} where ${SEARCHED} and ($3::text is null or (lower(u.name), u.id) < ($3, $4))
   order by lower(u.name) desc, u.id desc limit $5`,
);

export const countMembers = statement<{ total: number }>(
  'count-members',
  `select count(*)::int as total from user_org m join "user" u on u.id = m.user_id where ${SEARCHED}`,
);

/** Who may do what changes in one organisation one after the other, so that two administrators cannot lower each
 *  other at once. Requests that only name the organisation in a row go on. */
export const lockPeople = statement<{ id: number }>(
  'lock-people',
  `select id from org where id = $1 for no key update`,
);

/** People who can sign in and administer the organisation. */
export const countAdmins = statement<{ total: number }>(
  'count-admins',
  `select count(distinct u.id)::int as total
     from group_permission p
     join "group" g on g.id = p.group_id and g.org_id = $1
     join user_group ug on ug.group_id = g.id
     join user_org m on m.user_id = ug.user_id and m.org_id = $1
     join "user" u on u.id = ug.user_id and u.deactivated_at is null and not u.is_service
    where p.project_id is null and p.role = 'admin'`,
);

export type AccountRow = {
  id: number;
  isService: boolean;
  deactivatedAt: Date | null;
  isMember: boolean;
  /** Of how many other organisations. */
  otherOrgs: number;
};

// $1 organisation.
const ACCOUNT = `
  select u.id, u.is_service as "isService", u.deactivated_at as "deactivatedAt",
         exists (select from user_org m where m.user_id = u.id and m.org_id = $1) as "isMember",
         (select count(*)::int from user_org m where m.user_id = u.id and m.org_id <> $1) as "otherOrgs"
    from "user" u`;

/** $2 address. */
export const accountByEmail = statement<AccountRow>(
  'account-by-email',
  `${ACCOUNT} where lower(u.email) = lower($2)`,
);

/** $2 user. */
export const accountById = statement<AccountRow>('account-by-id', `${ACCOUNT} where u.id = $2`);

/** $1 address, $2 name, $3 hash or null, $4 whether it is a service. */
export const insertUser = statement<{ id: number }>(
  'insert-user',
  `insert into "user" (email, name, password_hash, is_service, must_reset_password, created_at)
   values ($1, $2, $3, $4, not $4, clock_timestamp()) returning id`,
);

/** $1 user, $2 organisation. */
export const insertMembership = statement<never>(
  'insert-membership',
  `insert into user_org (user_id, org_id, is_default, created_at)
   select $1, $2, not exists (select from user_org where user_id = $1 and is_default), clock_timestamp()`,
);

/** The group behind one person's own roles. $1 organisation, $2 user. */
export const ownGroup = statement<{ id: number }>(
  'own-group',
  `with made as (
     insert into "group" (org_id, name, user_id) values ($1, 'user:' || $2::int, $2::int)
     on conflict (user_id, org_id) do nothing returning id
   ), joined as (
     insert into user_group (user_id, group_id) select $2, id from made
   )
   select id from made union all select id from "group" where org_id = $1 and user_id = $2`,
);

/** $1 group, $2 project or null. */
export const deletePermission = statement<never>(
  'delete-permission',
  `delete from group_permission where group_id = $1 and project_id is not distinct from $2::int`,
);

/** $1 group, $2 project or null, $3 role. */
export const insertPermission = statement<never>(
  'insert-permission',
  `insert into group_permission (group_id, project_id, role) values ($1, $2, $3)`,
);

/** Everything that makes a person a member. $1 organisation, $2 user. */
export const leaveGroups = statement<never>(
  'leave-groups',
  `delete from user_group ug using "group" g
    where g.id = ug.group_id and g.org_id = $1 and ug.user_id = $2`,
);
export const deleteOwnGroup = statement<never>(
  'delete-own-group',
  `delete from "group" where org_id = $1 and user_id = $2`,
);
export const deleteMembership = statement<never>(
  'delete-membership',
  `delete from user_org where org_id = $1 and user_id = $2`,
);
export const revokeAllTokens = statement<{ id: number }>(
  'revoke-all-tokens',
  `update api_token set revoked_at = clock_timestamp()
    where org_id = $1 and user_id = $2 and revoked_at is null returning id`,
);

/** Sessions end with the password that they began with. They say when they began to the second, so it is the next full
 *  one from which they count: one that began in this second ends too. $1 user, $2 hash, $3 whether it is handed over. */
export const setPassword = statement<{ sessionsFrom: Date }>(
  'set-password',
  `update "user" set password_hash = $2, must_reset_password = $3,
          sessions_from = date_trunc('second', clock_timestamp()) + interval '1 second'
    where id = $1 returning sessions_from as "sessionsFrom"`,
);

export const findPassword = statement<{ passwordHash: string | null; email: string }>(
  'find-password',
  `select password_hash as "passwordHash", email from "user" where id = $1`,
);
