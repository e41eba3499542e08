/** Which scenario fires on which other one's success, as rows. */
import { statement } from '#platform/db.ts';
import { SCENARIO_COLUMNS, type ScenarioRow } from './scenario.sql.ts';

// 'hflk' in ASCII: any number will do, as long as every process takes the same.
const LINKS_LOCK = 0x68666c6b;

/** $1 organisation. Held until the transaction ends. */
export const lockLinks = statement(
  'lock-upstream-links',
  `select pg_advisory_xact_lock(${LINKS_LOCK}, $1::int)`,
);

/** $1 project, $2 slugs. */
export const findNamed = statement<{ id: number; slug: string }>(
  'find-named-scenarios',
  `select id, slug from scenario where project_id = $1 and deleted_at is null and slug = any($2::text[])`,
);

/** $1 project. */
export const listSlugs = statement<{ slug: string }>(
  'list-slugs',
  `select slug from scenario where project_id = $1 and deleted_at is null`,
);

export type Link = {
  readonly downstreamId: number;
  readonly upstreamId: number;
  readonly upstreamSlug: string;
};

/** Every link that lies upstream of the scenarios $1, however far. */
export const findLinksAbove = statement<Link>(
  'find-links-above',
  `with recursive above(id) as (
     select unnest($1::int[])
     union
     select l.upstream_id from above join upstream_link l on l.downstream_id = above.id
   )
   select l.downstream_id as "downstreamId", l.upstream_id as "upstreamId", s.slug as "upstreamSlug"
   from above join upstream_link l on l.downstream_id = above.id join scenario s on s.id = l.upstream_id
   order by l.downstream_id, l.upstream_id`,
);

/** The scenario $1 of project $2 has these upstreams from now on and no others. $3 slugs. */
export const setUpstreams = statement(
  'set-upstreams',
  `with named as (
     select id from scenario where project_id = $2 and deleted_at is null and slug = any($3::text[])
   ), gone as (
     delete from upstream_link where downstream_id = $1 and upstream_id not in (select id from named)
   )
   insert into upstream_link (downstream_id, upstream_id) select $1, id from named on conflict do nothing`,
);

/** Takes the slots of the scenarios that name $1, in id order. */
export const lockDependants = statement<ScenarioRow>(
  'lock-dependants',
  `select ${SCENARIO_COLUMNS} from scenario
   where id in (select downstream_id from upstream_link where upstream_id = $1) and deleted_at is null
   order by id for update`,
);

/** $1 scenario, $2 trigger. */
export const setTrigger = statement<ScenarioRow>(
  'set-trigger',
  `update scenario set trigger = $2, version = version + 1, updated_at = clock_timestamp()
   where id = $1 returning ${SCENARIO_COLUMNS}`,
);

/** A deleted scenario neither fires nor makes another one fire. */
export const dropLinks = statement(
  'drop-upstream-links',
  `delete from upstream_link where upstream_id = $1 or downstream_id = $1`,
);

/** $1 scenarios. */
export const findUpstreamSlugs = statement<{ downstreamId: number; slug: string }>(
  'find-upstream-slugs',
  `select l.downstream_id as "downstreamId", s.slug from upstream_link l join scenario s on s.id = l.upstream_id
   where l.downstream_id = any($1::int[])`,
);
