/** Dashboards over GraphQL, and the page that their links open. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '#test/support/worker.ts';
import { createGround, type Ground, type Person } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround({ secretKey: [randomBytes(32)] });
  const { rows } = await ground.pool.query(
    'select warehouse_schema as schema from project where id = $1',
    [ground.project.id],
  );
  await ground.pool.query(
    `create table ${rows[0].schema}.orders as select now() - n * interval '1 day' as at, n as amount from generate_series(1, 60) n`,
  );
});
afterAll(() => ground[Symbol.asyncDispose]());

const position = { x: 0, y: 0, w: 6, h: 4 };
const orders = {
  title: 'Orders',
  visualisation: 'BAR',
  sql: 'select at::date as day, sum(amount) as amount from orders where at >= {{ from }} and at < {{ to }} group by 1 order by 1',
  options: { x: 'day', unit: 'USD' },
  position,
};
const margin = { ...orders, title: 'Margin', requiredPermission: 'org.admin' };
const input = (...cards: object[]) => ({ title: 'Sales', defaultTimeFilter: 'last_7_days', cards });

const EDIT = `__typename
  ... on DashboardEdit { revision cardIds dashboard { id databaseId version title } }
  ... on Failure { message } ... on ValidationError { problems { at message } } ... on Conflict { facts }`;
const CREATE = `mutation ($projectId: ID!, $input: DashboardInput!) { createDashboard(projectId: $projectId, input: $input) { ${EDIT} } }`;
const SAVE = `mutation ($id: ID!, $input: DashboardInput!, $v: Int) { saveDashboard(id: $id, input: $input, ifVersion: $v) { ${EDIT} } }`;
const RESTORE = `mutation ($id: ID!, $revision: Int!) { restoreDashboard(id: $id, revision: $revision) { ${EDIT} } }`;

/** A command or question that is answered without errors. */
async function ask(person: Person, query: string, variables: Record<string, unknown> = {}) {
  const { data, errors } = await ground.ask(person, query, variables);
  expect(errors).toBeUndefined();
  return data;
}

let id: string;
let cardIds: number[];
beforeEach(async () => {
  const variables = { projectId: ground.project.id, input: input(orders, margin) };
  const { createDashboard: made } = await ask('admin', CREATE, variables);
  ({ id } = made.dashboard);
  ({ cardIds } = made);
});

test('a view has the cards that the caller may see, with their data', async () => {
  const query = `query ($id: ID!, $filter: JSON) { dashboard(id: $id) {
    title canEdit defaultTimeFilter cards { title sql options position { x w } }
    view(filter: $filter, zone: "Asia/Jakarta") { leftOut period { label zone } cards {
      title visualisation columns { name type } rows truncated error } } } }`;
  const { dashboard } = await ask('viewer', query, { id });
  expect(dashboard).toMatchObject({
    ...{ title: 'Sales', canEdit: false, defaultTimeFilter: 'last_7_days' },
    cards: [
      { title: 'Orders', sql: orders.sql, options: orders.options, position: { x: 0, w: 6 } },
    ],
  });
  const [card] = dashboard.view.cards;
  expect(dashboard.view).toMatchObject({ leftOut: 1, period: { zone: 'Asia/Jakarta' } });
  expect(card).toMatchObject({
    ...{ title: 'Orders', visualisation: 'BAR', truncated: false, error: null },
    columns: [
      { name: 'day', type: 'DATE' },
      { name: 'amount', type: 'NUMBER' },
    ],
  });
  expect(card.rows.length).toBeGreaterThanOrEqual(7);
  const longer = await ask('admin', query, { id, filter: 'last_30_days' });
  expect(longer.dashboard.view.leftOut).toBe(0);
  expect(longer.dashboard.view.cards[0].rows.length).toBeGreaterThanOrEqual(30);
});

test('a filter or a zone that is none is told', async () => {
  for (const argument of ['filter: "last_8_days"', 'zone: "Mars/Base"']) {
    const { errors } = await ground.ask(
      'viewer',
      `{ dashboard(id: "${id}") { view(${argument}) { at } } }`,
    );
    expect(errors![0]!.extensions['code']).toBe('VALIDATION');
  }
});

test('editing checks the version and tells what is wrong where it was written', async () => {
  const card = { ...orders, databaseId: cardIds[0], title: 'All orders' };
  const { saveDashboard: saved } = await ask('designer', SAVE, { id, input: input(card), v: 1 });
  expect(saved).toMatchObject({ cardIds: [cardIds[0]], dashboard: { version: 2 } });
  const late = await ask('designer', SAVE, { id, input: input(), v: 1 });
  expect(late.saveDashboard).toMatchObject({ __typename: 'Conflict', facts: { version: 2 } });
  const wrong = input({ ...orders, databaseId: cardIds[1] }, { ...orders, sql: 'select {{ x }}' });
  const { saveDashboard: refused } = await ask('designer', SAVE, { id, input: wrong });
  expect(refused.problems).toEqual([
    {
      at: 'input.cards[0].databaseId',
      message: expect.stringContaining('no card of this dashboard'),
    },
    { at: 'input.cards[1].sql', message: expect.stringContaining('line 1, column 8') },
  ]);
});

test('revisions are listed, compared and restored', async () => {
  await ask('designer', SAVE, {
    id,
    input: input({ ...orders, databaseId: cardIds[0], sql: 'select 1' }),
  });
  const revisions = `query ($id: ID!) { dashboardRevisions(dashboardId: $id) { totalCount nodes { revision kind note author { databaseId } content } } }`;
  const { dashboardRevisions: list } = await ask('viewer', revisions, { id });
  expect(list.totalCount).toBe(2);
  expect(list.nodes).toMatchObject([
    { revision: 2, kind: 'AUTOSAVE', author: { databaseId: ground.people.designer.id } },
    { revision: 1, kind: 'CREATED', content: { cards: [{ title: 'Orders' }] } },
  ]);
  expect(JSON.stringify(list)).not.toContain('Margin');
  const compare = `query ($id: ID!) { compareDashboard(id: $id, from: 1) { cardId title change fields { field before after } } }`;
  expect((await ask('viewer', compare, { id })).compareDashboard).toEqual([
    {
      ...{ cardId: cardIds[0], title: 'Orders', change: 'CHANGED' },
      fields: [{ field: 'sql', before: orders.sql, after: 'select 1' }],
    },
  ]);
  const { restoreDashboard: restored } = await ask('designer', RESTORE, { id, revision: 1 });
  expect(restored).toMatchObject({ revision: 3, dashboard: { version: 3 } });
  expect((await ask('viewer', compare, { id })).compareDashboard).toEqual([]);
});

test('dashboards are listed by project and part of a title', async () => {
  const query = `query ($projectId: ID, $q: String) { dashboards(projectId: $projectId, q: $q, first: 1) { totalCount nodes { id project { databaseId } } } }`;
  const { dashboards } = await ask('viewer', query, { projectId: ground.project.id, q: 'SALE' });
  expect(dashboards.nodes).toEqual([{ id, project: { databaseId: ground.project.id } }]);
  const none = await ask('viewer', query, { q: '%' });
  expect(none.dashboards.totalCount).toBe(0);
});

test('a deleted dashboard is gone', async () => {
  const { deleteDashboard: deleted } = await ask(
    'designer',
    `mutation { deleteDashboard(id: "${id}") { ... on DeletedDashboard { id } } }`,
  );
  expect(deleted).toEqual({ id });
  expect((await ask('admin', `{ dashboard(id: "${id}") { id } }`)).dashboard).toBeNull();
});

test('who goes away while cards are read leaves no query behind', async () => {
  const slow = input({ ...orders, sql: 'select pg_sleep(3600)' });
  await ask('admin', SAVE, { id, input: slow });
  const stop = new AbortController();
  const asking = fetch(`${ground.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${ground.tokens.viewer.token}`,
    },
    body: JSON.stringify({ query: `{ dashboard(id: "${id}") { view { at } } }` }),
    signal: stop.signal,
  });
  await until('it runs', async () => (await running()) === 1);
  stop.abort();
  await expect(asking).rejects.toThrow();
  await until('nothing runs', async () => (await running()) === 0);
});

async function running(): Promise<number> {
  const { rows } = await ground.pool.query(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and usename like 'hf_read%'`,
  );
  return rows[0].n;
}

describe('a link', () => {
  const SHARE = `mutation ($id: ID!, $mode: DashboardShareMode!) { shareDashboard(id: $id, mode: $mode, validDays: 30) {
    ... on SharedDashboard { url share { id mode expiresAt publisher { databaseId } } } } }`;
  const share = async (mode = 'LIVE') =>
    (await ask('designer', SHARE, { id, mode })).shareDashboard as {
      url: string;
      share: { id: string };
    };

  test('opens a page without script that loads nothing and is kept nowhere', async () => {
    const { url } = await share();
    expect(url.startsWith(`${ground.url}/share/`)).toBe(true);
    const response = await fetch(url);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-robots-tag': 'noindex, nofollow',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'unsafe-inline'; .*frame-ancestors 'none'/,
      ),
    });
    expect(html).toContain('Orders');
    expect(html).not.toContain('Margin');
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('is listed for editors and goes dark once it is revoked', async () => {
    const { url, share: made } = await share('FROZEN');
    const list = `{ dashboard(id: "${id}") { shares { id mode revision revokedAt } } }`;
    expect((await ask('viewer', list)).dashboard.shares).toBeNull();
    expect((await ask('designer', list)).dashboard.shares).toEqual([
      { id: made.id, mode: 'FROZEN', revision: 2, revokedAt: null },
    ]);
    expect((await fetch(url)).status).toBe(200);
    await ask('designer', `mutation { revokeDashboardShare(id: "${made.id}") { __typename } }`);
    const gone = await fetch(url);
    expect([gone.status, await gone.text()]).toEqual([
      404,
      expect.stringContaining('ask whoever sent it'),
    ]);
  });

  test('that nobody made is not found', async () => {
    for (const path of ['nonsense', '', 'a/b', '%00']) {
      expect((await fetch(`${ground.url}/share/${path}`)).status).toBe(404);
    }
  });
});
