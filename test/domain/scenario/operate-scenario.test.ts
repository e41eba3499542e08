/** Pause, resume, run now, delete, duplicate, cancel. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  deleteScenario,
  duplicateScenario,
  pauseScenario,
  resumeScenario,
  runScenario,
} from '#domain/scenario/operate-scenario.ts';
import { cancelRun, getRun, listRuns } from '#domain/scenario/runs.ts';
import { createScenario, setEnabled } from '#domain/scenario/save-scenario.ts';
import { getScenario } from '#domain/scenario/scenario.ts';
import { createRun } from '#test/support/factories.ts';
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
const run = (id: number, request: { params?: unknown; idempotencyKey?: string } = {}) =>
  runScenario(setting.deps, who, id, request);

test('a pause stops ticking, cancels what waits, and survives switching off and on', async () => {
  const { id } = await create({ trigger: { interval: '1h' } });
  const [active, waiting] = [await run(id), await run(id)];
  const paused = await pauseScenario(setting.deps, who, id, { note: 'Migration under way' });
  expect(paused).toMatchObject({ nextDueAt: null, pauseNote: 'Migration under way', version: 1 });
  expect((await getRun(setting.deps, who, active.runId)).state).toBe('queued');
  expect(await getRun(setting.deps, who, waiting.runId)).toMatchObject({
    state: 'cancelled',
    reason: 'the scenario was paused: Migration under way',
  });
  await setEnabled(setting.deps, who, id, false);
  const on = await setEnabled(setting.deps, who, id, true);
  expect(on).toMatchObject({ pausedAt: paused.pausedAt, nextDueAt: null });
  const resumed = await resumeScenario(setting.deps, who, id);
  expect(resumed).toMatchObject({ pausedAt: null, pauseNote: null, nextDueAt: expect.any(Date) });
  expect(await resumeScenario(setting.deps, who, id)).toEqual(resumed);
});

test('due times of a pause are one tick that says so, and are not replayed', async () => {
  const { id } = await create({ trigger: { interval: '1s', anchor: '2026-01-01T00:00:00Z' } });
  await pauseScenario(setting.deps, who, id, { note: 'Holiday' });
  await setting.rows('delete from tick where scenario_id = $1', [id]);
  const [{ at }] = await setting.rows(
    `update scenario set paused_at = date_trunc('second', paused_at) - interval '7 days',
                         idle_since = date_trunc('second', paused_at) - interval '7 days'
     where id = $1 returning paused_at as at`,
    [id],
  );
  const resumed = await resumeScenario(setting.deps, who, id);
  const ticks = await setting.rows(
    `select outcome, reason, due_at, until_at, count from tick where scenario_id = $1`,
    [id],
  );
  expect(ticks).toMatchObject([{ outcome: 'paused', reason: 'paused: Holiday' }]);
  const [{ count, due_at: first, until_at: last }] = ticks;
  expect(first.getTime()).toBe(at.getTime() + 1000);
  expect(count).toBe((last - first) / 1000 + 1);
  expect(count).toBeGreaterThanOrEqual(604_800);
  expect(resumed.nextDueAt!.getTime()).toBeGreaterThan(last.getTime());
});

test('a pause that ends by itself is refused until it works', async () => {
  const { id } = await create();
  await expect(pauseScenario(setting.deps, who, id, { until: new Date() })).rejects.toEqual(
    expect.objectContaining({
      code: 'VALIDATION',
      problems: [expect.objectContaining({ path: ['until'] })],
    }),
  );
});

test('run now ignores trigger, switch and pause', async () => {
  const { id } = await create({ enabled: false });
  await pauseScenario(setting.deps, who, id);
  const { runId, created } = await run(id);
  expect(created).toBe(true);
  expect(await getRun(setting.deps, who, runId)).toMatchObject({
    state: 'queued',
    source: 'manual',
    triggeredByUserId: who.userId,
    steps: [{ pos: 0, name: 'send_note', kind: 'send_note', state: 'pending' }],
  });
});

test('the same key answers the same run, and the audit log knows of one', async () => {
  const { id } = await create();
  const runs = await Promise.all(
    Array.from({ length: 5 }, () => run(id, { idempotencyKey: 'monday' })),
  );
  expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
  expect(runs.filter(({ created }) => created)).toHaveLength(1);
  const audit = await setting.rows(
    `select count(*) from audit_log where action = 'scenario.run' and resource_id = $1`,
    [String(id)],
  );
  expect(audit).toEqual([{ count: 1 }]);
});

test('a template whose parameter has no value names the one offending field', async () => {
  const { id } = await create({
    steps: [NOTE, { ...NOTE, name: 'second', text: 'Day {{ param.day }} of {{ param.week }}' }],
  });
  await expect(run(id, { params: { day: 1 } })).rejects.toMatchObject({
    code: 'TRIGGER_CONFIG',
    message: expect.stringContaining('steps[1].text: {{ param.week }} is undefined'),
    facts: { config: { text: 'Day {{ param.day }} of {{ param.week }}' } },
  });
  await run(id, { params: { day: 1, week: null } });
});

test('parameters that are no object and a key that is too long are refused together', async () => {
  const { id } = await create();
  const request = { params: [1], idempotencyKey: 'x'.repeat(256) };
  await expect(run(id, request)).rejects.toEqual(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ path: ['params'] }),
        expect.objectContaining({ path: ['idempotency_key'] }),
      ],
    }),
  );
});

test('a deleted scenario is gone, its history stays, its slug is free', async () => {
  const made = await create({ slug: 'short-lived', trigger: { interval: '1h' } });
  const active = await run(made.id);
  const waiting = await run(made.id);
  await deleteScenario(setting.deps, who, made.id);
  await expect(getScenario(setting.deps, who, made.id)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect(run(made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(deleteScenario(setting.deps, who, made.id)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  const history = await listRuns(setting.deps, who, made.id);
  expect(history.items.map(({ id, state }) => [id, state])).toEqual([
    [waiting.runId, 'cancelled'],
    [active.runId, 'queued'],
  ]);
  const [row] = await setting.rows('select next_due_at from scenario where id = $1', [made.id]);
  expect(row.next_due_at).toBeNull();
  expect((await create({ slug: 'short-lived' })).slug).toBe('short-lived');
});

test('a copy is switched off, belongs to who made it, and has everything else', async () => {
  const made = await create({ trigger: { cron: '@daily' }, policies: { priority: 3 } });
  const copy = await duplicateScenario(setting.deps, who, made.id);
  const { trigger, steps, policies } = made;
  expect(copy).toMatchObject({ name: 'Copy of Nightly', enabled: false, nextDueAt: null });
  expect(copy).toMatchObject({ trigger, steps, policies, ownerUserId: who.userId });
  expect(copy.slug).not.toBe(made.slug);
});

test('runs page from the newest, without gaps or repeats while new ones come', async () => {
  const { id } = await create();
  const at = place(id);
  const ids = [];
  for (let n = 0; n < 5; n += 1) ids.unshift((await createRun(setting.pool, at)).id);
  const first = await listRuns(setting.deps, who, id, { limit: 2 });
  await createRun(setting.pool, at);
  const second = await listRuns(setting.deps, who, id, { limit: 3, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map((each) => each.id)).toEqual(ids);
  expect([first.total, second.total, second.nextCursor]).toEqual([5, 6, null]);
});

test('a queued run is cancelled at once, with who did it; one that has ended is a conflict', async () => {
  const { id } = await create();
  const { runId } = await run(id);
  expect(await cancelRun(setting.deps, who, runId)).toBe('cancelled');
  expect(await getRun(setting.deps, who, runId)).toMatchObject({
    reason: `cancelled by ${who.name}`,
  });
  const done = await createRun(setting.pool, place(id));
  await expect(cancelRun(setting.deps, who, done.id)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a viewer may look and no more, a stranger may not even look', async () => {
  const made = await create();
  const { runId } = await run(made.id);
  const viewer = await setting.as('viewer');
  expect((await getScenario(setting.deps, viewer, made.id)).id).toBe(made.id);
  expect((await getRun(setting.deps, viewer, runId)).id).toBe(runId);
  const changes = (person: typeof who) => [
    () => pauseScenario(setting.deps, person, made.id),
    () => resumeScenario(setting.deps, person, made.id),
    () => setEnabled(setting.deps, person, made.id, false),
    () => deleteScenario(setting.deps, person, made.id),
    () => duplicateScenario(setting.deps, person, made.id),
    () => runScenario(setting.deps, person, made.id, {}),
    () => cancelRun(setting.deps, person, runId),
  ];
  for (const change of changes(viewer)) {
    await expect(change()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  }
  for (const person of ['stranger', 'nobody'] as const) {
    for (const change of changes(await setting.as(person))) {
      await expect(change()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  }
});

function place(scenarioId: number) {
  const { org, project, people } = setting.house;
  return { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id, scenarioId };
}
