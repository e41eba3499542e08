/** Templates and cells as their rows, past all checks: what a test of reading wants. */
import type { Queryable } from '#platform/db.ts';

let count = 0;

const STEPS = [{ kind: 'snapshot_dashboards', name: 'snapshot', skip_hours: '{{ param.hours }}' }];
const PARAMETERS = [{ name: 'hours', type: 'integer', default: 12, required: true, help: '' }];

export async function insertTemplate(
  db: Queryable,
  given: { orgId: number; slug?: string; name?: string; steps?: readonly object[] },
): Promise<{ id: number; slug: string }> {
  const slug = given.slug ?? `template-${++count}`;
  const steps = given.steps ?? STEPS;
  const { rows } = await db.query(
    `insert into template (org_id, slug, display_name, parameters, trigger, steps, step_kinds)
     values ($1, $2, $3, $4, '{"cron": "@daily"}', $5, $6) returning id, slug`,
    [
      ...[given.orgId, slug, given.name ?? slug, JSON.stringify(PARAMETERS)],
      ...[JSON.stringify(steps), ['snapshot_dashboards']],
    ],
  );
  return rows[0];
}

/** A cell that is on, with its scenario, unless told otherwise. */
export async function insertCell(
  db: Queryable,
  given: {
    orgId: number;
    templateId: number;
    projectId: number;
    userId: number;
    state?: string;
    overridden?: boolean;
  },
): Promise<{ scenarioId: number }> {
  const { orgId, templateId, projectId, userId, state = 'on', overridden = false } = given;
  const { rows } = await db.query(
    `with t as (select * from template where id = $2),
     s as (
       insert into scenario (org_id, project_id, owner_user_id, slug, name, description, trigger, steps, enabled)
       select $1, $3, $4, slug, case when $6 then 'mine' else display_name end, description, trigger, steps, $5 = 'on'
         from t returning id
     ), v as (
       insert into scenario_version (scenario_id, version, config, author_user_id) select id, 1, '{}', $4 from s
     )
     insert into template_enablement
       (template_id, project_id, org_id, state, scenario_id, applied, updated_by_user_id)
     select $2, $3, $1, $5, s.id, jsonb_build_object('name', display_name, 'description', description,
              'trigger', trigger, 'steps', steps, 'policies', policies), $4
       from t, s
     returning scenario_id as "scenarioId"`,
    [orgId, templateId, projectId, userId, state, overridden],
  );
  return rows[0];
}

/** 200 templates by 1,000 projects with every cell filled; the first 100 of them have their scenarios in the first 200
 *  projects, which is further than a page sees. */
export async function fillMatrix(db: Queryable, orgId: number, userId: number): Promise<void> {
  await db.query(
    `insert into template (org_id, slug, display_name, parameters, trigger, steps, step_kinds)
     select $1, 'big-' || n, 'Big ' || to_char(n, 'FM000'), '[]', '{"cron": "@daily"}', $2, '{snapshot_dashboards}'
       from generate_series(1, 200) n`,
    [orgId, JSON.stringify(STEPS)],
  );
  await db.query(
    `insert into project (org_id, slug, name, owner_user_id, warehouse_schema)
     select $1, 'big-' || n, 'Big ' || to_char(n, 'FM0000'), $2, 'wh_big_' || n from generate_series(1, 1000) n`,
    [orgId, userId],
  );
  await db.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, trigger, steps)
     select $1, p.id, $2, t.slug, case when (t.id + p.id) % 10 = 0 then 'mine' else t.display_name end,
            t.trigger, t.steps
       from template t, project p
      where t.org_id = $1 and t.slug like 'big-%' and t.display_name <= 'Big 100'
        and p.org_id = $1 and p.slug like 'big-%' and p.name <= 'Big 0200'`,
    [orgId, userId],
  );
  await db.query('analyze');
  await db.query(
    `insert into template_enablement
       (template_id, project_id, org_id, state, scenario_id, applied, updated_by_user_id)
     select t.id, p.id, $1, case when (t.id * 7 + p.id) % 1000 = 0 then 'broken' else 'on' end, s.id,
            jsonb_build_object('name', t.display_name, 'description', '', 'trigger', t.trigger,
              'steps', t.steps, 'policies', t.policies), $2
       from template t
       join project p on p.org_id = t.org_id and p.slug like 'big-%'
       left join scenario s on s.project_id = p.id and s.slug = t.slug
      where t.org_id = $1 and t.slug like 'big-%'`,
    [orgId, userId],
  );
  await db.query('analyze');
}
