/** What a browser test stands on: a database with an organisation, the API with the built console, and a Chromium in
 *  which somebody is signed in. Workers are started by the test that needs them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { expect } from 'vitest';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import type { Registry } from '#domain/step/kind.ts';
import { createRegistry } from '#steps/registry.ts';
import { launchChromium } from '#test/support/chromium.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { createOrg, createProject, createUser } from '#test/support/factories.ts';
import { createProbeTables, probeKinds } from '#test/support/kinds.ts';
import { startTestWorker } from '#test/support/worker.ts';
import { startApi, type Api, type ApiOptions } from '../../src/api.ts';

const PASSWORD = 'correct horse battery staple';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** The kinds of the product and the probe of the tests. */
const kinds: Registry = new Map([...createRegistry(), ...probeKinds]);

export async function openStage(options: Partial<ApiOptions> = {}) {
  const parts = new AsyncDisposableStack();
  const database = parts.use(await createTestDatabase());
  const log = createLog('test', 'silent');
  const pool: Pool = createPool(database.url, { name: 'hf test', max: 6, log });
  parts.defer(() => pool.end());
  await createProbeTables(pool);
  const org = await createOrg(pool);
  const owner = await createUser(pool, {
    orgId: org.id,
    role: 'admin',
    name: 'Ada Operator',
    password: PASSWORD,
  });
  const project = await createProject(pool, {
    orgId: org.id,
    ownerUserId: owner.id,
    name: 'Sales',
    slug: 'sales',
  });
  const serve = (port: number) =>
    startApi({
      databaseUrl: database.url,
      listenUrl: database.url,
      host: '127.0.0.1',
      port,
      jwtSecret: 'a secret of at least thirty-two characters',
      consoleFolder: join(import.meta.dirname, '../../.console'),
      kinds,
      log,
      heartbeatStaleSeconds: 90,
      ...options,
    });
  let api: Api = await serve(0);
  const { url } = api;
  parts.defer(() => api[Symbol.asyncDispose]());
  const browser: Browser = parts.use(await launchChromium());

  return {
    url,
    pool,
    databaseUrl: database.url,
    org,
    owner,
    password: PASSWORD,
    project,
    place: { orgId: org.id, projectId: project.id, ownerUserId: owner.id },
    browser,
    /** The path of a screen in the project. */
    path: (rest: string) => `${url}/p/${project.slug}/${rest}`,
    /** A worker in this process, with the probe kind. */
    startWorker: (given: Parameters<typeof startTestWorker>[1] = {}) =>
      startTestWorker(database.url, { kinds, ...given }),
    /** A new tab, signed in, that fails its test when the page throws, logs an error or is refused by its policy. */
    async page({ width = 1280, height = 900, dark = false } = {}): Promise<Page> {
      const page = await browser.newPage();
      await page.setViewport({ width, height });
      if (dark) await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
      await signIn(page, url, owner.email);
      return page;
    },
    /** Stops the API. @returns starts it again on the same port. */
    async stopApi(): Promise<() => Promise<void>> {
      await api[Symbol.asyncDispose]();
      return async () => {
        api = await serve(Number(new URL(url).port));
      };
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Brings the cookie into the browser, by the same request that the form sends. */
async function signIn(page: Page, url: string, username: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  const status = await page.evaluate(
    async (body) => {
      const answer = await fetch('/api/auth/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return answer.status;
    },
    { username, password: PASSWORD },
  );
  expect(status).toBe(200);
}

/** Settles once the page's text (or that of a part of it) matches. */
export async function sees(
  page: Page,
  text: RegExp,
  { within = 'body', timeoutMs = 10_000 }: { within?: string; timeoutMs?: number } = {},
): Promise<void> {
  try {
    await page.waitForFunction(
      (source, flags, selector) =>
        new RegExp(source, flags).test(
          document.querySelector<HTMLElement>(selector)?.innerText ?? '',
        ),
      // Not by mutations: text that changes in place is none that the observer is told of.
      { timeout: timeoutMs, polling: 50 },
      text.source,
      text.flags,
      within,
    );
  } catch (error) {
    const shown = await page
      .$eval(within, (part) => (part as HTMLElement).innerText)
      .catch(() => '');
    throw new Error(`${text} did not come into ${within}; it shows:\n${shown}`, { cause: error });
  }
}

/** What axe finds wrong with the page as it stands, a line each. */
export async function axe(page: Page): Promise<string[]> {
  // A colour on its way to another one is nobody's colour.
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
  });
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe: run } = window as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; help: string; nodes: { target: string[]; html: string }[] }[];
        }>;
      };
    };
    const { violations } = await run.run();
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, html }) => `${id}: ${help}: ${target.join(' ')} ${html.slice(0, 160)}`),
    );
  });
}

/** What the page complained of: errors thrown, logged, or refused by its policy. Call before going anywhere. */
export function complaints(page: Page): readonly string[] {
  const told: string[] = [];
  page.on('pageerror', (error) => told.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') told.push(message.text());
  });
  return told;
}
