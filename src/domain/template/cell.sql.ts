/** The cells of the matrix as rows. Whoever changes one holds its template (shared, or for an edit alone) first, then
 *  the cells, then scenarios: never the other way. */
import { statement } from '#platform/db.ts';
import type { CellRow } from './template.sql.ts';

const COLUMNS = `template_id as "templateId", project_id as "projectId", org_id as "orgId", state, values,
  scenario_id as "scenarioId", applied, problem, updated_by_user_id as "updatedByUserId", created_at as "createdAt",
  updated_at as "updatedAt"`;

/** $1 template, $2 project. */
export const findCell = statement<CellRow>(
  'find-cell',
  `select ${COLUMNS} from template_enablement where template_id = $1 and project_id = $2`,
);

/** $1 organisation, $2 templates, $3 projects, $4 those that may be seen; null: all. */
export const listCells = statement<CellRow>(
  'list-cells',
  `select ${COLUMNS} from template_enablement
    where org_id = $1 and template_id = any($2::int[]) and project_id = any($3::int[])
      and ($4::int[] is null or project_id = any($4))
    order by template_id, project_id`,
);
