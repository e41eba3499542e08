/** Runs as a caller reads them. */
import { statement } from '#platform/db.ts';
import type { RunSource, RunState, StepState } from '../run/run-state.ts';
import type { Json } from '../step/kind.ts';

export type RunRow = {
  readonly id: number;
  readonly projectId: number;
  /** null: it was made without a scenario. */
  readonly scenarioId: number | null;
  readonly name: string;
  readonly state: RunState;
  readonly source: RunSource;
  readonly dueAt: Date;
  readonly params: Readonly<Record<string, Json>>;
  /** Why it ended as it did, for a person; null when it succeeded or has not ended. */
  readonly reason: string | null;
  readonly triggeredByUserId: number | null;
  /** The first run of the chain of retries that it belongs to; null: it is no retry. */
  readonly originRunId: number | null;
  readonly cancelRequestedAt: Date | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
};

export type StepRunRow = {
  readonly pos: number;
  readonly name: string;
  readonly kind: string;
  readonly state: StepState;
  readonly attempt: number;
  readonly output: Json;
  readonly reason: string | null;
  readonly progress: Json;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
};

const columns = `id, project_id as "projectId", scenario_id as "scenarioId", name, state, source,
  due_at as "dueAt", params, reason, triggered_by_user_id as "triggeredByUserId",
  origin_run_id as "originRunId", cancel_requested_at as "cancelRequestedAt",
  created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt"`;

/** $1 run, $2 organisation. */
export const findRun = statement<RunRow>(
  'find-run',
  `select ${columns} from run where id = $1 and org_id = $2`,
);

/** Newest first. $1 scenario, $2 the last id of the page before or null, $3 how many. A range of pairs rather than
 *  "equals": with that the planner may walk the table by id alone, and finds a scenario that ran long ago after ten
 *  million others. */
export const listRuns = statement<RunRow>(
  'list-scenario-runs',
  `select ${columns} from run
    where (scenario_id, id) > ($1::int, 0::bigint)
      and (scenario_id, id) < ($1::int, coalesce($2::bigint, 9007199254740991))
    order by scenario_id desc, id desc limit $3`,
);

/** Counts no further than $2: history may be long, and a page of it must not cost more for that. */
export const countRuns = statement<{ total: number }>(
  'count-scenario-runs',
  `select count(*) as total from (select from run where scenario_id = $1 limit $2) counted`,
);

export const listStepRuns = statement<StepRunRow>(
  'list-step-runs',
  `select pos, name, kind, state, attempt, output, reason, progress, started_at as "startedAt",
          finished_at as "finishedAt"
     from step_run where run_id = $1 order by pos`,
);
