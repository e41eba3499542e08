/** New projects: their schema, and the templates that they begin with, all in one transaction. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject } from '#domain/project/create-project.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createTemplateWorld, type TemplateWorld } from '../template/template-world.ts';

let world: TemplateWorld;

beforeAll(async () => {
  world = await createTemplateWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const cells = (projectId: number) =>
  world.rows(
    `select t.slug, c.state, c.problem, c.scenario_id from template_enablement c join template t on t.id = c.template_id
     where c.project_id = $1 order by t.id`,
    [projectId],
  );

test('a project has its schema, its owner, its zone and its row in the audit log', async () => {
  const owner = world.people.designer.id;
  const project = await world.createProject({
    name: 'Ocean freight',
    timezone: 'asia/jakarta',
    ownerUserId: owner,
  });
  expect(project).toMatchObject({
    slug: 'ocean-freight',
    ownerUserId: owner,
    timezone: 'Asia/Jakarta',
    warehouseSchema: 'wh_ocean_freight',
  });
  expect(
    await world.rows(`select from pg_namespace where nspname = 'wh_ocean_freight'`),
  ).toHaveLength(1);
  const audit = await world.rows(
    `select action from audit_log where resource_type = 'project' and resource_id = $1`,
    [String(project.id)],
  );
  expect(audit).toEqual([{ action: 'project.create' }]);
  expect(await world.createProject({ name: 'Ocean freight' })).toMatchObject({
    slug: 'ocean-freight-2',
    timezone: null,
    ownerUserId: world.who.userId,
  });
});

test('a schema that is there already is somebody’s', async () => {
  await world.rows('create schema wh_ours');
  expect(await world.createProject({ slug: 'ours' })).toMatchObject({
    warehouseSchema: 'wh_ours_2',
  });
});

test('every problem comes at once, and nothing is made', async () => {
  await world.createProject({ slug: 'taken' });
  const before = await world.rows('select count(*) from project');
  const wire = {
    name: ' ',
    slug: 'taken',
    timezone: 'Mars',
    ownerUserId: world.people.stranger.id,
  };
  await expect(world.createProject(wire)).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [
      { path: ['name'] },
      { path: ['slug'] },
      { path: ['timezone'] },
      { path: ['ownerUserId'] },
    ],
  });
  expect(await world.rows('select count(*) from project')).toEqual(before);
});

test('only an administrator of the organisation makes projects', async () => {
  const designer = await world.setting.as('designer');
  await expect(createProject(world.deps, designer, { name: 'No' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
});

test('a new project begins with the defaults; one that was there before never gains one', async () => {
  await using own = await createTemplateWorld();
  const [old] = await own.projects(1);
  const on = await own.create({ default_enabled: true });
  const manual = await own.create();
  const project = await own.createProject();
  const cell = await own.cell(on.id, project.id);
  expect(cell).toMatchObject({ state: 'on', problem: null });
  expect(await own.scenario(cell.scenario_id)).toMatchObject({
    enabled: true,
    project_id: project.id,
  });
  expect(await own.cell(manual.id, project.id)).toBeNull();
  await own.edit(manual.id, { default_enabled: true });
  expect([
    await own.cell(on.id, old!),
    await own.cell(manual.id, old!),
    await own.cell(manual.id, project.id),
  ]).toEqual([null, null, null]);
});

test('a default that needs values waits for them, one that no longer makes a scenario says so, and the project is made', async () => {
  const needs = await world.create({
    default_enabled: true,
    parameters: [
      { name: 'who', type: 'email' },
      { name: 'table', type: 'dataset_ref', default: 'orders' },
    ],
    steps: [{ kind: 'send_note', recipients: ['{{ param.who }}'] }],
    trigger: null,
  });
  const faulty = await world.create({ default_enabled: true });
  await world.rows(`update template set trigger = '{"cron": "{{ param.gone }}"}' where id = $1`, [
    faulty.id,
  ]);
  const project = await world.createProject();
  expect(await cells(project.id)).toMatchObject([
    {
      slug: needs.slug,
      state: 'needs_values',
      scenario_id: null,
      problem: {
        code: 'needs_values',
        problems: [{ path: ['values', 'who'] }, { path: ['values', 'table'] }],
      },
    },
    { slug: faulty.slug, state: 'broken', scenario_id: null, problem: { code: 'trigger_config' } },
  ]);
  await world.dataset(project.id, 'orders');
  const cell = await world.toggle(needs.id, project.id, true, { who: 'a@example.com' });
  expect(cell).toMatchObject({ state: 'on', problem: null });
  // An edit that gives the missing value turns on what is wanted on.
  const second = await world.createProject();
  await world.dataset(second.id, 'orders');
  const parameters = [
    { name: 'who', type: 'email', default: 'ops@example.com' },
    { name: 'table', type: 'dataset_ref', default: 'orders' },
  ];
  expect(await world.edit(needs.id, { parameters })).toMatchObject({ changed: 1 });
  expect(await world.cell(needs.id, second.id)).toMatchObject({ state: 'on', problem: null });
  await world.rows('update template set default_enabled = false');
});

test('defaults may fire on each other, in whatever order they were made', async () => {
  await using own = await createTemplateWorld();
  const last = await own.create({
    slug: 'last',
    default_enabled: true,
    trigger: { upstream: ['middle'] },
  });
  await own.create({ slug: 'middle', default_enabled: true, trigger: { upstream: ['first'] } });
  await own.create({ slug: 'first', default_enabled: true, steps: [NOTE] });
  const project = await own.createProject();
  expect(await own.cell(last.id, project.id)).toMatchObject({ state: 'on' });
});

test('when a default cannot be written at all, neither is the project', async () => {
  await using own = await createTemplateWorld();
  await own.create({ default_enabled: true });
  await own.rows(
    `create function refuse() returns trigger language plpgsql as $$ begin raise 'no scenarios today'; end $$`,
  );
  await own.rows(
    'create trigger refuse before insert on scenario for each row execute function refuse()',
  );
  const before = await own.rows('select count(*) from project');
  await expect(own.createProject({ slug: 'never' })).rejects.toThrow('no scenarios today');
  expect(await own.rows('select count(*) from project')).toEqual(before);
  expect(await own.rows(`select from pg_namespace where nspname = 'wh_never'`)).toEqual([]);
});
