/** What Postgres knows of the logins that may read one schema. */
import { statement } from '#platform/db.ts';

// 'hfrl' in ASCII: any number will do, as long as every process takes the same.
const LOGINS_LOCK = 0x6866726c;

/** Two processes that change one role at a time would refuse each other. Held until the transaction ends. */
export const lockLogins = statement<never>(
  'lock-read-logins',
  `select pg_advisory_xact_lock(${LOGINS_LOCK})`,
);

/** The schema's login; no row without such a schema. Both numbers are never given out again, so neither a schema
 *  of the same name that came later nor another database of this server shares it. $1 schema. */
export const findSchema = statement<{ role: string }>(
  'find-read-schema',
  `select 'hf_read_' || d.oid || '_' || n.oid as role
     from pg_namespace n, pg_database d where n.nspname = $1 and d.datname = current_database()`,
);

export type LoginRow = {
  exists: boolean;
  /** Whether it may do, or is, more than it was made for. */
  grown: boolean;
  user: string;
  database: string;
  mayMake: boolean;
  isSuperuser: boolean;
};

/** $1 role. */
export const findLogin = statement<LoginRow>(
  'find-read-login',
  `select r.oid is not null as exists,
          coalesce(r.rolsuper or r.rolcreatedb or r.rolcreaterole or r.rolreplication or r.rolbypassrls
            or exists (select from pg_auth_members m where m.member = r.oid), false) as grown,
          me.rolname::text as user, current_database()::text as database,
          me.rolsuper or me.rolcreaterole as "mayMake", me.rolsuper as "isSuperuser"
     from pg_roles me left join pg_roles r on r.rolname = $1
    where me.rolname = current_user`,
);

export type ForAll = { temporary: boolean; create: boolean };

/** What everybody may do in this database, as far as we may take it away. */
export const findForAll = statement<ForAll>(
  'find-public-rights',
  `select pg_has_role(d.datdba, 'usage')
            and has_database_privilege('public', d.oid, 'temporary') as temporary,
          coalesce((select pg_has_role(n.nspowner, 'usage') and has_schema_privilege('public', n.oid, 'create')
             from pg_namespace n where n.nspname = 'public'), false) as create
     from pg_database d where d.datname = current_database()`,
);

/** Functions that lock a number, while everybody may call them: in a database that is ours, and of a superuser, who may
 *  call them all the same. Elsewhere others may count on them. */
export const findLocksForAll = statement<{ signature: string }>(
  'find-public-locks',
  `select p.oid::regprocedure::text as signature
     from pg_proc p, pg_database d join pg_roles me on me.oid = d.datdba
    where d.datname = current_database() and me.rolname = current_user and me.rolsuper
      and p.pronamespace = 'pg_catalog'::regnamespace and p.proname ~ '^pg_(try_)?advisory_.*lock'
      and has_function_privilege('public', p.oid, 'execute')`,
);

/** $1 role. */
export const mayConnect = statement<{ may: boolean }>(
  'may-connect',
  `select has_database_privilege($1, current_database(), 'connect') as may`,
);

/** Tables and views of ours that the login cannot read yet. $1 schema, $2 role. */
export const findUnreadable = statement<{ name: string }>(
  'find-unreadable',
  `select c.relname::text as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and pg_has_role(c.relowner, 'usage') and not has_table_privilege($2, c.oid, 'select')`,
);

/** Logins of schemas that are gone. */
export const findOrphans = statement<{ role: string }>(
  'find-orphaned-logins',
  `select r.rolname::text as role
     from pg_roles r join pg_database d on d.datname = current_database()
    where r.rolname ~ ('^hf_read_' || d.oid || '_[0-9]+$')
      and not exists (select from pg_namespace n where r.rolname = 'hf_read_' || d.oid || '_' || n.oid)`,
);
