/** How smoothly the console scrolls through a matrix of many templates by many projects: the time between two pictures
 *  in a real Chromium, and how long its main thread computes for one, beside what an empty box of the same size takes in
 *  the same run. Chromium paints without a graphics card here.
 *
 *  `node bench/console-matrix.ts [--templates 200] [--projects 1000] [--json]`, after `npm run build`.
 *  wheel: 60 px a picture; fling: 600 px a picture; down, across, and both at once. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'puppeteer';
import { hashPassword } from '#domain/access/password.ts';
import { createRegistry } from '#steps/registry.ts';
import { startApi } from '../src/api.ts';
import { launchChromium } from './support/chromium.ts';
import { prepareGround, quantile, type Ground } from './support/ground.ts';
import { noopKinds } from './support/queue-runs.ts';

const VIEW = { width: 1280, height: 900 };
const [EMAIL, PASSWORD] = ['bench@example.com', 'a password for the benchmark only'];
const WAYS = [
  { what: 'matrix, wheel down', x: 0, y: 60 },
  { what: 'matrix, wheel across', x: 60, y: 0 },
  { what: 'matrix, fling down', x: 0, y: 600 },
  { what: 'matrix, fling across', x: 600, y: 0 },
  { what: 'matrix, aslant', x: 300, y: 30 },
] as const;
// Five seconds of an even hand.
const MOST_PICTURES = 300;

type Way = { readonly x: number; readonly y: number };
type Scrolled = {
  readonly gaps: readonly number[];
  /** ms of processor time of the page's main thread, a picture: the same on a busy machine. */
  readonly cpu: number;
  /** ms of the longest piece of work; 0: none took 50 ms, below which browsers tell of none. */
  readonly longest: number;
};

const { values } = parseArgs({
  options: {
    templates: { type: 'string', default: '200' },
    projects: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
});
const [templates, projects] = [Number(values.templates), Number(values.projects)];

await using ground = await prepareGround();
await plant(ground);
await using api = await startApi({
  databaseUrl: ground.url,
  listenUrl: ground.url,
  host: '127.0.0.1',
  port: 0,
  jwtSecret: 'a secret for the benchmark only, 32+',
  consoleFolder: join(import.meta.dirname, '../.console'),
  kinds: new Map([...createRegistry(), ...noopKinds]),
  log: ground.log,
  heartbeatStaleSeconds: 90,
});
await using browser = await launchChromium();
const page = await browser.newPage();
await page.setViewport(VIEW);
await signIn(page, api.url);
const { readMs, extent } = await openMatrix(page, api.url);

const results: ({ what: string } & ReturnType<typeof summary>)[] = [];
for (const { what, ...way } of WAYS) results.push({ what, ...summary(await scroll(page, way)) });
await page.setContent(
  `<!doctype html><div role="grid" style="height: 632px; overflow: auto"><div style="width: ${extent.width}px; height: ${extent.height}px"></div></div>`,
);
for (const [what, way] of [
  ['empty box, fling down', { x: 0, y: 600 }],
  ['empty box, fling across', { x: 600, y: 0 }],
] as const) {
  results.push({ what, ...summary(await scroll(page, way)) });
}

const head = { templates, projects, readMs };
if (values.json) process.stdout.write(`${JSON.stringify({ ...head, results })}\n`);
else {
  process.stdout.write(`${templates} x ${projects}: first cells after ${readMs} ms\n`);
  for (const { what, pictures, p50, p95, p99, cpu, longest } of results) {
    process.stdout.write(
      `${what.padEnd(24)} ${String(pictures).padStart(4)} pictures  p50 ${p50} ms  p95 ${p95} ms  p99 ${p99} ms` +
        `  main thread ${cpu} ms a picture, longest task ${longest === 0 ? 'below 50' : longest} ms\n`,
    );
  }
}

/** A third of the cells have a row, in all states, as an organisation that has used it for long. */
async function plant({ pool }: Ground): Promise<void> {
  await pool.query(
    `insert into project (org_id, slug, name, owner_user_id, warehouse_schema)
     select p.org_id, 'p' || n, 'Region ' || n, p.owner_user_id, 'wh_p' || n
     from project p cross join generate_series(2, $1::int) n`,
    [projects],
  );
  await pool.query(
    `insert into template (org_id, slug, display_name, trigger, steps, step_kinds)
     select o.id, 't' || n, 'Template number ' || n, '{"cron": "0 2 * * *"}',
            '[{"kind": "noop", "name": "noop"}]', '{noop}'
     from org o cross join generate_series(1, $1::int) n`,
    [templates],
  );
  await pool.query(
    `insert into template_enablement (template_id, project_id, org_id, state, updated_by_user_id)
     select t.id, p.id, p.org_id, (array['on', 'on', 'off', 'needs_values', 'broken'])[1 + (t.id * 7 + p.id) % 5],
            p.owner_user_id
     from template t cross join project p where (t.id * 13 + p.id * 5) % 3 = 0`,
  );
  await pool.query(
    `with someone as (update "user" set password_hash = $1 where email = $2 returning id),
          member as (insert into user_org (user_id, org_id, is_default) select s.id, o.id, true from someone s, org o),
          gr as (insert into "group" (org_id, name) select id, 'all' from org returning id),
          permission as (insert into group_permission (group_id, role) select id, 'admin' from gr)
     insert into user_group (user_id, group_id) select s.id, gr.id from someone s, gr`,
    [await hashPassword(PASSWORD), EMAIL],
  );
  await pool.query('vacuum analyze');
}

async function signIn(tab: Page, url: string): Promise<void> {
  await tab.goto(`${url}/sign-in`);
  const status = await tab.evaluate(
    async (body) => {
      const answer = await fetch('/api/auth/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return answer.status;
    },
    JSON.stringify({ username: EMAIL, password: PASSWORD }),
  );
  if (status !== 200) throw new Error(`signing in answered ${status}; is the console built?`);
}

/** Settles when the first cells are there. */
async function openMatrix(tab: Page, url: string) {
  const startedAt = performance.now();
  await tab.goto(`${url}/p/bench/templates?view=matrix`);
  await tab.waitForSelector(`[role=grid][aria-rowcount="${templates + 1}"] [data-state=ON]`, {
    timeout: 60_000,
  });
  const readMs = Math.round(performance.now() - startedAt);
  const extent = await tab.$eval('[role=grid]', ({ scrollWidth, scrollHeight }) => ({
    width: scrollWidth,
    height: scrollHeight,
  }));
  return { readMs, extent };
}

async function scroll(tab: Page, way: Way): Promise<Scrolled> {
  const session = await tab.createCDPSession();
  await session.send('Performance.enable');
  const cpuMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? NaN);
  };
  await tab.evaluate(toTop);
  const before = await cpuMs();
  const moved = await tab.evaluate(move, way, MOST_PICTURES);
  const cpu = ((await cpuMs()) - before) / moved.gaps.length;
  await session.detach();
  return { ...moved, cpu };
}

/** In the page: in the corner, and at rest. */
async function toTop(): Promise<void> {
  document.querySelector('[role=grid]')?.scrollTo(0, 0);
  for (let calm = 0; calm < 60; calm += 1) await new Promise((done) => requestAnimationFrame(done));
}

/** In the page: from picture to picture, to an end. */
async function move({ x, y }: Way, most: number): Promise<Omit<Scrolled, 'cpu'>> {
  const box = document.querySelector('[role=grid]')!;
  const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ type: 'longtask' });
  const gaps: number[] = [];
  let last = await frame();
  const isAtEnd = () =>
    (x > 0 && box.scrollLeft + box.clientWidth >= box.scrollWidth - 1) ||
    (y > 0 && box.scrollTop + box.clientHeight >= box.scrollHeight - 1);
  while (gaps.length < most && !isAtEnd()) {
    box.scrollBy(x, y);
    const at = await frame();
    gaps.push(at - last);
    last = at;
  }
  observer.disconnect();
  return { gaps, longest };
}

function summary({ gaps, longest, cpu }: Scrolled) {
  const sorted = gaps.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(quantile(sorted, share) * 10) / 10;
  return {
    pictures: gaps.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    cpu: Math.round(cpu * 10) / 10,
    longest: Math.round(longest),
  };
}
