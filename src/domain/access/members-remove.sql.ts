/** What somebody owns in an organisation, and how it changes hands. */
import { statement } from '#platform/db.ts';

export type OwnedRow = { readonly id: number; readonly slug: string; readonly project: string };

/** $1 organisation, $2 user. */
export const ownedScenarios = statement<OwnedRow>(
  'owned-scenarios',
  `select s.id, s.slug, p.slug as project from scenario s join project p on p.id = s.project_id
    where s.owner_user_id = $2 and s.org_id = $1 and s.deleted_at is null order by p.slug, s.slug`,
);

/** $1 organisation, $2 user. */
export const ownedProjects = statement<{ id: number; slug: string }>(
  'owned-projects',
  `select id, slug from project where owner_user_id = $2 and org_id = $1 order by slug`,
);

/** Their slots, in the order in which everybody takes them. $1 ids. */
export const lockOwned = statement<{ id: number }>(
  'lock-owned',
  `select id from scenario where id = any($1::int[]) order by id for update`,
);

/** A new version of each with the new owner in it. $1 ids, $2 new owner, $3 who does it. */
export const handOverScenarios = statement<never>(
  'hand-over-scenarios',
  `with moved as (
     update scenario set owner_user_id = $2, version = version + 1, updated_at = clock_timestamp()
      where id = any($1::int[]) and deleted_at is null
     returning id, version, slug, name, description, enabled, trigger, steps, policies
   )
   insert into scenario_version (scenario_id, version, config, author_user_id, created_at)
   select id, version, jsonb_build_object('slug', slug, 'name', name, 'description', description, 'ownerUserId', $2::int,
                                          'enabled', enabled, 'trigger', trigger, 'steps', steps, 'policies', policies),
          $3, clock_timestamp()
     from moved`,
);

/** Runs that are not over go on with the rights of the new owner. $1 ids of scenarios, $2 new owner, $3 old one. */
export const handOverRuns = statement<never>(
  'hand-over-runs',
  `update run set owner_user_id = $2
    where scenario_id = any($1::int[]) and owner_user_id = $3 and state in ('waiting', 'queued', 'running')`,
);

/** $1 organisation, $2 new owner, $3 old one. */
export const handOverProjects = statement<never>(
  'hand-over-projects',
  `update project set owner_user_id = $2 where org_id = $1 and owner_user_id = $3`,
);
