/** What the demo lacks: names that do not fit, a broken scenario, a run of forty steps, one that fails in the middle of
 *  a group, one that goes on while it is looked at. All made through the API. */
import { setTimeout as delay } from 'node:timers/promises';
import { mailingOf, mailsOf, type Mails } from './mails.ts';
import { CHAIN, failingOf, placesOf, type Outputs } from './outputs.ts';
import { layPeople, type People } from './people.ts';
import type { Stage } from './stage.ts';
import { layThings } from './things.ts';

export type Ground = {
  /** Ids of the demo's projects by slug. */
  readonly projects: Readonly<Record<string, string>>;
  /** A scenario with a history, by its number; and one that is broken. */
  readonly scenario: number;
  readonly broken: number;
  readonly failed: number;
  readonly succeeded: number;
  /** Of forty steps. */
  readonly many: number;
  /** Of one step that mails, to some in vain. */
  readonly mailed: number;
  readonly mails: Mails;
  /** Of steps that build, run Python and ask agents. */
  readonly outputs: Outputs;
  readonly people: People;
  /** Where the tile is. */
  readonly tile: string;
  /** A run that will go on for some seconds more; another one when the last has ended. */
  running(): Promise<number>;
};

type Run = { readonly databaseId: number; readonly state: string; readonly ageMs: number };

const LONG = 'Everything that the shops of the north have sold, returned and reordered since';
const RUNNING_FOR_MS = 12_000;
const PATIENCE_MS = 180_000;
const OVER = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

export async function layGround(stage: Stage): Promise<Ground> {
  const projects = await findProjects(stage);
  const sales = projects['sales']!;
  const support = projects['support']!;
  const make = (projectId: string, configuration: object) =>
    makeScenario(stage, projectId, configuration);
  const sync = (name: string, dataset: string, more: object = {}) => ({
    kind: 'sync_dataset',
    name,
    dataset,
    ...more,
  });
  const snapshot = (name: string, more: object = {}) => ({
    kind: 'snapshot_dashboards',
    name,
    skip_hours: 1,
    ...more,
  });

  for (const year of [2023, 2024, 2025]) {
    await make(sales, {
      name: `${LONG} ${year}, ${'by shop and by week, '.repeat(4)}with corrections`,
      slug: `everything-that-was-sold-and-returned-and-reordered-in-${year}`,
      trigger: { cron: '15 3 1 * *', timezone: 'America/Argentina/Buenos_Aires' },
      steps: [snapshot(`a_step_whose_name_fits_into_no_lane_of_any_picture_${year}`)],
    });
  }
  const doomed = await make(sales, { name: 'Doomed upstream', steps: [snapshot('keep')] });
  const broken = await make(sales, {
    name: 'Waits for what is gone',
    trigger: { upstream: ['doomed-upstream'] },
    steps: [snapshot('keep')],
  });
  await stage.ask('mutation ($id: ID!) { deleteScenario(id: $id) { __typename } }', {
    id: String(doomed),
  });
  const many = await make(sales, {
    name: 'Forty steps',
    steps: Array.from({ length: 40 }, (_, n) => {
      const dataset = ['customers', 'products'][n % 2]!;
      return sync(`load_${dataset}_${n + 1}`, dataset, { parallel: n % 8 < 2 });
    }),
  });
  const failing = await make(sales, {
    name: 'Close the month',
    steps: [
      snapshot('keep what was'),
      sync('products', 'products', { parallel: true }),
      sync('returns', 'returns', { parallel: true, retries: { max: 2, initial: '1s' } }),
      snapshot('after the failure', { run_if: 'failure' }),
      snapshot('after the success'),
    ],
  });
  const going = await make(support, {
    name: 'Close the week',
    overlap: 'allow',
    steps: [
      sync('tickets', 'tickets'),
      sync('carriers', 'carrier_delays', { parallel: true }),
      snapshot('keep', { parallel: true }),
      snapshot('report'),
    ],
  });

  const mailing = await make(sales, await mailingOf(stage, sales));
  await layThings(stage, sales);
  await layTemplates(stage, Object.values(projects));
  const refresh = await findScenario(stage, sales, 'refresh-orders');
  const { tileLink } = await stage.ask<{ tileLink: { url: string } }>(
    'mutation { tileLink: createTileLink { ... on TileLink { url } } }',
  );
  // Right behind a refresh, of which there is one a minute: two that load the same refuse each other.
  await untilRun(stage, refresh, 'SUCCEEDED');
  const ended = await runUntil(stage, many, 'SUCCEEDED');
  const mailed = await runUntil(stage, mailing, 'FAILED');
  const demo = projects[CHAIN.project]!;
  const chain = await findScenario(stage, demo, CHAIN.scenario);
  const chained = await runUntil(stage, chain, 'SUCCEEDED');
  const wrong = await runUntil(stage, await make(demo, await failingOf(stage, demo)), 'FAILED');
  return {
    projects,
    scenario: refresh,
    broken,
    failed: await runUntil(stage, failing, 'FAILED'),
    many: ended,
    mailed,
    mails: await mailsOf(stage, mailed),
    outputs: { chain: await placesOf(stage, chained), wrong: await placesOf(stage, wrong) },
    succeeded: await untilRun(stage, refresh, 'SUCCEEDED'),
    people: await layPeople(stage, Object.values(projects)),
    tile: tileLink.url,
    async running() {
      const [latest] = await runsOf(stage, going);
      if (latest?.state === 'RUNNING' && latest.ageMs < RUNNING_FOR_MS) return latest.databaseId;
      const id = await fire(stage, going);
      await untilSecondStep(stage, id);
      return id;
    },
  };
}

async function findProjects({ ask }: Stage): Promise<Record<string, string>> {
  const { projects } = await ask<{ projects: { nodes: { id: string; slug: string }[] } }>(
    '{ projects { nodes { id slug } } }',
  );
  return Object.fromEntries(projects.nodes.map(({ id, slug }) => [slug, id]));
}

async function makeScenario({ ask }: Stage, projectId: string, configuration: object) {
  type Made = { readonly databaseId?: number; readonly message?: string };
  const { made } = await ask<{ made: Made }>(
    `mutation ($projectId: ID!, $configuration: JSON!) {
       made: applyScenario(projectId: $projectId, configuration: $configuration) {
         ... on Scenario { databaseId } ... on Failure { message } } }`,
    { projectId, configuration },
  );
  if (made.databaseId === undefined) throw new Error(`${made.message}`);
  return made.databaseId;
}

async function findScenario({ ask }: Stage, projectId: string, text: string): Promise<number> {
  type Found = { readonly databaseId: number; readonly slug: string };
  const { scenarios } = await ask<{ scenarios: { nodes: Found[] } }>(
    `query ($filter: ScenarioFilter) { scenarios(filter: $filter) { nodes { databaseId slug } } }`,
    { filter: { projectId, text } },
  );
  // Part of a name is enough, but for one that is called exactly so.
  const { nodes } = scenarios;
  return (nodes.find(({ slug }) => slug === text) ?? nodes[0]!).databaseId;
}

async function fire({ ask }: Stage, scenarioId: number): Promise<number> {
  const { run } = await ask<{ run: { databaseId: number } }>(
    'mutation ($id: ID!) { run: runScenario(scenarioId: $id) { ... on Run { databaseId } } }',
    { id: String(scenarioId) },
  );
  return run.databaseId;
}

async function runsOf({ ask }: Stage, scenarioId: number): Promise<Run[]> {
  type Row = { databaseId: number; state: string; startedAt: string | null };
  const { scenario } = await ask<{ scenario: { runs: { nodes: Row[] } } }>(
    `query ($id: ID!) { scenario(id: $id) { runs(first: 50) { nodes { databaseId state startedAt } } } }`,
    { id: String(scenarioId) },
  );
  return scenario.runs.nodes.map(({ startedAt, ...run }) => ({
    ...run,
    ageMs: Date.now() - Date.parse(startedAt ?? new Date().toISOString()),
  }));
}

/** Until the first step is done and the second one at work. */
const untilSecondStep = ({ ask }: Stage, runId: number) =>
  untilFound(`run ${runId} at its second step`, async () => {
    const { run } = await ask<{ run: { steps: { state: string }[] } }>(
      'query ($id: ID!) { run(id: $id) { steps { state } } }',
      { id: String(runId) },
    );
    return run.steps[1]?.state === 'RUNNING' || undefined;
  });

const TRIES = 4;

/** Runs a scenario, again where it ended otherwise. @returns the run that ended so. */
async function runUntil(stage: Stage, scenarioId: number, state: string): Promise<number> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const id = await fire(stage, scenarioId);
    const ended = await untilOver(stage, scenarioId, id);
    if (ended === state) return id;
  }
  throw new Error(`No run of scenario ${scenarioId} ended as ${state}.`);
}

const untilOver = (stage: Stage, scenarioId: number, runId: number) =>
  untilFound(`run ${runId} over`, async () => {
    const run = (await runsOf(stage, scenarioId)).find((each) => each.databaseId === runId);
    return run && OVER.has(run.state) ? run.state : undefined;
  });

/** The newest run that is in the state; with `runId` that run. */
const untilRun = (stage: Stage, scenarioId: number, state: string, runId?: number) =>
  untilFound(`scenario ${scenarioId} has a run that is ${state}`, async () => {
    const runs = await runsOf(stage, scenarioId);
    return runs.find(
      (run) => run.state === state && (runId === undefined || run.databaseId === runId),
    )?.databaseId;
  });

async function untilFound<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    await delay(100);
  }
}

/** On, off and waiting for values; and one of a name that fits nowhere, with every type of parameter. */
async function layTemplates(stage: Stage, ids: readonly string[]): Promise<void> {
  const [sales = '', support = ''] = ids;
  const snapshot = { kind: 'snapshot_dashboards', change_note: '{{ param.note }}' };
  const note = { name: 'note', type: 'string', help: 'What the versions are called.' };
  const types = [
    ...['string', 'integer', 'number', 'boolean', 'timezone', 'cron', 'email', 'email_list'],
    ...['recipe_ref', 'dataset_ref', 'dashboard_ref', 'dashboard_refs', 'agent_ref'],
  ];
  const kept = await makeTemplate(stage, {
    slug: 'nightly-snapshot',
    display_name: 'Nightly snapshot',
    description: 'Keeps every night what the dashboards showed.',
    parameters: [
      note,
      { name: 'at', type: 'cron', default: '0 2 * * *', help: 'When.' },
      { name: 'zone', type: 'timezone', default: 'Asia/Jakarta' },
    ],
    trigger: { cron: '{{ param.at }}', timezone: '{{ param.zone }}' },
    steps: [snapshot],
  });
  await makeTemplate(stage, {
    slug: 'everything',
    display_name: `${LONG} the beginning, by shop and by week`,
    parameters: [
      ...types.map((type) => ({ name: `some_${type}`, type, help: `Of type ${type}.` })),
      { name: 'mode', type: 'enum', options: ['full', 'incremental'], default: 'full' },
    ],
    trigger: { cron: '{{ param.some_cron }}' },
    steps: [snapshot].map(({ kind }) => ({ kind })),
    default_enabled: true,
  });
  const names = ['North', 'South', `Everything east of the river ${'and the hills '.repeat(4)}`];
  for (const name of names) await makeProject(stage, name);
  await setTemplate(stage, kept, [sales, support], { note: 'Nightly' });
  await setTemplate(stage, kept, [support], null);
  for (let n = 1; n <= 30; n++) {
    await makeTemplate(stage, {
      slug: `region-${n}`,
      display_name: `Region ${n}`,
      trigger: { interval: `${n}h` },
      steps: [{ kind: 'snapshot_dashboards' }],
    });
  }
}

async function makeTemplate({ ask }: Stage, configuration: object): Promise<string> {
  type Made = { readonly template?: { readonly id: string }; readonly message?: string };
  const { made } = await ask<{ made: Made }>(
    `mutation ($configuration: JSON!) { made: createTemplate(configuration: $configuration) {
       ... on TemplateEdit { template { id } } ... on Failure { message } } }`,
    { configuration },
  );
  if (!made.template) throw new Error(`${made.message}`);
  return made.template.id;
}

async function makeProject({ ask }: Stage, name: string): Promise<void> {
  await ask('mutation ($input: ProjectInput!) { createProject(input: $input) { __typename } }', {
    input: { name },
  });
}

/** @param values null: switched off. */
async function setTemplate(
  { ask }: Stage,
  templateId: string,
  projectIds: readonly string[],
  values: object | null,
): Promise<void> {
  await ask(
    `mutation ($templateId: ID!, $projectIds: [ID!]!, $enabled: Boolean!, $values: JSON) {
       setTemplateEnabled(templateId: $templateId, projectIds: $projectIds, enabled: $enabled, values: $values) {
         __typename } }`,
    { templateId, projectIds, enabled: values !== null, values },
  );
}
