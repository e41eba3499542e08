/** What the first view of every screen costs and keeps: few scripts, nothing that jumps, nobody else asked, nothing
 *  refused by the page's policy. Through loading and while a worker works. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDashboard } from '#domain/dashboard/save-dashboard.ts';
import { createTemplate } from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import { createRegistry } from '#steps/registry.ts';
import { principalOf } from '#test/support/factories.ts';
import { until } from '#test/support/worker.ts';
import { insertData } from '../graphql/data-rows.ts';
import { fire, save, untilRun } from './scenario-ground.ts';
import { complaints, openStage, type Stage } from './stage.ts';

/** Of all scripts of a first view, as they travel. */
const MAX_SCRIPT_BYTES = 180 * 1024;
/** The page is there before its editor, which is read after it and is nearly all of this. */
const MAX_EDITOR_BYTES = 340 * 1024;
/** As browsers count it: what shifts within a second of the last shift, for five seconds at most; 0.1 is good. */
const MAX_SHIFT = 0.02;

let stage: Stage;
let worker: Awaited<ReturnType<Stage['startWorker']>>;
let scenarioId: number;
let runId: number;
let dashboardId: number;
let deliveryId: number;
let data: Awaited<ReturnType<typeof insertData>>;

beforeAll(async () => {
  stage = await openStage();
  worker = await stage.startWorker();
  const steps = [
    { kind: 'probe', name: 'one', lines: ['a line'] },
    { kind: 'probe', name: 'two', gate: 'never' },
  ];
  for (const name of ['idle', 'other']) await save(stage, { name, steps, enabled: false });
  const slow = await save(stage, { name: 'slow', steps });
  runId = await fire(stage, slow.id);
  await untilRun(stage, runId, 'running');
  const ticking = await save(stage, {
    name: 'ticking',
    trigger: { interval: '2s' },
    steps: [{ kind: 'probe', name: 'one' }],
  });
  scenarioId = ticking.id;
  await plantTemplate();
  await plantDashboard();
  await plantDelivery();
  const { id: projectId } = stage.project;
  data = await insertData(stage.pool, { orgId: stage.org.id, projectId, word: 'orders' });
});
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

/** One mail that was sent by a run of long ago. */
async function plantDelivery(): Promise<void> {
  const { rows } = await stage.pool.query(
    `insert into email_delivery (org_id, project_id, run_id, origin_run_id, step_name, recipient, subject, message_id,
       state, attempts, reply, message, finished_at)
     values ($1, $2, $3, $3, 'report', 'ana@example.com', 'Sales', '<r@x.example>', 'sent', 1, '250 queued', $4,
       clock_timestamp()) returning id`,
    [
      ...[stage.org.id, stage.project.id, runId],
      { from: 'hf@x.example', text: 'Up.', html: '<p>Up.</p>', images: [], attachments: [] },
    ],
  );
  deliveryId = rows[0].id;
}

/** One template, on in the project. */
async function plantTemplate(): Promise<void> {
  const who = await principalOf(stage.pool, { orgId: stage.org.id, userId: stage.owner.id });
  const deps = { pool: stage.pool, kinds: createRegistry() };
  const { id } = await createTemplate(deps, who, {
    slug: 'hourly',
    display_name: 'Hourly snapshot',
    trigger: { interval: '1h' },
    steps: [{ kind: 'snapshot_dashboards' }],
  });
  const projectIds = [stage.project.id];
  await setTemplateEnabled(deps, who, { templateId: id, projectIds, enabled: true });
}

/** A dashboard with a card of words: others are slower to come, by as much as their query. */
async function plantDashboard(): Promise<void> {
  const who = await principalOf(stage.pool, { orgId: stage.org.id, userId: stage.owner.id });
  const position = { x: 0, y: 0, w: 12, h: 6 };
  const words = { title: 'Words', visualisation: 'text', options: { text: 'Read me.' }, position };
  const input = { title: 'Words', cards: [words] };
  dashboardId = (await createDashboard(stage.pool, who, stage.project.id, input)).id;
}

type Seen = { shifts: { at: number; value: number; what: string }[]; violations: string[] };

/** Notes what jumps and what is refused, from the page's first moment on. */
async function watch(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const seen: Seen = { shifts: [], violations: [] };
    Object.assign(window, { seen });
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      seen.violations.push(`${violatedDirective} ${blockedURI}`),
    );
    type Shift = PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
      sources: { node: Node | null }[];
    };
    new PerformanceObserver((list) => {
      for (const { startTime, value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
        if (hadRecentInput) continue;
        const nodes = sources.map(({ node }) => (node instanceof Element ? node.outerHTML : ''));
        const what = nodes.map((html) => html.slice(0, 120)).join(' | ');
        seen.shifts.push({ at: startTime, value, what });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** The worst stretch of shifts. */
function worst(shifts: Seen['shifts']): number {
  let [sum, from, last, most] = [0, 0, -Infinity, 0];
  for (const { at, value } of shifts) {
    if (at - last > 1_000 || at - from > 5_000) [sum, from] = [0, at];
    sum += value;
    last = at;
    most = Math.max(most, sum);
  }
  return most;
}

/** What travels, and to whom. */
async function listen(page: Page): Promise<{ scriptBytes(): number; others: string[] }> {
  const session = await page.createCDPSession();
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const { host } = new URL(stage.url);
  const others: string[] = [];
  const note = (url: string) => {
    const { protocol, host: asked } = new URL(url);
    if (!['data:', 'blob:'].includes(protocol) && asked !== host) others.push(url);
  };
  page.on('request', (request) => note(request.url()));
  session.on('Network.webSocketCreated', ({ url }) => note(url));
  const scripts = new Map<string, string>();
  // By address: without its cache, Chromium may fetch again what it has preloaded.
  const bytes = new Map<string, number>();
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (type === 'Script') scripts.set(requestId, response.url);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const url = scripts.get(requestId);
    if (url !== undefined) bytes.set(url, Math.max(encodedDataLength, bytes.get(url) ?? 0));
  });
  const sum = () => [...bytes.values()].reduce((all, each) => all + each, 0);
  return { scriptBytes: sum, others };
}

/** Until the worker has run the scenario that ticks once more. */
async function work(): Promise<void> {
  const count = async () => {
    const { rows } = await stage.pool.query(
      `select count(*)::int from run where scenario_id = $1 and state = 'succeeded'`,
      [scenarioId],
    );
    return rows[0].count as number;
  };
  const before = await count();
  await until('it has run once more', async () => (await count()) > before);
}

async function look(page: Page, url: string, most = MAX_SCRIPT_BYTES): Promise<void> {
  // What the page before was still reading is none of this one's.
  await page.goto('about:blank');
  const told = complaints(page);
  const { scriptBytes, others } = await listen(page);
  await watch(page);
  await page.goto(url);
  await page.waitForSelector('h1');
  await work();
  // What the last write changes is drawn with the next picture.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  const seen = await page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  expect(told).toEqual([]);
  expect(others).toEqual([]);
  expect(seen.violations).toEqual([]);
  expect(scriptBytes()).toBeGreaterThan(10_000);
  expect(scriptBytes()).toBeLessThanOrEqual(most);
  const shifted = seen.shifts.map(({ value, what }) => `${value.toFixed(4)} ${what}`);
  expect(worst(seen.shifts), shifted.join('\n')).toBeLessThanOrEqual(MAX_SHIFT);
}

const SCREENS: Record<string, () => string> = {
  Operations: () => 'operations',
  Scenarios: () => 'scenarios',
  'a scenario': () => `scenarios/${scenarioId}`,
  'a run': () => `runs/${runId}`,
  Templates: () => 'templates',
  Dashboards: () => 'dashboards',
  'a dashboard': () => `dashboards/${dashboardId}`,
  'the editor of a dashboard': () => `dashboards/${dashboardId}/edit`,
  'the matrix': () => 'templates?view=matrix',
  'a template': () => 'templates/hourly',
  members: () => 'settings/members',
  tokens: () => 'settings/tokens',
  'a project': () => 'settings/project',
  connectors: () => 'settings/connectors',
  'the organisation': () => 'settings/organisation',
  'the audit log': () => 'settings/audit',
  Deliveries: () => 'deliveries',
  'a delivery': () => `deliveries/${deliveryId}`,
  'the Flow': () => 'data',
  datasets: () => 'data/datasets',
  recipes: () => 'data/recipes',
  'a dataset': () => `data/datasets/${data.dataset}`,
  'a recipe': () => `data/recipes/${data.recipe}`,
};

test.each(Object.keys(SCREENS))('%s is light, calm and alone', async (name) => {
  for (const width of [1_280, 390]) {
    await using page = await stage.page({ width });
    await look(page, stage.path(SCREENS[name]!()));
  }
});

test.each(['new-scenario', 'new-template', 'templates/hourly/edit'])(
  'so is %s, but for its editor',
  async (path) => {
    await using page = await stage.page();
    await look(page, stage.path(path), MAX_EDITOR_BYTES);
  },
);

test('so is signing in', async () => {
  await using context = await stage.browser.createBrowserContext();
  await look(await context.newPage(), `${stage.url}/sign-in`);
});
