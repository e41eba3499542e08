/** What the swap of a table has to know about the old one and the new. */
import { statement } from '#platform/db.ts';

/** Whether taking the old table's place loses nothing: all that CREATE TABLE … LIKE … INCLUDING ALL copies is
 *  fine, all else has to be absent or the same. What depends on the old table (views, foreign keys) stops the
 *  DROP itself. $1 old, $2 new. */
export const isSwappable = statement<{ swappable: boolean }>(
  'is-swappable',
  `select o.relkind = 'r' and o.relowner = n.relowner and o.relreplident = 'd'
     and o.reloptions is null and o.reltablespace = n.reltablespace and o.relpersistence = n.relpersistence
     and not o.relrowsecurity and not o.relhasrules and not o.relhastriggers
     and o.relacl is not distinct from n.relacl
     and not exists (select from pg_policy where polrelid = o.oid)
     and not exists (select from pg_inherits where o.oid in (inhrelid, inhparent))
     and not exists (select from pg_publication_rel where prrelid = o.oid)
     and not exists (select from pg_seclabel where objoid = o.oid and classoid = 'pg_class'::regclass)
     and not exists (select from pg_description
                     where objoid = o.oid and classoid = 'pg_class'::regclass and objsubid = 0)
     and not exists (select from pg_attribute where attrelid = o.oid
                     and (attacl is not null or attoptions is not null or attidentity <> ''))
     as swappable
   from pg_class o, pg_class n where o.oid = $1 and n.oid = $2`,
);

/** The indexes of both, matched by what they are; null where one has no counterpart. $1 old, $2 new. */
export const pairIndexes = statement<{ oldName: string | null; newName: string | null }>(
  'pair-indexes',
  `with i as (
     select indrelid, indexrelid::regclass as id, c.relname as name, d.definition,
       row_number() over (partition by indrelid, d.definition order by indexrelid) as n
     from pg_index join pg_class c on c.oid = indexrelid,
       -- Everything behind the name: method, columns, operator classes, options, predicate.
       lateral (select concat_ws(' ', indisunique, indisprimary, indisclustered,
                  substring(pg_get_indexdef(indexrelid) from ' USING .*')) as definition) d
     where indrelid in ($1, $2)
   )
   select o.name as "oldName", n.name as "newName"
   from (select * from i where indrelid = $1) o
   full join (select * from i where indrelid = $2) n using (definition, n)`,
);
