/** Runs that somebody asks for without a scenario. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { retryRun } from '#domain/run/retry-run.ts';
import { runSteps } from '#domain/scenario/run-steps.ts';
import { cancelRun, getRun } from '#domain/scenario/runs.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';

let setting: Setting;
let who: Awaited<ReturnType<Setting['as']>>;

beforeAll(async () => {
  setting = await createSetting();
  who = await setting.as('designer');
});
afterAll(() => setting[Symbol.asyncDispose]());

const run = (more: object = {}) =>
  runSteps(setting.deps, who, {
    projectId: setting.projectId,
    name: 'A note now',
    steps: [NOTE],
    ...more,
  });

test('steps run without a scenario, in the project’s zone and with the rights of who asked', async () => {
  const { runId, created } = await run();
  expect(created).toBe(true);
  expect(await getRun(setting.deps, who, runId)).toMatchObject({
    ...{ scenarioId: null, state: 'queued', source: 'manual', name: 'A note now' },
    steps: [{ pos: 0, kind: NOTE.kind, state: 'pending' }],
  });
  const [kept] = await setting.rows(
    `select owner_user_id as owner, triggered_by_user_id as asked, config->>'zone' as zone, step_kinds as kinds,
            (select count(*)::int from run_event where run_id = run.id) as events from run where id = $1`,
    [runId],
  );
  expect(kept).toMatchObject({ owner: who.userId, asked: who.userId, kinds: [NOTE.kind] });
  expect(kept!['events']).toBe(1);
  expect(kept!['zone']).toEqual(expect.any(String));
  const audited = await setting.rows(
    `select action from audit_log where resource_type = 'run' and resource_id = $1::text`,
    [String(runId)],
  );
  expect(audited).toEqual([{ action: 'run.create' }]);
});

test('the same key is the same run, also when it is sent twice at once', async () => {
  const idempotencyKey = crypto.randomUUID();
  const runs = await Promise.all([run({ idempotencyKey }), run({ idempotencyKey })]);
  expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
  expect(runs.filter(({ created }) => created)).toHaveLength(1);
  expect((await run({ idempotencyKey: crypto.randomUUID() })).runId).not.toBe(runs[0].runId);
});

test('it can be cancelled and retried', async () => {
  const { runId } = await run();
  await cancelRun(setting.deps, who, runId);
  const again = await retryRun(setting.deps, who, runId, { mode: 'from_start' });
  expect(again).toMatchObject({ tickId: null, state: 'queued' });
});

test('what a scenario would refuse is refused, each with its place', async () => {
  await expect(run({ steps: [{ kind: 'no_such_kind' }] })).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [{ path: ['steps', 0, 'kind'] }],
  });
  const viewer = await setting.as('viewer');
  const asked = { projectId: setting.projectId, name: 'x', steps: [NOTE] };
  await expect(runSteps(setting.deps, viewer, asked)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
