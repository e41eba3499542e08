/** What files of templates would change, asked of the API, which writes nothing for it. */
import { slugOf } from '#domain/scenario/slug.ts';
import type { Problem } from '../exit.ts';
import type { Session } from '../session.ts';
import { differences, type Change } from './difference.ts';
import type { Configuration } from './plan.ts';
import { placed } from './plan.ts';
import type { PlacedProblem, Reading, Written } from './read.ts';

/** A template in the form of REST and YAML. */
export type TemplateConfiguration = Pick<Configuration, 'steps'> &
  Readonly<Record<string, unknown>> & { readonly slug: string };

export type PlannedCell = {
  readonly projectName: string;
  readonly change: 'UNCHANGED' | 'UPDATED' | 'BROKEN';
  readonly problems: readonly Problem[];
};

export type TemplatePlan = {
  readonly written: Written;
  /** null: it would be created. */
  readonly stored: Stored | null;
  readonly after: TemplateConfiguration;
  readonly cells: readonly PlannedCell[];
};

type Stored = {
  readonly databaseId: number;
  readonly version: number;
  readonly configuration: TemplateConfiguration;
};

export const STORED_TEMPLATE = `query StoredTemplate($slug: String!) {
  template(slug: $slug) { databaseId version configuration } }`;
export const PLAN_TEMPLATE = `query PlanTemplate($id: ID, $configuration: JSON!) {
  planTemplate(id: $id, configuration: $configuration, whole: true) {
    after problems { path message value }
    cells { projectName change problems { path message value } } } }`;

type Answer = {
  readonly planTemplate: {
    readonly after: TemplateConfiguration | null;
    readonly problems: readonly Problem[];
    readonly cells: readonly PlannedCell[];
  };
};

/** Every problem of all files, those of the YAML and those that the API finds; plans only where there is none. */
export async function planTemplates(
  session: Session,
  reading: Reading,
): Promise<{ plans: TemplatePlan[]; problems: PlacedProblem[] }> {
  const plans: TemplatePlan[] = [];
  const problems = [...reading.problems];
  for (const written of reading.scenarios) {
    const { configuration } = written;
    const stored = await findStored(session, slugIn(configuration));
    const id = stored === null ? null : String(stored.databaseId);
    const { planTemplate: found } = await session.query<Answer>(PLAN_TEMPLATE, {
      id,
      configuration,
    });
    const { after, cells } = found;
    problems.push(...found.problems.map((problem) => placed(problem, written)));
    if (after === null) continue;
    if (plans.some((plan) => plan.after.slug === after.slug)) {
      const message = `another of these templates is called "${after.slug}" already; choose another slug`;
      problems.push(placed({ path: ['slug'], message, value: after.slug }, written));
    } else plans.push({ written, stored, after, cells });
  }
  problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
  return { plans, problems };
}

export function changesOf({ stored, after }: TemplatePlan): Change[] {
  return stored === null ? [] : differences(stored.configuration, after);
}

export function resultOf(plan: TemplatePlan): 'created' | 'changed' | 'unchanged' {
  if (plan.stored === null) return 'created';
  return changesOf(plan).length > 0 ? 'changed' : 'unchanged';
}

async function findStored(session: Session, slug: string | null): Promise<Stored | null> {
  if (slug === null) return null;
  return (await session.query<{ template: Stored | null }>(STORED_TEMPLATE, { slug })).template;
}

/** As the API would make it; null where it cannot be told, which the API has something to say about. */
function slugIn(configuration: unknown): string | null {
  if (typeof configuration !== 'object' || configuration === null) return null;
  const { slug, display_name: name } = configuration as Readonly<Record<string, unknown>>;
  if (typeof slug === 'string') return slug;
  return slug == null && typeof name === 'string' ? slugOf(name.trim()) : null;
}
