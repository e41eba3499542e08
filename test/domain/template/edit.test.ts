/** Editing templates: an edit reaches every cell except in what a project overrode, and breaks none. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { updateScenario } from '#domain/scenario/save-scenario.ts';
import { overridesOf } from '#domain/template/overrides.ts';
import { getTemplate, listTemplates } from '#domain/template/templates.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createTemplateWorld, type TemplateWorld } from './template-world.ts';

let world: TemplateWorld;

beforeAll(async () => {
  world = await createTemplateWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const patch = (id: number, wire: object) => updateScenario(world.deps, world.who, id, wire);
async function overrides(templateId: number, projectId: number): Promise<string[]> {
  const { applied, scenario_id: id } = await world.cell(templateId, projectId);
  return overridesOf(applied, await world.scenario(id));
}
/** A template that is on in so many projects. */
async function spread(count: number, more: object = {}) {
  const template = await world.create(more);
  const projects = await world.projects(count);
  const { cells } = await world.on(template.id, projects);
  return { template, projects, scenarios: cells.map(({ scenarioId }) => scenarioId!) };
}

const EDITED = {
  display_name: 'Renamed',
  description: 'Other words.',
  trigger: { interval: '2h' },
  steps: [{ ...NOTE, name: 'other', text: '{{ param.note }}!' }],
  policies: { timeout: '2h', priority: 9, overlap: 'allow' },
};
const FOLLOWED = {
  name: 'Renamed',
  description: 'Other words.',
  trigger: { interval: '2h' },
  steps: [{ ...NOTE, name: 'other', text: 'Good night!' }],
  policies: { timeout: '2h', priority: 9, overlap: 'allow' },
};

test('an edit reaches cells that are on and those that are off, and tells how many', async () => {
  const { template, projects, scenarios } = await spread(3);
  await world.toggle(template.id, projects[1]!, false);
  const edited = await world.edit(template.id, EDITED);
  expect(edited).toMatchObject({
    changed: 3,
    broken: [],
    template: { version: 2, displayName: 'Renamed' },
  });
  for (const id of scenarios) expect(await world.scenario(id)).toMatchObject(FOLLOWED);
  expect(await world.cell(template.id, projects[1]!)).toMatchObject({ state: 'off' });
  expect(await world.scenario(scenarios[1]!)).toMatchObject({ enabled: false, next_due_at: null });
  expect((await world.toggle(template.id, projects[1]!, true)).scenarioId).toBe(scenarios[1]);
  expect(await world.scenario(scenarios[1]!)).toMatchObject({ ...FOLLOWED, enabled: true });
});

test('an edit that changes nothing writes nothing', async () => {
  const { template, scenarios } = await spread(1);
  const before = await world.scenario(scenarios[0]!);
  expect(await world.edit(template.id, { display_name: 'Nightly note' })).toMatchObject({
    changed: 0,
    template: { version: 1 },
  });
  // A new parameter that nothing uses changes the template and no scenario.
  const parameters = [...template.parameters, { name: 'unused', type: 'string', required: false }];
  expect(await world.edit(template.id, { parameters })).toMatchObject({
    changed: 0,
    template: { version: 2 },
  });
  expect(await world.scenario(scenarios[0]!)).toEqual(before);
});

const KEPT = {
  name: 'Renamed',
  description: 'Other words.',
  trigger: FOLLOWED.trigger,
  steps: FOLLOWED.steps,
};

test.for([
  ['name', { name: 'Ours' }, { ...FOLLOWED, name: 'Ours' }],
  ['description', { description: 'Ours' }, { ...FOLLOWED, description: 'Ours' }],
  ['trigger', { trigger: { cron: '1 1 * * *' } }, { ...FOLLOWED, trigger: { cron: '1 1 * * *' } }],
  ['trigger', { trigger: null }, { ...FOLLOWED, trigger: null }],
  [
    'steps',
    { steps: [{ ...NOTE, name: 'ours' }] },
    { ...FOLLOWED, steps: [{ ...NOTE, name: 'ours' }] },
  ],
  [
    'policies.timeout',
    { timeout: '3h' },
    { ...KEPT, policies: { ...FOLLOWED.policies, timeout: '3h' } },
  ],
  ['policies.timeout', { timeout: null }, { ...KEPT, policies: { priority: 9, overlap: 'allow' } }],
  [
    'policies.overlap',
    { overlap: 'buffer_one' },
    { ...KEPT, policies: { ...FOLLOWED.policies, overlap: 'buffer_one' } },
  ],
  [
    'policies.jitter',
    { jitter: '30s' },
    { ...KEPT, policies: { ...FOLLOWED.policies, jitter: '30s' } },
  ],
] as const)(
  'an edit leaves an override of %s alone (%o) and writes the rest',
  async ([field, ours, expected]) => {
    const { template, projects, scenarios } = await spread(1);
    await patch(scenarios[0]!, ours);
    expect(await overrides(template.id, projects[0]!)).toEqual([field]);
    expect(await world.plan(template.id, EDITED)).toMatchObject({
      cells: [{ change: 'updated', overridden: [field], problems: [] }],
    });
    expect(await world.edit(template.id, EDITED)).toMatchObject({ changed: 1, broken: [] });
    const { name, description, trigger, steps, policies } = await world.scenario(scenarios[0]!);
    expect({ name, description, trigger, steps, policies }).toEqual(expected);
    expect(await overrides(template.id, projects[0]!)).toEqual([field]);
  },
);

test('setting a field back to what the template says ends the override', async () => {
  const { template, projects, scenarios } = await spread(1);
  await patch(scenarios[0]!, { timeout: '3h', name: 'Ours' });
  await world.edit(template.id, EDITED);
  await patch(scenarios[0]!, { timeout: '2h' });
  expect(await overrides(template.id, projects[0]!)).toEqual(['name']);
  await world.edit(template.id, { policies: { timeout: '4h' } });
  expect(await world.scenario(scenarios[0]!)).toMatchObject({
    name: 'Ours',
    policies: { timeout: '4h' },
  });
});

test('a project that the edit breaks stays as it was and is reported, the others follow; the next edit mends it', async () => {
  const { template, projects, scenarios } = await spread(3);
  for (const id of projects.slice(1)) await world.dataset(id, 'orders');
  await world.toggle(template.id, projects[0]!, false);
  const before = await world.scenario(scenarios[0]!);
  const wire = { steps: [{ kind: 'copy_table', dataset: 'orders' }], display_name: 'Copies' };
  const plan = await world.plan(template.id, wire);
  expect(plan.cells.map(({ change }) => change)).toEqual(['broken', 'updated', 'updated']);
  const { changed, broken } = await world.edit(template.id, wire);
  expect([changed, broken]).toMatchObject([
    2,
    [
      {
        projectId: projects[0],
        state: 'broken',
        scenarioId: scenarios[0],
        problem: {
          code: 'template_changed',
          problems: [{ path: ['steps', 0, 'dataset'], value: 'orders' }],
        },
      },
    ],
  ]);
  expect(await world.scenario(scenarios[0]!)).toEqual(before);
  expect(await world.scenario(scenarios[1]!)).toMatchObject({ name: 'Copies' });
  // Off it was, and off it is once it follows again.
  await world.dataset(projects[0]!, 'orders');
  await world.edit(template.id, { display_name: 'Copies all' });
  expect(await world.cell(template.id, projects[0]!)).toMatchObject({
    state: 'off',
    problem: null,
  });
  expect(await world.scenario(scenarios[0]!)).toMatchObject({ name: 'Copies all', enabled: false });
});

test('a broken cell that is switched on with what it lacked follows', async () => {
  const { template, projects, scenarios } = await spread(1);
  const parameters = [...template.parameters, { name: 'who', type: 'email' }];
  const steps = [{ kind: 'send_note', recipients: ['{{ param.who }}'] }];
  const { broken } = await world.edit(template.id, { parameters, steps });
  expect(broken).toMatchObject([{ problem: { problems: [{ path: ['values', 'who'] }] } }]);
  expect(await world.scenario(scenarios[0]!)).toMatchObject({
    enabled: true,
    steps: [{ name: 'tell' }],
  });
  const cell = await world.toggle(template.id, projects[0]!, true, { who: 'a@example.com' });
  expect(cell).toMatchObject({ state: 'on', scenarioId: scenarios[0], problem: null });
  expect(await world.scenario(scenarios[0]!)).toMatchObject({
    steps: [{ recipients: ['a@example.com'] }],
  });
});

test('an override of what the edit would break keeps the project whole', async () => {
  const { template, projects, scenarios } = await spread(1);
  await patch(scenarios[0]!, { trigger: { interval: '5m' } });
  const { broken } = await world.edit(template.id, { trigger: { upstream: ['nowhere'] } });
  expect(broken).toEqual([]);
  expect(await world.scenario(scenarios[0]!)).toMatchObject({ trigger: { interval: '5m' } });
  expect(await overrides(template.id, projects[0]!)).toEqual(['trigger']);
});

test('a stale version is a conflict that names the one that is', async () => {
  const template = await world.create();
  await world.edit(template.id, { description: 'x' }, { ifVersion: 1 });
  await expect(
    world.edit(template.id, { description: 'y' }, { ifVersion: 1 }),
  ).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { version: 2 },
  });
});

test('a whole configuration resets what it leaves out, a part keeps it', async () => {
  const template = await world.create({ default_enabled: true });
  const part = await world.edit(template.id, { policies: { priority: null } });
  expect(part.template).toMatchObject({
    policies: { timeout: '1h' },
    defaultEnabled: true,
    description: 'Every night.',
  });
  const whole = await world.edit(
    template.id,
    { display_name: 'W', steps: [NOTE], overlap: 'allow' },
    { whole: true },
  );
  expect(whole.template).toMatchObject({
    ...{ slug: template.slug, displayName: 'W', description: '', parameters: [], trigger: null },
    ...{ policies: { overlap: 'allow' }, defaultEnabled: false },
  });
});

test('a template that is on cannot be deleted; off everywhere it can, and its history stays', async () => {
  const { template, projects, scenarios } = await spread(12);
  await expect(world.remove(template.id)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('and 2 more'),
    facts: { count: 12, projects: { length: 10 } },
  });
  for (const id of projects) await world.toggle(template.id, id, false);
  await world.remove(template.id);
  await expect(getTemplate(world.deps, world.who, template.id)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect(world.toggle(template.id, projects[0]!, true)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await world.scenario(scenarios[0]!)).toMatchObject({ deleted_at: null, enabled: false });
  // Its slug is free.
  await world.create({ slug: template.slug });
});

test('a broken cell whose scenario still runs keeps its template from being deleted, one that is off does not', async () => {
  const { template, projects } = await spread(2);
  await world.toggle(template.id, projects[0]!, false);
  const { broken } = await world.edit(template.id, {
    steps: [{ kind: 'copy_table', dataset: 'none' }],
  });
  expect(broken).toHaveLength(2);
  await expect(world.remove(template.id)).rejects.toMatchObject({
    facts: { count: 1, projects: [{ id: projects[1] }] },
  });
  await world.toggle(template.id, projects[1]!, false);
  await world.remove(template.id);
});

test('every problem of a template comes at once, each with its place', async () => {
  const problems = await world.validate({
    slug: 'Not A Slug',
    display_nam: 'x',
    parameters: [
      { name: 'cron', type: 'crom' },
      { name: 'note', type: 'string' },
      { name: 'note', type: 'string' },
      { name: 'pick', type: 'enum' },
      { name: 'zone', type: 'timezone', default: 'Mars' },
      { name: 'rows', type: 'integer', default: 0 },
    ],
    trigger: { cron: '{{ param.corn }}', timezone: '{{ project.timezone }}' },
    steps: [
      { kind: 'send_note', recipients: ['{{ param.nte }}'], timeout: '{{ param.note }}' },
      { kind: 'copy_table', dataset: 'x', rows: '{{ param.rows }}', txt: 1 },
      { kind: '{{ param.note }}' },
    ],
    overlap: 'sikp',
    timeout: '{{ param.note',
  });
  expect(problems.map(({ path }) => path.join('.')).toSorted()).toEqual(
    [
      ...['slug', 'display_nam', 'display_name', 'parameters.0.type', 'parameters.2.name'],
      ...['parameters.3.options', 'parameters.4.default', 'trigger.cron', 'trigger.timezone'],
      ...[
        'steps.0.recipients.0',
        'steps.1.txt',
        'steps.1.rows',
        'steps.2.kind',
        'overlap',
        'timeout',
      ],
    ].toSorted(),
  );
  await expect(world.create({ display_name: '', steps: [] })).rejects.toMatchObject({
    code: 'VALIDATION',
  });
});

test('templates are listed by page, text and kind of step', async () => {
  await using own = await createTemplateWorld();
  const made = [];
  for (const name of ['Alpha', 'Beta', 'Gamma'])
    made.push(await own.create({ display_name: name }));
  await own.create({
    display_name: 'Delta',
    trigger: null,
    steps: [{ kind: 'copy_table', dataset: 'x' }],
  });
  const first = await listTemplates(own.deps, own.who, { limit: 2 });
  expect(first).toMatchObject({
    total: 4,
    items: [{ displayName: 'Alpha' }, { displayName: 'Beta' }],
  });
  const second = await listTemplates(own.deps, own.who, { limit: 2, after: first.nextCursor });
  expect(second).toMatchObject({
    nextCursor: null,
    items: [{ displayName: 'Gamma' }, { displayName: 'Delta' }],
  });
  expect(await listTemplates(own.deps, own.who, { q: 'amm' })).toMatchObject({
    total: 1,
    items: [{ id: made[2]!.id }],
  });
  expect(await listTemplates(own.deps, own.who, { stepKind: 'copy_table' })).toMatchObject({
    total: 1,
  });
});

test('only an administrator makes, changes, plans and deletes templates', async () => {
  const template = await world.create();
  const { deps } = world;
  const designer = await world.setting.as('designer');
  const { createTemplate, deleteTemplate, planTemplate, updateTemplate, validateTemplate } =
    await import('#domain/template/save-template.ts');
  const calls = [
    () => createTemplate(deps, designer, {}),
    () => updateTemplate(deps, designer, template.id, {}),
    () => deleteTemplate(deps, designer, template.id),
    () => planTemplate(deps, designer, template.id, {}),
    () => validateTemplate(deps, designer, {}),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('of two requests for one slug at the same time one gets it', async () => {
  const results = await Promise.allSettled([
    world.create({ slug: 'race' }),
    world.create({ slug: 'race' }),
  ]);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const [refused] = results.filter((each) => each.status === 'rejected');
  expect(['CONFLICT', 'VALIDATION']).toContain(refused?.reason.code);
});
