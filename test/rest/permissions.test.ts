/** Every operation, as everybody: what each role gets, and that others learn nothing. The document is walked
 *  too, so that an operation without a line here fails. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScenario } from '#domain/scenario/save-scenario.ts';
import { createTemplate } from '#domain/template/save-template.ts';
import { createToken, createUser } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createClient } from './client.ts';

const SCENARIOS = '/api/scheduler/scenarios';
const TEMPLATES = '/api/scheduler/templates';

/** What is answered to: the stranger, a member without a role, viewer, analyst, designer, admin; then a
 *  designer's tokens: with scope read, with scope write, revoked; and nobody at all. */
const PEOPLE = [
  'stranger',
  'nobody',
  'viewer',
  'analyst',
  'designer',
  'admin',
  'read token',
  'write token',
  'revoked token',
  'no token',
] as const;
type Person = (typeof PEOPLE)[number];

const MEMBER = [200, 200, 200, 200, 200, 200, 200, 200, 401, 401];
const administer = (status: number) => [404, 403, 403, 403, 403, status, 403, 403, 401, 401];
const READ = [404, 404, 200, 200, 200, 200, 200, 200, 401, 401];
const change = (status: number) => [404, 404, 403, 403, status, status, 403, status, 401, 401];

/** [method, path with {id}, {run}, {name}, {delivery}, {ended}, {slug} and {project_id}, statuses by person, body]; each call gets a scenario,
 *  a queued run, an ended one and a template of its own. */
const OPERATIONS: [string, string, number[], unknown?][] = [
  ['GET', SCENARIOS, READ],
  ['POST', SCENARIOS, change(201), { name: 'Made', steps: [NOTE] }],
  ['GET', `${SCENARIOS}/{id}`, READ],
  ['PATCH', `${SCENARIOS}/{id}`, change(200), { description: 'changed' }],
  ['DELETE', `${SCENARIOS}/{id}`, change(204)],
  ['POST', `${SCENARIOS}/{id}/run`, change(202), {}],
  ['GET', `${SCENARIOS}/{id}/runs`, READ],
  ['GET', '/api/scheduler/runs/{run}', READ],
  ['GET', '/api/scheduler/runs/{run}/artifacts/{name}', READ],
  ['GET', '/api/scheduler/deliveries/{delivery}/message', READ],
  ['POST', '/api/scheduler/runs/{run}/cancel', change(202)],
  ['POST', '/api/scheduler/runs/{ended}/retry', change(202), { mode: 'from_start' }],
  [
    'POST',
    `${SCENARIOS}/{id}/backfill`,
    change(202),
    { from: '2026-01-01T00:00:00Z', to: '2026-01-03T00:00:00Z' },
  ],
  ['GET', TEMPLATES, MEMBER],
  ['POST', TEMPLATES, [201, ...administer(201).slice(1)], () => wireOfTemplate()],
  ['GET', `${TEMPLATES}/{slug}`, [404, ...MEMBER.slice(1)]],
  ['PATCH', `${TEMPLATES}/{slug}`, administer(200), { description: 'changed' }],
  ['DELETE', `${TEMPLATES}/{slug}`, administer(204)],
  ['POST', `${TEMPLATES}/{slug}/enable/{project_id}`, administer(200), {}],
  ['POST', `${TEMPLATES}/{slug}/disable/{project_id}`, administer(200), {}],
  ['GET', '/api/connectors/catalog', MEMBER],
  ['GET', '/api/me', MEMBER],
];

/** Those that need no token at all; a session has tests of its own. */
const PUBLIC = [
  'GET /api/pipeline/scheduler/health',
  'GET /api/openapi.json',
  'GET /api/reference',
  'GET /healthz',
  'GET /readyz',
  'POST /api/auth/login',
  'GET /api/auth/session',
  'POST /api/auth/session',
  'DELETE /api/auth/session',
  'POST /api/auth/session/renew',
];

let setting: Setting;
let call: ReturnType<typeof createClient>;
const tokens = new Map<Person, string>();

beforeAll(async () => {
  setting = await createSetting();
  call = createClient(setting);
  const { people, org, otherOrg } = setting.house;
  const issue = async (userId: number, more: object = {}, orgId = org.id) =>
    (await createToken(setting.pool, { orgId, userId, ...more })).token;
  for (const person of ['nobody', 'viewer', 'analyst', 'designer', 'admin'] as const) {
    tokens.set(person, await issue(people[person].id));
  }
  tokens.set('stranger', await issue(people.stranger.id, {}, otherOrg.id));
  tokens.set('read token', await issue(people.designer.id, { scopes: ['read'] }));
  tokens.set('write token', await issue(people.designer.id, { scopes: ['write'] }));
  tokens.set('revoked token', await issue(people.designer.id, { revokedAt: new Date() }));
});
afterAll(() => setting[Symbol.asyncDispose]());

async function subject() {
  const admin = await setting.as('admin');
  const wire = { name: 'Subject', steps: [NOTE], trigger: { cron: '@daily' } };
  const { id } = await createScenario(setting.deps, admin, setting.projectId, wire);
  const token = tokens.get('admin')!;
  const ended = await call('POST', `${SCENARIOS}/${id}/run`, { token });
  await call('POST', `/api/scheduler/runs/${ended.body.id}/cancel`, { token });
  const run = await call('POST', `${SCENARIOS}/${id}/run`, { token });
  const { slug } = await createTemplate(setting.deps, admin, wireOfTemplate());
  await setting.rows(
    `insert into artifact (org_id, run_id, pos, name, media_type, bytes, size)
     values ($1, $2, 0, 'report.csv', 'text/csv', 'a', 1)`,
    [setting.house.org.id, run.body.id],
  );
  const [delivery] = await setting.rows(
    `insert into email_delivery (org_id, project_id, run_id, origin_run_id, step_name, recipient, subject, message_id, message)
     values ($1, $2, $3, $3, 's', 'ana@example.com', 'Sales', '<r@x>', '{"html": "<p>Up.</p>", "images": []}') returning id`,
    [setting.house.org.id, setting.projectId, run.body.id],
  );
  const made = { run: run.body.id as number, ended: ended.body.id as number };
  return { id, ...made, slug, delivery: delivery.id as number };
}

let templates = 0;
const wireOfTemplate = () => ({
  slug: `template-${++templates}`,
  display_name: 'Template',
  steps: [NOTE],
});

const as = (person: Person, body?: unknown) => {
  const token = tokens.get(person);
  return {
    ...(token !== undefined && { token }),
    ...(body !== undefined && { body }),
    headers: { 'X-Project-Id': String(setting.projectId) },
  };
};

for (const [method, path, statuses, body] of OPERATIONS) {
  for (const [index, person] of PEOPLE.entries()) {
    test(`${method} ${path} as ${person}: ${statuses[index]}`, async () => {
      const { id, run, ended, slug, delivery } = await subject();
      const before = await fingerprint();
      const answer = await call(
        method,
        path
          .replace('{id}', String(id))
          .replace('{run}', String(run))
          .replace('{name}', 'report.csv')
          .replace('{delivery}', String(delivery))
          .replace('{ended}', String(ended))
          .replace('{slug}', slug)
          .replace('{project_id}', String(setting.projectId)),
        as(person, typeof body === 'function' ? body() : body),
      );
      expect(answer).toMatchObject({ status: statuses[index] });
      if (answer.status === 403) {
        expect(answer.body).toMatchObject({
          error: 'permission_denied',
          permission: path.startsWith(TEMPLATES) ? 'org.admin' : 'project.edit',
          target_id: expect.any(Number),
        });
      }
      if (answer.status === 404) {
        expect(answer.body.message).toMatch(
          /^No (scenario|project|run|delivery|template) [\w-]+\.$/,
        );
      }
      if (answer.status >= 400) {
        expect(answer.body.request_id).toBe(answer.headers.get('X-Request-Id'));
        expect(await fingerprint()).toEqual(before);
      }
    });
  }
}

test('the table has a line for every operation of the document', async () => {
  const { body } = await call('GET', '/api/openapi.json');
  const documented = Object.entries(body.paths as Record<string, object>).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const tested = OPERATIONS.map(
    ([method, path]) => `${method} ${path.replace(/\{(run|ended|delivery)\}/, '{id}')}`,
  );
  expect(documented.sort()).toEqual([...tested, ...PUBLIC].sort());
});

test('a stranger who names our organisation finds none, and lists of their own show nothing of ours', async () => {
  const token = tokens.get('stranger')!;
  const { org, otherProject } = setting.house;
  await subject();
  const asked = await call('GET', SCENARIOS, { token, headers: { 'X-Org-Id': String(org.id) } });
  expect(asked).toMatchObject({ status: 404, body: { error: 'not_found' } });
  const headers = { 'X-Project-Id': String(otherProject.id) };
  expect((await call('GET', SCENARIOS, { token, headers })).body).toEqual({
    items: [],
    total: 0,
    next_cursor: null,
  });
  const me = await call('GET', '/api/me', { token });
  expect(JSON.stringify(me.body)).not.toContain(org.slug);
});

test('a role on one project opens that project alone', async () => {
  const { org } = setting.house;
  const { id, run } = await subject();
  const user = await createUser(setting.pool, {
    orgId: org.id,
    role: 'designer',
    projectId: setting.projectId,
    defaultProjectId: setting.projectId,
  });
  const { token } = await createToken(setting.pool, { orgId: org.id, userId: user.id });
  const elsewhere = await setting.rows(
    `insert into project (org_id, slug, name, owner_user_id, warehouse_schema)
     values ($1, 'else', 'Else', $2, 'wh_else') returning id`,
    [org.id, user.id],
  );
  expect((await call('GET', `${SCENARIOS}/${id}`, { token })).status).toBe(200);
  expect((await call('GET', `/api/scheduler/runs/${run}`, { token })).status).toBe(200);
  expect((await call('GET', SCENARIOS, { token })).status).toBe(200);
  const headers = { 'X-Project-Id': String(elsewhere[0].id) };
  expect((await call('GET', SCENARIOS, { token, headers })).status).toBe(404);
  const body = { name: 'X', steps: [NOTE] };
  expect((await call('POST', SCENARIOS, { token, headers, body })).status).toBe(404);
});

/** What a refused request must leave as it was. */
async function fingerprint() {
  return setting.rows(
    `select (select count(*) from scenario) as scenarios, (select sum(version) from scenario) as versions,
            (select count(*) from template) as templates, (select sum(version) from template) as edits,
            (select count(*) from template_enablement) as cells,
            (select count(*) from scenario where deleted_at is not null) as deleted,
            (select count(*) from run) as runs, (select count(*) from run where finished_at is null) as open, (select count(*) from audit_log) as audit`,
  );
}
