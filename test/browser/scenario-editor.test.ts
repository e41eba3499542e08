/** The editor of a scenario, in a real browser over the real API: form and YAML are one, the server judges while one
 *  types, saving shows the difference first, and nothing typed is lost to somebody else or to a wrong key. */
import type { ElementHandle, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser } from '#test/support/factories.ts';
import { until } from '#test/support/worker.ts';
import { save, tabTo } from './scenario-ground.ts';
import { axe, complaints, openStage, sees, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
});

const CONTENT = '>>> .cm-content';

const nightly = (slug: string) => ({
  slug,
  name: `Nightly ${slug}`,
  trigger: { cron: '0 2 * * *', timezone: 'Europe/Berlin' },
  steps: [
    { kind: 'probe', name: 'first', lines: ['one'] },
    { kind: 'snapshot_dashboards', name: 'second' },
  ],
});

async function open(page: Page, id: number): Promise<void> {
  await page.goto(stage.path(`scenarios/${id}/configuration`));
  await page.waitForSelector(CONTENT);
  await sees(page, /As saved\. No problems\./);
}

/** The text in the YAML editor. All of it is drawn as long as it fits into the window. */
const yamlOf = (page: Page): Promise<string> =>
  page.$eval(CONTENT, (content) =>
    [...content.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n'),
  );

const untilYaml = (page: Page, text: RegExp) =>
  until(`${text} in the YAML`, async () => text.test(await yamlOf(page)));

const fieldOf = (at: string) => `[data-at="${at}"]`;
const valueOf = (page: Page, at: string): Promise<string> =>
  page.$eval(fieldOf(at), (field) => (field as HTMLInputElement).value);

async function fill(page: Page, at: string, text: string): Promise<void> {
  await page.focus(fieldOf(at));
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.type(text);
}

/** Puts the cursor behind a part of the YAML, by its line. */
async function clickLine(page: Page, text: string): Promise<void> {
  const line = await page.evaluateHandle(
    (what) =>
      [...document.querySelectorAll('*')]
        .flatMap((each) => [...(each.shadowRoot?.querySelectorAll('.cm-line') ?? [])])
        .find((each) => each.textContent.includes(what)) ?? null,
    text,
  );
  await (line.asElement() as ElementHandle<Element>).click();
  await page.keyboard.press('End');
}

const press = (page: Page, name: string) =>
  page.locator(`::-p-aria([name="${name}"][role="button"])`).click();

const versionOf = async (id: number): Promise<{ version: number; name: string }> => {
  const { rows } = await stage.pool.query('select version, name from scenario where id = $1', [id]);
  return rows[0];
};

test('what is typed in the YAML is in the form at once, and the other way', async () => {
  const { id } = await save(stage, nightly('step'));
  const page = await stage.page();
  const told = complaints(page);
  await open(page, id);
  await fill(page, 'name', 'Nightly orders');
  await untilYaml(page, /^name: Nightly orders$/m);
  await fill(page, 'policies.timeout', '2h');
  await untilYaml(page, /^policies:\n {2}timeout: 2h$/m);

  await clickLine(page, 'timeout: 2h');
  await page.keyboard.type('\noverlap: buffer_one');
  await page.waitForFunction(
    (at) => document.querySelector<HTMLSelectElement>(at)?.value === 'buffer_one',
    {},
    fieldOf('policies.overlap'),
  );
  // The fields of a kind are made from what the API says about it; what has no field is a small YAML.
  await fill(page, 'steps.0.lines', 'one, two');
  await untilYaml(page, /^ {4}lines:\n {6}- one\n {6}- two$/m);
  await fill(page, 'steps.0.output', 'rows: 7');
  await untilYaml(page, /^ {4}output:\n {6}rows: 7$/m);
  await fill(page, 'steps.1.skip_hours', '0.5');
  await untilYaml(page, /^ {4}skip_hours: 0\.5$/m);
  await page.select(fieldOf('steps.1.run_if'), 'always');
  await untilYaml(page, /^ {4}run_if: always$/m);

  // A kind that the API does not know is a small YAML as a whole.
  await clickLine(page, 'kind: probe');
  await page.keyboard.type('s');
  await page.waitForSelector(fieldOf('steps.0.*'));
  expect(await valueOf(page, 'steps.0.*')).toBe('lines:\n  - one\n  - two\noutput:\n  rows: 7\n');
  await sees(page, /kind "probes" is unknown; did you mean "probe"/, {
    within: `li:has(${fieldOf('steps.0')})`,
  });
  await clickLine(page, 'kind: probes');
  await page.keyboard.press('Backspace');

  await press(page, 'Move second up');
  await untilYaml(page, /steps:\n {2}- kind: snapshot_dashboards/);
  await sees(page, /Not saved\. No problems\./);

  // What cannot be read keeps the form as it was, and says at which line.
  await clickLine(page, 'slug: step');
  await page.keyboard.type('\n  name: [');
  await sees(page, /The YAML cannot be read/);
  expect(await page.$$eval('[inert] [data-at="name"]', (found) => found.length)).toBe(1);
  expect(await valueOf(page, 'name')).toBe('Nightly orders');
  for (let n = 0; n < '\n  name: ['.length + 1; n++) await page.keyboard.press('Backspace');
  await page.keyboard.type('p');
  await sees(page, /Not saved\. No problems\./);
  expect(told).toEqual([]);
  await page.close();
});

test('a bad cron is told at its line and its field, in the server’s words, while one types', async () => {
  const { id } = await save(stage, nightly('cron'));
  const page = await stage.page();
  const told = complaints(page);
  await open(page, id);
  await sees(page, /At the next clock change/, { within: '[data-part="preview"]' });
  await fill(page, 'trigger.cron', '99 2 * * *');
  await sees(page, /1 problem\./);
  const words = await page.$eval(
    `${fieldOf('trigger.cron')} ~ p[id$="-problem"]`,
    (problem) => problem.textContent,
  );
  expect(words).toMatch(/99/);
  await page.waitForSelector(`${fieldOf('trigger.cron')}[aria-invalid]`);
  // The list leads there, the gutter shows it there, the preview says it as well.
  const listed = await page.$eval('section[aria-label="Problems"]', (list) => list.textContent);
  expect(listed).toContain(words);
  const line = (await yamlOf(page)).split('\n').findIndex((each) => each.includes('cron:')) + 1;
  expect(listed).toContain(`line ${line}`);
  await page.waitForSelector('>>> .cm-lint-marker-error');
  expect(await page.$eval('>>> .cm-lintRange-error', (mark) => mark.textContent)).toContain('99');
  await page.waitForFunction(
    (what) =>
      document.querySelector<HTMLElement>('[data-part="preview"]')?.innerText.includes(what),
    {},
    words,
  );
  expect(await axe(page)).toEqual([]);

  // Sundays in March: one of them is the day on which the clocks go forward.
  await fill(page, 'trigger.cron', '30 2 * 3 0');
  await sees(page, /moved by the clock change/, { within: '[data-part="preview"] ol' });
  await sees(page, /Not saved\. No problems\./);
  expect(await page.$$('>>> .cm-lint-marker-error')).toEqual([]);
  // Each quarter of an hour: in the hour that is skipped there is none, and the clocks are told.
  await fill(page, 'trigger.cron', '*/15 * * * *');
  await sees(page, /UTC\+02:00 from here on/, { within: '[data-part="preview"]' });
  await fill(page, 'trigger.timezone', 'Europe/Berlim');
  await sees(page, /did you mean "Europe\/Berlin"\?/, { within: 'section[aria-label="Problems"]' });
  expect(told).toEqual([]);
  await page.close();
});

test('saving shows the difference first; a version that somebody else saved is a conflict and nothing is lost', async () => {
  const { id } = await save(stage, nightly('conflict'));
  const bea = await createUser(stage.pool, {
    orgId: stage.org.id,
    role: 'designer',
    name: 'Bea Builder',
  });
  const page = await stage.page();
  const told = complaints(page);
  await open(page, id);
  await fill(page, 'name', 'Mine');
  await sees(page, /Not saved\. No problems\./);
  await press(page, 'Review and save');
  await sees(page, /name: Nightly conflict\s[\s\S]*name: Mine/, { within: '[role="dialog"]' });
  expect(await versionOf(id)).toMatchObject({ version: 1 });

  // While one reads it, somebody else is faster.
  await save(
    stage,
    { ...nightly('conflict'), description: 'Theirs.' },
    { scenarioId: id, userId: bea.id },
  );
  await press(page, 'Save');
  await sees(page, /Bea Builder has saved version 2/, { within: '[role="dialog"]' });
  await sees(page, /description: Theirs\./, { within: '[role="dialog"]' });
  expect(await versionOf(id)).toEqual({ version: 2, name: 'Nightly conflict' });
  await page.locator('::-p-aria([name="What they have changed"][role="radio"])').click();
  await sees(page, /−0\s+\+1\s+from version 1 to version 2/, { within: '[role="dialog"]' });
  expect(await axe(page)).toEqual([]);
  await press(page, 'Back to editing');
  await sees(page, /Somebody else has saved version 2 since you began/);
  expect(await valueOf(page, 'name')).toBe('Mine');
  await press(page, 'See the difference');
  await press(page, 'Save mine over it');
  await sees(page, /As saved\. No problems\./);
  expect(await versionOf(id)).toEqual({ version: 3, name: 'Mine' });
  await sees(page, /^Mine$/m, { within: 'h1' });
  expect(told).toEqual([]);
  await page.close();
});

test('two versions are compared, and an old one is brought back into the editor', async () => {
  const { id } = await save(stage, nightly('versions'));
  await save(stage, { ...nightly('versions'), name: 'Second' }, { scenarioId: id });
  await save(stage, { ...nightly('versions'), name: 'Third' }, { scenarioId: id });
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(stage.path(`scenarios/${id}/versions`));
  await sees(page, /From version 2 to 3/);
  await sees(page, /name: Second[\s\S]*name: Third/);
  await page.locator('::-p-aria([name="Compare from version 1"][role="radio"])').click();
  await sees(page, /From version 1 to 3/);
  await sees(page, /name: Nightly versions[\s\S]*name: Third/);
  await page.reload();
  await sees(page, /From version 1 to 3/);
  // One that is saved meanwhile comes by itself.
  await save(stage, { ...nightly('versions'), name: 'Fourth' }, { scenarioId: id });
  await page.waitForSelector('tr[data-version="4"]', { timeout: 3_000 });

  await press(page, 'Bring back version 1');
  await page.waitForSelector(fieldOf('name'));
  expect(await valueOf(page, 'name')).toBe('Nightly versions');
  await press(page, 'Review and save');
  await sees(page, /name: Fourth[\s\S]*name: Nightly versions/, { within: '[role="dialog"]' });
  await press(page, 'Save');
  await sees(page, /As saved\./);
  expect(await versionOf(id)).toEqual({ version: 5, name: 'Nightly versions' });
  expect(told).toEqual([]);
  await page.close();
});

test('by keyboard alone: a field, the YAML, the order of the steps, the difference, saved', async () => {
  const { id } = await save(stage, nightly('keys'));
  const page = await stage.page();
  const told = complaints(page);
  await open(page, id);
  await tabTo(page, fieldOf('description'));
  await page.keyboard.type('By keys.');
  await tabTo(page, '[data-move="head"]');
  await page.keyboard.down('Alt');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.up('Alt');
  await untilYaml(page, /- kind: snapshot_dashboards[\s\S]*- kind: probe/);
  await tabTo(page, '.cm-content');
  await page.keyboard.down('Control');
  await page.keyboard.press('End');
  await page.keyboard.up('Control');
  await page.keyboard.type('policies:\n  priority: 7');
  await sees(page, /Not saved\. No problems\./);
  // Tab leaves the text, so that nobody is caught in it.
  await page.keyboard.press('Tab');
  const button = '::-p-aria([name="Review and save"][role="button"])';
  await page.locator(button).wait();
  for (let n = 0; n < 200; n++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.textContent === 'Review and save')) break;
  }
  await page.keyboard.press('Enter');
  await sees(page, /priority: 7/, { within: '[role="dialog"]' });
  for (let n = 0; n < 20; n++) {
    if (await page.evaluate(() => document.activeElement?.textContent === 'Save')) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await sees(page, /As saved\. No problems\./);
  const { rows } = await stage.pool.query(
    'select description, policies, steps from scenario where id = $1',
    [id],
  );
  expect(rows[0]).toMatchObject({
    description: 'By keys.',
    policies: { priority: 7 },
    steps: [{ name: 'second' }, { name: 'first' }],
  });
  expect(told).toEqual([]);
  await page.close();
});

test('a new scenario begins from an example, and is gone to once it is made', async () => {
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(stage.path('new-scenario'));
  await sees(page, /Not made yet\. No problems\./);
  await page.waitForSelector(CONTENT);
  expect(await axe(page)).toEqual([]);
  await fill(page, 'name', 'Made here');
  await fill(page, 'slug', 'Made Here');
  await sees(page, /1 problem\./);
  // What is asked for leads to what is in the way.
  await press(page, 'Review and create');
  await page.waitForFunction(() =>
    document.activeElement?.shadowRoot?.activeElement?.matches('.cm-content'),
  );
  await fill(page, 'slug', 'made-here');
  await press(page, 'Add a step');
  await page.locator('[role="menuitem"] ::-p-text(probe)').click();
  await untilYaml(page, /- kind: probe$/m);
  await sees(page, /Not saved\. No problems\./);
  await press(page, 'Review and create');
  await sees(page, /\+\d+\s+from nothing/, { within: '[role="dialog"]' });
  await press(page, 'Create');
  await sees(page, /^Made here$/m, { within: 'h1' });
  expect(new URL(page.url()).pathname).toMatch(/^\/p\/sales\/scenarios\/\d+$/);
  expect(told).toEqual([]);
  await page.close();
});

test('leaving what is not saved asks, by a link and by the back button; between the parts it is kept', async () => {
  const { id } = await save(stage, nightly('leave'));
  const page = await stage.page();
  const told = complaints(page);
  await page.goto(stage.path('scenarios'));
  await page.locator('::-p-aria([name="Nightly leave"][role="link"])').click();
  await page.locator('::-p-aria([name="Configuration"][role="link"])').click();
  await page.waitForSelector(fieldOf('name'));
  await fill(page, 'name', 'Not yet saved');
  await page.locator('::-p-aria([name="Runs"][role="link"])').click();
  await sees(page, /Steps of the last runs/);
  await page.goBack();
  await page.waitForSelector(fieldOf('name'));
  expect(await valueOf(page, 'name')).toBe('Not yet saved');

  await page.locator('::-p-aria([name="Operations"][role="link"])').click();
  await sees(page, /Leave without saving\?/, { within: '[role="dialog"]' });
  await press(page, 'Stay');
  expect(await valueOf(page, 'name')).toBe('Not yet saved');
  await page.goBack();
  await sees(page, /^Nightly leave$/m, { within: 'h1' });
  await page.evaluate(() => history.back());
  await sees(page, /Leave without saving\?/, { within: '[role="dialog"]' });
  expect(await page.evaluate(() => location.pathname)).toBe(`/p/sales/scenarios/${id}`);
  await press(page, 'Leave and drop the changes');
  await page.waitForFunction(() => location.pathname === '/p/sales/scenarios');
  await page.goForward();
  await page.locator('::-p-aria([name="Configuration"][role="link"])').click();
  await page.waitForSelector(fieldOf('name'));
  expect(await valueOf(page, 'name')).toBe('Nightly leave');
  expect(told).toEqual([]);
  await page.close();
});

test('who may only look sees it all and can change nothing', async () => {
  const { id } = await save(stage, nightly('look'));
  const { email } = await createUser(stage.pool, {
    orgId: stage.org.id,
    role: 'viewer',
    password: stage.password,
  });
  const page = await stage.page();
  await page.evaluate(
    (body) =>
      fetch('/api/auth/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    { username: email, password: stage.password },
  );
  const told = complaints(page);
  await page.goto(stage.path(`scenarios/${id}/configuration`));
  await page.waitForSelector('>>> .cm-content[aria-readonly="true"]');
  await sees(page, /You may see it; a designer may change it/);
  expect(await page.$eval(fieldOf('name'), (field) => (field as HTMLInputElement).readOnly)).toBe(
    true,
  );
  const buttons = await page.$$eval('main button', (all) => all.map((each) => each.innerText));
  expect(buttons.filter((words) => /Run|Pause|Review|Add a step/.test(words))).toEqual([]);
  expect(await axe(page)).toEqual([]);
  await page.goto(stage.path('new-scenario'));
  await sees(page, /You may look at this project/);
  await page.goto(stage.path('scenarios/999999'));
  await sees(page, /No such scenario/);
  expect(told).toEqual([]);
  await page.close();
});
