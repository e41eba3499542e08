/** Editing dashboards: versions, revisions, permissions, the way back. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { compareRevisions } from '#domain/dashboard/compare.ts';
import { getDashboard } from '#domain/dashboard/dashboard.ts';
import { kindOfRevision } from '#domain/dashboard/record-revision.ts';
import {
  createDashboard,
  deleteDashboard,
  restoreDashboard,
  saveDashboard,
} from '#domain/dashboard/save-dashboard.ts';
import { snapshotDashboards } from '#domain/dashboard/snapshot-dashboards.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { createDashboard as insertDashboard, revisionsOf } from './dashboards.ts';

type Person = keyof Setting['house']['people'];

let setting: Setting;
beforeAll(async () => {
  setting = await createSetting();
});
afterAll(() => setting[Symbol.asyncDispose]());

const position = { x: 0, y: 0, w: 6, h: 4 };
const card = { title: 'Orders', visualisation: 'kpi', sql: 'select 1', position };
const secret = { ...card, title: 'Margin', requiredPermission: 'org.admin' };
const sent = (...cards: object[]) => ({ title: 'Sales', defaultTimeFilter: 'last_7_days', cards });

let id: number;
let cardIds: readonly number[];
beforeEach(async () => {
  const made = await create(sent(card, secret));
  ({ id, cardIds } = made);
});

const create = async (input: object, person: Person = 'admin') =>
  createDashboard(setting.pool, await setting.as(person), setting.projectId, input);
const save = async (input: object, person: Person = 'designer', ifVersion: number | null = null) =>
  saveDashboard(setting.pool, await setting.as(person), id, input, { ifVersion });
const restore = async (revision: number, person: Person = 'designer') =>
  restoreDashboard(setting.pool, await setting.as(person), id, revision);
const now = async () => (await getDashboard(setting.pool, await setting.as('admin'), id)).content;
const notes = async () => (await revisionsOf(setting.pool, id)).map(({ changeNote }) => changeNote);
const close = () =>
  setting.rows(
    `update dashboard_revisions set created_at = created_at - interval '31 seconds' where dashboard_id = $1`,
    [id],
  );

test('a new dashboard is on record from the start', async () => {
  expect(await now()).toMatchObject({
    title: 'Sales',
    default_time_filter: 'last_7_days',
    version: 1,
    layout: { columns: 12 },
    cards: [
      { id: cardIds[0], title: 'Orders', required_permission: null, options: {} },
      { id: cardIds[1], title: 'Margin', required_permission: 'org.admin' },
    ],
  });
  expect(await notes()).toEqual(['Created']);
});

test('cards are changed, made and removed in one call', async () => {
  const other = await save(
    sent({ ...card, id: cardIds[0], title: 'All orders' }, { ...card, title: 'New' }),
    'admin',
  );
  expect(other).toMatchObject({ id, version: 2, revision: 2 });
  expect((await now()).cards.map(({ id: each, title }) => [each, title])).toEqual([
    [cardIds[0], 'All orders'],
    [other.cardIds[1], 'New'],
  ]);
});

test('a card that the editor may not see stays, and cannot be named', async () => {
  await save(sent({ ...card, id: cardIds[0], title: 'Mine' }));
  expect((await now()).cards.map(({ title }) => title)).toEqual(['Mine', 'Margin']);
  await expect(save(sent({ ...card, id: cardIds[1] }))).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [{ path: ['cards', 0, 'id'] }],
  });
  await expect(save(sent(secret))).rejects.toMatchObject({
    problems: [{ path: ['cards', 0, 'requiredPermission'] }],
  });
});

test('a save that changes nothing leaves version and revisions alone', async () => {
  const same = await save(sent({ ...card, id: cardIds[0] }));
  expect(same).toEqual({ id, version: 1, revision: null, cardIds: [cardIds[0]] });
  expect(await notes()).toEqual(['Created']);
});

test('saves of 30 s are one revision, then another begins', async () => {
  for (const title of ['a', 'b', 'c']) await save({ ...sent({ ...card, id: cardIds[0] }), title });
  await close();
  await save({ ...sent({ ...card, id: cardIds[0] }), title: 'd' });
  const revisions = await revisionsOf(setting.pool, id);
  expect(
    revisions.map(({ changeNote, content }) => [changeNote, (content as { title: string }).title]),
  ).toEqual([
    ['Created', 'Sales'],
    ['Autosave', 'c'],
    ['Autosave', 'd'],
  ]);
  expect((await now()).version).toBe(5);
});

test('the first edit of a dashboard without revisions keeps what was there', async () => {
  const { org } = setting.house;
  id = await insertDashboard(setting.pool, { orgId: org.id, projectId: setting.projectId });
  await save(sent(), 'admin');
  const [found, edited] = await revisionsOf(setting.pool, id);
  expect([found!.changeNote, (found!.content as { cards: unknown[] }).cards.length]).toEqual([
    'As it was found',
    2,
  ]);
  expect([edited!.changeNote, (edited!.content as { cards: unknown[] }).cards.length]).toEqual([
    'Autosave',
    0,
  ]);
});

test('two editors: the second is told of the first', async () => {
  await save(sent(card), 'designer', 1);
  await expect(save(sent(), 'admin', 1)).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { version: 2 },
  });
  const both = await Promise.allSettled(
    ['x', 'y'].map((title) => save({ ...sent(), title }, 'admin', 2)),
  );
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

describe('restoring', () => {
  test('brings back what was, cards with their numbers, as a revision of its own', async () => {
    const before = await now();
    await save(sent({ ...card, title: 'Other' }), 'admin');
    const saved = await restore(1, 'admin');
    expect(saved).toMatchObject({ version: 3, revision: 3 });
    expect(await now()).toEqual({ ...before, version: 3 });
    expect(await notes()).toEqual(['Created', 'Autosave', 'Restored revision 1']);
    await save(sent(card), 'admin');
    expect(await notes()).toHaveLength(4);
  });

  test('leaves cards alone that the editor may not see', async () => {
    await save(sent({ ...secret, id: cardIds[1], title: 'Margin 2' }), 'admin');
    await restore(1);
    expect((await now()).cards.map(({ title }) => title).toSorted()).toEqual([
      'Margin 2',
      'Orders',
    ]);
    await save(sent({ ...card, id: cardIds[0] }), 'admin');
    await restore(1);
    expect((await now()).cards.map(({ title }) => title)).toEqual(['Orders']);
  });

  test('of an unknown revision is NOT_FOUND', async () => {
    await expect(restore(99)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('what two revisions differ in is told, without cards that may not be seen', async () => {
  await save(
    sent(
      { ...card, id: cardIds[0], sql: 'select 2' },
      { ...secret, id: cardIds[1], sql: 'select 3' },
      { ...card, title: 'New' },
    ),
    'admin',
  );
  const changes = async (person: Person) =>
    (await compareRevisions(setting.pool, await setting.as(person), id, 1, null)).map(
      ({ title, change, fields }) => [title, change, fields.map(({ field }) => field).join(' ')],
    );
  const open = [
    ['Orders', 'changed', 'sql'],
    ['New', 'added', 'title visualisation sql options position'],
  ];
  expect(await changes('viewer')).toEqual(open);
  expect(await changes('admin')).toEqual([open[0], ['Margin', 'changed', 'sql'], open[1]]);
});

test('a revision’s note tells who made it', async () => {
  const { org } = setting.house;
  await snapshotDashboards(setting.pool, {
    ...{ orgId: org.id, projectId: setting.projectId, skipHours: 0, maxDashboards: 500 },
    ...{ changeNote: 'Daily auto-snapshot', authorUserId: 0 },
  });
  await save(sent(card));
  await restore(1);
  expect((await notes()).map(kindOfRevision)).toEqual([
    'created',
    'snapshot',
    'autosave',
    'restored',
  ]);
});

test('every problem is told with its place, and nothing is written', async () => {
  const bad = {
    title: '',
    cards: [
      { ...card, visualisation: 'areas' },
      { ...card, options: { units: 'USD' } },
      { ...card, position: { x: 8, y: 0, w: 6, h: 1 } },
    ],
  };
  await expect(save(bad)).rejects.toMatchObject({
    problems: [
      { path: ['title'] },
      {
        path: ['cards', 0, 'visualisation'],
        message: expect.stringContaining('did you mean "area"'),
      },
      {
        path: ['cards', 1, 'options', 'units'],
        message: expect.stringContaining('did you mean "unit"'),
      },
      { path: ['cards', 2, 'position', 'w'] },
    ],
  });
  const worse = sent(
    { ...card, sql: '{{ form }}' },
    { ...card, sql: ' ' },
    { ...card, id: cardIds[0] },
    { ...card, id: cardIds[0] },
  );
  await expect(save(worse)).rejects.toMatchObject({
    problems: [
      { path: ['cards', 0, 'sql'], message: expect.stringContaining('line 1, column 1') },
      { path: ['cards', 1, 'sql'] },
      { path: ['cards'] },
    ],
  });
  await expect(save({ ...sent(), title: 'a\0' })).rejects.toMatchObject({ code: 'VALIDATION' });
  await expect(save({ ...sent(), title: '\ud800' })).rejects.toMatchObject({ code: 'VALIDATION' });
  expect((await now()).version).toBe(1);
});

test.each([
  ['viewer', 'FORBIDDEN'],
  ['analyst', 'FORBIDDEN'],
  ['nobody', 'NOT_FOUND'],
  ['stranger', 'NOT_FOUND'],
] as const)('%s edits, restores and deletes nothing', async (person, code) => {
  await expect(create(sent(), person)).rejects.toMatchObject({ code });
  await expect(save(sent(), person)).rejects.toMatchObject({ code });
  await expect(restore(1, person)).rejects.toMatchObject({ code });
  const who = await setting.as(person);
  await expect(deleteDashboard(setting.pool, who, id)).rejects.toMatchObject({ code });
  expect((await now()).version).toBe(1);
});

test('every change is in the audit log, and a deleted dashboard is gone', async () => {
  await save(sent(card));
  await deleteDashboard(setting.pool, await setting.as('designer'), id);
  await expect(now()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const actions = await setting.rows(
    `select action, before->>'version' as was, after->>'version' as is from audit_log where resource_type = 'dashboard' and resource_id = $1 order by id`,
    [String(id)],
  );
  expect(actions).toEqual([
    { action: 'dashboard.create', was: null, is: '1' },
    { action: 'dashboard.update', was: '1', is: '2' },
    { action: 'dashboard.delete', was: '2', is: null },
  ]);
});
