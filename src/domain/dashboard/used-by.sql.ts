/** Which scenarios name a dashboard. */
import { statement } from '#platform/db.ts';

export type UseRow = {
  scenarioId: number;
  projectId: number;
  /** The names of its steps that do. */
  steps: string[];
};

/** $1 dashboard, $2 organisation. */
export const findUses = statement<UseRow>(
  'find-dashboard-uses',
  `select s.id as "scenarioId", s.project_id as "projectId",
          array_agg(coalesce(x.step->>'name', x.step->>'kind') order by x.ord) as steps
   from scenario s cross join lateral jsonb_array_elements(s.steps) with ordinality x(step, ord)
   where s.org_id = $2 and s.deleted_at is null and s.step_kinds @> array['send_email_report']
     and x.step->>'kind' = 'send_email_report' and x.step->'dashboard_ids' @> to_jsonb($1::int)
   group by s.id order by s.id`,
);
