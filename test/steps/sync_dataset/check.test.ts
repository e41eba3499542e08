import { afterAll, beforeAll, expect, test } from 'vitest';
import { syncDataset, type SyncConfig } from '#steps/sync_dataset/kind.ts';
import { createProject } from '#test/support/factories.ts';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
let keyless: number;
let neighbour: number;
let stranger: number;
beforeAll(async () => {
  ground = await createGround();
  const { house, addDataset } = ground;
  keyless = await addDataset('keyless');
  await addDataset('keyed', { keys: ['id'] });
  const second = await createProject(ground.pool, {
    orgId: house.org.id,
    ownerUserId: house.people.admin.id,
  });
  neighbour = await addDataset('neighbour', { projectId: second.id });
  stranger = await addDataset('stranger', {
    projectId: house.otherProject.id,
    orgId: house.otherOrg.id,
  });
});
afterAll(() => ground[Symbol.asyncDispose]());

const check = (config: Partial<SyncConfig>) =>
  syncDataset.check!(config, {
    db: ground.pool,
    orgId: ground.house.org.id,
    projectId: ground.house.project.id,
    may: () => true,
  });

test('datasets of this project are found by slug and id', async () => {
  expect(await check({ dataset: 'keyless' })).toEqual([]);
  expect(await check({ datasets: [keyless, 'keyed'] })).toEqual([]);
  expect(await check({})).toEqual([]);
});

test('a dataset of another project or organisation is as unknown as one that is not there', async () => {
  const message = 'there is no such dataset in this project';
  for (const value of ['none', 999_999, 'neighbour', neighbour, 'stranger', stranger]) {
    expect(await check({ dataset: value })).toEqual([{ path: ['dataset'], message, value }]);
    const { reason, retryable } = await ground.failure({ dataset: value });
    expect(reason).toContain(JSON.stringify(value));
    expect(retryable).toBe(false);
  }
  expect(await check({ datasets: ['keyless', 'neighbour', 'none'] })).toEqual([
    { path: ['datasets', 1], message, value: 'neighbour' },
    { path: ['datasets', 2], message, value: 'none' },
  ]);
});

test('incremental needs key columns, whether the step or the dataset asks for it', async () => {
  const message = 'has no key columns, which an incremental sync needs; give it some or take full';
  expect(await check({ dataset: 'keyless', mode: 'incremental' })).toEqual([
    { path: ['dataset'], message, value: 'keyless' },
  ]);
  expect(await check({ dataset: 'keyed', mode: 'incremental' })).toEqual([]);
});

test('one dataset is named once', async () => {
  const [problem] = await check({ datasets: ['keyless', keyless] });
  expect(problem).toMatchObject({ path: ['datasets', 1], value: keyless });
});

test.each([
  [{}, 'dataset'],
  [{ dataset: 'a', datasets: ['b'] }, 'dataset'],
  [{ datasets: [] }, 'datasets'],
  [{ dataset: 'a', mode: 'half' }, 'mode'],
  [{ dataset: '' }, 'dataset'],
  [{ dataset: 0 }, 'dataset'],
  [{ dataset: 'a', max_rejected: 2 }, 'max_rejected'],
])('the form refuses %j', (config, field) => {
  const parsed = syncDataset.config.safeParse(config);
  expect(parsed.error?.issues[0]?.path[0]).toBe(field);
});

test('the form refuses unknown fields and fills in defaults', () => {
  expect(syncDataset.config.safeParse({ dataset: 'a', datset: 'b' }).success).toBe(false);
  expect(syncDataset.config.parse({ dataset: 'a' })).toEqual({
    dataset: 'a',
    mode: 'dataset',
    max_rejected: 1,
  });
});
