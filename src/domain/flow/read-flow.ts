/** The Flow of a project: what is read from where, how fresh it is, and what works on it now. Eight statements at most, however
 *  much there is. */
import { rows, type Queryable } from '#platform/db.ts';
import type { Principal } from '../access/principal.ts';
import { maySeeCard } from '../dashboard/dashboard.ts';
import { getProject } from '../project/project.ts';
import { activities, type Activity } from './activity.ts';
import * as sql from './flow.sql.ts';
import { judge, type Edge, type Freshness } from './freshness.ts';
import { targetsOf, type Ref } from './step-targets.ts';
import { tablesIn } from './table-names.ts';

/** What makes a node fresh when somebody asks: `run` of Python. */
export type NodeAction = 'sync' | 'build' | 'run';

export type NodeKind = 'dataset' | 'recipe' | 'agent' | 'dashboard';

export type FlowNode = {
  /** `dataset:3`. */
  readonly key: string;
  readonly kind: NodeKind;
  readonly id: number;
  /** null: dashboards have none. */
  readonly slug: string | null;
  readonly name: string;
  /** null: steps do, or nothing has to. */
  readonly action: NodeAction | null;
  readonly writtenAt: Date | null;
  readonly rowCount: number | null;
  readonly freshness: Freshness;
  readonly why: string | null;
  /** The latest work on it, of the last 200 runs that moved data. */
  readonly activity: Activity | null;
  /** Up to ten of them, the newest first. */
  readonly recent: readonly Activity[];
};

export type FlowEdge = Edge;
export type Flow = {
  readonly projectId: number;
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
};

const RECENT_RUNS = 200;

const ACTIONS: Readonly<Record<string, NodeAction>> = { sql: 'build', python: 'run' };

export const keyOf = (kind: NodeKind, id: number) => `${kind}:${id}`;

/** @throws DomainError NOT_FOUND for a project that the caller may not see. */
export async function readFlow(db: Queryable, who: Principal, projectId: number): Promise<Flow> {
  await getProject(db, who, projectId);
  const datasets = await rows(db, sql.datasets, [projectId]);
  const recipes = await rows(db, sql.recipes, [projectId]);
  const agents = await rows(db, sql.agents, [projectId]);
  const dashboards = await rows(db, sql.dashboards, [projectId]);
  const steps = await rows(db, sql.recentSteps, [projectId, RECENT_RUNS]);
  const scenarios = agents.length === 0 ? [] : await rows(db, sql.scenarios, [projectId]);

  const edges = new Map<string, Edge>();
  const connect = (from: string | null, to: string | null, kind: Edge['kind']) => {
    if (from !== null && to !== null && from !== to) {
      edges.set(`${from} ${to}`, { from, to, kind });
    }
  };
  const byTable = tableIndex(datasets, recipes);
  const datasetOf = (ref: Ref | null) => {
    const found = datasets.find(({ id, slug }) => ref === id || ref === slug);
    return found ? keyOf('dataset', found.id) : null;
  };

  for (const recipe of recipes) {
    const key = keyOf('recipe', recipe.id);
    for (const name of [...recipe.inputs, ...tablesIn(recipe.sql ?? '')]) {
      connect(byTable.get(name) ?? null, key, 'reads');
    }
    if (recipe.outputDatasetId !== null) {
      const output = keyOf('dataset', recipe.outputDatasetId);
      // An incremental recipe may name its own output as what it reads.
      edges.delete(`${output} ${key}`);
      connect(key, output, 'writes');
    }
  }
  // What macros hide in the SQL, dbt's manifest tells: `model.honeyframe.daily`, `source.honeyframe.raw.orders`.
  for (const { name, reads } of await rows(db, sql.builtNodes, [projectId])) {
    const recipe = recipes.find(({ slug }) => slug === name);
    if (recipe === undefined) continue;
    const key = keyOf('recipe', recipe.id);
    for (const id of reads) {
      const from = byTable.get(id.split('.').at(-1)!) ?? null;
      if (!edges.has(`${key} ${from}`)) connect(from, key, 'reads');
    }
  }
  for (const { id, cards } of dashboards) {
    const seen = cards.filter((card) => maySeeCard(who, projectId, card));
    const names = seen.flatMap((card) => tablesIn(card.sql ?? ''));
    for (const name of names) {
      connect(byTable.get(name) ?? null, keyOf('dashboard', id), 'reads');
    }
  }
  const agentSteps = [
    ...scenarios.flatMap((scenario) => scenario.steps),
    ...steps.map(({ config }) => config),
  ].filter((step) => step?.['kind'] === 'run_agent');
  for (const step of agentSteps) {
    const { agents: named, reads, writes } = targetsOf('run_agent', step);
    const agent = agents.find(({ id, slug }) => named.some((ref) => ref === id || ref === slug));
    if (agent === undefined || writes === null) continue;
    connect(datasetOf(reads), keyOf('agent', agent.id), 'reads');
    connect(keyOf('agent', agent.id), datasetOf(writes), 'writes');
  }

  const links = [...edges.values()];
  const active = activities(steps, { datasets, recipes, agents }, links);
  const writers = new Set(links.map(({ from }) => from));
  const outputAt = new Map(datasets.map(({ id, writtenAt }) => [id, writtenAt]));
  const raw = [
    ...datasets.map((each) => ({
      ...node('dataset', each.id, each.slug, each.name),
      action: each.hasSource ? ('sync' as const) : null,
      ...{ writtenAt: each.writtenAt, rowCount: each.rowCount },
      ...{ changedAt: null, isView: false },
    })),
    ...recipes.map((each) => ({
      ...node('recipe', each.id, each.slug, each.name),
      action: ACTIONS[each.kind] ?? null,
      // Python writes its output without telling of a build.
      writtenAt: latest(each.builtAt, outputAt.get(each.outputDatasetId ?? 0) ?? null),
      rowCount: each.rowCount,
      ...{ changedAt: each.changedAt, isView: false },
    })),
    ...agents
      .filter(({ id }) => writers.has(keyOf('agent', id)))
      .map((each) => ({
        ...node('agent', each.id, each.slug, each.name),
        action: null,
        writtenAt: writtenBy(keyOf('agent', each.id), links, datasets),
        ...{ rowCount: null, changedAt: null, isView: false },
      })),
    ...dashboards.map((each) => ({
      ...node('dashboard', each.id, null, each.title),
      action: null,
      ...{ writtenAt: null, rowCount: null, changedAt: null, isView: true },
    })),
  ];
  const judged = judge(raw, links);
  const nodes = raw.map(({ changedAt: _changed, isView: _view, ...each }) => ({
    ...each,
    ...judged.get(each.key)!,
    activity: active.get(each.key)?.[0] ?? null,
    recent: active.get(each.key) ?? [],
  }));
  return { projectId, nodes, edges: links };
}

const node = (kind: NodeKind, id: number, slug: string | null, name: string) => ({
  ...{ key: keyOf(kind, id), kind, id, slug, name },
});

const latest = (one: Date | null, other: Date | null) =>
  one === null || (other !== null && other > one) ? other : one;

/** Keys by slug and by table. A recipe goes before a dataset of the same name: it is what builds the table. */
function tableIndex(
  datasets: readonly sql.DatasetRow[],
  recipes: readonly sql.RecipeRow[],
): Map<string, string> {
  const index = new Map<string, string>();
  for (const { id, slug, tableName } of datasets) {
    const key = keyOf('dataset', id);
    index.set(tableName, key).set(slug, key);
  }
  for (const { id, slug, outputDatasetId } of recipes) {
    // What it writes into a dataset is read from the dataset.
    const key = outputDatasetId === null ? keyOf('recipe', id) : keyOf('dataset', outputDatasetId);
    for (const name of [slug, slug.replaceAll('-', '_')]) index.set(name, key);
  }
  return index;
}

function writtenBy(
  key: string,
  links: readonly Edge[],
  datasets: readonly sql.DatasetRow[],
): Date | null {
  const outputs = links.filter(({ from, kind }) => from === key && kind === 'writes');
  return datasets
    .filter(({ id }) => outputs.some(({ to }) => to === keyOf('dataset', id)))
    .reduce<Date | null>((at, { writtenAt }) => latest(at, writtenAt), null);
}
