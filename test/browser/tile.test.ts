/** The Scheduler tile, on Operations and alone in frames of other pages: it turns when workers die and come back, it
 *  says when it cannot know, and only pages that were named may frame it. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Frame, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnWorker } from '#test/support/worker.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

// Amber at four seconds, red at six.
const STALE_SECONDS = 6;

let stage: Stage;
/** Signed in, on Operations: links are made there. */
let operations: Page;

beforeAll(async () => {
  stage = await openStage({ heartbeatStaleSeconds: STALE_SECONDS, recheckMs: 300 });
  operations = await stage.page();
  await operations.goto(stage.path('operations'));
});

afterAll(() => stage?.[Symbol.asyncDispose]());

type Link = { readonly id: string; readonly url: string };

/** As an administrator does it. */
const mutate = <Data>(query: string): Promise<Data> =>
  operations.evaluate(async (text) => {
    const answer = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text }),
    });
    return ((await answer.json()) as { data: unknown }).data;
  }, query) as Promise<Data>;

async function createLink(origins: readonly string[] = []): Promise<Link> {
  const { createTileLink } = await mutate<{ createTileLink: Link }>(
    `mutation { createTileLink(origins: ${JSON.stringify(origins)}) { ... on TileLink { id url } } }`,
  );
  return createTileLink;
}

/** A tab of a stranger, who has a link and no cookie. */
async function openTile(url: string, { width = 320, height = 200, dark = false } = {}) {
  const context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width, height });
  if (dark) await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  const told = complaints(page);
  const answer = await page.goto(url);
  return { page, told, status: answer?.status(), close: () => context.close() };
}

const startWorker = () => spawnWorker(stage.databaseUrl, 'worker-1', { HEARTBEAT_SECONDS: '1' });

const turns = (page: Page, state: string, timeoutMs = 10_000) =>
  page.waitForSelector(`main [data-state="${state}"] [role="status"]`, { timeout: timeoutMs });

const ageOf = (page: Page) =>
  page.$eval('[data-age]', (age) => Number.parseInt(age.textContent ?? '', 10));

test('it turns amber, then red, when the worker is killed, and green when one is back, without a reload', async () => {
  const { url } = await createLink();
  const tile = await openTile(url);
  const pages = [operations, tile.page];
  for (const page of pages) {
    await sees(page, /No worker has ever beaten: nothing runs\. Start one: npm run worker\./);
    await page.evaluate(() => Object.assign(window, { same: true }));
  }
  {
    await using worker = await startWorker();
    for (const page of pages) await turns(page, 'GREEN', 2_000);
    await worker.signal('SIGKILL');
  }
  const [onOperations, alone] = await Promise.all(pages.map((page) => lastBeatAndTurns(page)));
  for (const { amber, red } of [onOperations!, alone!]) {
    // Whole seconds are shown, and the message takes a moment.
    expect(amber).toBeGreaterThanOrEqual(4);
    expect(amber).toBeLessThanOrEqual(5);
    expect(red).toBeGreaterThanOrEqual(STALE_SECONDS);
    expect(red).toBeLessThanOrEqual(STALE_SECONDS + 1);
  }
  for (const page of pages) {
    await sees(page, /Down[^]*No worker has beaten for 6 s: nothing runs\./);
    expect(await page.title()).toMatch(page === tile.page ? /^Down/ : /^Operations/);
  }
  await using _worker = await startWorker();
  for (const page of pages) {
    await turns(page, 'GREEN');
    expect(await page.evaluate(() => 'same' in window)).toBe(true);
  }
  expect(tile.told).toEqual([]);
  await tile.close();
});

/** How old the last beat is said to be as the tile turns. */
async function lastBeatAndTurns(page: Page): Promise<{ amber: number; red: number }> {
  await turns(page, 'AMBER');
  const amber = await ageOf(page);
  await turns(page, 'RED');
  return { amber, red: await ageOf(page) };
}

test('a ticker that is stuck behind a beating heart is amber and says so', async () => {
  await stage.pool.query(
    `update scheduler_workers
     set last_seen_at = clock_timestamp() + interval '1 hour', last_tick_at = clock_timestamp() - interval '1 hour'`,
  );
  await stage.pool.query("select pg_notify('hf_worker', '')");
  await turns(operations, 'AMBER');
  await sees(operations, /Stuck[^]*decides no due times[^]*pg_stat_activity/);
  await stage.pool.query('delete from scheduler_workers');
  await stage.pool.query("select pg_notify('hf_worker', '')");
  await turns(operations, 'RED');
});

test('a page that was named frames it; by a page that was not the browser refuses it', async () => {
  await using site = await startSite();
  const named = await createLink([site.origin]);
  const page = await stage.browser.newPage();
  await page.goto(site.framing(named.url));
  const frame = await frameOf(page);
  expect(new URL(frame.url()).origin).toBe(stage.url);
  await frame.waitForSelector('[data-state="RED"]');

  const other = await createLink(['https://intranet.example']);
  await page.goto(site.framing(other.url));
  expect((await frameOf(page)).url()).toMatch(/^chrome-error:/);
  await page.close();
});

/** Somebody else's page with a frame in it, on another host and port. */
async function startSite() {
  const server = createServer((req, res) => {
    const { searchParams } = new URL(req.url ?? '', 'http://here');
    const source = (searchParams.get('frame') ?? '').replaceAll('"', '&quot;');
    res.setHeader('content-type', 'text/html');
    res.end(`<!doctype html><iframe src="${source}" width="240" height="120"></iframe>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    framing: (url: string) => `${origin}/?frame=${encodeURIComponent(url)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What stands in the frame, once it has loaded or was refused. */
async function frameOf(page: Page): Promise<Frame> {
  const element = await page.waitForSelector('iframe');
  const frame = await element!.contentFrame();
  await frame.waitForSelector('body > *');
  return frame;
}

test('a link that is revoked says so, and stays closed', async () => {
  const { id, url } = await createLink();
  const tile = await openTile(url);
  await turns(tile.page, 'RED');
  await mutate(`mutation { revokeTileLink(id: "${id}") { __typename } }`);
  await sees(tile.page, /This link has ended\s+The link is unknown, expired or revoked/);
  await tile.page.reload();
  await sees(tile.page, /This cannot be shown\s+The link is unknown, expired or revoked/);
  await tile.close();
  const forged = await openTile(`${url.slice(0, -4)}aaaa`);
  expect(forged.status).toBe(403);
  await sees(forged.page, /This cannot be shown/);
  await forged.close();
});

test('without a connection it says as of when, and goes on by itself', async () => {
  const { url } = await createLink();
  const tile = await openTile(url);
  await turns(tile.page, 'RED');
  const start = await stage.stopApi();
  await sees(tile.page, /No connection\. This is as of \d\d:\d\d:\d\d\./);
  await turns(tile.page, 'LOST');
  await start();
  await turns(tile.page, 'RED', 7_000);
  await tile.close();
});

test.each([
  [240, 120, false],
  [240, 120, true],
  [1280, 800, false],
])(
  'in a frame of %i by %i (dark: %s) all of it fits, and axe finds nothing',
  async (width, height, dark) => {
    const { url } = await createLink();
    const tile = await openTile(url, { width, height, dark });
    await turns(tile.page, 'RED');
    await tile.page.evaluate(() => document.fonts.ready);
    const isWithin = await tile.page.evaluate(() =>
      [...document.querySelectorAll('main *')].every((part) => {
        const { left, top, right, bottom } = part.getBoundingClientRect();
        return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
      }),
    );
    expect(isWithin).toBe(true);
    expect(await axe(tile.page)).toEqual([]);
    expect(tile.told).toEqual([]);
    await tile.close();
  },
);
