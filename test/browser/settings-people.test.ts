/** Settings, as far as they are about people: members, groups, tokens and oneself, in a real browser over the real
 *  API. */
import type { HTTPRequest, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToken, createUser, grant } from '#test/support/factories.ts';
import { until } from '#test/support/worker.ts';
import { save, tabTo, tooWide } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  const name = `Maximiliana ${'Konstantinopolitanskaya'.repeat(4)}`;
  await createUser(stage.pool, { orgId: stage.org.id, name, role: 'viewer' });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const DIALOG = '[role=dialog]';
const at = (part: string) => stage.path(`settings/${part}`);
const named = (name: string, role = 'button') => `::-p-aria([name="${name}"][role="${role}"])`;

async function press(page: Page, name: string, role?: string): Promise<void> {
  await page.locator(named(name, role)).click();
}

/** A command of a member's menu. */
async function ask(page: Page, who: string, command: string): Promise<void> {
  await press(page, `Commands for ${who}`);
  await press(page, command, 'menuitem');
  await page.waitForSelector(DIALOG);
}

const untilClosed = (page: Page) => page.waitForSelector(DIALOG, { hidden: true });

/** What is shown this once, once it is. */
async function secretOn(page: Page): Promise<string> {
  const field = await page.waitForSelector(`${DIALOG} input[readonly]`);
  return field!.evaluate((input) => input.value);
}

/** The row of a table by what stands in its first cell, as one reads it. */
const rowOf = (page: Page, name: string) =>
  page.$$eval(
    'tbody tr',
    (rows, words) =>
      rows.find((row) => row.children[0]?.textContent.includes(words))?.innerText ?? null,
    name,
  );

const untilRow = (page: Page, name: string, text: RegExp) =>
  until(`${name}: ${text}`, async () => text.test((await rowOf(page, name)) ?? ''));

type Person = { readonly email: string };

/** A tab of another browser, at the form or signed in. */
async function other(path: string, who?: Person, password = stage.password): Promise<Page> {
  const context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto(path);
  await page.waitForSelector('[name=username]');
  if (who) await enter(page, who.email, password);
  return page;
}

async function enter(page: Page, username: string, password: string): Promise<void> {
  await page.type('[name=username]', username);
  await page.type('[name=password]', password);
  await page.keyboard.press('Enter');
}

let count = 0;
/** Somebody of the organisation, by a name that nobody else has. */
async function somebody(given: Partial<Parameters<typeof createUser>[1]> = {}) {
  count += 1;
  const name = `Somebody ${count}`;
  const made = { orgId: stage.org.id, name, password: stage.password, ...given };
  return createUser(stage.pool, made);
}

test('somebody who is added gets a password this once, and chooses their own before anything else', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(at('members'));
  await press(page, 'Add a member');
  await page.locator(`${DIALOG} [name=email]`).fill('nell@example.com');
  await page.locator(`${DIALOG} [name=name]`).fill('Nell New');
  await page.select(`${DIALOG} select`, 'VIEWER');
  await press(page, 'Add');
  const password = await secretOn(page);
  expect(password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
  await sees(page, /not shown again/, { within: DIALOG });
  // Only its answer closes it.
  await page.keyboard.press('Escape');
  expect(await secretOn(page)).toBe(password);
  await press(page, 'Done');
  await untilClosed(page);
  await untilRow(page, 'Nell New', /Viewer[^]*Never[^]*one-time password/);
  expect(told).toEqual([]);
  await page.close();

  const hers = await other(stage.path('scenarios'), { email: 'nell@example.com' }, password);
  await sees(hers, /Choose a password of your own/);
  const choose = async (current: string, next: string, again = next) => {
    for (const [name, words] of Object.entries({ current, new: next, again })) {
      await hers.locator(`[name=${name}]`).fill(words);
    }
    await hers.keyboard.press('Enter');
  };
  await choose(password, 'a river of bees', 'a river of peas');
  await sees(hers, /is not what you typed above/);
  await choose('a guess', 'short');
  await sees(hers, /is not the password in force/);
  await sees(hers, /has 10 to 1024 characters/);
  expect(await axe(hers)).toEqual([]);
  await choose(password, 'a river of bees');
  // Where she wanted to go.
  await hers.waitForFunction(() => document.title === 'Scenarios · Honeyframe');
  await hers.reload();
  await sees(hers, /No scenarios yet/);
  await hers.browserContext().close();
});

test('a mistake stands below its field, in the words of the server', async () => {
  const page = await stage.page();
  await page.goto(at('members'));
  await press(page, 'Add a member');
  await page.locator(`${DIALOG} [name=email]`).fill('no address');
  await page.locator(`${DIALOG} [name=name]`).fill('Nobody');
  await press(page, 'Add');
  await page.waitForSelector('[name=email][aria-invalid]');
  await sees(page, /is no e-mail address, as in ada@example.com/, { within: DIALOG });
  // Known already.
  await page.locator(`${DIALOG} [name=email]`).fill(stage.owner.email);
  await press(page, 'Add');
  await sees(page, /is a member already/, { within: DIALOG });
  await page.close();
});

test('a service gets no password', async () => {
  const page = await stage.page();
  await page.goto(at('members'));
  await press(page, 'Add a member');
  await page.locator(`${DIALOG} ::-p-text(A service)`).click();
  await page.locator(`${DIALOG} [name=email]`).fill('robot@example.com');
  await page.locator(`${DIALOG} [name=name]`).fill('Robot');
  await press(page, 'Add');
  await sees(page, /Robot is a member now[^]*has only tokens/, { within: DIALOG });
  await press(page, 'Done');
  await untilRow(page, 'Robot', /Service[^]*Only by tokens/);
  await press(page, 'Commands for Robot');
  await page.waitForSelector(named('Change roles …', 'menuitem'));
  expect(await page.$(named('Reset the password …', 'menuitem'))).toBeNull();
  await page.close();
});

test('roles change, on the organisation and on a project', async () => {
  const { name, id } = await somebody();
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(`${at('members')}?q=${encodeURIComponent(name)}`);
  await ask(page, name, 'Change roles …');
  await page.select(`${DIALOG} select`, 'ANALYST');
  const ids = await page.$$eval(`${DIALOG} [aria-label="Another project"] option`, (all) =>
    all.map((each) => each.value),
  );
  expect(ids).toHaveLength(2);
  await page.select(`${DIALOG} [aria-label="Another project"]`, ids[1]!);
  await page.select(`${DIALOG} [aria-label="Role on it"]`, 'DESIGNER');
  await press(page, 'Add');
  await page.waitForSelector(`${DIALOG} [aria-label="Role on Sales"]`);
  await press(page, 'Save');
  await untilClosed(page);
  await untilRow(page, name, /Analyst[^]*Sales: Designer/);
  const { rows } = await stage.pool.query(
    `select p.project_id, p.role from group_permission p join "group" g on g.id = p.group_id
      where g.user_id = $1 order by p.project_id nulls first`,
    [id],
  );
  expect(rows).toEqual([
    { project_id: null, role: 'analyst' },
    { project_id: stage.project.id, role: 'designer' },
  ]);
  // And back.
  await ask(page, name, 'Change roles …');
  await press(page, 'No role on Sales');
  await press(page, 'Save');
  await untilClosed(page);
  await untilRow(page, name, /Analyst(?![^]*Sales)/);
  expect(told).toEqual([]);
  await page.close();
});

test('the last administrator cannot be lowered, and the server says why', async () => {
  // By a role of her own, not through a group.
  await stage.pool.query(
    `update "group" set user_id = $1, name = 'user:' || $1::int
      where id = (select group_id from user_group where user_id = $1)`,
    [stage.owner.id],
  );
  const page = await stage.page();
  await page.goto(`${at('members')}?q=Ada`);
  await ask(page, 'Ada Operator', 'Change roles …');
  await page.select(`${DIALOG} select`, 'VIEWER');
  await press(page, 'Save');
  await sees(page, /Nobody would be left who administers the organisation/, { within: DIALOG });
  await press(page, 'Back');
  await untilClosed(page);
  expect(await rowOf(page, 'Ada Operator')).toMatch(/Administrator/);
  await page.close();
});

test('a password that is reset is shown this once, and the old one is good no more', async () => {
  const person = await somebody({ role: 'viewer' });
  const page = await stage.page();
  await page.goto(`${at('members')}?q=${encodeURIComponent(person.name)}`);
  await ask(page, person.name, 'Reset the password …');
  await press(page, 'Reset the password');
  const password = await secretOn(page);
  await press(page, 'Done');
  await untilClosed(page);
  await untilRow(page, person.name, /one-time password/);
  await page.close();
  const theirs = await other(`${stage.url}/sign-in`, person);
  await theirs.waitForSelector('[role=alert]');
  await theirs.locator('[name=password]').fill(password);
  await theirs.keyboard.press('Enter');
  await sees(theirs, /Choose a password of your own/);
  await press(theirs, 'Sign out');
  await sees(theirs, /Sign in to Honeyframe/);
  await theirs.browserContext().close();
});

test('whoever owns something is removed only once it has another owner', async () => {
  const person = await somebody({ role: 'designer' });
  const heir = await somebody({ role: 'designer' });
  const steps = [{ kind: 'probe', name: 'one' }];
  const scenario = await save(stage, { name: 'Theirs', steps }, { userId: person.id });
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(`${at('members')}?q=Somebody`);
  await ask(page, person.name, 'Remove …');
  await press(page, 'Remove');
  await sees(page, /needs another owner first:[^]*sales\/theirs/, { within: DIALOG });
  const link = await page.$eval(`${DIALOG} a`, (each) => each.getAttribute('href'));
  expect(link).toBe(`/p/sales/scenarios/${scenario.id}`);
  // The field to find somebody has the focus.
  await page.keyboard.type(heir.name);
  await page.locator(`${DIALOG} ::-p-text(${heir.email})`).click();
  await press(page, 'Hand over and remove');
  await untilClosed(page);
  await until('gone from the list', async () => (await rowOf(page, person.name)) === null);
  const { rows } = await stage.pool.query('select owner_user_id from scenario where id = $1', [
    scenario.id,
  ]);
  expect(rows).toEqual([{ owner_user_id: heir.id }]);
  expect(told).toEqual([]);
  await page.close();
});

test('a group gives its roles to whoever is in it, until it is deleted', async () => {
  const person = await somebody();
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(`${at('members')}?q=${encodeURIComponent(person.name)}`);
  await press(page, 'New group');
  await page.locator(`${DIALOG} [name=name]`).fill('Finance');
  // A click that misses costs nothing of what was typed.
  await page.mouse.click(8, 8);
  expect(
    await page.$eval(`${DIALOG} [name=name]`, (field) => (field as HTMLInputElement).value),
  ).toBe('Finance');
  await page.select(`${DIALOG} select`, 'DESIGNER');
  await page.locator(`${DIALOG} [type=search]`).fill(person.name);
  await page.locator(`${DIALOG} ::-p-text(${person.email})`).click();
  await sees(page, /1 chosen/, { within: DIALOG });
  await press(page, 'Make the group');
  await untilClosed(page);
  await untilRow(page, 'Finance', /The organisation: Designer[^]*Somebody/);
  await untilRow(page, person.email, /Designer[^]*through Finance[^]*Finance/);
  // Less than the group gives cannot be chosen, and it is said why.
  await ask(page, person.name, 'Change roles …');
  await sees(page, /Designer through Finance; for less, change the group/, { within: DIALOG });
  const off = await page.$$eval(`${DIALOG} select:first-of-type option[disabled]`, (all) =>
    all.map((each) => each.textContent),
  );
  expect(off).toEqual(['None', 'Viewer: sees', 'Analyst: sees']);
  await press(page, 'Back');
  await untilClosed(page);
  // A name that is taken.
  await press(page, 'New group');
  await page.locator(`${DIALOG} [name=name]`).fill('Finance');
  await press(page, 'Make the group');
  await sees(page, /There is a group Finance already/, { within: DIALOG });
  await press(page, 'Back');
  await untilClosed(page);
  await press(page, 'Edit Finance');
  await page.locator(`${DIALOG} [name=name]`).fill('Money');
  await press(page, 'Save');
  await untilClosed(page);
  await untilRow(page, 'Money', /Designer/);
  await press(page, 'Delete Money');
  await sees(page, /The one person in it lose/, { within: DIALOG });
  await press(page, 'Delete the group');
  await untilClosed(page);
  await untilRow(page, person.email, /^(?![^]*Money)/);
  expect(await rowOf(page, 'Money')).toBeNull();
  expect(told).toEqual([]);
  await page.close();
});

test('many members are paged and found; what is looked for stands in the address', async () => {
  for (let n = 0; n < 30; n++) {
    await createUser(stage.pool, {
      orgId: stage.org.id,
      name: `Crowd ${String(n).padStart(2, '0')}`,
    });
  }
  const page = await stage.page();
  await page.goto(`${at('members')}?q=crowd`);
  await sees(page, /Crowd 24/);
  expect(await rowOf(page, 'Crowd 25')).toBeNull();
  await page.locator('nav[aria-label="Pages of members"] ::-p-text(Next)').click();
  await sees(page, /Crowd 29/);
  await page.goBack();
  await sees(page, /Crowd 00/);
  await page.locator('[aria-label="Find members"]').fill('CROWD 07');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('q') === 'CROWD 07');
  await until(
    'one of them',
    async () => (await page.$$('[aria-label=Members] tbody tr')).length === 1,
  );
  await page.locator('[aria-label="Find members"]').fill('nobody is called so');
  await sees(page, /Nobody is called so/);
  await page.close();
});

test('by keyboard alone a token is issued, works as its example says, and is revoked', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(at('tokens'));
  await page.waitForFunction(() => !document.querySelector('[aria-busy]'));
  await tabTo(page, 'main button');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`${DIALOG} [name=name]:focus`);
  await page.keyboard.type('Nightly export');
  await tabTo(page, 'button[type=submit]');
  await page.keyboard.press('Enter');
  const token = await secretOn(page);
  expect(token).toMatch(/^hf_/);
  // It has the focus, whole, to be copied.
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(token);
  const command = await page.$eval(`${DIALOG} textarea`, (each) => each.value);
  const [, url] = /^curl '([^']+)'/.exec(command) ?? [];
  const [, header] = /-H '([^']+)'/.exec(command) ?? [];
  const [name, value] = header!.split(': ');
  const send = () => fetch(url!, { headers: { [name!]: value! } });
  expect((await send()).status).toBe(200);
  await tabTo(page, '[role=dialog] footer button');
  await page.keyboard.press('Enter');
  await untilClosed(page);
  await untilRow(page, 'Nightly export', /Active[^]*See[^]*Sales[^]*in 89 d/);
  await page.locator('::-p-text(reading again)').click();
  await untilRow(page, 'Nightly export', /(now|\d+ s ago)[^]*in 89 d/);
  await tabTo(page, '[aria-label="Revoke Nightly export"]');
  await page.keyboard.press('Enter');
  await page.waitForSelector(DIALOG);
  await tabTo(page, '[data-kind=danger]');
  await page.keyboard.press('Enter');
  await untilClosed(page);
  await untilRow(page, 'Nightly export', /Revoked/);
  expect((await send()).status).toBe(401);
  expect(told).toEqual([]);
  await page.close();
});

test('whoever administers nothing sees their own tokens, and why not the members', async () => {
  const person = await somebody();
  await grant(stage.pool, {
    orgId: stage.org.id,
    userId: person.id,
    role: 'designer',
    projectId: stage.project.id,
  });
  const { org, owner, pool } = stage;
  const hers = await createToken(pool, { orgId: org.id, userId: owner.id });
  const mine = await createToken(pool, { orgId: org.id, userId: person.id });
  // As much of it as the list shows.
  const shown = ({ token }: { token: string }) => token.slice(0, 9);
  const page = await other(at('members'), person);
  const told = complaints(page);
  await sees(page, /Administrators of the organisation keep its members/);
  expect(await page.$(named('Add a member'))).toBeNull();
  await page.locator('main nav ::-p-text(Tokens)').click();
  await untilRow(page, shown(mine), /Active/);
  expect(await rowOf(page, shown(hers))).toBeNull();
  await press(page, 'Issue a token');
  await page.waitForSelector(`${DIALOG} [name=scope]`);
  expect(
    await page.$$eval(`${DIALOG} [name=scope] option`, (all) => all.map((each) => each.value)),
  ).toEqual(['READ', 'WRITE', '']);
  expect(told).toEqual([]);
  await page.browserContext().close();
});

test('one changes one’s own password from the menu of oneself', async () => {
  const person = await somebody({ role: 'viewer' });
  const page = await other(stage.path('operations'), person);
  await page.locator(`[aria-label="You: ${person.name}"]`).click();
  await press(page, 'Your password', 'menuitem');
  await page.waitForFunction(() => location.pathname === '/p/sales/settings/you');
  await page.locator('[name=current]').fill(stage.password);
  for (const name of ['new', 'again']) await page.locator(`[name=${name}]`).fill('a river of bees');
  await press(page, 'Change the password');
  await sees(page, /Your password is changed/);
  await page.browserContext().close();
  const again = await other(stage.path('operations'), person, 'a river of bees');
  await again.waitForSelector(`[aria-label="You: ${person.name}"]`);
  await again.browserContext().close();
});

test('what cannot be read says so, and is tried again', async () => {
  const page = await stage.page();
  let isCut = true;
  const pass = async (request: HTTPRequest) => {
    const body = request.hasPostData() ? await request.fetchPostData() : '';
    await (isCut && body?.includes('SettingsMembers') ? request.abort() : request.continue());
  };
  await page.setRequestInterception(true);
  page.on('request', (request) => void pass(request));
  await page.goto(at('members'));
  await sees(page, /The server cannot be reached/, { within: 'main' });
  isCut = false;
  await press(page, 'Try again');
  await untilRow(page, 'Ada Operator', /Administrator/);
  await page.close();
});

const OPENED: Record<string, { part: string; open?: (page: Page) => Promise<void> }> = {
  members: { part: 'members' },
  adding: { part: 'members', open: (page) => press(page, 'Add a member') },
  roles: { part: 'members?q=Ada', open: (page) => ask(page, 'Ada Operator', 'Change roles …') },
  'a group': { part: 'members', open: (page) => press(page, 'New group') },
  tokens: { part: 'tokens' },
  issuing: { part: 'tokens', open: (page) => press(page, 'Issue a token') },
  you: { part: 'you' },
};

test.each(Object.keys(OPENED))(
  'axe finds nothing: %s, light and dark, down to a phone',
  async (name) => {
    const { part, open } = OPENED[name]!;
    const page = await stage.page();
    const told = complaints(page);
    await page.goto(at(part));
    await page.waitForSelector('main h2');
    await page.waitForFunction(() => !document.querySelector('[aria-busy]'));
    await open?.(page);
    if (open) await page.waitForSelector(DIALOG);
    for (const [width, scheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      expect(await tooWide(page)).toBe(0);
      expect(await axe(page), `${width} ${scheme}`).toEqual([]);
    }
    expect(told).toEqual([]);
    await page.close();
  },
);
