/** What the Flow of a project is made of, a statement a noun. */
import { statement } from '#platform/db.ts';
import type { StepState, RunState } from '../run/run-state.ts';
import type { BuildState } from '../recipe/record-build.ts';

/** The kinds whose steps move data. The index `run_of_data` is on these runs alone, spelt like this. */
const DATA_KINDS = `array['sync_dataset', 'run_recipe', 'run_python', 'run_agent']::text[]`;

export type DatasetRow = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly tableName: string;
  readonly hasSource: boolean;
  readonly writtenAt: Date | null;
  readonly rowCount: number | null;
};

/** $1 project. */
export const datasets = statement<DatasetRow>(
  'flow-datasets',
  `select id, slug, name, table_name as "tableName", connector_id is not null as "hasSource",
          last_synced_at as "writtenAt", row_count as "rowCount"
   from dataset where project_id = $1 order by slug`,
);

export type RecipeRow = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly kind: string;
  readonly sql: string | null;
  readonly inputs: readonly string[];
  readonly outputDatasetId: number | null;
  readonly builtAt: Date | null;
  readonly changedAt: Date;
  readonly rowCount: number | null;
  readonly buildState: BuildState | null;
  readonly buildMessage: string | null;
  readonly builtByRunId: number | null;
};

/** $1 project. */
export const recipes = statement<RecipeRow>(
  'flow-recipes',
  `select id, slug, name, kind, sql, inputs, output_dataset_id as "outputDatasetId", built_at as "builtAt",
          updated_at as "changedAt", row_count as "rowCount", build_state as "buildState",
          build_message as "buildMessage", built_by_run_id as "builtByRunId"
   from recipe where project_id = $1 order by slug`,
);

export type AgentRow = { readonly id: number; readonly slug: string; readonly name: string };

/** $1 project. */
export const agents = statement<AgentRow>(
  'flow-agents',
  `select id, slug, name from agent where project_id = $1 order by slug`,
);

export type DashboardRow = {
  readonly id: number;
  readonly title: string;
  readonly cards: readonly {
    readonly sql: string | null;
    readonly required_permission: string | null;
  }[];
};

/** $1 project. */
export const dashboards = statement<DashboardRow>(
  'flow-dashboards',
  `select d.id, d.title, coalesce(jsonb_agg(jsonb_build_object('sql', c.sql, 'required_permission', c.required_permission))
            filter (where c.id is not null), '[]') as cards
   from dashboard d left join dashboard_card c on c.dashboard_id = d.id
   where d.project_id = $1 group by d.id order by d.title, d.id`,
);

export type StepRow = {
  readonly runId: number;
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly state: StepState;
  readonly runState: RunState;
  readonly reason: string | null;
  readonly progress: { done: number; total: number | null; note?: string | null } | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
};

/** The steps of the latest runs that moved data, the newest run first. $1 project, $2 how many runs. */
export const recentSteps = statement<StepRow>(
  'flow-recent-steps',
  `select r.id as "runId", s.kind, r.config->'steps'->s.pos as config, s.state, r.state as "runState",
          coalesce(s.reason, r.reason) as reason, s.progress, s.started_at as "startedAt",
          s.finished_at as "finishedAt"
   from (select id, state, config, reason from run
         where project_id = $1 and step_kinds && ${DATA_KINDS}
         order by id desc limit $2) r
   join step_run s on s.run_id = r.id and s.kind = any(${DATA_KINDS})
   order by r.id desc, s.pos desc`,
);

/** A node of a dbt build, as `run_recipe` puts it out. */
export type BuiltRow = { readonly name: string; readonly type: string; readonly reads: string[] };

/** What dbt's manifest said at the last build that told its nodes. $1 project. */
export const builtNodes = statement<BuiltRow>(
  'flow-built-nodes',
  `select n->>'name' as name, n->>'type' as type,
          array(select jsonb_array_elements_text(coalesce(n->'reads', '[]'))) as reads
   from (select s.output->'nodes' as nodes
         from (select id from run
               where project_id = $1 and step_kinds && ${DATA_KINDS}
               order by id desc limit 200) r
         join step_run s on s.run_id = r.id and s.kind = 'run_recipe'
         where jsonb_typeof(s.output->'nodes') = 'array' order by r.id desc, s.pos desc limit 1) last
   cross join lateral jsonb_array_elements(last.nodes) n
   where n->>'type' = 'model'`,
);

export type ScenarioRow = {
  readonly id: number;
  readonly name: string;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
};

/** Those of a project that move data. $1 project. */
export const scenarios = statement<ScenarioRow>(
  'flow-scenarios',
  `select id, name, steps from scenario
   where project_id = $1 and deleted_at is null
     and step_kinds && ${DATA_KINDS}
   order by name, id`,
);
