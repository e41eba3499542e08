/** What a stored step works on, by the words of its configuration. Values that are still templates name nothing. */
import { isTemplate } from '../step/template-text.ts';

export type Ref = string | number;

export type Targets = {
  readonly datasets: readonly Ref[];
  readonly recipes: readonly Ref[];
  readonly agents: readonly Ref[];
  /** Of a build: whether what it reads, and what reads it, is built with it. */
  readonly upstream: boolean;
  readonly downstream: boolean;
  /** Of an agent's step. */
  readonly reads: Ref | null;
  readonly writes: Ref | null;
};

type Step = Readonly<Record<string, unknown>>;

export function targetsOf(kind: string, step: Step): Targets {
  const one = (field: string): Ref | null => refOf(step[field]);
  const both = (single: string, many: string): Ref[] => {
    const list = Array.isArray(step[many]) ? (step[many] as unknown[]) : [];
    return [step[single], ...list].map(refOf).filter((ref) => ref !== null);
  };
  const none: Targets = {
    ...{ datasets: [], recipes: [], agents: [] },
    ...{ upstream: false, downstream: false, reads: null, writes: null },
  };
  switch (kind) {
    case 'sync_dataset':
      return { ...none, datasets: both('dataset', 'datasets') };
    case 'run_recipe': {
      const scope = step['scope'];
      return {
        ...none,
        recipes: both('recipe', 'recipes'),
        upstream: scope === 'upstream' || scope === 'full',
        downstream: scope === 'downstream' || scope === 'full',
      };
    }
    case 'run_python':
      return { ...none, recipes: both('recipe', 'recipes') };
    case 'run_agent':
      return {
        ...none,
        agents: both('agent', 'agents'),
        reads: one('dataset'),
        writes: one('output_dataset'),
      };
    default:
      return none;
  }
}

function refOf(value: unknown): Ref | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value !== '' && !isTemplate(value) ? value : null;
}

export const isNamed = (
  { id, slug }: { readonly id: number; readonly slug: string },
  refs: readonly Ref[],
): boolean => refs.some((ref) => ref === id || ref === slug);
