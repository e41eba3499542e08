/** The demo's nightly chain: files are loaded, dbt builds from them, an agent reads each review, Python weighs the
 *  answers, and the dashboard that shows them is put on record and mailed. A project of its own, so that nothing else of
 *  the demo writes what it reads. */
import type { Principal } from '#domain/access/principal.ts';
import { saveAgent } from '#domain/agent/save-agent.ts';
import { createDataset } from '#domain/dataset/dataset.ts';
import { createRecipe } from '#domain/recipe/save-recipe.ts';
import { createScenario } from '#domain/scenario/save-scenario.ts';
import type { ScenarioDeps } from '#domain/scenario/scenario.ts';
import type { Pool } from '#platform/db.ts';
import { dashboardsOf } from './dashboards-of.ts';
import type { People } from './people.ts';

/** What dbt builds, an input before whoever reads it. */
const MODELS = [
  {
    slug: 'product-sales',
    name: 'Product sales',
    sql: `select sku, count(*) as orders, sum(amount) filter (where status <> 'returned') as revenue,
       round(100.0 * count(*) filter (where status = 'returned') / count(*), 2) as returned
from {{ source('raw', 'orders') }}
where status <> 'cancelled'
group by sku`,
  },
  {
    slug: 'product-stars',
    name: 'Product stars',
    sql: `select sku, count(*) as reviews, round(avg(stars), 2) as stars
from {{ source('raw', 'reviews') }}
group by sku`,
  },
  {
    slug: 'product-health',
    name: 'Join products',
    output: 'product_health',
    sql: `select p.sku, p.category, s.orders, s.revenue, s.returned, r.reviews, r.stars
from {{ source('raw', 'products') }} p
left join {{ ref('product-sales') }} s using (sku)
left join {{ ref('product-stars') }} r using (sku)`,
  },
  {
    slug: 'weekly-revenue',
    name: 'Weekly revenue',
    sql: `select date_trunc('week', o.ordered_at)::date as week, c.segment, sum(o.amount) as revenue
from {{ source('raw', 'orders') }} o join {{ source('raw', 'customers') }} c using (customer_id)
where o.status in ('delivered', 'open')
group by 1, 2`,
  },
] as const;

const WEIGH = `"""Weighs what customers say of each product against what it brings in."""
import collections
import honeyframe as hf

product_of = {row["review_id"]: row["sku"] for row in hf.read("reviews", ["review_id", "sku"])}
moods = collections.defaultdict(collections.Counter)
for answer in hf.read("review_moods"):
    moods[product_of[answer["review_id"]]][answer["mood"]] += 1

products = list(hf.read("product_health"))
scores = []
for number, product in enumerate(products, 1):
    told = moods[product["sku"]]
    asked = sum(told.values())
    pleased = round(100 * told["positive"] / asked, 1) if asked else None
    at_stake = round(float(product["revenue"] or 0) * told["negative"] / asked, 2) if asked else 0.0
    scores.append({"sku": product["sku"], "reviews": asked, "pleased": pleased, "at_stake": at_stake})
    hf.progress(number, len(products), product["sku"])

scores.sort(key=lambda score: -score["at_stake"])
types = {"reviews": "bigint", "pleased": "double precision", "at_stake": "double precision"}
hf.write("product_scores", scores, types=types)
worst = scores[0]
print(f"{hf.params['answers']} answers, {len(scores)} products; look at {worst['sku']} first")
hf.output({"products": len(scores), "worst": worst["sku"]})
`;

const CRITIC = {
  slug: 'critic',
  name: 'Critic',
  model: 'rules-1',
  instructions:
    'You read what a customer wrote about a product. Say in what mood they are, how sure you are, and whether somebody should write back.',
  output_schema: {
    type: 'object',
    properties: {
      mood: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
      confidence: { type: 'number', minimum: 0, maximum: 1 },
      write_back: { type: 'boolean' },
    },
    required: ['mood', 'confidence', 'write_back'],
    additionalProperties: false,
  },
};

/** As REST and YAML have it. @param dashboards of the project. */
export const nightlyScenario = (dashboards: readonly number[]) => ({
  name: 'Nightly',
  description:
    'Loads the files, builds with dbt, lets an agent read the reviews, weighs them in Python, and mails the dashboard.',
  // In the zone of the project.
  trigger: { cron: '0 2 * * *' },
  steps: [
    {
      ...{ kind: 'sync_dataset', name: 'load-shop', parallel: true },
      datasets: ['customers', 'products', 'orders'],
    },
    { kind: 'sync_dataset', name: 'load-reviews', parallel: true, dataset: 'reviews' },
    {
      ...{ kind: 'run_recipe', name: 'build', scope: 'upstream' },
      recipes: ['product-health', 'weekly-revenue'],
    },
    {
      ...{ kind: 'run_agent', name: 'judge', agent: 'critic', dataset: 'reviews' },
      ...{ concurrency: 8, output_dataset: 'review_moods', token_budget: 200_000 },
    },
    {
      ...{ kind: 'run_python', name: 'weigh', recipe: 'weigh-products' },
      params: { answers: '{{ steps.judge.output.rows_written }}' },
    },
    // Whatever failed before: what there is goes out, and a card that has no rows says why.
    {
      ...{ kind: 'snapshot_dashboards', name: 'keep', run_if: 'always' },
      ...{ skip_hours: 0, change_note: 'Nightly' },
    },
    {
      ...{ kind: 'send_email_report', name: 'mail', run_if: 'always' },
      ...{ dashboard_ids: dashboards, format: 'pdf' },
      recipients: ['buyers@demo.example', '{{ project.owner_email }}'],
      message: 'Good morning. This is what our customers say.',
    },
  ],
  timeout: '20m',
});

/** After connectors and dashboards.
 *  @param connectors of the files, and of the model. */
export async function makeNightly(
  deps: ScenarioDeps,
  who: Principal,
  { projects: { demo } }: People,
  connectors: { readonly files: number; readonly model: number },
): Promise<void> {
  const { pool } = deps;
  const outputs = await makeTables(pool, who, demo.id, connectors.files);
  for (const { slug, name, sql, ...model } of MODELS) {
    const outputDatasetId = 'output' in model ? outputs[model.output]! : null;
    await createRecipe(pool, who, demo.id, { slug, name, kind: 'sql', sql, outputDatasetId });
  }
  await createRecipe(pool, who, demo.id, {
    ...{ slug: 'weigh-products', name: 'Weigh products', kind: 'python', code: WEIGH },
    inputs: ['reviews', 'review_moods', 'product_health'],
    outputDatasetId: outputs['product_scores']!,
  });
  const agent = { ...CRITIC, connector_id: connectors.model };
  await saveAgent(pool, who, { projectId: demo.id }, agent);
  const dashboards = await dashboardsOf(pool, demo.id);
  await createScenario(deps, who, demo.id, nightlyScenario(dashboards));
}

/** The datasets that are read from files, and those that steps write. @returns the latter by slug. */
async function makeTables(pool: Pool, who: Principal, projectId: number, files: number) {
  for (const [slug, name, key] of [
    ['customers', 'Customers', 'customer_id'],
    ['products', 'Products', 'sku'],
    ['orders', 'Orders', 'order_id'],
    ['reviews', 'Reviews', 'review_id'],
  ] as const) {
    const source = { path: `${slug}.csv` };
    const given = { connectorId: files, slug, name, source, keyColumns: [key] };
    await createDataset(pool, who, projectId, given);
  }
  const outputs: Record<string, number> = {};
  for (const [slug, name, key] of [
    ['product_health', 'Product health', 'sku'],
    ['review_moods', 'Moods of reviews', 'review_id'],
    ['product_scores', 'Product scores', 'sku'],
  ] as const) {
    const given = { connectorId: null, slug, name, keyColumns: [key], layer: 'derived' };
    outputs[slug] = (await createDataset(pool, who, projectId, given)).id;
  }
  return outputs;
}
