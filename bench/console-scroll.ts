/** How smoothly the console scrolls through a list of many scenarios: the time between two pictures in a real
 *  Chromium, and how long its main thread computes for one, beside what an empty page of the same height takes in the
 *  same run. Chromium paints without a graphics card here.
 *
 *  `node bench/console-scroll.ts [--scenarios 10000] [--runs 20] [--json]`, after `npm run build`.
 *  wheel: 60 px a picture, a turning wheel, for ten seconds; fling: 600 px a picture, through the whole list. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'puppeteer';
import { hashPassword } from '#domain/access/password.ts';
import { createRegistry } from '#steps/registry.ts';
import { startApi } from '../src/api.ts';
import { launchChromium } from './support/chromium.ts';
import { insertScenarios, prepareGround, quantile, type Ground } from './support/ground.ts';
import { noopKinds } from './support/queue-runs.ts';

const WHEEL = { px: 60, pictures: 600 };
const FLING = { px: 600, pictures: Infinity };
const VIEW = { width: 1280, height: 900 };
const [EMAIL, PASSWORD] = ['bench@example.com', 'a password for the benchmark only'];

type Scrolled = {
  readonly gaps: readonly number[];
  /** ms of processor time of the page's main thread, a picture: the same on a busy machine. */
  readonly cpu: number;
  /** ms of the longest piece of work; 0: none took 50 ms, below which browsers tell of none. */
  readonly longest: number;
};

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const scenarios = Number(values.scenarios);

await using ground = await prepareGround();
await plant(ground, scenarios, Number(values.runs));
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
const { readMs, height } = await openList(page, api.url);

const results = [
  { what: 'list, wheel', ...summary(await scroll(page, WHEEL)) },
  { what: 'list, fling', ...summary(await scroll(page, FLING)) },
];
await page.setContent(`<!doctype html><div style="height: ${height}px"></div>`);
results.push({ what: 'empty page, fling', ...summary(await scroll(page, FLING)) });

if (values.json) process.stdout.write(`${JSON.stringify({ scenarios, readMs, results })}\n`);
else {
  process.stdout.write(`${scenarios} scenarios read in ${readMs} ms\n`);
  for (const { what, pictures, p50, p95, p99, cpu, longest } of results) {
    process.stdout.write(
      `${what.padEnd(18)} ${String(pictures).padStart(5)} pictures  p50 ${p50} ms  p95 ${p95} ms  p99 ${p99} ms` +
        `  main thread ${cpu} ms a picture, longest task ${longest === 0 ? 'below 50' : longest} ms\n`,
    );
  }
}

async function plant(given: Ground, count: number, runs: number): Promise<void> {
  const { pool } = given;
  await insertScenarios(given, count, {
    trigger: `'{"cron": "0 2 * * *"}'`,
    description: `'Reads the orders of the day and writes them to the warehouse'`,
    next_due_at: `now() + interval '1 day' + n * interval '1 second'`,
    paused_at: `case when n % 9 = 0 then now() end`,
    pause_note: `case when n % 9 = 0 then 'The supplier moves to another building' end`,
  });
  await pool.query(
    `insert into run (org_id, project_id, scenario_id, owner_user_id, name, source, due_at, state, exclusive, config,
                      started_at, finished_at)
     select s.org_id, s.project_id, s.id, s.owner_user_id, s.name, 'schedule', at, 
            (array['succeeded', 'succeeded', 'failed'])[1 + (s.id + n) % 3], false, '{"steps": []}',
            at, at + (1 + (s.id * n) % 90) * interval '1 second'
     from scenario s cross join generate_series(1, $1::int) n, lateral (select now() - n * interval '1 day' as at) t
     order by n desc, s.id`,
    [runs],
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

/** Settles when the list has every row. */
async function openList(tab: Page, url: string): Promise<{ readMs: number; height: number }> {
  const startedAt = performance.now();
  await tab.goto(`${url}/p/bench/scenarios`);
  await tab.waitForSelector(`[role=table][aria-rowcount="${scenarios + 1}"]`, { timeout: 60_000 });
  await tab.waitForFunction(() => !document.querySelector('progress'), { timeout: 60_000 });
  const readMs = Math.round(performance.now() - startedAt);
  return { readMs, height: await tab.evaluate(() => document.documentElement.scrollHeight) };
}

async function scroll(tab: Page, way: { px: number; pictures: number }): Promise<Scrolled> {
  const session = await tab.createCDPSession();
  await session.send('Performance.enable');
  const cpuMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? NaN);
  };
  await tab.evaluate(toTop);
  const before = await cpuMs();
  const moved = await tab.evaluate(move, way.px, way.pictures);
  const cpu = ((await cpuMs()) - before) / moved.gaps.length;
  await session.detach();
  return { ...moved, cpu };
}

/** In the page: at the top, and at rest. */
async function toTop(): Promise<void> {
  scrollTo(0, 0);
  for (let calm = 0; calm < 30; calm += 1) await new Promise((done) => requestAnimationFrame(done));
}

/** In the page: from picture to picture. */
async function move(px: number, most: number): Promise<Omit<Scrolled, 'cpu'>> {
  const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ type: 'longtask' });
  const gaps: number[] = [];
  const end = document.documentElement.scrollHeight - innerHeight;
  let last = await frame();
  for (let y = px; y <= end && gaps.length < most; y += px) {
    scrollTo(0, y);
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
