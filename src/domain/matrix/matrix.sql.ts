/** Pages of the matrix: templates by projects, and the cells where they meet. */
import { statement } from '#platform/db.ts';
import type { CellState } from '../template/template.sql.ts';

export type Side = { readonly ids: readonly number[]; readonly total: number };

// A state is looked up in its index once, not asked of each template: a rare one is found among 200,000 cells.
const HAS_CELL = (of: 'template' | 'project') => `
  ($4::text is null or x.id in (
    select e.${of}_id
      from template_enablement e
      join template t on t.id = e.template_id
      join project p on p.id = e.project_id
     where e.org_id = $1 and e.state = $4 and t.deleted_at is null
       and ($2::int[] is null or e.project_id = any($2))
       and ($3::text is null or ${of === 'template' ? TEXT_OF_PROJECT : TEXT_OF_TEMPLATE})))`;
const TEXT_OF_PROJECT = `(p.name ilike $3 or p.slug ilike $3)`;
const TEXT_OF_TEMPLATE = `(t.display_name ilike $3 or t.slug ilike $3)`;

const PAGE = `
  select (select count(*)::int from found) as total,
         coalesce((select array_agg(id order by key, id)
                     from (select id, key from found order by key, id offset $6 limit $7) page),
                  '{}') as ids`;

/** $1 organisation, $2 projects that may be seen (null: all), $3 text of projects, $4 state, $5 text of templates,
 *  $6 offset, $7 count. By name, in any case. */
export const TEMPLATES = statement<Side>(
  'matrix-templates',
  `with found as materialized (
     select x.id, lower(x.display_name) as key
       from template x
      where x.org_id = $1 and x.deleted_at is null
        and ($5::text is null or x.display_name ilike $5 or x.slug ilike $5)
        and ${HAS_CELL('template')}
   ) ${PAGE}`,
);

/** The same for projects, with $3 text of templates and $5 text of projects. */
export const PROJECTS = statement<Side>(
  'matrix-projects',
  `with found as materialized (
     select x.id, lower(x.name) as key
       from project x
      where x.org_id = $1 and ($2::int[] is null or x.id = any($2))
        and ($5::text is null or x.name ilike $5 or x.slug ilike $5)
        and ${HAS_CELL('project')}
   ) ${PAGE}`,
);

export type MatrixCell = {
  readonly templateId: number;
  readonly projectId: number;
  readonly state: CellState;
  readonly overridden: boolean;
};

/** What `overridesOf` would tell, without its list: any field that differs from what the template wrote. */
const OVERRIDDEN = `
  coalesce(s.name <> e.applied->>'name'
    or s.description <> e.applied->>'description'
    or s.trigger is distinct from nullif(e.applied->'trigger', 'null')
    or s.steps <> e.applied->'steps'
    or s.policies <> e.applied->'policies', false)`;

/** $1 organisation, $2 templates, $3 projects. */
export const CELLS = statement<MatrixCell>(
  'matrix-cells',
  `select e.template_id as "templateId", e.project_id as "projectId", e.state,
          ${OVERRIDDEN} as overridden
     from template_enablement e
     left join scenario s on s.id = e.scenario_id
    where e.org_id = $1 and e.template_id = any($2::int[]) and e.project_id = any($3::int[])
    order by e.template_id, e.project_id`,
);

/** $1 organisation, $2 pairs' templates, $3 their projects. */
export const CELLS_OF = statement<MatrixCell>(
  'matrix-cells-of',
  `select e.template_id as "templateId", e.project_id as "projectId", e.state,
          ${OVERRIDDEN} as overridden
     from unnest($2::int[], $3::int[]) as asked(template_id, project_id)
     join template_enablement e using (template_id, project_id)
     left join scenario s on s.id = e.scenario_id
    where e.org_id = $1
    order by e.template_id, e.project_id`,
);

export type StateCount = {
  readonly templateId: number;
  readonly state: CellState;
  readonly count: number;
};

/** $1 organisation, $2 templates, $3 projects that may be seen (null: all). */
export const COUNTS = statement<StateCount>(
  'matrix-counts',
  `select template_id as "templateId", state, count(*)::int as count
     from template_enablement
    where org_id = $1 and template_id = any($2::int[])
      and ($3::int[] is null or project_id = any($3))
    group by 1, 2`,
);
