/** What files would change, asked of the API, which writes nothing for it. */
import type { Problem } from '../exit.ts';
import type { Session } from '../session.ts';
import type { PlacedProblem, Reading, Written } from './read.ts';

/** A scenario in the form of REST and YAML. */
export type Configuration = {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly owner_user_id: number;
  readonly enabled: boolean;
  readonly trigger: Readonly<Record<string, unknown>> | null;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
  readonly policies: Readonly<Record<string, unknown>>;
};

export type Plan = {
  readonly written: Written;
  /** null: it would be created. */
  readonly scenarioId: number | null;
  readonly version: number | null;
  readonly before: Configuration | null;
  readonly after: Configuration;
};

export const PLAN = `query PlanScenarios($project: ID!, $configurations: [JSON!]!) {
  planScenarios(projectId: $project, configurations: $configurations) {
    slug scenarioId version before after problems { path message value } } }`;

type Answer = {
  readonly planScenarios: readonly (Omit<Plan, 'written' | 'after'> & {
    readonly slug: string | null;
    readonly after: Configuration | null;
    readonly problems: readonly Problem[];
  })[];
};

/** Every problem of all files, those of the YAML and those that the API finds; plans only where there is none.
 *  Of a document whose YAML cannot be read only that is told. */
export async function planFiles(
  session: Session,
  reading: Reading,
): Promise<{ plans: Plan[]; problems: PlacedProblem[] }> {
  const { scenarios } = reading;
  if (scenarios.length === 0) return { plans: [], problems: [...reading.problems] };
  const { databaseId } = await session.project();
  const { planScenarios } = await session.query<Answer>(PLAN, {
    project: String(databaseId),
    configurations: scenarios.map(({ configuration }) => configuration),
  });
  const plans: Plan[] = [];
  const problems = [...reading.problems];
  for (const [index, written] of scenarios.entries()) {
    const { after, problems: found, ...rest } = planScenarios[index]!;
    problems.push(...found.map((problem) => placed(problem, written)));
    if (after !== null) plans.push({ written, after, ...rest });
  }
  problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
  return { plans, problems };
}

/** A problem that the API found, where it stands in the file. */
export function placed(problem: Problem, written: Written): PlacedProblem {
  // GraphQL sends positions in lists as text.
  const path = problem.path.map((part) => (/^\d+$/.test(String(part)) ? Number(part) : part));
  return { ...written.locate(path), ...problem, path };
}

/** Upstream scenarios before those that name them, so that each is there when it is asked for. */
export function inOrder(plans: readonly Plan[]): Plan[] {
  const bySlug = new Map(plans.map((plan) => [plan.after.slug, plan]));
  const ordered = new Set<Plan>();
  const begun = new Set<Plan>();
  const take = (plan: Plan) => {
    if (begun.has(plan)) return;
    begun.add(plan);
    for (const slug of upstreamOf(plan.after)) {
      const before = bySlug.get(slug);
      if (before) take(before);
    }
    ordered.add(plan);
  };
  for (const plan of plans) take(plan);
  return [...ordered];
}

/** The slugs on whose success it fires. */
export function upstreamOf({ trigger }: Configuration): string[] {
  const upstream = trigger?.['upstream'];
  return Array.isArray(upstream) ? upstream.map(String) : [];
}
