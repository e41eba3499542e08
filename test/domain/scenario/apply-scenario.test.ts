/** A scenario becomes what a whole configuration says. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyScenario } from '#domain/scenario/apply-scenario.ts';
import { planScenarios, toConfigurationWire } from '#domain/scenario/plan-scenarios.ts';
import { configurationOf, updateScenario } from '#domain/scenario/save-scenario.ts';
import { createProject } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';

let setting: Setting;
let who: Awaited<ReturnType<Setting['as']>>;
beforeAll(async () => {
  setting = await createSetting();
  who = await setting.as('designer');
});
afterAll(() => setting[Symbol.asyncDispose]());

type Given = Omit<Parameters<typeof applyScenario>[3], 'wire'>;
const apply = (wire: unknown, given: Given = {}) =>
  applyScenario(setting.deps, who, setting.projectId, { wire, ...given });

test('without a scenario a new one is made, with the defaults of what is left out', async () => {
  const made = await apply({ name: 'Brand new', steps: [NOTE], timeout: '90m' });
  expect(made).toMatchObject({
    slug: 'brand-new',
    version: 1,
    enabled: true,
    ownerUserId: who.userId,
    policies: { timeout: '90m' },
  });
});

test('what is left out goes back to its default; the switch, the owner and the slug stay', async () => {
  const { id } = await apply({
    slug: 'whole',
    name: 'Whole',
    description: 'x',
    trigger: { cron: '0 2 * * *' },
    steps: [NOTE, { ...NOTE, name: 'second' }],
    policies: { overlap: 'allow', timeout: '90m' },
  });
  await updateScenario(setting.deps, who, id, { enabled: false });
  const admin = setting.house.people.admin.id;
  await setting.rows('update scenario set owner_user_id = $2 where id = $1', [id, admin]);

  const applied = await apply({ name: 'Less', steps: [NOTE] }, { scenarioId: id });
  expect(applied).toMatchObject({
    id,
    slug: 'whole',
    name: 'Less',
    description: '',
    trigger: null,
    nextDueAt: null,
    policies: {},
    steps: [{ kind: 'send_note', name: 'send_note' }],
    enabled: false,
    ownerUserId: admin,
    version: 3,
  });
  const versions = await setting.rows(
    'select version, author_user_id from scenario_version where scenario_id = $1 order by 1',
    [id],
  );
  expect(versions.map(({ version }) => version)).toEqual([1, 2, 3]);
});

test('it stores exactly what the plan told', async () => {
  const made = await apply({ slug: 'planned', trigger: { interval: '1h' }, steps: [NOTE] });
  const wire = { slug: 'planned-2', trigger: { cron: '@daily' }, steps: [NOTE], overlap: 'skip' };
  const [plan] = await planScenarios(setting.deps, who, setting.projectId, [wire], [made.id]);
  const applied = await apply(wire, { scenarioId: made.id });
  expect(configurationOf(applied)).toEqual(plan?.after);
});

test('what is stored already is not written again', async () => {
  const made = await apply({ slug: 'same', trigger: { cron: '@daily' }, steps: [NOTE] });
  const again = await apply(toConfigurationWire(configurationOf(made)), { scenarioId: made.id });
  expect(again).toEqual(made);
});

test('a trigger that cannot be read any more is mended by writing it again', async () => {
  const made = await apply({ slug: 'mended', trigger: { cron: '@daily' }, steps: [NOTE] });
  await setting.rows(
    `update scenario set broken = '{"code": "x", "message": "x", "config": null}', next_due_at = null where id = $1`,
    [made.id],
  );
  const mended = await apply(toConfigurationWire(configurationOf(made)), { scenarioId: made.id });
  expect(mended).toMatchObject({ broken: null, nextDueAt: expect.any(Date), version: 2 });
});

test('a stale version is a conflict that tells the one in force', async () => {
  const made = await apply({ slug: 'stale', steps: [NOTE] });
  await apply({ slug: 'stale', name: 'New', steps: [NOTE] }, { scenarioId: made.id, ifVersion: 1 });
  await expect(
    apply({ slug: 'stale', name: 'Newer', steps: [NOTE] }, { scenarioId: made.id, ifVersion: 1 }),
  ).rejects.toMatchObject({ code: 'CONFLICT', facts: { version: 2 } });
});

test('every problem comes with its place, and nothing is written', async () => {
  const made = await apply({ slug: 'bad', steps: [NOTE] });
  await expect(
    apply(
      {
        slug: 'brand-new',
        trigger: { cron: '61 * * * *' },
        steps: [{ kind: 'copy_table', dataset: 'none', row: 1 }],
        overlp: 'skip',
      },
      { scenarioId: made.id },
    ),
  ).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: expect.arrayContaining([
      expect.objectContaining({ path: ['overlp'] }),
      expect.objectContaining({ path: ['slug'] }),
      expect.objectContaining({ path: ['steps', 0, 'row'] }),
      expect.objectContaining({ path: ['steps', 0, 'dataset'] }),
    ]),
  });
  await expect(apply('no object', { scenarioId: made.id })).rejects.toMatchObject({
    code: 'VALIDATION',
  });
  const [row] = await setting.rows('select version from scenario where id = $1', [made.id]);
  expect(row).toEqual({ version: 1 });
});

test('a rename is followed by those that name it', async () => {
  const upstream = await apply({ slug: 'source', steps: [NOTE] });
  const names = await apply({ slug: 'sink', trigger: { upstream: ['source'] }, steps: [NOTE] });
  await apply({ slug: 'spring', steps: [NOTE] }, { scenarioId: upstream.id });
  const [row] = await setting.rows('select trigger, version from scenario where id = $1', [
    names.id,
  ]);
  expect(row).toMatchObject({ trigger: { upstream: ['spring'] }, version: 2 });
});

test('it is for those who may edit the project in which it lies', async () => {
  const made = await apply({ slug: 'private', steps: [NOTE] });
  const { org, people } = setting.house;
  const other = await createProject(setting.pool, { orgId: org.id, ownerUserId: people.admin.id });
  const wire = { slug: 'private', name: 'x', steps: [NOTE] };
  for (const [person, projectId, code] of [
    ['viewer', setting.projectId, 'FORBIDDEN'],
    ['stranger', setting.projectId, 'NOT_FOUND'],
    ['admin', other.id, 'NOT_FOUND'],
  ] as const) {
    const asked = setting
      .as(person)
      .then((principal) =>
        applyScenario(setting.deps, principal, projectId, { wire, scenarioId: made.id }),
      );
    await expect(asked).rejects.toMatchObject({ code });
  }
});
