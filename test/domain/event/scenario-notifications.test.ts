/** What is said on the channel of scenarios, and how often. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { payloadOf } from '#domain/event/channels.ts';
import { deleteScenario, pauseScenario } from '#domain/scenario/operate-scenario.ts';
import { createScenario as saveScenario, updateScenario } from '#domain/scenario/save-scenario.ts';
import { tickOnce } from '#domain/tick/decide-due.ts';
import { createLog } from '#platform/log.ts';
import { createScenario } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';

let setting: Setting;
let who: Awaited<ReturnType<Setting['as']>>;
beforeAll(async () => {
  setting = await createSetting();
  who = await setting.as('designer');
});
afterAll(() => setting[Symbol.asyncDispose]());

let client: pg.Client;
let heard: string[];
beforeEach(async () => {
  client = new pg.Client({ connectionString: setting.url });
  await client.connect();
  heard = [];
  client.on('notification', ({ payload }) => heard.push(payload ?? ''));
  await client.query('listen hf_scenario');
});
afterEach(() => client.end());

/** What was said so far: a connection hears in the order of commits, so whatever comes before its own word. */
async function said(): Promise<string[]> {
  await client.query(`notify hf_scenario, 'end'`);
  while (heard.at(-1) !== 'end') await new Promise((next) => client.once('notification', next));
  return heard.splice(0).slice(0, -1);
}

const due = () => {
  const at = new Date(Date.now() - 1000);
  const { org, project, people } = setting.house;
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  return { ...place, trigger: { interval: '1d' }, createdAt: at, nextDueAt: at };
};

test('a batch of ticks is one notification, in the statement that notified before', async () => {
  const made = [];
  for (let n = 0; n < 3; n += 1) made.push(await createScenario(setting.pool, due()));
  const statements: string[] = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args as [string | { name?: string }];
    statements.push(typeof first === 'string' ? first : (first.name ?? ''));
    return (original as (...given: unknown[]) => unknown).apply(this, args) as never;
  };
  try {
    await tickOnce(setting.pool, createLog('test', 'silent'));
  } finally {
    pg.Client.prototype.query = original;
  }
  const batch = ['lock-due', 'find-taken', 'fire-runs', 'notify-ticked', 'advance'];
  expect(statements.slice(0, 7)).toEqual(['begin', ...batch, 'commit']);
  const [payload, ...more] = await said();
  expect(new Set(payload?.split(','))).toEqual(new Set(made.map(({ id }) => String(id))));
  expect(more).toEqual([]);
});

test('an edit is one notification, a rename with all that name the scenario', async () => {
  const create = (wire: object) => saveScenario(setting.deps, who, setting.projectId, wire);
  const upstream = await create({ slug: 'first', steps: [NOTE] });
  const names = await create({ slug: 'second', trigger: { upstream: ['first'] }, steps: [NOTE] });
  expect(await said()).toEqual([String(upstream.id), String(names.id)]);
  await updateScenario(setting.deps, who, upstream.id, { slug: 'renamed' });
  expect(await said()).toEqual([`${upstream.id},${names.id}`]);
  await updateScenario(setting.deps, who, upstream.id, { slug: 'renamed' });
  expect(await said()).toEqual([]);
  await pauseScenario(setting.deps, who, names.id);
  expect(await said()).toEqual([String(names.id)]);
  await deleteScenario(setting.deps, who, upstream.id);
  // The one that was deleted, and the one that is broken for it.
  expect(new Set(await said())).toEqual(new Set([String(upstream.id), String(names.id)]));
});

test('what is too long for a payload is not named', () => {
  const ids = Array.from({ length: 601 }, (_, n) => 2_000_000_000 + n);
  expect(payloadOf(ids)).toBe('*');
  expect(payloadOf(ids.slice(1)).length).toBeLessThan(8_000);
  expect(payloadOf([])).toBe('');
});
