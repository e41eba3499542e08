/** Templates over GraphQL: made, planned, changed and removed; what scenarios tell of theirs. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createProject } from '#test/support/factories.ts';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
let ids: { first: number; second: number };
let slug: string;
let count = 0;
beforeAll(async () => {
  ground = await createGround();
  const { org, people, pool, project } = ground;
  const second = await createProject(pool, { orgId: org.id, ownerUserId: people.admin.id });
  ids = { first: project.id, second: second.id };
});
afterAll(() => ground[Symbol.asyncDispose]());
beforeEach(() => {
  slug = `snapshot-${++count}`;
});

const configuration = (more: object = {}) => ({
  slug,
  display_name: 'Snapshot',
  parameters: [
    { name: 'hours', type: 'integer', default: 12 },
    { name: 'at', type: 'cron' },
  ],
  trigger: { cron: '{{ param.at }}', timezone: 'Asia/Jakarta' },
  steps: [{ kind: 'snapshot_dashboards', name: 'snapshot', skip_hours: '{{ param.hours }}' }],
  overlap: 'buffer_one',
  ...more,
});

const FAILURES = `__typename ... on Failure { message } ... on ValidationError { problems { path at message value } }
  ... on Conflict { facts } ... on TriggerConfigError { config }`;
const EDIT = `... on TemplateEdit { changed template { id databaseId slug version } broken { project { id } problem } } ${FAILURES}`;

const ask = async (query: string, variables: Record<string, unknown> = {}) => {
  const { data, errors } = await ground.ask('admin', query, variables);
  expect(errors).toBeUndefined();
  return data;
};
const create = async (more: object = {}): Promise<number> => {
  const { createTemplate } = await ask(
    `mutation ($c: JSON!) { createTemplate(configuration: $c) { ${EDIT} } }`,
    { c: configuration(more) },
  );
  expect(createTemplate).toMatchObject({ changed: 0, broken: [], template: { slug, version: 1 } });
  return createTemplate.template.databaseId;
};
const update = async (id: number, c: object, more = '') =>
  (
    await ask(
      `mutation ($c: JSON!) { updateTemplate(id: ${id}, configuration: $c${more}) { ${EDIT} } }`,
      { c },
    )
  ).updateTemplate;
const CELLS = `... on CellsSet { cells { id state values overrides project { databaseId }
    scenario { databaseId enabled name configuration } }
  refused { projectId project { databaseId } code message config problems { path message } } } ${FAILURES}`;
const set = async (id: number, projects: number[], enabled: boolean, values?: object) =>
  (
    await ask(
      `mutation ($p: [ID!]!, $e: Boolean!, $v: JSON) {
         setTemplateEnabled(templateId: ${id}, projectIds: $p, enabled: $e, values: $v) { ${CELLS} } }`,
      { p: projects, e: enabled, v: values },
    )
  ).setTemplateEnabled;

test('a template is read as it was written, with its gaps, in words and as a whole', async () => {
  const id = await create();
  const { template } = await ask(
    `query ($slug: String) { template(slug: $slug) { id databaseId displayName triggerText stepKinds defaultEnabled
       version configuration parameters { name type options default required help }
       counts { on off needsValues broken } } }`,
    { slug },
  );
  expect(template).toMatchObject({
    ...{ id: `Template:${id}`, databaseId: id, displayName: 'Snapshot', version: 1 },
    triggerText: 'cron "{{ param.at }}", Asia/Jakarta',
    ...{ stepKinds: ['snapshot_dashboards'], defaultEnabled: false },
    parameters: [
      { name: 'hours', type: 'INTEGER', default: 12, required: true, options: [], help: '' },
      { name: 'at', type: 'CRON', default: null, required: true },
    ],
    counts: { on: 0, off: 0, needsValues: 0, broken: 0 },
  });
  expect(template.configuration).toMatchObject({
    ...{ slug, policies: { overlap: 'buffer_one' }, default_enabled: false },
  });
  const { validateTemplate, planTemplate } = await ask(
    `query ($c: JSON!) { validateTemplate(configuration: $c) { message }
       planTemplate(id: ${id}, configuration: $c, whole: true) { problems { at } after cells { state } } }`,
    { c: { ...template.configuration, slug: `${slug}-copy` } },
  );
  expect(validateTemplate).toEqual([]);
  expect(planTemplate).toEqual({
    ...{ problems: [], cells: [] },
    after: { ...template.configuration, slug: `${slug}-copy` },
  });
});

test('everything that is wrong is told with its place, by the command and by the question alike', async () => {
  const wrong = configuration({
    ...{ colour: 'red', steps: [{ kind: 'snapshot_dashboards', skip_hours: '{{ param.hour }}' }] },
  });
  const { createTemplate } = await ask(
    `mutation ($c: JSON!) { createTemplate(configuration: $c) { ${EDIT} } }`,
    { c: wrong },
  );
  expect(createTemplate.__typename).toBe('ValidationError');
  expect(createTemplate.problems.map(({ at }: { at: string }) => at)).toEqual([
    'colour',
    'steps[0].skip_hours',
  ]);
  expect(createTemplate.problems[1].message).toContain('did you mean "hours"?');
  const { validateTemplate, planTemplate } = await ask(
    `query ($c: JSON!) { validateTemplate(configuration: $c) { path at message value }
       planTemplate(configuration: $c) { after problems { path at message value } } }`,
    { c: wrong },
  );
  expect(validateTemplate).toEqual(createTemplate.problems);
  expect(planTemplate).toEqual({ after: null, problems: createTemplate.problems });
});

test('good cells are switched, the others stay and tell all that they lack; off and on again is the same scenario', async () => {
  const id = await create();
  const refused = await set(id, [ids.first, 999_999], true);
  expect(refused).toMatchObject({
    cells: [],
    refused: [
      {
        ...{ projectId: `Project:${ids.first}`, project: { databaseId: ids.first } },
        ...{ code: 'VALIDATION', problems: [{ path: ['values', 'at'] }], config: null },
      },
      { projectId: 'Project:999999', project: null, code: 'NOT_FOUND', problems: [] },
    ],
  });
  const { cells } = await set(id, [ids.first, ids.second], true, { at: '0 2 * * *' });
  expect(cells).toMatchObject([
    {
      ...{ id: `TemplateCell:${id}:${ids.first}`, state: 'ON', values: { at: '0 2 * * *' } },
      ...{ overrides: [], project: { databaseId: ids.first } },
      scenario: {
        ...{ enabled: true, name: 'Snapshot' },
        configuration: {
          trigger: { cron: '0 2 * * *', timezone: 'Asia/Jakarta' },
          steps: [{ skip_hours: 12 }],
        },
      },
    },
    { project: { databaseId: ids.second } },
  ]);
  const off = await set(id, [ids.first], false);
  expect(off.cells).toMatchObject([{ state: 'OFF', scenario: { enabled: false } }]);
  const on = await set(id, [ids.first], true);
  expect(on.cells[0].scenario.databaseId).toBe(cells[0].scenario.databaseId);
  const { template } = await ask(
    `{ template(id: ${id}) { counts { on off } cells(state: ON, first: 1) { totalCount pageInfo { hasNextPage endCursor } nodes { id } } } }`,
  );
  expect(template).toMatchObject({
    counts: { on: 2, off: 0 },
    cells: { totalCount: 2, nodes: [{ id: `TemplateCell:${id}:${ids.first}` }] },
  });
  const { template: next } = await ask(
    `query ($after: String) { template(id: ${id}) { cells(first: 1, after: $after) { nodes { id updatedBy { name } } } } }`,
    { after: template.cells.pageInfo.endCursor },
  );
  expect(next.cells.nodes).toMatchObject([{ id: `TemplateCell:${id}:${ids.second}` }]);
});

test('a scenario tells its template and what was changed of it; lists find it by its template', async () => {
  const id = await create();
  const { cells } = await set(id, [ids.first], true, { at: '0 2 * * *' });
  const scenario = cells[0].scenario.databaseId;
  await ask(`mutation { updateScenario(id: ${scenario}, patch: { name: "Mine", policies: { overlap: SKIP } }) {
    __typename } }`);
  const overrides = ['name', 'policies.overlap'];
  const { one, list, cell, matrix } = await ask(
    `{ one: scenario(id: ${scenario}) { template { id slug } overrides }
       list: scenarios(filter: { templateId: "Template:${id}" }) { totalCount nodes { databaseId } }
       cell: templateCell(templateId: ${id}, projectId: ${ids.first}) { overrides problem problems { at } }
       matrix(templateText: "${slug}") { cells { overridden } } }`,
  );
  expect(one).toEqual({ template: { id: `Template:${id}`, slug }, overrides });
  expect(list).toEqual({ totalCount: 1, nodes: [{ databaseId: scenario }] });
  expect(cell).toEqual({ overrides, problem: null, problems: [] });
  expect(matrix.cells).toEqual([{ overridden: true }]);

  const plan = await ask(
    `query ($c: JSON!) { planTemplate(id: ${id}, configuration: $c) {
       cells { projectId projectName project { slug } state change overridden problems { at } } } }`,
    { c: { display_name: 'Theirs', description: 'new' } },
  );
  expect(plan.planTemplate.cells).toMatchObject([
    {
      ...{ projectId: `Project:${ids.first}`, project: { slug: ground.project.slug }, state: 'ON' },
      ...{ change: 'UPDATED', overridden: overrides, problems: [] },
    },
  ]);
  expect(await update(id, { display_name: 'Theirs', description: 'new' })).toMatchObject({
    ...{ changed: 1, broken: [], template: { version: 2 } },
  });
  const { after } = await ask(`{ after: scenario(id: ${scenario}) { name description } }`);
  expect(after).toEqual({ name: 'Mine', description: 'new' });

  await set(id, [ids.first], false);
  await ask(`mutation { deleteTemplate(id: ${id}) { __typename } }`);
  const { left } = await ask(`{ left: scenario(id: ${scenario}) { template { id } overrides } }`);
  expect(left).toEqual({ template: null, overrides: [] });
});

test('a stale version and a template that is on are conflicts, which tell why', async () => {
  const id = await create();
  await update(id, { description: 'x' });
  expect(await update(id, { description: 'y' }, ', ifVersion: 1')).toMatchObject({
    ...{ __typename: 'Conflict', facts: { version: 2 } },
  });
  await set(id, [ids.first], true, { at: '@daily' });
  const { deleteTemplate } = await ask(
    `mutation { deleteTemplate(id: ${id}) { ${FAILURES} ... on DeletedTemplate { id } } }`,
  );
  expect(deleteTemplate.__typename).toBe('Conflict');
  await set(id, [ids.first], false);
  const again = await ask(
    `mutation { deleteTemplate(id: ${id}) { ${FAILURES} ... on DeletedTemplate { id } } }`,
  );
  expect(again.deleteTemplate).toEqual({ __typename: 'DeletedTemplate', id: `Template:${id}` });
});

test('a stored template that makes no scenario any more tells exactly the part at fault', async () => {
  const id = await create();
  await ground.pool.query(`update template set parameters = '[]' where id = $1`, [id]);
  const { refused } = await set(id, [ids.first], true);
  expect(refused).toMatchObject([
    {
      code: 'TRIGGER_CONFIG',
      config: { cron: '{{ param.at }}', timezone: 'Asia/Jakarta' },
      message: expect.stringContaining('param.at'),
    },
  ]);
});

test('an edit that would break a project leaves it, and its cell says why', async () => {
  const id = await create();
  await set(id, [ids.first], true, { at: '@daily' });
  const edit = await update(id, {
    ...{ parameters: [...configuration().parameters, { name: 'dataset', type: 'dataset_ref' }] },
    steps: [{ kind: 'sync_dataset', name: 'sync', dataset: '{{ param.dataset }}' }],
  });
  expect(edit).toMatchObject({
    ...{ changed: 0, template: { version: 2 } },
    broken: [{ project: { id: `Project:${ids.first}` }, problem: expect.any(String) }],
  });
  const { cell } = await ask(
    `{ cell: templateCell(templateId: ${id}, projectId: ${ids.first}) { state problem problems { path }
       scenario { enabled stepKinds } } }`,
  );
  expect(cell).toMatchObject({
    ...{ state: 'BROKEN', problem: edit.broken[0].problem },
    problems: [{ path: ['values', 'dataset'] }],
    scenario: { enabled: true, stepKinds: ['snapshot_dashboards'] },
  });
});

test('a new project begins with the templates that are on by default', async () => {
  const id = await create({
    ...{ default_enabled: true, trigger: null },
    parameters: [{ name: 'hours', type: 'integer', default: 3 }],
  });
  const { createProject: made } = await ask(
    `mutation { createProject(input: { name: "Brand new", timezone: "Asia/Jakarta" }) {
       ... on Project { databaseId slug zone } ${FAILURES} } }`,
  );
  expect(made).toMatchObject({ slug: 'brand-new', zone: 'Asia/Jakarta' });
  const { cell, old } = await ask(
    `{ cell: templateCell(templateId: ${id}, projectId: ${made.databaseId}) { state scenario { name } }
       old: templateCell(templateId: ${id}, projectId: ${ids.first}) { state } }`,
  );
  expect(cell).toEqual({ state: 'ON', scenario: { name: 'Snapshot' } });
  expect(old).toBeNull();
  const again = await ask(
    `mutation { createProject(input: { name: "", timezone: "Mars/Olympus", slug: "brand-new" }) { ${FAILURES} } }`,
  );
  expect(again.createProject.__typename).toMatch(/ValidationError|Conflict/);
});

test('values that are no object, and too many projects, are refused', async () => {
  const id = await create();
  expect(await set(id, [ids.first], true, [1])).toMatchObject({ problems: [{ at: 'values' }] });
  const many = Array.from({ length: 2_001 }, (_, index) => index + 1);
  expect(await set(id, many, true)).toMatchObject({ problems: [{ at: 'projectIds' }] });
  const { errors } = await ground.ask('admin', '{ template { id } }');
  expect(errors![0]!.extensions['code']).toBe('VALIDATION');
});

test('a stored template that was damaged past us is listed like any other, and says so once it is switched on', async () => {
  const id = await create();
  const read = `query ($id: ID!) { template(id: $id) { triggerText configuration parameters { name type } } }`;
  for (const [parameters, steps, trigger] of [
    ['{}', '"x"', '5'],
    [
      '[{"name": "hours", "type": "nope"}, 3, null, {"name": "at", "type": "enum", "options": 1}]',
      '[null]',
      'true',
    ],
  ]) {
    await ground.pool.query(
      'update template set parameters = $2, steps = $3, trigger = $4 where id = $1',
      [id, parameters, steps, trigger],
    );
    const { template: seen } = await ask(read, { id });
    expect(seen).toMatchObject({ parameters: [], triggerText: trigger });
    const rest = await fetch(`${ground.url}/api/scheduler/templates`, {
      headers: { authorization: `Bearer ${ground.tokens.admin.token}` },
    });
    expect(rest.status).toBe(200);
    const on = `mutation ($id: ID!, $projects: [ID!]!) {
      setTemplateEnabled(templateId: $id, projectIds: $projects, enabled: true) {
        ... on CellsSet { cells { id } refused { message } } ${FAILURES} } }`;
    const { setTemplateEnabled } = await ask(on, { id, projects: [ids.first] });
    expect(setTemplateEnabled).toMatchObject({
      cells: [],
      refused: [{ message: expect.stringContaining('trigger: ') }],
    });
  }
  // As a default it keeps no project from being made.
  await ground.pool.query('update template set default_enabled = true where id = $1', [id]);
  const made = await ask(
    `mutation { createProject(input: { name: "Made all the same" }) { ... on Project { id } ${FAILURES} } }`,
  );
  expect(made.createProject.__typename).toBe('Project');
  const cell = await ask(
    `query ($id: ID!, $project: ID!) { templateCell(templateId: $id, projectId: $project) { state } }`,
    { id, project: made.createProject.id },
  );
  expect(cell.templateCell).toEqual({ state: 'BROKEN' });
  await ground.pool.query('update template set default_enabled = false where id = $1', [id]);
});
