/** Templates and their matrix, in a real browser over the real API: made, switched on with values, off and on again,
 *  many at once, and by others. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTemplate } from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import type { Registry } from '#domain/step/kind.ts';
import { createRegistry } from '#steps/registry.ts';
import { createProject, createUser, principalOf } from '#test/support/factories.ts';
import { probeKinds } from '#test/support/kinds.ts';
import { tabTo, tooWide } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

const kinds: Registry = new Map([...createRegistry(), ...probeKinds]);
/** From the write to the page. */
const SOON_MS = 1_000;
const REGIONS = 20;

let stage: Stage;
let projects: { id: number; slug: string }[];

beforeAll(async () => {
  stage = await openStage();
  projects = [stage.project];
  for (let n = 1; n <= REGIONS; n++) {
    const name = `Region ${String(n).padStart(2, '0')}`;
    const place = { orgId: stage.org.id, ownerUserId: stage.owner.id };
    projects.push(await createProject(stage.pool, { ...place, name, slug: `region-${n}` }));
  }
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
});

/** What does not come within seconds does not come. */
async function open(look: { width?: number; dark?: boolean } = {}): Promise<Page> {
  const page = await stage.page(look);
  page.setDefaultTimeout(8_000);
  return page;
}

const admin = () => principalOf(stage.pool, { orgId: stage.org.id, userId: stage.owner.id });
const deps = () => ({ pool: stage.pool, kinds });

async function make(slug: string, more: Record<string, unknown> = {}) {
  return createTemplate(deps(), await admin(), {
    slug,
    display_name: `The ${slug}`,
    steps: [{ kind: 'probe', name: 'one' }],
    ...more,
  });
}

const GREETING = {
  parameters: [{ name: 'greeting', type: 'string', help: 'What is said.' }],
  steps: [{ kind: 'probe', name: 'one', lines: ['{{ param.greeting }}'] }],
};

async function set(templateId: number, projectIds: number[], enabled: boolean, values = {}) {
  const asked = { templateId, projectIds, enabled, values };
  return setTemplateEnabled(deps(), await admin(), asked);
}

const matrixOf = (text: string, more = '') =>
  stage.path(`templates?view=matrix&text=${text}${more}`);

const cell = (template: string, project: string, state = '') =>
  `button[aria-label^="The ${template} in ${project}: ${state}"]`;

const press = (page: Page, name: string) =>
  page.locator(`::-p-aria([name="${name}"][role="button"])`).click();

const scenariosOf = async (slug: string) => {
  const { rows } = await stage.pool.query(
    `select id, enabled from scenario where slug = $1 and deleted_at is null order by id`,
    [slug],
  );
  return rows as { id: number; enabled: boolean }[];
};

/** Presses a cell and waits until the server has answered. */
async function flip(page: Page, template: string, project: string, state: string) {
  await page.click(cell(template, project));
  await page.waitForSelector(cell(template, project, state));
}

test('one makes a template, switches it on with values, and sees the scenario', async () => {
  await using page = await open();
  const told = complaints(page);
  await page.goto(stage.path('templates'));
  await sees(page, /No templates yet/);
  await page.locator('::-p-aria([name="New template"][role="link"])').click();
  const content = '>>> .cm-content';
  await page.waitForSelector(content);
  await sees(page, /Not made yet\. No problems\./);
  await page.focus(content);
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  // As one line, so that the editor's indentation has no say.
  const wire = { slug: 'first', display_name: 'The first', ...GREETING, stepz: [] };
  await page.keyboard.sendCharacter(JSON.stringify(wire));
  await sees(page, /stepz.*did you mean "steps"/);
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.sendCharacter(JSON.stringify({ ...wire, stepz: undefined }));
  await sees(page, /Not saved\. No problems\./);
  await press(page, 'Review and create');
  await page.waitForSelector('[role="dialog"] table');
  await press(page, 'Create');
  await sees(page, /It was never on in any project/);

  await page.goto(matrixOf('first'));
  await page.waitForSelector(cell('first', 'Region 01', 'never on'));
  await page.click(cell('first', 'Region 01'));
  // What the server asks for stands at its field.
  await sees(page, /greeting \(required\)[^]*is missing/, { within: '[role="dialog"]' });
  await page.type('[data-parameter="greeting"]', 'Good morning');
  await press(page, 'Switch on');
  await page.waitForSelector(cell('first', 'Region 01', 'on'));
  const [scenario] = await scenariosOf('first');
  expect(scenario).toMatchObject({ enabled: true });

  // Off and on again, it is the same one, and its values stay.
  await flip(page, 'first', 'Region 01', 'off');
  expect(await scenariosOf('first')).toEqual([{ id: scenario!.id, enabled: false }]);
  await flip(page, 'first', 'Region 01', 'on');
  expect(await scenariosOf('first')).toEqual([scenario]);

  await page.goto(stage.path('templates/first'));
  await page.locator('table[aria-label="Projects"] a[href*="/scenarios/"]').click();
  await sees(page, /Template\s+The first\s+followed in everything/);
  await stage.pool.query(`update scenario set name = 'Ours' where id = $1`, [scenario!.id]);
  await page.reload();
  await sees(page, /changed here: the name/);
  expect(told).toEqual([]);
});

test('the form of a cell that needs values is filled in by keyboard alone', async () => {
  await make('keyed', {
    parameters: [
      { name: 'greeting', type: 'string' },
      { name: 'mode', type: 'enum', options: ['full', 'part'], default: 'full' },
      { name: 'at', type: 'cron', default: '0 2 * * *' },
    ],
    trigger: { cron: '{{ param.at }}' },
    steps: [{ kind: 'probe', name: 'one', lines: ['{{ param.greeting }}', '{{ param.mode }}'] }],
  });
  await using page = await open();
  const told = complaints(page);
  await page.goto(matrixOf('keyed'));
  await page.waitForSelector(cell('keyed', 'Region 01'));
  await tabTo(page, '[role="gridcell"] button');
  for (let n = 0; n < 2; n++) await page.keyboard.press('ArrowRight');
  const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  expect(name).toBe('The keyed in Region 03: never on');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-parameter="greeting"][aria-invalid]');
  // A dialog begins at its first field.
  await page.waitForFunction(() => document.activeElement?.matches('[data-parameter="greeting"]'));
  await page.keyboard.type('Hello');
  await page.keyboard.press('Tab');
  await page.keyboard.press('p');
  await page.keyboard.press('Tab');
  await page.keyboard.type('0 5 * * *');
  await sees(page, /05:00/, { within: '[aria-label="The next due times"]' });
  await page.keyboard.press('Enter');
  await page.waitForSelector(cell('keyed', 'Region 03', 'on'));
  // The keyboard is where it was.
  await page.waitForFunction(
    () => document.activeElement?.getAttribute('aria-label') === 'The keyed in Region 03: on',
  );
  const { rows } = await stage.pool.query(
    `select trigger, steps->0->'lines' as lines from scenario where slug = 'keyed'`,
  );
  expect(rows).toEqual([{ trigger: { cron: '0 5 * * *' }, lines: ['Hello', 'part'] }]);
  expect(told).toEqual([]);
});

test('many at once: asked once, with how many, and told what was refused and why', async () => {
  await make('many', GREETING);
  await make('manywithout');
  await using page = await open();
  const told = complaints(page);
  await page.goto(matrixOf('many'));
  await page.waitForSelector(cell('many', 'Region 01'));
  await press(page, 'Choose many');
  await page.click('input[aria-label="All projects of The many"]');
  await sees(page, /21 cells chosen: 1 template, 21 projects/);
  await page.click(cell('manywithout', 'Region 01'));
  await page.keyboard.down('Shift');
  await page.click(cell('manywithout', 'Region 04'));
  await page.keyboard.up('Shift');
  await sees(page, /25 cells chosen: 2 templates, 21 projects/);
  await press(page, 'Switch on');
  await sees(page, /Switch 25 cells on\?/, { within: '[role="dialog"]' });
  await press(page, 'Switch 25 on');
  await sees(page, /4 of 25 switched on/);
  await sees(page, /The many in [^]*Region 09 and 11 more\s+values\.greeting is missing/);
  expect(await scenariosOf('manywithout')).toHaveLength(4);
  expect(await scenariosOf('many')).toHaveLength(0);

  await press(page, 'Give values to all 21');
  await page.waitForSelector('[data-parameter="greeting"]');
  await page.type('[data-parameter="greeting"]', 'Hello all');
  await press(page, 'Switch on');
  await page.waitForSelector('[data-parameter="greeting"]', { hidden: true });
  expect(await scenariosOf('many')).toHaveLength(21);
  await press(page, 'Done');
  await page.waitForSelector(cell('many', 'Region 05', 'on'));
  expect(told).toEqual([]);
});

test('what others switch is on the page within a second', async () => {
  const { id } = await make('live');
  await using page = await open();
  await page.goto(matrixOf('live'));
  await page.waitForSelector(cell('live', 'Region 02', 'never on'));
  for (const [enabled, state] of [
    [true, 'on'],
    [false, 'off'],
  ] as const) {
    await set(id, [projects[2]!.id], enabled);
    await page.waitForSelector(cell('live', 'Region 02', state), { timeout: SOON_MS });
  }
  await sees(page, /The live\s+0 on/);
});

test('many templates and projects: found by words and state, which stand in the address', async () => {
  const { id } = await make('wanted', GREETING);
  await set(id, [projects[1]!.id], true, { greeting: 'Hi' });
  await using page = await open();
  const told = complaints(page);
  await page.goto(stage.path('templates?view=matrix'));
  await page.waitForSelector('[aria-label="Find templates"]');
  await page.type('[aria-label="Find templates"]', 'wanted');
  await page.waitForFunction(() => location.search.includes('text=wanted'));
  await sees(page, /1 template × 21 projects/);
  await page.type('[aria-label="Find projects"]', 'region-2');
  await sees(page, /1 template × 2 projects/);
  await page.select('[aria-label="State"]', 'BROKEN');
  await sees(page, /Nothing matches/);
  expect(new URL(page.url()).search).toContain('projects=region-2&state=broken');
  await page.goBack();
  await sees(page, /1 template × 2 projects/);
  await page.goto(matrixOf('wanted', '&state=on'));
  await sees(page, /1 template × 1 project\b/);

  // A menu of 21 projects is none: one searches.
  await press(page, 'Project: Sales');
  await page.waitForSelector('[aria-label="Find a project"]');
  await page.type('[aria-label="Find a project"]', 'Region 17');
  await sees(page, /1 project\./, { within: '[role="dialog"]' });
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.pathname === '/p/region-17/templates');
  await sees(page, /Region 17/, { within: 'header' });
  expect(told).toEqual([]);
});

test('an edit says beforehand what it would do to projects, and leaves what they changed', async () => {
  const { id } = await make('edited', GREETING);
  await set(id, [projects[1]!.id, projects[2]!.id], true, { greeting: 'Hi' });
  await stage.pool.query(
    `update scenario set name = 'Ours' where slug = 'edited' and project_id = $1`,
    [projects[1]!.id],
  );
  await using page = await open();
  const told = complaints(page);
  await page.goto(stage.path('templates/edited/edit'));
  await page.waitForSelector('>>> .cm-content');
  await sees(page, /As saved\. No problems\./);
  await page.focus('>>> .cm-content');
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.sendCharacter(
    JSON.stringify({ slug: 'edited', display_name: 'The edited anew', ...GREETING }),
  );
  await sees(page, /It would change 1 project of 2 and break none\. 1 keeps something/);
  await press(page, 'Review and save');
  await sees(page, /Region 01 the name/, { within: '[role="dialog"]' });
  await press(page, 'Save');
  await sees(page, /Saved as version 2/);
  const { rows } = await stage.pool.query(
    `select name from scenario where slug = 'edited' order by project_id`,
  );
  expect(rows).toEqual([{ name: 'Ours' }, { name: 'The edited anew' }]);

  // It cannot go while it is on, in the server's words.
  await press(page, 'More');
  await page.locator('[role="menuitem"]::-p-text(Delete)').click();
  await press(page, 'Delete');
  await sees(page, /Region 0/, { within: '[role="dialog"] [role="alert"]' });
  expect(told).toEqual([]);
});

test('who does not administer the organisation sees all of it and changes nothing', async () => {
  await make('seen', GREETING);
  const viewer = await createUser(stage.pool, {
    orgId: stage.org.id,
    role: 'viewer',
    password: stage.password,
  });
  await using context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  const told = complaints(page);
  await page.goto(`${stage.url}/sign-in`);
  await page.type('input[type="email"]', viewer.email);
  await page.type('input[type="password"]', stage.password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('nav[aria-label="Screens"]');
  await page.goto(matrixOf('seen'));
  await page.waitForSelector(`${cell('seen', 'Region 01')}[aria-disabled]`);
  await page.click(cell('seen', 'Region 01'));
  await page.waitForSelector('[data-parameter="greeting"][readonly]');
  await sees(page, /Close$/, { within: '[role="dialog"]' });
  expect(await page.$('::-p-aria([name="Switch on"][role="button"])')).toBeNull();
  await page.goto(stage.path('new-template'));
  await sees(page, /who administers the organisation may make them/);
  expect(told).toEqual([]);
});

const LOOKS = [
  { width: 1280, dark: false },
  { width: 1280, dark: true },
  { width: 390, dark: false },
];

test.each(LOOKS)(
  'axe finds nothing at $width px, dark: $dark, and nothing is too wide',
  async (look) => {
    const slug = `axe-${look.width}-${look.dark ? 'dark' : 'light'}`;
    const { id } = await make(slug, { ...GREETING, default_enabled: true });
    await set(id, [projects[0]!.id], true, { greeting: 'Hi' });
    await using page = await open(look);
    const judge = async (path: string, sign: RegExp) => {
      await page.goto(stage.path(path));
      await sees(page, sign);
      expect(await axe(page), path).toEqual([]);
      expect(await tooWide(page), path).toBe(0);
    };
    await judge(`templates?text=${slug}`, new RegExp(`The ${slug}`));
    await judge(`templates/${slug}`, /In projects[^]*Sales/);
    await judge(`templates/${slug}/edit`, /No problems/);
    await page.goto(matrixOf(slug));
    await page.waitForSelector(cell(slug, 'Region 01', 'never on'));
    expect(await axe(page), 'the matrix').toEqual([]);
    expect(await tooWide(page), 'the matrix').toBe(0);
    await page.click(cell(slug, 'Region 01'));
    await page.waitForSelector('[data-parameter="greeting"]');
    expect(await axe(page), 'the form').toEqual([]);
  },
);
