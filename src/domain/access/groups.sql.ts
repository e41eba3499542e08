/** Groups with a name as rows; those behind one person's own roles are not among them. */
import { statement } from '#platform/db.ts';
import type { Role } from './principal.ts';

export type GroupRow = {
  readonly id: number;
  readonly name: string;
  readonly roles: readonly { readonly projectId: number | null; readonly role: Role }[];
  /** Of members. */
  readonly userIds: readonly number[];
};

const GROUPS = `
  select g.id, g.name,
         (select coalesce(json_agg(json_build_object('projectId', p.project_id, 'role', p.role)
                                   order by p.project_id nulls first), '[]')
            from group_permission p where p.group_id = g.id) as roles,
         (select coalesce(json_agg(ug.user_id order by ug.user_id), '[]')
            from user_group ug
            join user_org m on m.user_id = ug.user_id and m.org_id = g.org_id
           where ug.group_id = g.id) as "userIds"
    from "group" g where g.org_id = $1 and g.user_id is null`;

/** $1 organisation. */
export const listGroups = statement<GroupRow>(
  'list-groups',
  `${GROUPS} order by lower(g.name), g.id`,
);

/** $2 group. */
export const findGroup = statement<GroupRow>('find-group', `${GROUPS} and g.id = $2`);

/** $2 groups. */
export const groupsById = statement<GroupRow>(
  'groups-by-id',
  `${GROUPS} and g.id = any($2::int[])`,
);

/** $1 organisation, $2 name. */
export const insertGroup = statement<{ id: number }>(
  'insert-group',
  `insert into "group" (org_id, name) values ($1, $2) returning id`,
);

/** $1 group, $2 name. */
export const renameGroup = statement<never>(
  'rename-group',
  `update "group" set name = $2 where id = $1`,
);

/** $1 group, $2 projects (null: all), $3 roles, side by side. */
export const deleteRoles = statement<never>(
  'delete-group-roles',
  `delete from group_permission where group_id = $1`,
);
export const insertRoles = statement<never>(
  'insert-group-roles',
  `insert into group_permission (group_id, project_id, role)
   select $1, r.project_id, r.role from unnest($2::int[], $3::text[]) as r(project_id, role)`,
);

/** $1 group, $2 users. */
export const deleteUsers = statement<never>(
  'delete-group-users',
  `delete from user_group where group_id = $1`,
);
export const insertUsers = statement<never>(
  'insert-group-users',
  `insert into user_group (group_id, user_id) select $1, u.id from unnest($2::int[]) as u(id)`,
);

/** $1 group. */
export const deleteGroup = statement<never>('delete-group', `delete from "group" where id = $1`);

/** Those of these who are members. $1 organisation, $2 users. */
export const membersAmong = statement<{ id: number }>(
  'members-among',
  `select user_id as id from user_org where org_id = $1 and user_id = any($2::int[])`,
);

/** Those of these that are the organisation's. $1 organisation, $2 projects. */
export const projectsAmong = statement<{ id: number }>(
  'projects-among',
  `select id from project where org_id = $1 and id = any($2::int[])`,
);
