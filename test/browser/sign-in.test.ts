/** Signing in and out, and what stands around every screen, in a real browser over the real API. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, createUser } from '#test/support/factories.ts';
import { tabTo, tooWide } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

// The newest project, as long as none was chosen.
const HOME = '/p/marketing/operations';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  await createProject(stage.pool, {
    orgId: stage.org.id,
    ownerUserId: stage.owner.id,
    name: 'Marketing',
    slug: 'marketing',
  });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

/** A tab of a browser that nobody is signed in with. */
async function stranger({ dark = false, width = 1280 } = {}): Promise<Page> {
  const context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width, height: 900 });
  if (dark) await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  return page;
}

async function enter(page: Page, username: string, password: string): Promise<void> {
  for (const [name, words] of Object.entries({ username, password })) {
    await page.$eval(`[name=${name}]`, (input) => (input as HTMLInputElement).select());
    await page.type(`[name=${name}]`, words);
  }
  await page.keyboard.press('Enter');
}

const pathOf = (page: Page) => page.url().slice(stage.url.length);

test('whoever is not signed in signs in where he is, and then sees what he came for', async () => {
  const page = await stranger();
  const told = complaints(page);
  await page.goto(stage.path('scenarios?order=name'));
  await sees(page, /Sign in to Honeyframe/);
  // By keyboard alone: the first field has the focus.
  await page.keyboard.type(stage.owner.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(stage.password);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.title === 'Scenarios · Honeyframe');
  expect(pathOf(page)).toBe('/p/sales/scenarios?order=name');
  expect(told).toEqual([]);
  await page.browserContext().close();
});

test('a wrong password is told in the words of the server, and the right one still works', async () => {
  const page = await stranger();
  await page.goto(`${stage.url}/sign-in`);
  await page.waitForSelector('[name=username]');
  const answer = page.waitForResponse((each) => each.request().method() === 'POST');
  await enter(page, stage.owner.email, 'a guess');
  const { message } = (await (await answer).json()) as { message: string };
  await page.waitForSelector('[role=alert]');
  expect(await page.$eval('[role=alert]', (part) => part.textContent)).toBe(message);
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('password');
  expect(await axe(page)).toEqual([]);
  // What was typed stays, chosen, so that one may type over it.
  await page.keyboard.type(stage.password);
  await page.keyboard.press('Enter');
  await page.waitForFunction((home) => location.pathname === home, {}, HOME);
  await page.browserContext().close();
});

test('a field that is missing is told below it', async () => {
  const page = await stranger();
  await page.goto(`${stage.url}/sign-in`);
  await page.waitForSelector('[name=username]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[name=username][aria-invalid]');
  const told = await page.$eval('[name=username]', (input) =>
    input.ariaDescribedByElements?.map((each) => each.textContent).join(),
  );
  expect(told).toMatch(/\w/);
  await page.browserContext().close();
});

test.each([
  ['//evil.example/p', HOME],
  ['/\\evil.example', HOME],
  ['/\t/evil.example', HOME],
  ['/a/..//evil.example', HOME],
  ['https://evil.example/', HOME],
  ['javascript:alert(1)', HOME],
  ['/p/sales/scenarios?order=name', '/p/sales/scenarios?order=name'],
])('next=%s leads on to %s', async (next, path) => {
  const page = await stage.page();
  const told = complaints(page);
  const left: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(stage.url)) left.push(request.url());
  });
  await page.goto(`${stage.url}/sign-in?next=${encodeURIComponent(next)}`);
  await page.waitForSelector('main h1');
  expect(pathOf(page)).toBe(path);
  expect(left).toEqual([]);
  expect(told).toEqual([]);
  await page.close();
});

test('signing out ends it, in the browser too; another who signs in sees nothing of it', async () => {
  const other = await createUser(stage.pool, {
    orgId: stage.org.id,
    role: 'viewer',
    name: 'Vera Viewer',
    password: stage.password,
  });
  const page = await stranger();
  const told = complaints(page);
  await page.goto(`${stage.url}/sign-in`);
  await page.waitForSelector('[name=username]');
  await enter(page, stage.owner.email, stage.password);
  await page.locator('[aria-label="You: Ada Operator"]').click();
  await page.locator('[role=menuitem] ::-p-text(Sign out)').click();
  await sees(page, /Sign in to Honeyframe/);
  expect(
    (await page.browserContext().cookies()).filter(({ name }) => name === 'hf_session'),
  ).toEqual([]);
  await page.reload();
  await sees(page, /Sign in to Honeyframe/);
  await enter(page, other.email, stage.password);
  await page.waitForSelector('[aria-label="You: Vera Viewer"]');
  // She may look, not touch.
  await page.goto(stage.path('scenarios'));
  await sees(page, /No scenarios yet/);
  expect(await page.$('a[href$="/new-scenario"]')).toBeNull();
  expect(told).toEqual([]);
  await page.browserContext().close();
});

test('a session that has ended says so where one is, and goes on there', async () => {
  const page = await stage.page();
  await page.goto(stage.path('scenarios'));
  await sees(page, /No scenarios yet/);
  const context = page.browserContext();
  await context.deleteCookie(...(await context.cookies()));
  // What is pushed to the page may make it ask, and find the end, before it goes anywhere.
  await page.evaluate(() =>
    document.querySelector<HTMLElement>('nav[aria-label=Screens] a[href$=operations]')?.click(),
  );
  await sees(page, /Your session has ended/);
  const where = pathOf(page);
  expect(where).toMatch(/^\/p\/sales\/(operations|scenarios)$/);
  await enter(page, stage.owner.email, stage.password);
  await page.waitForSelector('nav[aria-label=Screens]');
  expect(pathOf(page)).toBe(where);
  await page.close();
});

test('GraphiQL opens for a developer who is signed in, and asks without the internet', async () => {
  const visitor = await stranger();
  const ask = `?query=${encodeURIComponent('{ viewer { user { name } } }')}`;
  await visitor.goto(`${stage.url}/graphql${ask}`);
  await sees(visitor, /Sign in to Honeyframe/);
  expect(pathOf(visitor)).toMatch(/^\/sign-in\?next=\/graphql%3Fquery/);
  const left: string[] = [];
  visitor.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith('http') && host !== new URL(stage.url).host) left.push(request.url());
  });
  const told = complaints(visitor);
  await enter(visitor, stage.owner.email, stage.password);
  await visitor.waitForSelector('.graphiql-query-editor textarea', { timeout: 20_000 });
  expect(new URL(visitor.url()).pathname).toBe('/graphql');
  await sees(visitor, /viewer/, { within: '.graphiql-query-editor' });
  await visitor.locator('.graphiql-execute-button').click();
  await sees(visitor, /Ada.Operator/, { within: '.graphiql-response' });
  expect(left).toEqual([]);
  expect(told).toEqual([]);
  await visitor.browserContext().close();
});

test('a theme that was chosen stays', async () => {
  const page = await stage.page();
  await page.goto(stage.path('operations'));
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await page.locator('[aria-label^="You: "]').click();
  await page.locator('[role=menuitem] ::-p-text(Dark)').click();
  await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
  expect(await ground()).toBe('dark');
  await page.reload();
  await page.waitForSelector('main h1');
  expect(await ground()).toBe('dark');
  await page.locator('[aria-label^="You: "]').click();
  await page.locator('[role=menuitem] ::-p-text(As the system)').click();
  await page.waitForFunction(() => !('theme' in document.documentElement.dataset));
  await page.close();
});

test('another project is a link to the same screen, and is where one begins next time', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(stage.path('scenarios'));
  await page.locator('[aria-label="Project: Sales"]').click();
  await page.waitForSelector('[role=menu]');
  expect(
    await page.$$eval('[role=menu] a', (all) => all.map((each) => each.getAttribute('href'))),
  ).toEqual(['/p/marketing/scenarios', '/p/sales/scenarios']);
  await page.locator('[role=menu] ::-p-text(Marketing)').click();
  await page.waitForFunction(() => location.pathname === '/p/marketing/scenarios');
  await page.waitForSelector('[aria-label="Project: Marketing"]');
  await page.goBack();
  await page.waitForSelector('[aria-label="Project: Sales"]');
  await page.goForward();
  await page.waitForSelector('[aria-label="Project: Marketing"]');
  await page.goto(stage.url);
  await page.waitForFunction(() => location.pathname === '/p/marketing/operations');
  await page.evaluate(() => localStorage.clear());
  expect(told).toEqual([]);
  await page.close();
});

test('an address that leads nowhere says so, and where one can go', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(stage.path('no/such/screen'));
  await sees(page, /There is nothing at this address/);
  await page.locator('main ::-p-text(To Operations)').click();
  await page.waitForFunction(() => location.pathname === '/p/sales/operations');
  await page.goto(`${stage.url}/p/nowhere/scenarios`);
  await sees(page, /There is no project “nowhere” that you may see/);
  expect(await axe(page)).toEqual([]);
  expect(told).toEqual([]);
  await page.close();
});

test('the keyboard skips to the content, and a new screen begins there', async () => {
  const page = await stage.page();
  await page.goto(stage.path('scenarios'));
  await sees(page, /No scenarios yet/);
  await tabTo(page, 'a[href="#content"]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'content');
  await tabTo(page, 'a[href$="/new-scenario"]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.pathname.endsWith('/new-scenario'));
  await page.waitForFunction(() => document.activeElement?.id === 'content');
  await page.close();
});

test.each([false, true])(
  'axe finds nothing on the way in (dark: %s), down to a phone',
  async (dark) => {
    const page = await stranger({ dark, width: 390 });
    await page.goto(`${stage.url}/sign-in`);
    await page.waitForSelector('[name=username]');
    expect(await axe(page)).toEqual([]);
    expect(await tooWide(page)).toBe(0);
    await page.browserContext().close();
  },
);
