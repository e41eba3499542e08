/** Cancel, retry and backfill over REST: shapes and refusals. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScenario } from '#domain/scenario/save-scenario.ts';
import { createToken } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createClient } from './client.ts';

let setting: Setting;
let post: (path: string, body?: unknown) => ReturnType<ReturnType<typeof createClient>>;
let makeScenario: (trigger?: object | null) => Promise<number>;

beforeAll(async () => {
  setting = await createSetting();
  const call = createClient(setting);
  const { org, people } = setting.house;
  const { token } = await createToken(setting.pool, { orgId: org.id, userId: people.designer.id });
  post = (path, body) =>
    call('POST', `/api/scheduler${path}`, { token, ...(body !== undefined && { body }) });
  const who = await setting.as('designer');
  makeScenario = async (trigger = { cron: '@daily' }) => {
    const wire = { name: 'Daily', steps: [NOTE], trigger };
    return (await createScenario(setting.deps, who, setting.projectId, wire)).id;
  };
});
afterAll(() => setting[Symbol.asyncDispose]());

test('a run is cancelled, then retried, and the new run names its origin', async () => {
  const run = await post(`/scenarios/${await makeScenario()}/run`);
  const { id } = run.body;
  expect(await post(`/runs/${id}/retry`)).toMatchObject({
    status: 409,
    body: { error: 'conflict', message: expect.stringContaining('still queued') },
  });
  expect(await post(`/runs/${id}/cancel`)).toMatchObject({
    status: 202,
    body: { id, state: 'cancelled' },
  });
  const retry = await post(`/runs/${id}/retry`, {});
  expect(retry).toMatchObject({
    status: 202,
    body: { state: 'queued', source: 'manual', origin_run_id: id, due_at: run.body.due_at },
  });
  expect(retry.headers.get('Location')).toBe(`/api/scheduler/runs/${retry.body.id}`);
  expect(await post(`/runs/${id}/retry`, { mode: 'from_start' })).toMatchObject({ status: 409 });
  expect(await post(`/runs/${id}/retry`, { mode: 'from_strat' })).toMatchObject({
    status: 422,
    body: { details: [{ path: ['mode'], value: 'from_strat' }] },
  });
  expect(await post('/runs/none/retry')).toMatchObject({ status: 404 });
});

test('a backfill answers its due times and runs; a dry run only the due times', async () => {
  const path = `/scenarios/${await makeScenario()}/backfill`;
  const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-03T07:00:00+07:00' };
  const due = { moved_by_clock_change: false, fired_before: false, excluded: false };
  const dry = await post(path, { ...range, dry_run: true });
  expect(dry).toMatchObject({ status: 200 });
  expect(dry.body).toEqual({
    id: null,
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-01-03T00:00:00.000Z',
    overlap: 'buffer_all',
    run_count: 2,
    fired_before_count: 0,
    due_times: [
      { ...due, due_at: '2026-01-02T00:00:00.000Z', run_id: null },
      { ...due, due_at: '2026-01-03T00:00:00.000Z', run_id: null },
    ],
  });
  const made = await post(path, range);
  expect(made).toMatchObject({ status: 202, body: { id: expect.any(Number), run_count: 2 } });
  expect(made.body.due_times[1].run_id).toEqual(expect.any(Number));
  expect((await post(path, range)).body.fired_before_count).toBe(2);
});

test('every problem of a backfill is told with its place', async () => {
  const path = `/scenarios/${await makeScenario()}/backfill`;
  expect(await post(path, { from: 'yesterday', overlap: 'skip', until: 1 })).toMatchObject({
    status: 422,
    body: {
      details: expect.arrayContaining([
        expect.objectContaining({ path: ['from'], value: 'yesterday' }),
        expect.objectContaining({ path: ['overlap'], value: 'skip' }),
        expect.objectContaining({ path: ['until'] }),
      ]),
    },
  });
  const minutes = await makeScenario({ cron: '* * * * *' });
  const tooLong = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  expect(await post(`/scenarios/${minutes}/backfill`, tooLong)).toMatchObject({
    status: 422,
    body: { details: [{ path: ['to'], message: expect.stringContaining('1440 due times') }] },
  });
  const manual = await makeScenario(null);
  expect(await post(`/scenarios/${manual}/backfill`, tooLong)).toMatchObject({ status: 409 });
});
