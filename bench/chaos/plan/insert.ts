/** Writes the scenarios as rows: their due times that lie in the past are nobody's to ask for. */
import { transaction } from '#platform/db.ts';
import type { Ground } from '../ground.ts';
import type { ScenarioHistory } from '../history.ts';
import type { Plan } from './plan.ts';

export async function insertScenarios(
  { pool, orgId, projectId, limitedProjectId, userId, days }: Ground,
  plans: readonly Plan[],
): Promise<ScenarioHistory[]> {
  const projectOf = ({ limited }: Plan) => (limited ? limitedProjectId : projectId);
  const ids = await transaction(pool, async (tx) => {
    const inserted: number[] = [];
    for (const [n, plan] of plans.entries()) {
      const { rows } = await tx.query(
        `insert into scenario (org_id, project_id, owner_user_id, slug, name, trigger, steps, policies, step_kinds,
                               created_at, next_due_at, zone)
         values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11) returning id`,
        [
          orgId,
          projectOf(plan),
          userId,
          `s${n}`,
          JSON.stringify(plan.trigger),
          JSON.stringify(plan.steps),
          JSON.stringify(policiesOf(plan)),
          [...new Set(plan.steps.map((step) => step.kind))],
          plan.createdAt,
          Number.isFinite(plan.firstDueMs) ? new Date(plan.firstDueMs) : null,
          days.zone,
        ],
      );
      const { id } = rows[0];
      await tx.query(
        'insert into upstream_link (downstream_id, upstream_id) select $1, unnest($2::int[])',
        [id, (plan.upstream?.plans ?? []).map((each) => inserted[each])],
      );
      inserted.push(id);
    }
    await tx.query("select pg_notify('hf_schedule', '')");
    return inserted;
  });
  return plans.map((plan, n) => {
    const { overlap, catchup, maxCatchupRuns, calendar, pauseAfter, maxRunning } = plan;
    const createdMs = plan.firstDueMs - 1;
    return {
      id: ids[n]!,
      slug: `s${n}`,
      projectId: projectOf(plan),
      upstream: plan.upstream && {
        ids: plan.upstream.plans.map((each) => ids[each]!),
        require: plan.upstream.require,
      },
      ...{ overlap, catchup, maxCatchupRuns, calendar, pauseAfter, maxRunning },
      catchupWindowMs: plan.catchupWindowSeconds * 1000,
      changes: plan.upstream ? [] : [{ fromMs: createdMs, untilMs: createdMs, rule: plan.rule }],
      switches: [],
    };
  });
}

function policiesOf(plan: Plan): Record<string, unknown> {
  return {
    overlap: plan.overlap,
    catchup: plan.catchup,
    catchup_window: `${plan.catchupWindowSeconds}s`,
    max_catchup_runs: plan.maxCatchupRuns,
    ...(plan.calendar !== null && { calendar: plan.calendar }),
    ...(plan.pauseAfter > 0 && { pause_after_failures: plan.pauseAfter }),
    ...(plan.maxRunning !== null && { max_running: plan.maxRunning }),
    ...plan.policies,
  };
}
