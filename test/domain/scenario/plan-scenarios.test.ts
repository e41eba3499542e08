/** What whole configurations would change, told without writing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planScenarios, toConfigurationWire } from '#domain/scenario/plan-scenarios.ts';
import { configurationOf, createScenario, updateScenario } from '#domain/scenario/save-scenario.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';

let setting: Setting;
let who: Awaited<ReturnType<Setting['as']>>;

beforeAll(async () => {
  setting = await createSetting();
  who = await setting.as('designer');
});
afterAll(() => setting[Symbol.asyncDispose]());

const plan = (...wires: unknown[]) => planScenarios(setting.deps, who, setting.projectId, wires);
const create = (wire: object) => createScenario(setting.deps, who, setting.projectId, wire);

test('a new scenario is told as it would be stored, and nothing is written', async () => {
  const [first] = await plan({ name: 'Brand new', steps: [NOTE], timeout: '90m' });
  expect(first).toMatchObject({ slug: 'brand-new', scenario: null, problems: [] });
  expect(first?.after).toMatchObject({
    slug: 'brand-new',
    ownerUserId: who.userId,
    enabled: true,
    trigger: null,
    policies: { timeout: '90m' },
    steps: [{ kind: 'send_note', name: 'send_note' }],
  });
  expect(await setting.rows(`select from scenario where slug = 'brand-new'`)).toEqual([]);
});

test('what a stored scenario is, written again, changes nothing', async () => {
  const made = await create({
    name: 'Stored',
    description: 'x',
    trigger: { cron: '0 2 * * *' },
    steps: [NOTE, { ...NOTE, name: 'second' }],
    policies: { overlap: 'allow', timeout: '90m' },
  });
  const wire = toConfigurationWire(configurationOf(made));
  const [again] = await plan(wire);
  expect(again).toMatchObject({ problems: [], scenario: { id: made.id, version: 1 } });
  expect(again?.after).toEqual(configurationOf(made));
});

test('what is left out has its default, but the switch and the owner stay', async () => {
  const made = await create({
    slug: 'partly',
    description: 'x',
    trigger: { cron: '0 2 * * *' },
    steps: [NOTE],
    policies: { overlap: 'allow' },
  });
  await updateScenario(setting.deps, who, made.id, { enabled: false });
  const asAdmin = await setting.as('admin');
  const [found] = await planScenarios(setting.deps, asAdmin, setting.projectId, [
    { slug: 'partly', steps: [NOTE] },
  ]);
  expect(found?.after).toMatchObject({
    description: '',
    trigger: null,
    policies: {},
    enabled: false,
    ownerUserId: who.userId,
  });
});

test('an owner that stays takes no permission, another one does', async () => {
  const made = await create({ slug: 'owned', steps: [NOTE] });
  const admin = setting.house.people.admin.id;
  await setting.rows('update scenario set owner_user_id = $2 where id = $1', [made.id, admin]);
  const [same, other] = await plan(
    { slug: 'owned', owner_user_id: admin, steps: [NOTE] },
    { slug: 'owned-2', owner_user_id: admin, steps: [NOTE] },
  );
  expect(same?.problems).toEqual([]);
  expect(other?.problems).toMatchObject([{ path: ['owner_user_id'], value: admin }]);
});

test('problems come with their places, and only for the configuration that has them', async () => {
  const [good, bad, nameless] = await plan(
    { name: 'Good', steps: [NOTE] },
    { name: 'Bad', steps: [{ kind: 'copy_table', dataset: 'none', row: 1 }] },
    { steps: [NOTE] },
  );
  expect(good?.problems).toEqual([]);
  expect(bad?.after).toBeNull();
  expect(bad?.problems.map(({ path }) => path.join('.'))).toEqual([
    'steps.0.row',
    'steps.0.dataset',
  ]);
  expect(nameless).toMatchObject({ slug: null, after: null, problems: [{ path: ['name'] }] });
});

test('two configurations of one slug are a problem of the second', async () => {
  const [first, second] = await plan(
    { slug: 'twice', steps: [NOTE] },
    { name: 'Twice', steps: [NOTE] },
  );
  expect(first?.problems).toEqual([]);
  expect(second?.problems).toMatchObject([{ path: ['slug'], value: 'twice' }]);
});

test('configurations may name each other as upstream, and not what nobody has', async () => {
  const [first, , third] = await plan(
    { slug: 'down', trigger: { upstream: ['up'] }, steps: [NOTE] },
    { slug: 'up', steps: [NOTE] },
    { slug: 'lost', trigger: { upstream: ['nobody'] }, steps: [NOTE] },
  );
  expect(first?.problems).toEqual([]);
  expect(third?.problems).toMatchObject([{ path: ['trigger', 'upstream', 0], value: 'nobody' }]);
});

test('a circle is found among them, and a link that one of them takes away closes none', async () => {
  const circle = await plan(
    { slug: 'hen', trigger: { upstream: ['egg'] }, steps: [NOTE] },
    { slug: 'egg', trigger: { upstream: ['hen'] }, steps: [NOTE] },
    { slug: 'alone', trigger: { upstream: ['alone'] }, steps: [NOTE] },
  );
  for (const { problems } of circle) {
    expect(problems).toMatchObject([{ message: expect.stringContaining('circle') }]);
  }
  await create({ slug: 'first', steps: [NOTE] });
  await create({ slug: 'between', trigger: { upstream: ['first'] }, steps: [NOTE] });
  const turned = { slug: 'first', trigger: { upstream: ['between'] }, steps: [NOTE] };
  const [alone] = await plan(turned);
  expect(alone?.problems).toMatchObject([{ path: ['trigger', 'upstream', 0], value: 'between' }]);
  const [together] = await plan(turned, { slug: 'between', steps: [NOTE] });
  expect(together?.problems).toEqual([]);
});

const planFor = (scenarioId: number, wire: unknown) =>
  planScenarios(setting.deps, who, setting.projectId, [wire], [scenarioId]);

test('a scenario that is named by id may change its slug, leave it out, and take no other’s', async () => {
  const made = await create({ slug: 'typed', trigger: { cron: '0 2 * * *' }, steps: [NOTE] });
  await create({ slug: 'taken', steps: [NOTE] });
  const [renamed] = await planFor(made.id, { slug: 'retyped', steps: [NOTE] });
  expect(renamed).toMatchObject({ slug: 'retyped', problems: [], scenario: { id: made.id } });
  expect(renamed?.after).toMatchObject({ slug: 'retyped', name: 'retyped', trigger: null });
  const [slugless] = await planFor(made.id, { name: 'Another name', steps: [NOTE] });
  expect(slugless).toMatchObject({ slug: 'typed', after: { slug: 'typed', name: 'Another name' } });
  const [taken] = await planFor(made.id, { slug: 'taken', steps: [NOTE] });
  expect(taken?.problems).toMatchObject([{ path: ['slug'], value: 'taken' }]);
  const [half] = await planFor(made.id, { slug: 'Not yet' });
  expect(half?.problems.map(({ path }) => path[0]).sort()).toEqual(['slug', 'steps']);
  const [fallback] = await planScenarios(setting.deps, who, setting.projectId, [
    { slug: 'taken', steps: [NOTE] },
  ]);
  expect(fallback).toMatchObject({ problems: [], scenario: { slug: 'taken' } });
});

test('a circle through a scenario that is being renamed is found under both names', async () => {
  const made = await create({ slug: 'cause', steps: [NOTE] });
  await create({ slug: 'effect', trigger: { upstream: ['cause'] }, steps: [NOTE] });
  const circle = { slug: 'new-cause', trigger: { upstream: ['effect'] }, steps: [NOTE] };
  for (const upstream of ['effect', 'cause', 'new-cause']) {
    const [found] = await planFor(made.id, { ...circle, trigger: { upstream: [upstream] } });
    expect(found?.problems).toMatchObject([{ message: expect.stringContaining('circle') }]);
  }
});

test('a scenario of another project, or none, is not found', async () => {
  await expect(planFor(999_999, { slug: 'x', steps: [NOTE] })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a viewer may not plan, a stranger learns nothing', async () => {
  for (const [person, code] of [
    ['viewer', 'FORBIDDEN'],
    ['stranger', 'NOT_FOUND'],
  ] as const) {
    const asked = planScenarios(setting.deps, await setting.as(person), setting.projectId, []);
    await expect(asked).rejects.toMatchObject({ code });
  }
});
