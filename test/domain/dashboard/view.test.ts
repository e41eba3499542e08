/** What somebody sees of a dashboard, by themselves or by a link. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDashboard, saveDashboard } from '#domain/dashboard/save-dashboard.ts';
import { openShare, revokeShare, shareDashboard, viewShare } from '#domain/dashboard/share.ts';
import type { ShareMode } from '#domain/dashboard/share.ts';
import { viewDashboard } from '#domain/dashboard/view.ts';
import type { ViewOptions } from '#domain/dashboard/view.ts';
import { createWarehouse, type Warehouse } from '#domain/warehouse/warehouse.ts';
import { createLog } from '#platform/log.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';

type Person = keyof Setting['house']['people'];

const log = createLog('test', 'silent');
const parts = new AsyncDisposableStack();
let setting: Setting;
let warehouse: Warehouse;
beforeAll(async () => {
  setting = parts.use(await createSetting());
  warehouse = parts.use(
    createWarehouse({ url: setting.url, secretKey: [randomBytes(32)], log, limitMs: 2_000 }),
  );
  const [{ schema }] = await setting.rows(
    'select warehouse_schema as schema from project where id = $1',
    [setting.projectId],
  );
  await setting.rows(
    `create table ${schema}.orders as select timestamptz '2026-11-01 12:00Z' + n * interval '1 day' as at from generate_series(0, 29) n`,
  );
});
afterAll(() => parts.disposeAsync());

const place = (y: number, x = 0) => ({ x, y, w: 6, h: 4 });
const count = {
  title: 'Orders',
  visualisation: 'kpi',
  sql: 'select count(*) as orders from orders where at >= {{ from }} and at < {{ to }}',
  position: place(4),
};
const others = [
  { title: 'Broken', visualisation: 'bar', sql: 'select colour\nfrom shops', position: place(8) },
  { title: 'Words', visualisation: 'text', options: { text: 'Hello' }, position: place(0, 6) },
  { ...count, title: 'For editors', requiredPermission: 'project.edit', position: place(0) },
  { ...count, title: 'For administrators', requiredPermission: 'org.admin', position: place(12) },
];

let id: number;
let cardIds: readonly number[];
beforeEach(async () => {
  const input = { title: 'Sales', defaultTimeFilter: 'last_7_days', cards: [count, ...others] };
  const admin = await setting.as('admin');
  ({ id, cardIds } = await createDashboard(setting.pool, admin, setting.projectId, input));
});

const deps = () => ({ pool: setting.pool, warehouse });
const options = (given: Partial<ViewOptions> = {}): ViewOptions => ({
  zone: 'UTC',
  now: new Date('2026-11-25T12:00:00Z'),
  signal: new AbortController().signal,
  ...given,
});
const view = async (person: Person, given?: Partial<ViewOptions>) =>
  viewDashboard(deps(), await setting.as(person), id, options(given));

test('cards have their data or say why not, from the top', async () => {
  const seen = await view('admin');
  expect(seen).toMatchObject({
    id,
    title: 'Sales',
    project: { id: setting.projectId, slug: setting.house.project.slug },
    period: { label: 'Wed 18 – Tue 24 Nov 2026' },
    leftOut: 0,
  });
  expect(seen.cards.map(({ title, rows, text, error }) => [title, rows, text, error])).toEqual([
    ['For editors', [[7]], null, null],
    ['Words', [], 'Hello', null],
    ['Orders', [[7]], null, null],
    ['Broken', [], null, 'relation "shops" does not exist (line 2)'],
    ['For administrators', [[7]], null, null],
  ]);
  expect(seen.cards[2]!.columns).toEqual([{ name: 'orders', type: 'number' }]);
});

test.each([
  ['designer', ['For editors', 'Words', 'Orders', 'Broken'], 1],
  ['analyst', ['Words', 'Orders', 'Broken'], 2],
  ['viewer', ['Words', 'Orders', 'Broken'], 2],
] as const)(
  '%s sees the cards that are theirs to see, and how many are not',
  async (person, titles, leftOut) => {
    const seen = await view(person);
    expect(seen.cards.map(({ title }) => title)).toEqual(titles);
    expect(seen.leftOut).toBe(leftOut);
    expect(JSON.stringify(seen)).not.toContain('administrators');
  },
);

test.each(['nobody', 'stranger'] as const)('%s sees none of it', async (person) => {
  await expect(view(person)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('the period is what was asked for, in the zone that was asked for', async () => {
  const orders = async (given: Partial<ViewOptions>) =>
    (await view('viewer', given)).cards.find(({ title }) => title === 'Orders')!.rows;
  expect(await orders({ filter: 'this_month' })).toEqual([[30]]);
  expect(await orders({ filter: { from: '2026-11-01', to: '2026-11-01' } })).toEqual([[1]]);
  expect(
    await orders({ filter: { from: '2026-11-01', to: '2026-11-01' }, zone: 'Pacific/Kiritimati' }),
  ).toEqual([[0]]);
  await setting.rows('update dashboard set default_time_filter = null where id = $1', [id]);
  expect(await orders({})).toEqual([[30]]);
});

test('a slow card is an error card, and an abort ends all of it', async () => {
  const slow = { ...count, title: 'Slow', sql: 'select pg_sleep(3600)' };
  const admin = await setting.as('admin');
  await saveDashboard(setting.pool, admin, id, { title: 'Slow', cards: [slow, others[1]] });
  expect((await view('admin')).cards.map(({ title, error }) => [title, error])).toEqual([
    ['Words', null],
    ['Slow', 'It took longer than 2 s and was stopped; ask for less, or for a shorter period.'],
  ]);
  const stop = new AbortController();
  const viewing = view('admin', { signal: stop.signal });
  stop.abort(new Error('gone'));
  await expect(viewing).rejects.toThrow('gone');
});

test('without a warehouse every card says so', async () => {
  await using keyless = createWarehouse({ url: setting.url, secretKey: undefined, log });
  const seen = await viewDashboard(
    { pool: setting.pool, warehouse: keyless },
    await setting.as('viewer'),
    id,
    options(),
  );
  expect(seen.cards.map(({ error }) => error?.includes('SECRET_KEY') ?? null)).toEqual([
    null,
    true,
    true,
  ]);
});

describe('a link', () => {
  const share = async (
    mode: ShareMode,
    person: Person = 'designer',
    validDays: number | null = null,
  ) => shareDashboard(setting.pool, await setting.as(person), id, { mode, validDays });
  const look = async (token: string) =>
    viewShare(deps(), await openShare(setting.pool, token), options());
  const titles = async (token: string) => (await look(token)).cards.map(({ title }) => title);
  const closed = { code: 'NOT_FOUND', message: expect.stringContaining('ask whoever sent it') };

  test('shows what its publisher may see', async () => {
    const { token } = await share('live');
    expect(await titles(token)).toEqual(['For editors', 'Words', 'Orders', 'Broken']);
    expect((await look(token)).leftOut).toBe(1);
  });

  test('that is live follows the dashboard, one that is frozen does not', async () => {
    const live = await share('live');
    const frozen = await share('frozen');
    const input = { title: 'Fewer', cards: [{ ...count, id: cardIds[0], title: 'Renamed' }] };
    await saveDashboard(setting.pool, await setting.as('admin'), id, input);
    expect(await titles(live.token)).toEqual(['Renamed']);
    expect(await titles(frozen.token)).toEqual(['For editors', 'Words', 'Orders', 'Broken']);
    expect((await look(frozen.token)).title).toBe('Sales');
  });

  test('is stored as a hash alone', async () => {
    const { token, share: made } = await share('live');
    const [row] = await setting.rows(
      'select to_jsonb(s)::text as text from dashboard_share s where id = $1',
      [made.id],
    );
    expect(row.text).not.toContain(token);
    const [audit] = await setting.rows(
      `select after::text as text from audit_log where action = 'dashboard_share.create' order by id desc limit 1`,
    );
    expect(audit.text).not.toContain(token);
  });

  test('that was revoked, has ended or never was opens nothing', async () => {
    const revoked = await share('live');
    await revokeShare(setting.pool, await setting.as('designer'), revoked.share.id);
    const ended = await share('live', 'designer', 1);
    await setting.rows(`update dashboard_share set expires_at = now() where id = $1`, [
      ended.share.id,
    ]);
    for (const token of [revoked.token, ended.token, 'nonsense', '']) {
      await expect(openShare(setting.pool, token)).rejects.toMatchObject(closed);
    }
  });

  test('goes dark when its publisher loses the project or leaves', async () => {
    const { token } = await share('live');
    const { id: userId } = setting.house.people.designer;
    await setting.rows(`delete from user_org where user_id = $1`, [userId]);
    await expect(openShare(setting.pool, token)).rejects.toMatchObject(closed);
    await setting.rows(`insert into user_org (user_id, org_id) values ($1, $2)`, [
      userId,
      setting.house.org.id,
    ]);
    expect((await look(token)).id).toBe(id);
  });

  test.each([
    ['viewer', 'FORBIDDEN'],
    ['nobody', 'NOT_FOUND'],
    ['stranger', 'NOT_FOUND'],
  ] as const)('is neither made nor revoked by %s', async (person, code) => {
    const { share: made, token } = await share('live');
    await expect(share('live', person)).rejects.toMatchObject({ code });
    const who = await setting.as(person);
    await expect(revokeShare(setting.pool, who, made.id)).rejects.toMatchObject({ code });
    expect((await look(token)).id).toBe(id);
  });

  test('is valid for 1 to 3,650 days', async () => {
    for (const days of [0, 1.5, 3_651, Number.NaN]) {
      await expect(share('live', 'designer', days)).rejects.toMatchObject({ code: 'VALIDATION' });
    }
  });
});
