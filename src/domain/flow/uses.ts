/** What stands on a dataset, a recipe or an agent, so that none is taken away from under it. */
import { rows, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import { readFlow } from './read-flow.ts';
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

/** The scenarios of the project whose steps name it. */
export async function scenariosOn(
  db: Queryable,
  kind: keyof typeof FIELD,
  { id, projectId, slug }: Pick<Used, 'id' | 'projectId' | 'slug'>,
): Promise<sql.ScenarioRow[]> {
  const found = await rows(db, sql.scenarios, [projectId]);
  return found.filter(({ steps }) =>
    steps.some((step) => {
      const targets = targetsOf(String(step['kind']), step);
      const data = [targets.reads, targets.writes].filter((ref) => ref !== null);
      const refs = kind === 'dataset' ? [...targets.datasets, ...data] : targets[FIELD[kind]];
      return isNamed({ id, slug }, refs);
    }),
  );
}

/** @throws DomainError CONFLICT with `facts.uses`. */
export async function refuseUsed(
  db: Queryable,
  who: Principal,
  kind: keyof typeof FIELD,
  used: Used,
): Promise<void> {
  const scenarios = await scenariosOn(db, kind, used);
  const uses: Use[] = scenarios.map(({ id, name }) => ({ kind: 'scenario', id, name }));
  if (kind !== 'agent') uses.push(...(await neighbours(db, who, kind, used)));
  if (uses.length === 0) return;
  const named = uses.map((use) => `${use.kind} ${use.name}`);
  const more = named.length > 10 ? ` and ${named.length - 10} more` : '';
  throw new DomainError(
    'CONFLICT',
    `The ${kind} ${used.slug} is in use by ${named.slice(0, 10).join(', ')}${more}; change or delete them first.`,
    { facts: { uses } },
  );
}

/** Recipes and dashboards that read it, and recipes that write it. */
async function neighbours(
  db: Queryable,
  who: Principal,
  kind: 'dataset' | 'recipe',
  { id, projectId }: Used,
): Promise<Use[]> {
  const { nodes, edges } = await readFlow(db, who, projectId);
  const key = `${kind}:${id}`;
  const keys = edges.flatMap((edge) => {
    if (edge.from === key && edge.kind === 'reads') return [edge.to];
    return edge.to === key && edge.kind === 'writes' ? [edge.from] : [];
  });
  return nodes.flatMap((node): Use[] =>
    keys.includes(node.key) && (node.kind === 'recipe' || node.kind === 'dashboard')
      ? [{ kind: node.kind, id: node.id, name: node.name }]
      : [],
  );
}
