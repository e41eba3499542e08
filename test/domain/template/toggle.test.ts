/** Switching templates on and off for projects: one scenario per cell, paused and resumed with its history. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteScenario } from '#domain/scenario/operate-scenario.ts';
import { createScenario, setEnabled } from '#domain/scenario/save-scenario.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import { getTemplate, listCells } from '#domain/template/templates.ts';
import { createRun } from '#test/support/factories.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createTemplateWorld, type TemplateWorld } from './template-world.ts';

let world: TemplateWorld;

beforeAll(async () => {
  world = await createTemplateWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const freshProject = async () => (await world.projects(1))[0]!;

test('switching a cell on makes an ordinary scenario: filled in, owned by the project’s owner, ticking', async () => {
  const template = await world.create();
  const project = await freshProject();
  const cell = await world.toggle(template.id, project, true, {
    note: 'Hello',
    cron: '30 3 * * *',
  });
  expect(cell).toMatchObject({
    state: 'on',
    values: { note: 'Hello', cron: '30 3 * * *' },
    problem: null,
  });
  expect(await world.scenario(cell.scenarioId)).toMatchObject({
    slug: template.slug,
    name: 'Nightly note',
    description: 'Every night.',
    owner_user_id: world.people.admin.id,
    trigger: { cron: '30 3 * * *', timezone: 'UTC' },
    steps: [
      {
        kind: 'send_note',
        name: 'tell',
        recipients: ['ops@example.com'],
        text: 'From {{ project.name }}: Hello',
      },
    ],
    policies: { timeout: '1h', priority: 5 },
    enabled: true,
    next_due_at: expect.any(Date),
  });
  const audit = await world.rows(
    `select action, before, after from audit_log where resource_type = 'template' and resource_id = $1 order by id`,
    [String(template.id)],
  );
  expect(audit).toMatchObject([
    { action: 'template.create', before: null, after: { slug: template.slug } },
    { action: 'template.enable', before: null, after: { projectId: project, state: 'on' } },
  ]);
});

test('a slug that the project has is numbered', async () => {
  const template = await world.create();
  const project = await freshProject();
  await createScenario(world.deps, world.who, project, {
    slug: template.slug,
    name: 'Own',
    steps: [NOTE],
  });
  const cell = await world.toggle(template.id, project, true);
  expect((await world.scenario(cell.scenarioId)).slug).toBe(`${template.slug}-2`);
});

test('a whole value keeps its type, an optional one without a value is left out', async () => {
  const template = await world.create({
    parameters: [
      { name: 'rows', type: 'integer' },
      { name: 'retries', type: 'integer', default: 2 },
      { name: 'patience', type: 'string', required: false },
      { name: 'people', type: 'email_list' },
    ],
    trigger: null,
    steps: [
      {
        kind: 'copy_table',
        dataset: 'orders',
        rows: '{{ param.rows }}',
        timeout: '{{ param.patience }}',
        retries: { max: '{{param.retries}}' },
      },
      {
        kind: 'send_note',
        recipients: '{{ param.people }}',
        text: '{{ param.rows }} rows{{ param.patience }}',
      },
    ],
  });
  const project = await freshProject();
  await world.dataset(project, 'orders');
  const values = { rows: 7, people: ['a@example.com', 'b@example.com'] };
  const cell = await world.toggle(template.id, project, true, values);
  expect((await world.scenario(cell.scenarioId)).steps).toEqual([
    { kind: 'copy_table', name: 'copy_table', dataset: 'orders', rows: 7, retries: { max: 2 } },
    { kind: 'send_note', name: 'send_note', recipients: values.people, text: '7 rows' },
  ]);
});

test('switching off pauses and keeps everything; on again resumes the same scenario with its history', async () => {
  const template = await world.create({ trigger: { interval: '1h' } });
  const project = await freshProject();
  const { scenarioId } = await world.toggle(template.id, project, true, { note: 'Mine' });
  const run = await createRun(world.pool, {
    ...{ orgId: world.org.id, projectId: project, ownerUserId: world.people.admin.id },
    scenarioId: scenarioId!,
  });
  const off = await world.toggle(template.id, project, false);
  expect(off).toMatchObject({ state: 'off', scenarioId, values: { note: 'Mine' } });
  expect(await world.scenario(scenarioId)).toMatchObject({
    enabled: false,
    next_due_at: null,
    deleted_at: null,
  });
  // As if it had been off for three hours.
  await world.rows(
    `update scenario set idle_since = idle_since - interval '3 hours' where id = $1`,
    [scenarioId],
  );
  const on = await world.toggle(template.id, project, true);
  expect(on).toMatchObject({ state: 'on', scenarioId, values: { note: 'Mine' } });
  expect(await world.scenario(scenarioId)).toMatchObject({
    enabled: true,
    next_due_at: expect.any(Date),
  });
  expect(await world.ticks(scenarioId!)).toMatchObject([
    { outcome: 'paused', count: 3, reason: 'the scenario is switched off' },
  ]);
  expect(await world.rows('select id from run where scenario_id = $1', [scenarioId])).toEqual([
    { id: run.id },
  ]);
  const actions = await world.rows(
    `select action, before->>'state' as was, after->>'state' as is from audit_log
     where resource_type = 'template' and resource_id = $1 and action <> 'template.create' order by id`,
    [String(template.id)],
  );
  expect(actions).toEqual([
    { action: 'template.enable', was: null, is: 'on' },
    { action: 'template.disable', was: 'on', is: 'off' },
    { action: 'template.enable', was: 'off', is: 'on' },
  ]);
});

test('what is so already is not written; off without a row leaves none', async () => {
  const template = await world.create();
  const project = await freshProject();
  expect(await world.toggle(template.id, project, false)).toMatchObject({
    state: 'off',
    scenarioId: null,
  });
  expect(await world.cell(template.id, project)).toBeNull();
  const on = await world.toggle(template.id, project, true);
  const version = (await world.scenario(on.scenarioId)).version;
  expect(await world.toggle(template.id, project, true)).toEqual(on);
  expect((await world.scenario(on.scenarioId)).version).toBe(version);
});

test('switched on again after somebody switched the scenario itself off, it ticks', async () => {
  const template = await world.create();
  const project = await freshProject();
  const { scenarioId } = await world.toggle(template.id, project, true);
  await setEnabled(world.deps, world.who, scenarioId!, false);
  await world.toggle(template.id, project, true);
  expect(await world.scenario(scenarioId)).toMatchObject({ enabled: true });
});

test('new values fill the scenario in anew; null takes the default again', async () => {
  const template = await world.create();
  const project = await freshProject();
  const { scenarioId } = await world.toggle(template.id, project, true, {
    note: 'One',
    cron: '0 5 * * *',
  });
  const two = await world.toggle(template.id, project, true, { note: 'Two', cron: null });
  expect(two).toMatchObject({ scenarioId, values: { note: 'Two' } });
  expect(await world.scenario(scenarioId)).toMatchObject({
    trigger: { cron: '0 2 * * *' },
    steps: [{ text: 'From {{ project.name }}: Two' }],
    version: 2,
  });
});

test('missing and bad values come all at once, each by its name, and the cell stays as it was', async () => {
  const template = await world.create({
    parameters: [
      { name: 'table', type: 'dataset_ref' },
      { name: 'rows', type: 'integer', default: 5 },
      { name: 'zone', type: 'timezone' },
      { name: 'cron', type: 'cron' },
      { name: 'colour', type: 'enum', options: ['red', 'green'] },
      { name: 'recipe', type: 'recipe_ref' },
      { name: 'agent', type: 'agent_ref' },
      { name: 'boards', type: 'dashboard_refs' },
      { name: 'board', type: 'dashboard_ref' },
      { name: 'people', type: 'email_list' },
      { name: 'note', type: 'string' },
    ],
    trigger: { cron: '{{ param.cron }}', timezone: '{{ param.zone }}' },
    steps: [
      { kind: 'copy_table', dataset: '{{ param.table }}', rows: '{{ param.rows }}' },
      { kind: 'send_note', recipients: '{{ param.people }}', text: '{{ param.note }}' },
    ],
  });
  const [project, other] = await world.projects(2);
  await world.dataset(other!, 'orders');
  const board = await world.dashboard(other!);
  const attempt = world.toggle(template.id, project!, true, {
    ...{ table: 'orders', rows: 0, zone: 'Mars/Olympus', cron: '0 99 * * *', colour: 'gren' },
    ...{ recipe: 'mart', agent: 12, boards: [board], board, people: ['nobody'], nte: 'x' },
  });
  const error = await attempt.then(
    () => null,
    (refusal: unknown) =>
      refusal as { code: string; problems: { path: unknown[]; message: string }[] },
  );
  expect(error!.code).toBe('VALIDATION');
  const told = error!.problems.map(({ path }) => path.slice(0, 2).join('.')).toSorted();
  expect(told).toEqual(
    [
      ...['nte', 'agent', 'board', 'boards', 'colour', 'cron', 'note', 'people'],
      ...['recipe', 'rows', 'table', 'zone'],
    ]
      .map((name) => `values.${name}`)
      .toSorted(),
  );
  expect(error!.problems.find(({ path }) => path[1] === 'nte')!.message).toContain(
    'did you mean "note"?',
  );
  expect(await world.cell(template.id, project!)).toBeNull();
});

test('references count by slug and by id, within the project', async () => {
  const project = await freshProject();
  await world.rows(
    `with c as (insert into connector (org_id, project_id, slug, name, type)
                values ($1, $2, 'llm', 'L', 'ollama_llm') returning id),
          r as (insert into recipe (org_id, project_id, slug, name, kind) values ($1, $2, 'mart', 'M', 'sql'))
     insert into agent (org_id, project_id, slug, name, connector_id, model, instructions)
     select $1, $2, 'sorter', 'S', id, 'm', 'i' from c`,
    [world.org.id, project],
  );
  const [agent] = await world.rows('select id from agent where project_id = $1', [project]);
  const template = await world.create({
    parameters: [
      { name: 'recipe', type: 'recipe_ref' },
      { name: 'agent', type: 'agent_ref' },
      { name: 'table', type: 'dataset_ref' },
      { name: 'board', type: 'dashboard_ref' },
    ],
    trigger: null,
    steps: [NOTE],
  });
  await world.dataset(project, 'orders');
  const values = {
    recipe: 'mart',
    agent: agent.id,
    table: 'orders',
    board: await world.dashboard(project),
  };
  expect(await world.toggle(template.id, project, true, values)).toMatchObject({
    state: 'on',
    values,
  });
  await expect(world.toggle(template.id, project, true, { recipe: 'marts' })).rejects.toMatchObject(
    {
      problems: [
        { path: ['values', 'recipe'], message: expect.stringContaining('did you mean "mart"?') },
      ],
    },
  );
});

test('a report without dashboards asks each project for its own', async () => {
  const template = await world.create({
    parameters: [],
    trigger: null,
    steps: [{ kind: 'send_email_report', dashboard_ids: [] }],
  });
  const project = await freshProject();
  await expect(world.toggle(template.id, project, true)).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [{ path: ['values', 'dashboard_ids'] }],
  });
  const board = await world.dashboard(project);
  const cell = await world.toggle(template.id, project, true, { dashboard_ids: [board] });
  expect((await world.scenario(cell.scenarioId)).steps).toMatchObject([{ dashboard_ids: [board] }]);
});

test('what the scenario’s own checks find is told: in a value by its name, elsewhere by its place', async () => {
  const template = await world.create({
    parameters: [{ name: 'rows', type: 'integer' }],
    trigger: { upstream: ['ingest'] },
    steps: [{ kind: 'copy_table', dataset: 'missing', rows: '{{ param.rows }}' }],
    calendar: 'holidays',
  });
  const project = await freshProject();
  await expect(world.toggle(template.id, project, true, { rows: 0 })).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [
      { path: ['values', 'rows'], value: 0 },
      { path: ['trigger', 'upstream', 0], value: 'ingest' },
      { path: ['policies', 'calendar'] },
      { path: ['steps', 0, 'dataset'], value: 'missing' },
    ],
  });
});

test.for([
  [
    'steps',
    [{ kind: 'send_note', recipients: ['a@example.com'], text: 'Hi {{ param.gone }}' }],
    { text: 'Hi {{ param.gone }}' },
  ],
  ['trigger', { cron: '{{ param.gone }}' }, { cron: '{{ param.gone }}' }],
  ['trigger', { cron: '61 * * * *' }, { cron: '61 * * * *' }],
  ['policies', { timeout: '{{ param.gone }}', priority: 5 }, { timeout: '{{ param.gone }}' }],
] as const)(
  'a stored template that makes no scenario names exactly the offending part of its %s',
  async ([column, stored, config]) => {
    const template = await world.create();
    await world.rows(`update template set ${column} = $2 where id = $1`, [
      template.id,
      JSON.stringify(stored),
    ]);
    const project = await freshProject();
    const attempt = world.toggle(template.id, project, true);
    await expect(attempt).rejects.toMatchObject({ code: 'TRIGGER_CONFIG', facts: { config } });
    expect(await world.cell(template.id, project)).toBeNull();
  },
);

test('of many cells the good ones are applied and the bad ones come back with their problems', async () => {
  const template = await world.create({
    parameters: [{ name: 'table', type: 'dataset_ref', default: 'orders' }],
    steps: [{ kind: 'copy_table', dataset: '{{ param.table }}' }],
    trigger: null,
  });
  const ids = await world.projects(70);
  const good = ids.filter((_, index) => index % 3 > 0);
  for (const id of good) await world.dataset(id, 'orders');
  const { cells, refused } = await world.on(template.id, [...ids, 2_000_000_000]);
  expect(cells.map(({ projectId }) => projectId)).toEqual(good);
  expect(refused).toHaveLength(ids.length - good.length + 1);
  expect(
    refused.filter(({ error }) => error.code === 'NOT_FOUND').map(({ projectId }) => projectId),
  ).toEqual([2_000_000_000]);
  const stored = await world.rows(
    'select project_id from template_enablement where template_id = $1 order by 1',
    [template.id],
  );
  expect(stored.map(({ project_id: id }) => id)).toEqual(good);
  const { cells: off } = await setTemplateEnabled(world.deps, world.who, {
    templateId: template.id,
    projectIds: good,
    enabled: false,
  });
  expect(new Set(off.map(({ state }) => state))).toEqual(new Set(['off']));
});

test('deleting the scenario turns its cell off; on again makes a new one', async () => {
  const template = await world.create();
  const project = await freshProject();
  const first = await world.toggle(template.id, project, true, { note: 'Kept' });
  await deleteScenario(world.deps, await world.setting.as('designer'), first.scenarioId!);
  expect(await world.cell(template.id, project)).toMatchObject({
    state: 'off',
    scenario_id: null,
    applied: null,
  });
  const second = await world.toggle(template.id, project, true);
  expect(second).toMatchObject({ state: 'on', values: { note: 'Kept' } });
  expect(second.scenarioId).not.toBe(first.scenarioId);
});

test('only an administrator of the organisation switches; members read templates and the cells of their projects', async () => {
  const template = await world.create();
  const project = await freshProject();
  await world.toggle(template.id, project, true);
  const request = { templateId: template.id, projectIds: [project], enabled: false };
  for (const person of ['designer', 'viewer', 'nobody'] as const) {
    const who = await world.setting.as(person);
    await expect(setTemplateEnabled(world.deps, who, request)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await getTemplate(world.deps, who, template.slug)).toEqual(template);
    const seen = await listCells(world.deps, who, {
      templateIds: [template.id],
      projectIds: [project],
    });
    expect(seen).toHaveLength(person === 'nobody' ? 0 : 1);
  }
  const stranger = await world.setting.as('stranger');
  await expect(getTemplate(world.deps, stranger, template.id)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect(setTemplateEnabled(world.deps, stranger, request)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a change tells those who listen for templates and for scenarios', async () => {
  const template = await world.create();
  const project = await freshProject();
  const heard: string[] = [];
  const listener = await world.pool.connect();
  try {
    listener.on('notification', ({ channel, payload }) => heard.push(`${channel} ${payload}`));
    await listener.query('listen hf_template; listen hf_scenario');
    const { scenarioId } = await world.toggle(template.id, project, true);
    // A round trip on this connection comes after what was committed before it.
    await listener.query('select 1');
    expect(heard.toSorted()).toEqual([`hf_scenario ${scenarioId}`, `hf_template ${template.id}`]);
  } finally {
    listener.release(true);
  }
});

test('a part of a parameter that has none is a problem, and so is an entry that a list is too short for', async () => {
  const parameters = [
    { name: 'hour', type: 'integer', default: 3 },
    { name: 'zone', type: 'timezone', default: 'Asia/Jakarta' },
    { name: 'to', type: 'email_list' },
  ];
  const step = { kind: 'send_note', recipients: ['a@b.cc'], text: 'Copy: {{ param.to.1 }}' };
  // Each would leave its field out, and the scenario would run at another time than somebody meant.
  const problems = await world.validate({
    display_name: 'Parts',
    parameters,
    trigger: { cron: '0 {{ param.hour }} * * *', timezone: '{{ param.zone.name }}' },
    steps: [{ ...step, text: '{{ param.hour.0 }} {{ param.to.first }} {{ param.to }}' }],
  });
  expect(problems.map(({ path, message }) => [path.join('.'), message])).toEqual([
    ['trigger.timezone', expect.stringContaining('{{ param.zone.name }} is undefined')],
    ['steps.0.text', expect.stringContaining('{{ param.hour.0 }} is undefined')],
    ['steps.0.text', expect.stringContaining('{{ param.to.0 }} for its first entry')],
  ]);

  const template = await world.create({ parameters, trigger: null, steps: [step] });
  const project = await freshProject();
  await expect(world.toggle(template.id, project, true, { to: ['a@b.cc'] })).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [
      { path: ['values', 'to'], message: expect.stringContaining('no entry for {{ param.to.1 }}') },
    ],
  });
  const { scenarioId } = await world.toggle(template.id, project, true, {
    to: ['a@b.cc', 'd@e.ff'],
  });
  expect((await world.scenario(scenarioId)).steps).toMatchObject([{ text: 'Copy: d@e.ff' }]);
});
