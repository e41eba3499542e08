/** What Postgres knows of the logins that build in one schema. */
import { statement } from '#platform/db.ts';

/** The schema's login, named by numbers that are never given out again; no row without such a schema. $1 schema. */
export const findBuilder = statement<{ role: string }>(
  'find-build-schema',
  `select 'hf_build_' || d.oid || '_' || n.oid as role
     from pg_namespace n, pg_database d where n.nspname = $1 and d.datname = current_database()`,
);

export type BuilderRow = {
  exists: boolean;
  /** Whether it may do, or is, more than it was made for. */
  grown: boolean;
  /** Whether we may act for it, as whoever clears up after it must. */
  isOurs: boolean;
  user: string;
  database: string;
};

/** $1 role. */
export const findBuilderRole = statement<BuilderRow>(
  'find-build-login',
  `select r.oid is not null as exists,
          coalesce(r.rolsuper or r.rolcreatedb or r.rolcreaterole or r.rolreplication or r.rolbypassrls
            or exists (select from pg_auth_members m where m.member = r.oid), false) as grown,
          coalesce(pg_has_role(me.oid, r.oid, 'usage'), false) as "isOurs",
          me.rolname::text as user, current_database()::text as database
     from pg_roles me left join pg_roles r on r.rolname = $1
    where me.rolname = current_user`,
);

/** $1 role. */
export const mayMakeTemporary = statement<{ may: boolean }>(
  'may-make-temporary',
  `select has_database_privilege($1, current_database(), 'temporary') as may`,
);

/** Tables and views of ours that the builder cannot read yet. What it built is its own. $1 schema, $2 role. */
export const findUnreadableTo = statement<{ name: string }>(
  'find-unreadable-to-builder',
  `select c.relname::text as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and pg_has_role(c.relowner, 'usage') and not has_table_privilege($2, c.oid, 'select')`,
);

/** Ends its sessions and waits, a second for each at most, until they are gone. $1 role. */
export const endSessions = statement<{ ended: number }>(
  'end-build-sessions',
  `select count(*) filter (where pg_terminate_backend(pid, 1000))::int as ended
     from pg_stat_activity where datname = current_database() and usename = $1`,
);

/** Builders of schemas that are gone. */
export const findOrphanedBuilders = statement<{ role: string }>(
  'find-orphaned-builders',
  `select r.rolname::text as role
     from pg_roles r join pg_database d on d.datname = current_database()
    where r.rolname ~ ('^hf_build_' || d.oid || '_[0-9]+$')
      and not exists (select from pg_namespace n where r.rolname = 'hf_build_' || d.oid || '_' || n.oid)`,
);
