/** What the console asks of dashboards: how each stands, a card that is being written, a mail now, and the page that it
 *  frames. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createScenario } from '#test/support/factories.ts';
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
  title: 'Orders & more',
  visualisation: 'BAR',
  sql: 'select at::date as day, sum(amount) as amount from orders where at >= {{ from }} and at < {{ to }} group by 1 order by 1',
  options: { x: 'day' },
  position,
};
const margin = { ...orders, title: 'Margin', requiredPermission: 'org.admin' };

async function ask(person: Person, query: string, variables: Record<string, unknown> = {}) {
  const { data, errors } = await ground.ask(person, query, variables);
  expect(errors).toBeUndefined();
  return data;
}

let id: string;
let databaseId: number;
beforeEach(async () => {
  const input = { title: 'Sales', defaultTimeFilter: 'last_7_days', cards: [orders, margin] };
  const { createDashboard: made } = await ask(
    'admin',
    `mutation ($projectId: ID!, $input: DashboardInput!) { createDashboard(projectId: $projectId, input: $input) {
      ... on DashboardEdit { dashboard { id databaseId } } } }`,
    { projectId: ground.project.id, input },
  );
  ({ id, databaseId } = made.dashboard);
});

const scenarioWith = (step: object) =>
  createScenario(ground.pool, {
    orgId: ground.org.id,
    projectId: ground.project.id,
    ownerUserId: ground.people.admin.id,
    name: 'Weekly mail',
    trigger: { cron: '@weekly' },
    steps: [{ kind: 'send_email_report', name: 'mail', recipients: ['a@example.com'], ...step }],
  });

test('a list tells of cards that one sees, of snapshots and of links', async () => {
  const query = `query ($id: ID!) { dashboard(id: $id) { cardCount hiddenCardCount lastSnapshotAt isShared } }`;
  expect((await ask('viewer', query, { id })).dashboard).toEqual({
    ...{ cardCount: 1, hiddenCardCount: 1, lastSnapshotAt: null, isShared: null },
  });
  await ground.pool.query(
    `insert into dashboard_revisions (dashboard_id, revision, content, author_user_id, change_note)
     select $1, n, '{}', 0, note from (values (7, 'Daily auto-snapshot'), (8, 'Autosave'), (9, 'Restored revision 7')) v(n, note)`,
    [databaseId],
  );
  await ask('admin', `mutation { shareDashboard(id: "${id}", mode: LIVE) { __typename } }`);
  expect((await ask('admin', query, { id })).dashboard).toEqual({
    ...{ cardCount: 2, hiddenCardCount: 0, lastSnapshotAt: expect.any(String), isShared: true },
  });
});

test('a dashboard that scenarios mail goes only when that is confirmed', async () => {
  await scenarioWith({ dashboard_ids: [databaseId] });
  await scenarioWith({ dashboard_ids: [databaseId + 1_000] });
  const { dashboard } = await ask(
    'designer',
    `{ dashboard(id: "${id}") { usedBy { hidden scenarios { steps scenario { name } } } } }`,
  );
  expect(dashboard.usedBy).toEqual({
    hidden: 0,
    scenarios: [{ steps: ['mail'], scenario: { name: 'Weekly mail' } }],
  });
  const remove = (more: string) =>
    ask(
      'designer',
      `mutation { deleteDashboard(id: "${id}"${more}) { __typename ... on Conflict { message facts } } }`,
    );
  expect((await remove('')).deleteDashboard).toMatchObject({
    ...{ __typename: 'Conflict', facts: { scenarios: 1 } },
    message: expect.stringContaining('a scenario mails it'),
  });
  expect((await remove(', confirm: true')).deleteDashboard.__typename).toBe('DeletedDashboard');
});

const PREVIEW = `mutation ($projectId: ID!, $card: DashboardCardInput!, $filter: JSON) {
  previewCard(projectId: $projectId, card: $card, filter: $filter) { __typename
    ... on CardPreview { html style period columns { name } rows rowCount truncated error }
    ... on ValidationError { problems { at message } } } }`;
const preview = async (card: object, person: Person = 'designer') =>
  (await ask(person, PREVIEW, { projectId: ground.project.id, card, filter: 'last_7_days' }))
    .previewCard;

test('a card that is being written is drawn without being saved', async () => {
  const drawn = await preview(orders);
  expect(drawn).toMatchObject({
    ...{ rowCount: 7, truncated: false, error: null },
    columns: [{ name: 'day' }, { name: 'amount' }],
  });
  expect(drawn.html).toContain('Orders &amp; more');
  expect(drawn.html).toContain('<svg');
  expect(drawn.html).not.toContain('<script');
  expect(drawn.style).toContain(':host{');
  expect(drawn.style).not.toMatch(/(^|\n)body\{/);
  expect(await preview({ ...orders, sql: 'select * from nothing' })).toMatchObject({
    ...{ error: expect.stringContaining('nothing'), rows: [] },
    html: expect.stringContaining('could not be drawn'),
  });
  expect((await preview({ ...orders, sql: ' ' })).problems).toEqual([
    { at: 'card.sql', message: expect.stringContaining('is missing') },
  ]);
  expect((await preview(margin)).problems).toEqual([
    { at: 'card.requiredPermission', message: expect.stringContaining('you do not have') },
  ]);
});

const SEND = `mutation ($id: ID!, $input: SendDashboardInput!, $key: String) {
  sendDashboard(id: $id, input: $input, idempotencyKey: $key) { __typename
    ... on Run { databaseId name state scenario { id } configuredSteps { kind ... on SendEmailReportStep { recipients format message } } }
    ... on ValidationError { problems { at message } } } }`;

test('a dashboard is sent by a run without a scenario, once for a key', async () => {
  const input = { recipients: ['Ann@example.com'], format: 'HTML', message: 'Look.' };
  const key = crypto.randomUUID();
  const { sendDashboard: run } = await ask('designer', SEND, { id, input, key });
  expect(run).toMatchObject({
    ...{ name: 'Send Sales', state: 'QUEUED', scenario: null },
    configuredSteps: [{ recipients: ['Ann@example.com'], format: 'html', message: 'Look.' }],
  });
  const again = await ask('designer', SEND, { id, input, key });
  expect(again.sendDashboard.databaseId).toBe(run.databaseId);
});

test('what is wrong with a mail is told where it was written', async () => {
  const input = { recipients: ['nobody'], timeFilter: 'last_8_days' };
  const { sendDashboard: refused } = await ask('designer', SEND, { id, input });
  expect(refused.problems.map(({ at }: { at: string }) => at)).toEqual([
    'input.recipients[0]',
    'input.timeFilter',
  ]);
});

test('its page is for those who are signed in, runs nothing, and is framed by the console alone', async () => {
  const url = `${ground.url}/dashboards/${databaseId}/page`;
  const { token } = ground.tokens.viewer;
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}?period=last_30_days&zone=Asia/Jakarta`, { headers });
  const html = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; .*sandbox allow-same-origin; .*frame-ancestors 'self'$/,
  );
  expect(html).toContain('Asia/Jakarta');
  expect(html).toContain('1 card is not shown');
  expect(html).not.toMatch(/Margin|<script|<h1/);
  // What an address cannot mean counts as not said.
  const odd = await fetch(`${url}?period=last_8_days&zone=Mars/Base&from=x`, { headers });
  expect(odd.status).toBe(200);
  expect((await fetch(url)).status).toBe(403);
  const other = { authorization: `Bearer ${ground.tokens.stranger.token}` };
  expect((await fetch(url, { headers: other })).status).toBe(404);
});
