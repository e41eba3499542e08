/** Successes that nobody has decided about when a scenario changes: what came before is judged by what held before,
 *  and nothing of a pause is replayed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  deleteScenario,
  pauseScenario,
  resumeScenario,
} from '#domain/scenario/operate-scenario.ts';
import { createScenario, setEnabled, updateScenario } from '#domain/scenario/save-scenario.ts';
import type { Scenario } from '#domain/scenario/scenario.ts';
import { tickOnce } from '#domain/tick/decide-due.ts';
import { createLog } from '#platform/log.ts';
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

const create = (name: string, more: object = {}) =>
  createScenario(setting.deps, who, setting.projectId, { name, steps: [NOTE], ...more });
async function createPair() {
  const [a, b] = [await create('a'), await create('b')];
  const trigger = { upstream: [a.slug, b.slug] };
  return { a, b, down: await create('down', { trigger, overlap: 'allow' }) };
}
async function arrive(down: Scenario, upstream: Scenario): Promise<number> {
  const { org, project, people } = setting.house;
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  const { id } = await createRun(setting.pool, { ...place, scenarioId: upstream.id });
  await setting.rows(
    `insert into arrival (downstream_id, upstream_id, run_id, at)
     values ($1, $2, $3, date_trunc('milliseconds', clock_timestamp()))`,
    [down.id, upstream.id, id],
  );
  return id;
}
const tick = () => tickOnce(setting.pool, createLog('test', 'silent'));
const ticks = ({ id }: Scenario) =>
  setting.rows(
    `select outcome, reason, source_key as key from tick where scenario_id = $1 order by id`,
    [id],
  );
const waiting = async ({ id }: Scenario) =>
  (await setting.rows('select run_id from arrival where downstream_id = $1', [id])).map(
    (each) => each.run_id as number,
  );
const update = ({ id }: Scenario, patch: object) => updateScenario(setting.deps, who, id, patch);

test('an edit keeps what has arrived from upstreams that stay, and fires what it completes', async () => {
  const { a, b, down } = await createPair();
  const c = await create('c');
  const run = await arrive(down, a);
  await tick();
  await update(down, { trigger: { upstream: [a.slug, c.slug] } });
  expect(await waiting(down)).toEqual([run]);
  expect(await ticks(down)).toEqual([]);
  await update(down, { trigger: { upstream: [a.slug] } });
  expect(await ticks(down)).toEqual([{ outcome: 'fired', reason: null, key: String(run) }]);
  expect([await waiting(down), await waiting(b)]).toEqual([[], []]);
});

test('an edit first decides under the old trigger what came before it', async () => {
  const { a, b, down } = await createPair();
  await arrive(down, a);
  const completing = await arrive(down, b);
  await update(down, { trigger: { cron: '@yearly' } });
  expect(await ticks(down)).toEqual([{ outcome: 'fired', reason: null, key: String(completing) }]);
});

test('what came from an upstream that is taken out is dropped, and says so', async () => {
  const { a, b, down } = await createPair();
  const run = await arrive(down, a);
  await update(down, { trigger: { upstream: [b.slug] } });
  expect(await ticks(down)).toEqual([
    {
      outcome: 'dropped',
      reason: 'the scenario that succeeded is not among its upstreams any more',
      key: String(run),
    },
  ]);
});

test('a pause decides what came before it, and gives up what was incomplete', async () => {
  const { a, b, down } = await createPair();
  await arrive(down, a);
  const completing = await arrive(down, b);
  const early = await arrive(down, a);
  await pauseScenario(setting.deps, who, down.id, { note: 'Audit' });
  // All that came by then went into the one firing.
  expect(await ticks(down)).toEqual([{ outcome: 'fired', reason: null, key: String(completing) }]);
  await resumeScenario(setting.deps, who, down.id);
  const partial = await arrive(down, a);
  await pauseScenario(setting.deps, who, down.id, { note: 'Audit' });
  expect((await ticks(down)).slice(1)).toEqual([
    { outcome: 'paused', reason: 'paused: Audit', key: String(partial) },
  ]);
  expect([early, await waiting(down)]).toEqual([early, []]);
});

test.for([
  ['pause', pauseScenario, resumeScenario, 'paused'],
  [
    'switch',
    (...[deps, by, id]: Parameters<typeof resumeScenario>) => setEnabled(deps, by, id, false),
    (...[deps, by, id]: Parameters<typeof resumeScenario>) => setEnabled(deps, by, id, true),
    'the scenario is switched off',
  ],
] as const)(
  'successes of a %s are not replayed, even when nobody looked',
  async ([, stop, go, reason]) => {
    const { a, b, down } = await createPair();
    await stop(setting.deps, who, down.id);
    const first = await arrive(down, a);
    await arrive(down, b);
    await go(setting.deps, who, down.id);
    await tick();
    expect(await ticks(down)).toEqual([{ outcome: 'paused', reason, key: String(first) }]);
    await arrive(down, b);
    await tick();
    expect(await ticks(down)).toHaveLength(1);
  },
);

test('deleting either side leaves no success undecided', async () => {
  const { a, b, down } = await createPair();
  const run = await arrive(down, a);
  await deleteScenario(setting.deps, who, b.id);
  expect((await ticks(down)).map(({ outcome, key }) => [outcome, key])).toEqual([
    ['error', ''],
    ['paused', String(run)],
  ]);
  const second = await createPair();
  await arrive(second.down, second.a);
  await deleteScenario(setting.deps, who, second.down.id);
  expect(await ticks(second.down)).toMatchObject([{ outcome: 'dropped' }]);
  expect([await waiting(down), await waiting(second.down)]).toEqual([[], []]);
});
