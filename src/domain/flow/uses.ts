/** What stands on a dataset, a recipe or an agent, so that none is taken away from under it. */
import { rows, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import { readFlow, type Flow } from './read-flow.ts';
import { isNamed, targetsOf } from './step-targets.ts';
import * as sql from './flow.sql.ts';

export type Used = {
  readonly id: number;
  readonly projectId: number;
  readonly slug: string;
  readonly name: string;
};

export type Use = {
  readonly kind: 'scenario' | 'recipe' | 'dashboard';
  readonly id: number;
  readonly name: string;
};

const FIELD = { dataset: 'datasets', recipe: 'recipes', agent: 'agents' } as const;
export type UsedKind = keyof typeof FIELD;

/** The project's scenarios that move data. */
export function listScenarios(db: Queryable, projectId: number): Promise<sql.ScenarioRow[]> {
  return rows(db, sql.scenarios, [projectId]);
}

/** Scenarios whose steps name it, recipes and dashboards that read it, and recipes that write it. */
export function usesOf(
  { nodes, edges }: Pick<Flow, 'nodes' | 'edges'>,
  scenarios: readonly sql.ScenarioRow[],
  kind: UsedKind,
  { id, slug }: Pick<Used, 'id' | 'slug'>,
): Use[] {
  const key = `${kind}:${id}`;
  const near = new Set(
    edges.flatMap((edge) => {
      if (edge.from === key && edge.kind === 'reads') return [edge.to];
      return edge.to === key && edge.kind === 'writes' ? [edge.from] : [];
    }),
  );
  return [
    ...scenarios
      .filter(({ steps }) => steps.some((step) => names(step, kind, { id, slug })))
      .map((scenario): Use => ({ kind: 'scenario', id: scenario.id, name: scenario.name })),
    ...nodes.flatMap((node): Use[] =>
      near.has(node.key) && (node.kind === 'recipe' || node.kind === 'dashboard')
        ? [{ kind: node.kind, id: node.id, name: node.name }]
        : [],
    ),
  ];
}

function names(
  step: sql.ScenarioRow['steps'][number],
  kind: UsedKind,
  named: Pick<Used, 'id' | 'slug'>,
): boolean {
  const targets = targetsOf(String(step['kind']), step);
  const data = [targets.reads, targets.writes].filter((ref) => ref !== null);
  return isNamed(named, kind === 'dataset' ? [...targets.datasets, ...data] : targets[FIELD[kind]]);
}

/** @throws DomainError CONFLICT with `facts.uses`. */
export async function refuseUsed(
  db: Queryable,
  who: Principal,
  kind: UsedKind,
  used: Used,
): Promise<void> {
  const flow = await readFlow(db, who, used.projectId);
  const uses = usesOf(flow, await listScenarios(db, used.projectId), kind, used);
  if (uses.length === 0) return;
  const named = uses.map((use) => `${use.kind} ${use.name}`);
  const more = named.length > 10 ? ` and ${named.length - 10} more` : '';
  throw new DomainError(
    'CONFLICT',
    `The ${kind} ${used.slug} is in use by ${named.slice(0, 10).join(', ')}${more}; change or delete them first.`,
    { facts: { uses } },
  );
}
