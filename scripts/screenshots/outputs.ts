/** Pictures of what builds, Python and agents put out: of the demo's nightly chain, and of a run in which each of them
 *  fails. */
import type { Shot } from './shots.ts';
import type { Stage } from './stage.ts';

/** Whose chain it is. */
export const CHAIN = { project: 'demo', scenario: 'nightly' } as const;

const LONG = `all-that-was-sold-${'and-returned-'.repeat(2)}and-reordered`;
const RECIPES = {
  'broken-totals': `select sku, sum(amonut) as revenue\nfrom {{ ref('product-sales') }}\ngroup by sku`,
  'after-broken': `select * from {{ ref('broken-totals') }}`,
  [LONG]: `select * from {{ ref('after-broken') }}`,
};

const RAISE = `import honeyframe as hf

hf.output({"seen": 3})

def share(part, whole):
    return part / whole

def weigh(rows):
    return [share(row, 0) for row in rows]

print(weigh([1, 2]))`;

/** A scenario of which every step fails in its own way. */
export async function failingOf(stage: Stage, projectId: string): Promise<object> {
  for (const [slug, sql] of Object.entries(RECIPES)) {
    await make(stage, 'Recipe', projectId, { slug, name: slug, kind: 'SQL', sql });
  }
  const { connectors } = await stage.ask<{ connectors: { id: string; type: string }[] }>(
    '{ connectors { id type } }',
  );
  const properties = { code: { type: 'string', pattern: '^[A-Z]{3}-[0-9]{9}$' } };
  await make(stage, 'Agent', projectId, {
    ...{ slug: 'coder', name: 'Coder', model: 'rules-1', instructions: 'Say the code of it.' },
    connectorId: connectors.find(({ type }) => type === 'llm')!.id,
    outputSchema: { type: 'object', properties, required: ['code'] },
  });
  const always = { run_if: 'always' };
  return {
    name: 'What goes wrong',
    steps: [
      { kind: 'run_recipe', name: 'build', recipe: 'broken-totals', scope: 'full' },
      { kind: 'run_python', name: 'weigh', code: RAISE, ...always },
      {
        ...{ kind: 'run_agent', name: 'judge', agent: 'coder', dataset: 'reviews', ...always },
        ...{ output_dataset: 'review_codes', token_budget: 3_000 },
      },
    ],
  };
}

async function make(
  { ask }: Stage,
  what: 'Recipe' | 'Agent',
  projectId: string,
  input: object,
): Promise<void> {
  const { made } = await ask<{ made: { message?: string } }>(
    `mutation ($projectId: ID!, $input: ${what}Input!) {
       made: create${what}(projectId: $projectId, input: $input) { ... on Failure { message } } }`,
    { projectId, input },
  );
  if (made.message !== undefined) throw new Error(made.message);
}

/** A run, and where in it each of its steps stands. */
export type Places = { readonly run: number; readonly steps: Readonly<Record<string, number>> };
export type Outputs = { readonly chain: Places; readonly wrong: Places };

export async function placesOf({ ask }: Stage, run: number): Promise<Places> {
  const { found } = await ask<{ found: { steps: { pos: number; name: string }[] } }>(
    'query ($id: ID!) { found: run(id: $id) { steps { pos name } } }',
    { id: String(run) },
  );
  return { run, steps: Object.fromEntries(found.steps.map(({ pos, name }) => [name, pos])) };
}

const shot = (name: string, which: keyof Outputs, step: string, part: string): Shot => ({
  name,
  path({ outputs }) {
    const { run, steps } = outputs[which];
    return `/p/${CHAIN.project}/runs/${run}?step=${steps[step]}`;
  },
  async act(page) {
    await page.waitForSelector(part);
  },
});

const DATASET = `main a[href^="/p/${CHAIN.project}/data/datasets/"]`;

export const OUTPUTS: readonly Shot[] = [
  shot('run-recipe', 'chain', 'build', '[aria-label="Nodes"]'),
  shot('run-recipe-failed', 'wrong', 'build', '[aria-label="Nodes"]'),
  shot('run-python', 'chain', 'weigh', DATASET),
  shot('run-python-failed', 'wrong', 'weigh', '[aria-label="Traceback"]'),
  shot('run-agent', 'chain', 'judge', DATASET),
  shot('run-agent-failed', 'wrong', 'judge', '[aria-label="Rows that failed"]'),
];
