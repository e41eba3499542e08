/** The names in upstream triggers: they exist, close no circle, follow a rename, and miss what was deleted. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  deleteScenario,
  duplicateScenario,
  pauseScenario,
  resumeScenario,
} from '#domain/scenario/operate-scenario.ts';
import { createScenario, setEnabled, updateScenario } from '#domain/scenario/save-scenario.ts';
import { getScenario, type Scenario } from '#domain/scenario/scenario.ts';
import { createProject } from '#test/support/factories.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';

let setting: Setting;
let who: Awaited<ReturnType<Setting['as']>>;

beforeAll(async () => {
  setting = await createSetting();
  who = await setting.as('designer');
});
afterAll(() => setting[Symbol.asyncDispose]());

let made = 0;
/** A scenario with a slug of its own that fires on these. */
function create(name: string, upstream: readonly Scenario[] = [], more: object = {}) {
  made += 1;
  const trigger = upstream.length === 0 ? null : { upstream: upstream.map(({ slug }) => slug) };
  const wire = { name, slug: `${name}-${made}`, steps: [NOTE], trigger, ...more };
  return createScenario(setting.deps, who, setting.projectId, wire);
}
const update = (id: number, patch: object) => updateScenario(setting.deps, who, id, patch);
const read = (id: number) => getScenario(setting.deps, who, id);
const upstreamsOf = async (id: number) =>
  (
    await setting.rows(
      'select upstream_id as id from upstream_link where downstream_id = $1 order by 1',
      [id],
    )
  ).map((each) => each.id as number);
const problem = (message: string, value: string, index = 0) => ({
  code: 'VALIDATION',
  problems: [
    expect.objectContaining({
      path: ['trigger', 'upstream', index],
      message: expect.stringContaining(message),
      value,
    }),
  ],
});

test('a scenario is linked to what its trigger names, and relinked by an edit', async () => {
  const [a, b, c] = [await create('a'), await create('b'), await create('c')];
  const down = await create('down', [a, b]);
  expect(down).toMatchObject({
    trigger: { upstream: [a.slug, b.slug], require: 'all' },
    nextDueAt: null,
    broken: null,
  });
  expect(await upstreamsOf(down.id)).toEqual([a.id, b.id]);
  await update(down.id, { trigger: { upstream: [b.slug, c.slug], require: 'any' } });
  expect(await upstreamsOf(down.id)).toEqual([b.id, c.id]);
  await update(down.id, { description: 'about something else' });
  expect(await upstreamsOf(down.id)).toEqual([b.id, c.id]);
  await update(down.id, { trigger: { cron: '@daily' } });
  expect(await upstreamsOf(down.id)).toEqual([]);
});

test('a name that is unknown is refused with its place and the nearest one', async () => {
  const known = await create('ingest-orders');
  const mistyped = known.slug.replace('orders', 'ordres');
  await expect(
    create('x', [], { trigger: { upstream: [known.slug, mistyped] } }),
  ).rejects.toMatchObject(problem(`did you mean "${known.slug}"?`, mistyped, 1));
  await expect(
    create('x', [], { trigger: { upstream: ['nothing-like-it'] } }),
  ).rejects.toMatchObject(problem('name the slug of a scenario', 'nothing-like-it'));
});

test('scenarios of other projects and organisations, and deleted ones, are not found', async () => {
  const { org, otherProject, people } = setting.house;
  const second = await createProject(setting.pool, { orgId: org.id, ownerUserId: people.admin.id });
  const wire = (slug: string) => ({ name: 'Elsewhere', slug, steps: [NOTE] });
  await createScenario(setting.deps, who, second.id, wire('in-another-project'));
  const stranger = await setting.as('stranger');
  await createScenario(setting.deps, stranger, otherProject.id, wire('in-another-organisation'));
  const deleted = await create('deleted');
  await deleteScenario(setting.deps, who, deleted.id);
  for (const name of ['in-another-project', 'in-another-organisation', deleted.slug]) {
    await expect(create('x', [], { trigger: { upstream: [name] } })).rejects.toMatchObject(
      problem(`there is no scenario "${name}" in this project`, name),
    );
  }
});

test('a scenario cannot be its own upstream, under its old name or a new one', async () => {
  await expect(
    create('self', [], { slug: 'self', trigger: { upstream: ['self'] } }),
  ).rejects.toMatchObject(problem('a circle: "self" → "self"', 'self'));
  const a = await create('a');
  await expect(update(a.id, { trigger: { upstream: [a.slug] } })).rejects.toMatchObject(
    problem(`a circle: "${a.slug}" → "${a.slug}"`, a.slug),
  );
  await expect(
    update(a.id, { slug: 'myself', trigger: { upstream: ['myself'] } }),
  ).rejects.toMatchObject(problem('a circle: "myself" → "myself"', 'myself'));
});

test('a circle through several is refused and named, in the order in which they would fire', async () => {
  const a = await create('a');
  const b = await create('b', [a]);
  const c = await create('c', [b, await create('beside')]);
  await expect(update(a.id, { trigger: { upstream: [c.slug] } })).rejects.toMatchObject(
    problem(`"${a.slug}" → "${b.slug}" → "${c.slug}" → "${a.slug}"`, c.slug),
  );
  expect(await upstreamsOf(a.id)).toEqual([]);
  // Two ways to the same scenario are no circle.
  await update(c.id, { trigger: { upstream: [a.slug, b.slug] } });
  expect(await upstreamsOf(c.id)).toEqual([a.id, b.id]);
});

test('of edits that would close a circle together one is refused, however they race', async () => {
  for (let round = 0; round < 15; round += 1) {
    const [a, b, c] = [await create('a'), await create('b'), await create('c')];
    const results = await Promise.allSettled([
      update(a.id, { trigger: { upstream: [c.slug] } }),
      update(b.id, { trigger: { upstream: [a.slug] } }),
      update(c.id, { trigger: { upstream: [b.slug] } }),
    ]);
    const refused = results.filter(({ status }) => status === 'rejected') as {
      reason: { code: string; message: string };
    }[];
    expect(refused.map(({ reason }) => reason.code)).toEqual(['VALIDATION']);
    expect(refused[0]!.reason.message).toContain('would close a circle');
  }
});

test('a rename is written into every trigger that names the scenario, one version up', async () => {
  const [a, b] = [await create('a'), await create('b')];
  const down = await create('down', [b, a]);
  const untouched = await create('other', [b]);
  await update(a.id, { slug: 'renamed' });
  expect(await read(down.id)).toMatchObject({
    trigger: { upstream: [b.slug, 'renamed'], require: 'all' },
    version: 2,
  });
  expect(await upstreamsOf(down.id)).toEqual([a.id, b.id]);
  expect((await read(untouched.id)).version).toBe(1);
  const [version] = await setting.rows(
    'select config, author_user_id from scenario_version where scenario_id = $1 and version = 2',
    [down.id],
  );
  expect(version).toMatchObject({
    author_user_id: who.userId,
    config: { trigger: { upstream: [b.slug, 'renamed'] } },
  });
  const audit = await setting.rows(
    `select action from audit_log where resource_type = 'scenario' and resource_id = $1 order by id`,
    [String(down.id)],
  );
  expect(audit.map(({ action }) => action)).toEqual(['scenario.create', 'scenario.update']);
});

test('a deleted upstream breaks its dependants visibly, and only an edit of the trigger mends them', async () => {
  const [a, b] = [await create('a'), await create('b')];
  const down = await create('down', [a, b]);
  await deleteScenario(setting.deps, who, a.id);
  const broken = {
    code: 'upstream_deleted',
    message: expect.stringContaining(`"${a.slug}" was deleted`),
    config: { upstream: [a.slug, b.slug], require: 'all' },
  };
  expect(await read(down.id)).toMatchObject({ broken });
  expect(await upstreamsOf(down.id)).toEqual([b.id]);
  const ticks = await setting.rows(
    'select source, outcome, detail from tick where scenario_id = $1',
    [down.id],
  );
  expect(ticks).toEqual([{ source: 'upstream', outcome: 'error', detail: broken }]);

  // Nothing but the trigger: no switch, no pause, no namesake, no other edit.
  await setEnabled(setting.deps, who, down.id, false);
  await setEnabled(setting.deps, who, down.id, true);
  await pauseScenario(setting.deps, who, down.id);
  await resumeScenario(setting.deps, who, down.id);
  await create('a', [], { slug: a.slug });
  const edited = await update(down.id, { description: 'about something else' });
  expect(edited).toMatchObject({ broken, enabled: true, pausedAt: null });

  const mended = await update(down.id, { trigger: { upstream: [a.slug, b.slug] } });
  expect(mended.broken).toBeNull();
  expect(await upstreamsOf(down.id)).toHaveLength(2);
});

test('every upstream that was deleted is named, also one after the other', async () => {
  const [a, b] = [await create('a'), await create('b')];
  const down = await create('down', [a, b]);
  await deleteScenario(setting.deps, who, b.id);
  await deleteScenario(setting.deps, who, a.id);
  expect((await read(down.id)).broken?.message).toContain(
    `"${a.slug}" and "${b.slug}" were deleted`,
  );
  await expect(duplicateScenario(setting.deps, who, down.id)).rejects.toMatchObject({
    code: 'VALIDATION',
  });
});

test('an upstream that is deleted while it is being named is either refused or breaks its dependant', async () => {
  for (let round = 0; round < 15; round += 1) {
    const a = await create('a');
    const down = await create('down');
    const [edit] = await Promise.allSettled([
      update(down.id, { trigger: { upstream: [a.slug] } }),
      deleteScenario(setting.deps, who, a.id),
    ]);
    const { broken, trigger } = await read(down.id);
    expect([trigger === null, broken === null]).toEqual(
      edit.status === 'rejected' ? [true, true] : [false, false],
    );
    expect(await upstreamsOf(down.id)).toEqual([]);
  }
});

test('deleting a dependant leaves nothing behind', async () => {
  const a = await create('a');
  const down = await create('down', [a]);
  await deleteScenario(setting.deps, who, down.id);
  expect(await upstreamsOf(down.id)).toEqual([]);
  await deleteScenario(setting.deps, who, a.id);
});
