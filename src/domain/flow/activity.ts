/** What works on each node, or worked on it last, from the steps of the latest runs. */
import type { StepRow } from './flow.sql.ts';
import type { Edge } from './freshness.ts';
import { isNamed, targetsOf } from './step-targets.ts';

export type ActivityState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export type Activity = {
  readonly runId: number;
  readonly state: ActivityState;
  /** Of a failure: why. */
  readonly reason: string | null;
  readonly progress: { done: number; total: number | null; note?: string | null } | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
};

type Build = {
  readonly buildState: string | null;
  readonly buildMessage: string | null;
  readonly builtByRunId: number | null;
};
type Named = { readonly id: number; readonly slug: string };

const KEPT = 10;

/** @param steps the newest run first. @returns the latest of each node, the newest first, by key. */
export function activities(
  steps: readonly StepRow[],
  {
    datasets,
    recipes,
    agents,
  }: {
    readonly datasets: readonly Named[];
    readonly recipes: readonly (Named & Build)[];
    readonly agents: readonly Named[];
  },
  edges: readonly Edge[],
): Map<string, Activity[]> {
  const found = new Map<string, Activity[]>();
  for (const step of steps) {
    const activity = activityOf(step);
    if (activity === null) continue;
    const targets = targetsOf(step.kind, step.config ?? {});
    const note = (key: string, what = activity) => {
      const list = found.getOrInsertComputed(key, () => []);
      if (list.length < KEPT && list.at(-1)?.runId !== what.runId) list.push(what);
    };
    for (const { id } of datasets.filter((each) => isNamed(each, targets.datasets))) {
      note(`dataset:${id}`);
    }
    for (const { id } of agents.filter((each) => isNamed(each, targets.agents))) {
      note(`agent:${id}`);
    }
    const named = recipes.filter((each) => isNamed(each, targets.recipes));
    const keys = spread(
      named.map(({ id }) => `recipe:${id}`),
      edges,
      targets,
    );
    for (const recipe of recipes.filter(({ id }) => keys.has(`recipe:${id}`))) {
      note(`recipe:${recipe.id}`, ofRecipe(recipe, activity));
    }
  }
  return found;
}

/** A step of several recipes fails as a whole; what came of each one is kept with it. */
function ofRecipe({ buildState, buildMessage, builtByRunId }: Build, activity: Activity): Activity {
  if (builtByRunId !== activity.runId || buildState === null) return activity;
  if (activity.state === 'running' || activity.state === 'queued') return activity;
  const state = buildState === 'skipped' ? 'cancelled' : (buildState as ActivityState);
  return { ...activity, state, reason: state === 'succeeded' ? null : buildMessage };
}

/** null: the step did not touch it. */
function activityOf(step: StepRow): Activity | null {
  const state = stateOf(step);
  if (state === null) return null;
  const { runId, progress, startedAt, finishedAt } = step;
  const reason = state === 'failed' || state === 'cancelled' ? step.reason : null;
  return { runId, state, reason, progress, startedAt, finishedAt };
}

function stateOf({ state, runState }: StepRow): ActivityState | null {
  switch (state) {
    case 'pending':
      return runState === 'queued' || runState === 'running' || runState === 'waiting'
        ? 'queued'
        : null;
    case 'running':
      return 'running';
    case 'succeeded':
      return 'succeeded';
    case 'failed':
    case 'rolled_back':
      return 'failed';
    case 'cancelled':
      return 'cancelled';
    default:
      return null;
  }
}

/** With what lies above and below, as the scope says. */
function spread(
  from: readonly string[],
  edges: readonly Edge[],
  { upstream, downstream }: { readonly upstream: boolean; readonly downstream: boolean },
): Set<string> {
  const walk = (start: readonly string[], next: (key: string) => string[]) => {
    const seen = new Set(start);
    for (const key of seen) for (const each of next(key)) seen.add(each);
    return seen;
  };
  const above = upstream
    ? walk(from, (key) => edges.flatMap((edge) => (edge.to === key ? [edge.from] : [])))
    : new Set<string>();
  const below = downstream
    ? walk(from, (key) => edges.flatMap((edge) => (edge.from === key ? [edge.to] : [])))
    : new Set<string>();
  return new Set([...from, ...above, ...below]);
}
