/** The cells of the matrix as rows. Whoever changes one holds its template (shared, or for an edit alone) first, then
 *  the cells, then scenarios: never the other way. */
import { statement } from '#platform/db.ts';
import { SCENARIO_COLUMNS, type ScenarioRow } from '../scenario/scenario.sql.ts';
import type { CellRow } from './template.sql.ts';

const COLUMNS = `template_id as "templateId", project_id as "projectId", org_id as "orgId", state, values,
  scenario_id as "scenarioId", applied, problem, updated_by_user_id as "updatedByUserId", created_at as "createdAt",
  updated_at as "updatedAt"`;

/** $1 organisation, $2 templates, $3 projects, $4 those that may be seen; null: all. */
export const listCells = statement<CellRow>(
  'list-cells',
  `select ${COLUMNS} from template_enablement
    where org_id = $1 and template_id = any($2::int[]) and project_id = any($3::int[])
      and ($4::int[] is null or project_id = any($4))
    order by template_id, project_id`,
);

/** Makes the cells that have no row yet, in order, so that two callers cannot deadlock; one that another transaction is
 *  making is waited for. $1 template, $2 projects, $3 organisation, $4 user. @returns those that were made. */
export const insertCells = statement<{ projectId: number }>(
  'insert-cells',
  `insert into template_enablement (template_id, project_id, org_id, state, updated_by_user_id)
   select $1, p.id, $3, 'off', $4 from unnest($2::int[]) p(id) order by p.id
   on conflict do nothing returning project_id as "projectId"`,
);

/** $1 template, $2 projects; null: all. In order, so that two callers cannot deadlock. */
export const lockCells = statement<CellRow>(
  'lock-cells',
  `select ${COLUMNS} from template_enablement
    where template_id = $1 and ($2::int[] is null or project_id = any($2)) order by project_id for update`,
);

/** The cell whose scenario this is. $1 scenario. */
export const lockCellOf = statement<CellRow>(
  'lock-cell-of-scenario',
  `select ${COLUMNS} from template_enablement where scenario_id = $1 for update`,
);

/** All cells of a template, as they are. $1 template. */
export const cellsOf = statement<CellRow>(
  'cells-of-template',
  `select ${COLUMNS} from template_enablement where template_id = $1 order by project_id`,
);

/** $1 template, $2 project, $3 organisation, $4 state, $5 values, $6 scenario, $7 applied, $8 problem, $9 user; the
 *  JSON ones as texts. */
export const saveCell = statement<CellRow>(
  'save-cell',
  `insert into template_enablement
     (template_id, project_id, org_id, state, values, scenario_id, applied, problem, updated_by_user_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (template_id, project_id) do update
     set state = excluded.state, values = excluded.values, scenario_id = excluded.scenario_id,
         applied = excluded.applied, problem = excluded.problem,
         updated_by_user_id = excluded.updated_by_user_id, updated_at = clock_timestamp()
   returning ${COLUMNS}`,
);

/** Takes back cells that were made for nothing. $1 template, $2 projects. */
export const dropCells = statement<never>(
  'drop-cells',
  `delete from template_enablement where template_id = $1 and project_id = any($2::int[])`,
);

// Those that the triggers name with them: a link's foreign key would take them later, against the order.
/** The scenarios of cells with their slots, and those that their triggers are to name, all in id order. $1 scenarios,
 *  $2 projects, $3 slugs in these projects; null: every scenario of theirs. */
export const lockScenarios = statement<ScenarioRow>(
  'lock-cells-scenarios',
  `select ${SCENARIO_COLUMNS} from scenario
    where (id = any($1::int[]) or project_id = any($2::int[]) and ($3::text[] is null or slug = any($3)))
      and deleted_at is null
    order by id for update`,
);

/** $1 scenarios. */
export const findScenarios = statement<ScenarioRow>(
  'find-cells-scenarios',
  `select ${SCENARIO_COLUMNS} from scenario where id = any($1::int[]) and deleted_at is null`,
);

/** The projects in which a template is wanted, or runs although it is broken. $1 template. */
export const findWanting = statement<{ id: number; name: string }>(
  'find-wanting-projects',
  `select p.id, p.name from template_enablement c join project p on p.id = c.project_id
     left join scenario s on s.id = c.scenario_id
    where c.template_id = $1 and (c.state in ('on', 'needs_values') or c.state = 'broken' and s.enabled)
    order by p.id`,
);
