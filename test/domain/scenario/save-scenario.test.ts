/** Making and changing scenarios: all or nothing, with version, audit and due time in agreement. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createScenario,
  setEnabled,
  updateScenario,
  validateScenario,
} from '#domain/scenario/save-scenario.ts';
import { getScenario, listScenarios } from '#domain/scenario/scenario.ts';
import { createProject, createRun } from '#test/support/factories.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';

let setting: Setting;
let who: Awaited<ReturnType<Setting['as']>>;

beforeAll(async () => {
  setting = await createSetting();
  who = await setting.as('designer');
});
afterAll(() => setting[Symbol.asyncDispose]());

const create = (more: object = {}) =>
  createScenario(setting.deps, who, setting.projectId, { name: 'Nightly', steps: [NOTE], ...more });
const update = (id: number, patch: unknown, ifVersion?: number) =>
  updateScenario(setting.deps, who, id, patch, ifVersion === undefined ? {} : { ifVersion });
const ticks = (id: number) =>
  setting.rows('select outcome, source, count from tick where scenario_id = $1 order by id', [id]);
const moveDue = (id: number, interval: string) =>
  setting.rows(`update scenario set next_due_at = clock_timestamp() - $2::interval where id = $1`, [
    id,
    interval,
  ]);

test('a new scenario has its version, its audit row and its next due time', async () => {
  const trigger = { cron: '0 2 * * *', timezone: 'asia/jakarta' };
  const made = await create({ trigger, description: 'x', policies: { timeout: '90m' } });
  expect(made).toMatchObject({
    version: 1,
    trigger: { cron: '0 2 * * *', timezone: 'Asia/Jakarta' },
    zone: 'Asia/Jakarta',
    policies: { timeout: '90m' },
    stepKinds: ['send_note'],
    enabled: true,
    ownerUserId: who.userId,
  });
  // 02:00 in Jakarta, which is UTC+7 all year.
  expect(made.nextDueAt?.toISOString()).toMatch(/T19:00:00.000Z$/);
  expect(await getScenario(setting.deps, who, made.id)).toEqual(made);
  const versions = await setting.rows('select * from scenario_version where scenario_id = $1', [
    made.id,
  ]);
  expect(versions).toMatchObject([{ version: 1, config: { slug: made.slug, steps: [NOTE] } }]);
  const audit = await setting.rows(
    `select action, user_id, before, after->>'slug' as slug from audit_log where resource_id = $1`,
    [String(made.id)],
  );
  expect(audit).toEqual([
    { action: 'scenario.create', user_id: who.userId, before: null, slug: made.slug },
  ]);
});

test('the zone comes from the trigger, else the project, else the organisation', async () => {
  const { org, people } = setting.house;
  await setting.rows(`update org set timezone = 'Europe/Paris' where id = $1`, [org.id]);
  const at = { orgId: org.id, ownerUserId: people.admin.id };
  const own = await createProject(setting.pool, { ...at, timezone: 'Asia/Tokyo' });
  const bare = await createProject(setting.pool, at);
  const zone = async (projectId: number, trigger: object) =>
    (await createScenario(setting.deps, who, projectId, { name: 'Z', steps: [NOTE], trigger }))
      .zone;
  expect(await zone(own.id, { cron: '@daily' })).toBe('Asia/Tokyo');
  expect(await zone(own.id, { cron: '@daily', timezone: 'UTC' })).toBe('UTC');
  expect(await zone(bare.id, { cron: '@daily' })).toBe('Europe/Paris');
});

test('a slug that was made is numbered, one that was chosen and is taken is a problem', async () => {
  const [one, two] = [await create({ name: 'Twice' }), await create({ name: 'Twice' })];
  expect([one.slug, two.slug]).toEqual(['twice', 'twice-2']);
  await expect(create({ slug: 'twice' })).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [{ path: ['slug'], value: 'twice' }],
  });
  await expect(update(two.id, { slug: 'twice' })).rejects.toMatchObject({ code: 'VALIDATION' });
  expect((await update(one.id, { slug: 'twice' })).version).toBe(1);
});

test('of two requests for one slug at the same time one gets it, the other a conflict', async () => {
  const results = await Promise.allSettled([create({ slug: 'race' }), create({ slug: 'race' })]);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const [refused] = results.filter((each) => each.status === 'rejected');
  expect(['CONFLICT', 'VALIDATION']).toContain(refused?.reason.code);
});

test('every problem comes in one answer, those of the database too, and nothing is written', async () => {
  const { org, otherOrg, otherProject, project } = setting.house;
  await setting.rows(
    `with c as (insert into connector (org_id, slug, name, type) values ($1, 'c', 'C', 'csv')
                returning id)
     insert into dataset (org_id, project_id, connector_id, slug, name, table_name)
     select $1, $2, id, 'elsewhere', 'E', 'elsewhere' from c`,
    [otherOrg.id, otherProject.id],
  );
  const wire = {
    name: 'All wrong',
    owner_user_id: setting.house.people.admin.id,
    trigger: { cron: '0 0 31 2 *', timezone: 'Mars/Olympus' },
    steps: [{ kind: 'copy_table', dataset: 'elsewhere' }, { kind: 'unheard_of' }],
  };
  const problems = await validateScenario(setting.deps, who, project.id, wire);
  expect(problems.map(({ path }) => path.join('.'))).toEqual([
    'trigger.cron',
    'trigger.timezone',
    'steps.1.kind',
    'owner_user_id',
    'steps.0.dataset',
  ]);
  const before = await setting.rows('select count(*) from scenario where org_id = $1', [org.id]);
  await expect(createScenario(setting.deps, who, project.id, wire)).rejects.toMatchObject({
    code: 'VALIDATION',
    problems,
  });
  expect(await setting.rows('select count(*) from scenario where org_id = $1', [org.id])).toEqual(
    before,
  );
});

test('only an administrator may let a scenario run with another owner’s rights', async () => {
  const { people, projectId } = { ...setting, people: setting.house.people };
  const wire = { name: 'Owned', steps: [NOTE], owner_user_id: people.analyst.id };
  await expect(create(wire)).rejects.toMatchObject({ problems: [{ path: ['owner_user_id'] }] });
  const admin = await setting.as('admin');
  const made = await createScenario(setting.deps, admin, projectId, wire);
  expect(made.ownerUserId).toBe(people.analyst.id);
  const foreign = { ...wire, owner_user_id: people.stranger.id };
  await expect(createScenario(setting.deps, admin, projectId, foreign)).rejects.toMatchObject({
    problems: [{ message: expect.stringContaining('no active member') }],
  });
});

test('a change raises the version; one that changes nothing writes nothing', async () => {
  const made = await create({ trigger: { interval: '1h' } });
  expect(await update(made.id, { name: made.name, trigger: { interval: '60m' } })).toEqual(made);
  const changed = await update(made.id, { description: 'new', policies: { priority: 5 } });
  expect(changed).toMatchObject({ version: 2, description: 'new', policies: { priority: 5 } });
  expect(changed.nextDueAt).toEqual(made.nextDueAt);
  expect((await update(made.id, { policies: { priority: null } })).policies).toEqual({});
  const audit = await setting.rows(
    `select action, before->>'description' as before, after->>'description' as after
     from audit_log where resource_id = $1 and resource_type = 'scenario' order by id`,
    [String(made.id)],
  );
  expect(audit).toEqual([
    { action: 'scenario.create', before: null, after: '' },
    { action: 'scenario.update', before: '', after: 'new' },
    { action: 'scenario.update', before: 'new', after: 'new' },
  ]);
});

test('a stale version is a conflict that says which one is in force', async () => {
  const made = await create();
  await update(made.id, { description: 'a' }, 1);
  await expect(update(made.id, { description: 'b' }, 1)).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { version: 2 },
  });
});

test('of two changes from the same version at the same time one wins', async () => {
  const made = await create();
  const results = await Promise.allSettled(
    ['a', 'b', 'c'].map((description) => update(made.id, { description }, 1)),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('an edit that leaves the trigger alone neither decides nor moves a due time', async () => {
  const made = await create({ trigger: { interval: '1h' } });
  await moveDue(made.id, '10 seconds');
  const due = (await getScenario(setting.deps, who, made.id)).nextDueAt;
  const changed = await update(made.id, { description: 'x', steps: [NOTE, NOTE] });
  expect(changed.nextDueAt).toEqual(due);
  expect(await ticks(made.id)).toEqual([]);
});

test('an edit of the trigger first decides what is due under the old one', async () => {
  const made = await create({ trigger: { interval: '1s', anchor: '2026-01-01T00:00:00Z' } });
  await setting.rows(
    `update scenario set next_due_at = date_trunc('second', clock_timestamp()) - interval '2 s'
     where id = $1`,
    [made.id],
  );
  const changed = await update(made.id, { trigger: { cron: '0 0 1 1 *', timezone: 'UTC' } });
  expect(changed.nextDueAt?.toISOString()).toMatch(/-01-01T00:00:00.000Z$/);
  const [first, rest] = await ticks(made.id);
  expect(first).toEqual({ outcome: 'fired', source: 'schedule', count: 1 });
  expect(rest).toMatchObject({ outcome: 'skipped_overlap' });
  expect(rest.count).toBeGreaterThanOrEqual(2);
});

test('switched off it does not tick, its waiting runs are cancelled, the active one goes on', async () => {
  const made = await create({ trigger: { interval: '1h' } });
  const at = { ...place(made.id), steps: [{ kind: 'send_note' }] };
  const active = await createRun(setting.pool, { ...at, state: 'running' });
  const waiting = await createRun(setting.pool, { ...at, state: 'waiting', source: 'manual' });
  const off = await setEnabled(setting.deps, who, made.id, false);
  expect(off).toMatchObject({ enabled: false, nextDueAt: null });
  expect(
    await setting.rows('select id, state, reason from run where scenario_id = $1 order by id', [
      made.id,
    ]),
  ).toEqual([
    { id: active.id, state: 'running', reason: null },
    { id: waiting.id, state: 'cancelled', reason: 'the scenario was switched off' },
  ]);
  expect((await setEnabled(setting.deps, who, made.id, true)).nextDueAt).not.toBeNull();
});

test('a trigger that no longer parses shows as broken, is refused when switched on, and is mended by an edit', async () => {
  const made = await create({ trigger: { interval: '1h' }, enabled: false });
  const damaged = { cron: 'not a cron' };
  await setting.rows('update scenario set trigger = $2 where id = $1', [made.id, damaged]);
  const broken = { code: 'trigger_config', config: damaged };
  expect(await getScenario(setting.deps, who, made.id)).toMatchObject({ broken });
  await expect(setEnabled(setting.deps, who, made.id, true)).rejects.toMatchObject({
    code: 'TRIGGER_CONFIG',
    facts: { config: damaged },
  });
  const renamed = await update(made.id, { name: 'Renamed' });
  expect(renamed).toMatchObject({ name: 'Renamed', broken });
  const mended = await update(made.id, { trigger: { interval: '2h' }, enabled: true });
  expect(mended).toMatchObject({ broken: null, nextDueAt: expect.any(Date) });
});

test('what the ticker marked as broken is lifted when the trigger is written anew, even the same', async () => {
  const made = await create({ trigger: { interval: '1h' } });
  await setting.rows(
    `update scenario set broken = '{"code": "x"}', next_due_at = null where id = $1`,
    [made.id],
  );
  expect((await update(made.id, { description: 'x' })).broken).toEqual({ code: 'x' });
  const mended = await update(made.id, { trigger: { interval: '1h' } });
  expect(mended).toMatchObject({ broken: null, nextDueAt: expect.any(Date) });
});

test('a change wakes the tickers', async () => {
  const client = new pg.Client({ connectionString: setting.url });
  await client.connect();
  try {
    await client.query('listen hf_schedule');
    const heard = new Promise((resolve) => client.once('notification', resolve));
    await create();
    await heard;
  } finally {
    await client.end();
  }
});

test('lists filter, page without gaps or repeats, and count', async () => {
  const { org, people } = setting.house;
  const project = await createProject(setting.pool, {
    orgId: org.id,
    ownerUserId: people.admin.id,
  });
  const make = (name: string, more: object = {}) =>
    createScenario(setting.deps, who, project.id, { name, steps: [NOTE], ...more });
  const made = [];
  for (const n of [1, 2, 3, 4, 5]) made.push(await make(`Report ${n} 100%`));
  const off = await make('Off_1', { enabled: false });
  const list = (filter: object) => listScenarios(setting.deps, who, project.id, filter);

  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof list>> = await list({ limit: 2, cursor });
    expect(page.total).toBe(6);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual([...made, off].map(({ id }) => id));

  const total = async (filter: object) => (await list(filter)).total;
  expect(await total({ q: 'REPORT' })).toBe(5);
  expect(await total({ q: '100%' })).toBe(5);
  expect(await total({ q: 'o_' })).toBe(0);
  expect(await total({ q: 'f_' })).toBe(1);
  expect(await total({ enabled: false })).toBe(1);
  expect(await total({ stepKind: 'send_note', enabled: true })).toBe(5);
  expect(await total({ stepKind: 'copy_table' })).toBe(0);
  await expect(list({ limit: 0, cursor: 'x' })).rejects.toMatchObject({
    problems: [{ path: ['limit'] }, { path: ['cursor'] }],
  });
});

function place(scenarioId: number) {
  const { org, project, people } = setting.house;
  return { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id, scenarioId };
}
