/** Settings, as far as they are about things: the project with its calendars, connectors, the organisation and the audit
 *  log, in a real browser over the real API. */
import { randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, createScenario, createUser } from '#test/support/factories.ts';
import { until } from '#test/support/worker.ts';
import { save, tabTo, tooWide } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ secretKey: [randomBytes(32)] });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const DIALOG = '[role=dialog]';
const at = (part: string) => stage.path(`settings/${part}`);

async function press(page: Page, name: string, within = ''): Promise<void> {
  await page.locator(`${within} ::-p-aria([name="${name}"][role="button"])`).click();
}

const field = (label: string) => `::-p-aria([name="${label}"])`;
const fill = (page: Page, label: string, text: string) => page.locator(field(label)).fill(text);

const untilClosed = (page: Page) => page.waitForSelector(DIALOG, { hidden: true });

async function rows(text: string, values: readonly unknown[] = []) {
  return (await stage.pool.query(text, [...values])).rows;
}

/** What the factory's database asks for, as the fields of a form. */
function database() {
  const { hostname, port, pathname, username, password } = new URL(stage.databaseUrl);
  return {
    host: hostname,
    port: port || '5432',
    database: pathname.slice(1),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}

/** Somebody who may look at the project and no more. */
async function asViewer(path: string): Promise<Page> {
  const viewer = await createUser(stage.pool, {
    orgId: stage.org.id,
    projectId: stage.project.id,
    role: 'viewer',
    password: stage.password,
  });
  const page = await (await stage.browser.createBrowserContext()).newPage();
  await page.goto(`${stage.url}/sign-in`);
  await page.evaluate(
    async (body) => {
      await fetch('/api/auth/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    },
    { username: viewer.email, password: stage.password },
  );
  await page.goto(path);
  return page;
}

test('another zone is shown with what it moves before it is saved', async () => {
  const place = stage.place;
  const inherits = await createScenario(stage.pool, {
    ...place,
    name: 'Inherits its zone',
    trigger: { cron: '30 7 * * *' },
  });
  const trigger = { cron: '0 8 * * *', timezone: 'Europe/Berlin' };
  await createScenario(stage.pool, { ...place, name: 'Has a zone of its own', trigger });
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(at('project'));
  await fill(page, 'Time zone', 'Asia/Jakarta');
  await sees(page, /One scenario inherits the zone/);
  // At 07:30 of either zone, which is 00:30 in UTC once it is Jakarta's.
  await sees(page, /Inherits its zone[\s\S]*07:30[\s\S]*07:30[\s\S]*00:30 UTC/, {
    within: 'main table',
  });
  expect(await page.$eval('main table', (table) => table.innerText)).not.toMatch(/of its own/);
  await press(page, 'Save');
  await sees(page, /Saved\./);
  const [scenario] = await rows('select zone from scenario where id = $1', [inherits.id]);
  expect(scenario.zone).toBe('Asia/Jakarta');

  await fill(page, 'Time zone', 'Mars/Olympus');
  await press(page, 'Save');
  await sees(page, /is no time zone/);
  await page.waitForSelector('[aria-invalid=true]');
  await press(page, 'Take back');
  expect(await page.$eval(field('Time zone'), (input) => (input as HTMLInputElement).value)).toBe(
    'Asia/Jakarta',
  );

  // The name in the bar follows.
  await fill(page, 'Name', 'Sales of the north');
  await fill(page, 'Running at once', '7');
  await press(page, 'Save');
  await sees(page, /Sales of the north/, { within: 'header' });
  const [project] = await rows('select name, max_running from project where id = $1', [
    stage.project.id,
  ]);
  expect(project).toEqual({ name: 'Sales of the north', max_running: 7 });
  expect(told).toEqual([]);
});

test('a calendar is made, edited and deleted by keyboard alone, and not while a scenario names it', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(at('project'));
  await sees(page, /No calendar yet/);
  await page.focus(field('Name'));
  await tabTo(page, 'main section:has(h2) header button');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`${DIALOG} input:focus`);
  await page.keyboard.type('holidays');
  await tabTo(page, `${DIALOG} th:last-child button`);
  await page.keyboard.press('Space');
  await tabTo(page, `${DIALOG} td button`);
  const day = await page.$eval(':focus', (button) => (button as HTMLElement).dataset['day']!);
  await page.keyboard.press('PageDown');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(
    (before) => (document.activeElement as HTMLElement).dataset['day']! > before,
    {},
    day,
  );
  const chosen = await page.$eval(':focus', (button) => (button as HTMLElement).dataset['day']!);
  await page.keyboard.press('Space');
  await sees(page, /One single day/, { within: DIALOG });
  await tabTo(page, `${DIALOG} button[type=submit]`);
  await page.keyboard.press('Enter');
  await untilClosed(page);
  await sees(page, /holidays\s+Sundays; one single day/);
  const stored = await rows('select name, dates, weekdays from calendar');
  expect(stored).toEqual([{ name: 'holidays', dates: [chosen], weekdays: [7] }]);

  await press(page, 'Edit holidays');
  await page.waitForSelector(DIALOG);
  expect(await page.$eval(`${DIALOG} [data-day="${chosen}"]`, (b) => b.ariaPressed)).toBe('true');
  await press(page, 'Sun: every Sunday');
  await press(page, 'Save the calendar');
  await untilClosed(page);
  // Text that changes in its place.
  await until('Sundays are off the list', async () => {
    const text = await page.$eval('main', (main) => main.innerText);
    return /holidays\s+one single day/.test(text);
  });

  const { id } = await save(stage, {
    slug: 'rests',
    name: 'Rests',
    trigger: { cron: '0 2 * * *' },
    steps: [{ kind: 'probe', name: 'one' }],
    policies: { calendar: 'holidays' },
  });
  await press(page, 'Delete holidays');
  await press(page, 'Delete the calendar');
  await sees(page, /is in use by rests/, { within: DIALOG });
  await rows(`update scenario set policies = '{}' where id = $1`, [id]);
  await press(page, 'Delete the calendar');
  await untilClosed(page);
  await sees(page, /No calendar yet/);
  expect(told).toEqual([]);
});

test('a connector to a real Postgres is saved and tested, a wrong one told in the server’s words', async () => {
  const given = database();
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(at('connectors'));
  await sees(page, /No connector yet/);
  await page.locator('::-p-aria([name="New connector"][role="link"])').click();
  await page.locator(field('Type')).fill('postgresql');
  await fill(page, 'Name', 'Shop database');
  await fill(page, 'Database', given.database);
  await fill(page, 'User', given.user);
  await page.locator('[data-secret=password]').fill('secret enough');
  // Neither a URL nor a host: said beside the field.
  await press(page, 'Save and test');
  await sees(page, /give either a url or a host/);
  await fill(page, 'Host', given.host);
  await fill(page, 'Port', '1');
  await press(page, 'Save and test');
  await sees(page, /Does not work[\s\S]*in \d/);
  await page.waitForFunction(() => location.search.startsWith('?connector='));

  // A secret only goes in: it is said to be there, and replaced.
  await sees(page, /Password\s+set/);
  expect(await page.$$('[data-secret]')).toHaveLength(0);
  await press(page, 'Replace Password');
  await page.waitForSelector('[data-secret]:focus');
  await page.keyboard.type(given.password);
  await fill(page, 'Port', given.port);
  await press(page, 'Save and test');
  await sees(page, /Works\s+PostgreSQL \d+[\s\S]*in \d/);
  const [stored] = await rows('select slug, config, secrets is not null as sealed from connector');
  expect(stored).toMatchObject({ slug: 'shop-database', sealed: true });
  expect(stored.config).toMatchObject({ host: given.host, port: Number(given.port) });
  expect(await page.content()).not.toMatch(/secret enough/);
  expect(JSON.stringify(await rows('select before, after from audit_log'))).not.toMatch(
    /secret enough/,
  );

  await press(page, 'Remove Password');
  await sees(page, /goes when you save/);
  await press(page, 'Save');
  await sees(page, /Saved\./);
  expect(await rows('select from connector where secrets is null')).toHaveLength(1);

  // One that a dataset reads through stays.
  const [{ id }] = await rows('select id from connector');
  await rows(
    `insert into dataset (org_id, project_id, connector_id, slug, name, table_name)
     values ($1, $2, $3, 'orders', 'Orders', 'orders')`,
    [stage.org.id, stage.project.id, id],
  );
  await page.locator('::-p-aria([name="All connectors"][role="link"])').click();
  await press(page, 'Delete Shop database');
  await press(page, 'Delete the connector');
  await sees(page, /in use by dataset sales\/orders/, { within: DIALOG });
  await rows('delete from dataset');
  await press(page, 'Delete the connector');
  await untilClosed(page);
  await sees(page, /No connector yet/);
  expect(told).toEqual([]);
});

test('the organisation is set, paused with a note and resumed, and its tile is put on another page', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(at('organisation'));
  await fill(page, 'Domains that mail may go to', 'example.com\nnot a domain');
  await press(page, 'Save');
  await sees(page, /is no domain, as in example\.com/);
  await fill(page, 'Domains that mail may go to', 'example.com\nexample.org');
  await fill(page, 'Events and logs are kept, days', '14');
  await sees(page, /older than that is deleted/);
  await press(page, 'Save');
  await sees(page, /Saved\./);
  const [org] = await rows('select settings from org where id = $1', [stage.org.id]);
  expect(org.settings).toMatchObject({
    allowedRecipientDomains: ['example.com', 'example.org'],
    eventRetentionDays: 14,
  });

  await press(page, 'Pause everything');
  await page.waitForSelector(DIALOG);
  await fill(page, 'Why', 'The warehouse moves');
  await page.click(`${DIALOG} input[type=checkbox]`);
  await press(page, 'Pause everything', DIALOG);
  await untilClosed(page);
  await sees(page, /and draining[\s\S]*Why: The warehouse moves/);
  expect(await rows('select draining from org where paused_at is not null')).toEqual([
    { draining: true },
  ]);
  await press(page, 'Resume');
  await sees(page, /Everything ticks/);

  await press(page, 'New link');
  await page.waitForSelector(DIALOG);
  await fill(page, 'Pages that may frame it', 'https://intranet.example');
  await press(page, 'Make the link');
  const frame = await page.waitForSelector(`${DIALOG} pre`);
  const html = await frame!.evaluate((pre) => (pre as HTMLElement).innerText);
  const source = /src="([^"]+)"/.exec(html)![1]!;
  const tile = await fetch(source);
  expect(tile.headers.get('content-security-policy')).toMatch(/https:\/\/intranet\.example/);
  await press(page, 'Done');
  await untilClosed(page);
  await press(page, 'Revoke');
  await press(page, 'Revoke it');
  await untilClosed(page);
  await sees(page, /https:\/\/intranet\.example[\s\S]*revoked/);
  expect(await rows('select from tile_link where revoked_at is not null')).toHaveLength(1);
  expect(told).toEqual([]);
});

test('the audit log tells who changed what, by filters in the address, with what differs', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(at('audit'));
  await sees(page, /Ada Operator\s+Revoked tile link/);
  await page.locator(field('What')).fill('project.update');
  await page.waitForFunction(() => location.search === '?what=project.update');
  await sees(page, /2 entries/);
  await page.locator('main button[aria-expanded=false]').click();
  await sees(page, /name: Sales of the north/);
  await sees(page, /−2\s+\+2\s+from before to after/);
  await page.locator('::-p-aria([name="All changes of it"][role="link"])').click();
  await page.waitForFunction((of) => location.search.includes(of), {}, 'of=project');
  await sees(page, new RegExp(`Only project ${stage.project.id}`));
  await page.goBack();
  await sees(page, /2 entries/);
  // Nothing in a year that is over.
  await page.goto(at('audit?from=2001-01-01&to=2001-12-31'));
  await sees(page, /No change like that/);
  await press(page, 'Show all');
  await sees(page, /Revoked tile link/);

  // Pages: more entries than one holds.
  await rows(
    `insert into audit_log (org_id, user_id, at, action, resource_type, resource_id, after)
     select $1, $2, clock_timestamp(), 'dataset.create', 'dataset', n::text, jsonb_build_object('name', 'Dataset ' || n)
       from generate_series(1, 60) as n`,
    [stage.org.id, stage.owner.id],
  );
  await press(page, 'Read again');
  await sees(page, /Dataset 60\b/);
  await page.locator('::-p-aria([name="Older"][role="link"])').click();
  await sees(page, /Dataset 10\b[\s\S]*Revoked tile link/);
  await page.goBack();
  await sees(page, /Dataset 60\b/);
  expect(told).toEqual([]);
});

test('a project goes with all that is in it once its slug is typed', async () => {
  const { org, owner } = stage;
  const doomed = { orgId: org.id, ownerUserId: owner.id };
  const project = await createProject(stage.pool, { ...doomed, slug: 'doomed', name: 'Doomed' });
  await createScenario(stage.pool, { ...doomed, projectId: project.id, slug: 'last-one' });
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(`${stage.url}/p/doomed/settings/project`);
  await press(page, 'Delete …');
  await sees(page, /1 scenario\s+last-one/, { within: DIALOG });
  const submit = `${DIALOG} button[type=submit]`;
  expect(await page.$(`${submit}:disabled`)).not.toBeNull();
  await page.type(`${DIALOG} input`, 'doomed');
  await page.locator(submit).click();
  await until('the project is gone', async () => {
    return (await rows('select from project where id = $1', [project.id])).length === 0;
  });
  await page.waitForFunction(() => /\/p\/sales\//.test(location.pathname));
  expect(told).toEqual([]);
});

test('who may only look is offered nothing, and told why', async () => {
  const page = await asViewer(at('project'));
  const told = complaints(page);
  await sees(page, /needs project\.edit on this project/);
  await sees(page, /Deleting a project needs org\.admin/);
  const looksOnly = async () => {
    expect(await page.$$('main :is(input, textarea, select)')).toHaveLength(0);
    expect(await page.$$('main button')).toHaveLength(0);
  };
  await looksOnly();
  await page.goto(at('connectors'));
  await sees(page, /changing and testing connectors needs org\.admin/);
  await looksOnly();
  await page.goto(at('organisation'));
  await sees(page, /Changing them needs org\.admin/);
  await sees(page, /Links to the scheduler’s tile need org\.admin/);
  await looksOnly();
  await page.goto(at('audit'));
  await sees(page, /Reading the audit log needs org\.admin/);
  await looksOnly();
  expect(told).toEqual([]);
});

/** Names that fit nowhere. */
async function lengthen(): Promise<void> {
  const long = `Everything that the shops of the north have sold and returned since ${'1990 '.repeat(8)}`;
  await rows('update project set name = $2 where id = $1', [stage.project.id, long]);
  await rows(
    `insert into connector (org_id, project_id, slug, name, type, config)
     values ($1, $2, $3, $4, 'csv', $5) on conflict do nothing`,
    [
      stage.org.id,
      stage.project.id,
      'a'.repeat(63),
      long.slice(0, 100),
      JSON.stringify({ base_url: `https://example.com/${'export/'.repeat(20)}` }),
    ],
  );
  await rows(
    `insert into calendar (project_id, name, dates, weekdays) values ($1, $2, $3, '{6,7}')
     on conflict do nothing`,
    [stage.project.id, long.slice(0, 100), ['2026-12-25', '2027-01-01']],
  );
  await rows(
    `insert into audit_log (org_id, user_id, action, resource_type, resource_id, before, after)
     values ($1, $2, 'project.update', 'project', $3, $4, $5)`,
    [
      stage.org.id,
      stage.owner.id,
      String(stage.project.id),
      JSON.stringify({ name: 'Sales' }),
      JSON.stringify({ name: long }),
    ],
  );
}

test.each(['project', 'connectors', 'connectors?new', 'organisation', 'audit?what=project.update'])(
  'nothing is wrong with %s for axe, light or dark, and nothing is wider than a phone',
  async (part) => {
    await lengthen();
    const page = await stage.page();
    const told = complaints(page);
    await page.goto(at(part));
    await page.waitForSelector('main section');
    await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
    if (part.startsWith('audit')) {
      await page.locator('main button[aria-expanded=false]').click();
      await page.waitForSelector('main table');
    }
    for (const value of ['light', 'dark']) {
      // Without motion no colour is on its way to another one.
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      expect(await axe(page), value).toEqual([]);
    }
    await page.setViewport({ width: 390, height: 844 });
    expect(await tooWide(page)).toBe(0);
    expect(told).toEqual([]);
  },
);

test('nor is anything wrong with the days of a calendar', async () => {
  const page = await stage.page({ dark: true });
  await page.goto(at('project'));
  await press(page, 'New calendar');
  await page.waitForSelector(DIALOG);
  await page.click(`${DIALOG} th button`);
  await page.click(`${DIALOG} td:last-child button`);
  expect(await axe(page)).toEqual([]);
});
