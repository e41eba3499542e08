/** The statements that tell who asks: one a request, roles included. */
import { statement } from '#platform/db.ts';
import type { Role, Scope } from './principal.ts';

export type CallerRow = {
  userId: number;
  email: string;
  name: string;
  /** null: not a member of the organisation asked for. */
  orgId: number | null;
  defaultProjectId: number | null;
  tokenId: number | null;
  /** Of the token; null: until it is revoked, and for sessions, which say it themselves. */
  expiresAt: Date | null;
  scopes: Scope[];
  /** Of a session whose password was handed over. */
  mustResetPassword: boolean;
  /** Project (null: all) and role. */
  roles: [projectId: number | null, role: Role][];
};

// `caller` has user_id, org_id (null: the default one), project_id, token_id, expires_at, scopes.
const fromCaller = `
  select u.id as "userId", u.email, u.name, m.org_id as "orgId",
         coalesce(caller.project_id, m.default_project_id) as "defaultProjectId",
         caller.token_id as "tokenId", caller.expires_at as "expiresAt", caller.scopes,
         u.must_reset_password and caller.token_id is null as "mustResetPassword",
         (select coalesce(json_agg(json_build_array(p.project_id, p.role)), '[]')
            from user_group ug
            join "group" g on g.id = ug.group_id and g.org_id = m.org_id
            join group_permission p on p.group_id = g.id
           where ug.user_id = u.id) as roles
    from caller
    join "user" u on u.id = caller.user_id and u.deactivated_at is null
    left join lateral (
      select org_id, default_project_id from user_org
       where user_id = u.id and (caller.org_id is null or org_id = caller.org_id)
       order by is_default desc, org_id
       limit 1
    ) m on true`;

/** Of a signed-in session. $1 user, $2 organisation or null, $3 when it began, to the second; null: whatever began. */
export const callerOfSession = statement<CallerRow>(
  'caller-of-session',
  `with caller as (
     select $1::int as user_id, $2::int as org_id, null::int as project_id,
            null::int as token_id, null::timestamptz as expires_at, '{}'::text[] as scopes
   )
   ${fromCaller}
    where $3::timestamptz is null or u.sessions_from is null
       or $3 >= date_trunc('second', u.sessions_from)`,
);

/** Of an access token that is neither revoked nor expired. $1 its hash, $2 organisation or null: another one
 *  than the token's answers a row without organisation. The time of use is written at most once a minute,
 *  so that a busy token costs no write per request. */
export const callerOfToken = statement<CallerRow>(
  'caller-of-token',
  `with token as (
     select id, user_id, org_id, project_id, scopes, expires_at, last_used_at from api_token
      where token_hash = $1 and revoked_at is null
        and (expires_at is null or expires_at > clock_timestamp())
   ), used as (
     update api_token set last_used_at = clock_timestamp()
      where id = (select id from token)
        and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
   ), caller as (
     select user_id, case when coalesce($2::int, org_id) = org_id then org_id else -1 end as org_id,
            project_id, id as token_id, expires_at, scopes
       from token
   )
   ${fromCaller}`,
);
