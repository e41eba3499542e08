/** Templates over REST: shapes, statuses, headers, and the same refusals as GraphQL has. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as bodies from '#rest/template-bodies.ts';
import { ErrorBody } from '#rest/errors.ts';
import { createProject, createToken } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { createGround } from '../graphql/ground.ts';
import { createClient, type Call } from './client.ts';

const TEMPLATES = '/api/scheduler/templates';
let setting: Setting;
let token: string;
let client: ReturnType<typeof createClient>;
let slug: string;
let count = 0;

beforeAll(async () => {
  setting = await createSetting();
  client = createClient(setting);
  const { org, people } = setting.house;
  ({ token } = await createToken(setting.pool, { orgId: org.id, userId: people.admin.id }));
});
afterAll(() => setting[Symbol.asyncDispose]());
beforeEach(() => {
  slug = `note-${++count}`;
});

const call = (method: string, path: string, more: Call = {}) =>
  client(method, `${TEMPLATES}${path}`, { token, ...more });
const wire = (more: object = {}) => ({
  slug,
  display_name: 'Note',
  parameters: [
    { name: 'to', type: 'email_list', help: 'who gets it' },
    { name: 'at', type: 'cron' },
    { name: 'text', type: 'string', default: 'hello' },
  ],
  trigger: { cron: '{{ param.at }}' },
  steps: [{ kind: 'send_note', recipients: '{{ param.to }}', text: 'say {{ param.text }}' }],
  timeout: '90m',
  ...more,
});
const create = async (more: object = {}) => {
  const made = await call('POST', '', { body: wire(more) });
  expect(made).toMatchObject({ status: 201 });
  return made.body;
};
const VALUES = { to: ['ops@example.com'], at: '0 2 * * *' };
const enable = (values: unknown, project: number | string = setting.projectId) =>
  call('POST', `/${slug}/enable/${project}`, values === undefined ? {} : { body: values });

test('a template is created, read, listed, changed and removed', async () => {
  const made = await call('POST', '', { body: wire() });
  expect(made.status).toBe(201);
  expect(made.headers.get('Location')).toBe(`${TEMPLATES}/${slug}`);
  expect(made.headers.get('ETag')).toBe('"1"');
  expect(bodies.TemplateBody.parse(made.body)).toMatchObject({
    ...{ slug, display_name: 'Note', description: '', default_enabled: false, version: 1 },
    parameters: [
      { name: 'to', required: true },
      { name: 'at' },
      { name: 'text', default: 'hello' },
    ],
    trigger: { cron: '{{ param.at }}' },
    policies: { timeout: '90m' },
  });

  expect((await call('GET', `/${slug}`)).body).toEqual(made.body);
  const listed = await call('GET', `?q=${slug}&step_kind=send_note&limit=1`);
  expect(listed.body).toEqual({ items: [made.body], total: 1, next_cursor: null });

  const changed = await call('PATCH', `/${slug}`, {
    ...{ body: { description: 'by mail' }, headers: { 'If-Match': '"1"' } },
  });
  expect(changed.status).toBe(200);
  expect(changed.headers.get('ETag')).toBe('"2"');
  expect(bodies.EditedBody.parse(changed.body)).toMatchObject({
    ...{ slug, description: 'by mail', changed: 0, broken: [], trigger: made.body.trigger },
  });
  const stale = await call('PATCH', `/${slug}`, {
    ...{ body: { description: 'x' }, headers: { 'If-Match': '"1"' } },
  });
  expect(stale).toMatchObject({ status: 409, body: { error: 'conflict', version: 2 } });

  const removed = await call('DELETE', `/${slug}`);
  expect([removed.status, removed.body]).toEqual([204, '']);
  expect(await call('GET', `/${slug}`)).toMatchObject({
    ...{ status: 404, body: { error: 'not_found', message: `No template ${slug}.` } },
  });
});

test('lists go on by cursor, and a mistyped filter is refused', async () => {
  await create();
  slug = `note-${++count}`;
  await create();
  const first = await call('GET', '?limit=1');
  expect(first.body.items).toHaveLength(1);
  const second = await call('GET', `?limit=1&cursor=${first.body.next_cursor}`);
  expect(second.body.items[0].id).not.toBe(first.body.items[0].id);
  expect((await call('GET', '?stepkind=x')).status).toBe(422);
});

test('missing and bad values are listed all at once, and the cell stays as it was', async () => {
  await create();
  const missing = await enable(undefined);
  expect(missing.status).toBe(422);
  expect(ErrorBody.parse(missing.body).details).toMatchObject([
    { path: ['to'], value: null },
    { path: ['at'], value: null },
  ]);
  const bad = await enable({ to: ['ops@example.com', 'nobody'], at: '61 * * * *', when: 1 });
  expect(bad.status).toBe(422);
  expect(bad.body.details.map(({ path }: { path: unknown }) => path)).toEqual(
    expect.arrayContaining([['to', 1], ['at'], ['when']]),
  );
  expect(await cells()).toEqual([]);

  await enable(VALUES);
  const before = await cells();
  expect(await enable({ at: 'never' })).toMatchObject({ status: 422 });
  expect(await cells()).toEqual(before);
  for (const body of [[1], '"text"', 'null']) {
    expect(await enable(body)).toMatchObject({ status: 422, body: { details: [{ path: [] }] } });
  }
  expect(await enable('{')).toMatchObject({ status: 400, body: { error: 'malformed_json' } });
});

const cells = () =>
  setting.rows(
    `select e.*, s.version, s.enabled from template_enablement e join template t on t.id = e.template_id
       left join scenario s on s.id = e.scenario_id where t.slug = $1`,
    [slug],
  );

test('on, off and on again is one scenario with its history; new values are written to it', async () => {
  await create();
  const on = await enable(VALUES);
  expect(on.status).toBe(200);
  expect(bodies.CellBody.parse(on.body)).toEqual({
    ...{ template: slug, project_id: setting.projectId, state: 'on', values: VALUES },
    ...{ scenario_id: expect.any(Number), problem: null },
  });
  const scenario = async () =>
    (await client('GET', `/api/scheduler/scenarios/${on.body.scenario_id}`, { token })).body;
  expect(await scenario()).toMatchObject({
    ...{ slug, name: 'Note', enabled: true, trigger: { cron: '0 2 * * *' } },
    steps: [{ recipients: ['ops@example.com'], text: 'say hello' }],
  });
  const off = await call('POST', `/${slug}/disable/${setting.projectId}`);
  expect(off).toMatchObject({ status: 200, body: { ...on.body, state: 'off' } });
  expect(await scenario()).toMatchObject({ enabled: false, next_due_at: null });
  const again = await enable({ text: 'again' });
  expect(again.body).toMatchObject({
    ...{ state: 'on', scenario_id: on.body.scenario_id, values: { ...VALUES, text: 'again' } },
  });
  expect(await scenario()).toMatchObject({ enabled: true, steps: [{ text: 'say again' }] });
  expect((await call('DELETE', `/${slug}`)).status).toBe(409);
});

test('switching off what never was on is no fault', async () => {
  await create();
  const off = await call('POST', `/${slug}/disable/${setting.projectId}`);
  expect(off.status).toBe(200);
  expect(bodies.CellBody.parse(off.body)).toMatchObject({ state: 'off', scenario_id: null });
});

test('an edit tells the projects that it would break', async () => {
  await create();
  await enable(VALUES);
  const edited = await call('PATCH', `/${slug}`, {
    body: {
      parameters: [...wire().parameters, { name: 'more', type: 'string' }],
      steps: [{ kind: 'send_note', recipients: '{{ param.to }}', text: '{{ param.more }}' }],
    },
  });
  expect(edited.status).toBe(200);
  expect(bodies.EditedBody.parse(edited.body)).toMatchObject({
    changed: 0,
    broken: [
      {
        ...{ project_id: setting.projectId, state: 'broken' },
        problem: { message: expect.any(String), details: [{ path: ['values', 'more'] }] },
      },
    ],
  });
});

test('a stored template with an undefined parameter answers 500 with exactly the offending part', async () => {
  await create();
  await setting.rows(
    `update template set parameters = '[{"name": "to", "type": "email_list", "required": true, "help": ""},
       {"name": "at", "type": "cron", "required": true, "help": ""}]' where slug = $1`,
    [slug],
  );
  const answer = await enable(VALUES);
  expect(answer).toMatchObject({
    status: 500,
    body: { error: 'trigger_config', message: expect.stringContaining('param.text') },
  });
  expect(answer.body.config).toEqual({ text: 'say {{ param.text }}' });
  await setting.rows(`update template set parameters = '[]' where slug = $1`, [slug]);
  expect((await enable({})).body.config).toEqual({ cron: '{{ param.at }}' });
  expect(await cells()).toEqual([]);
  expect((await call('GET', `/${slug}`)).status).toBe(200);
});

test('a project that is not there, is another one’s, or is not the one that the request names, is not found', async () => {
  await create();
  const { otherProject, org, people } = setting.house;
  for (const project of [999_999, otherProject.id, 'x', 0]) {
    expect(await enable(VALUES, project)).toMatchObject({
      ...{ status: 404, body: { message: `No project ${project}.` } },
    });
  }
  const second = await createProject(setting.pool, { orgId: org.id, ownerUserId: people.admin.id });
  const headers = { 'X-Project-Id': String(second.id) };
  const path = `/${slug}/enable/${setting.projectId}`;
  expect((await call('POST', path, { body: VALUES, headers })).status).toBe(404);
  expect((await call('POST', '/nothing/enable/1', { body: {} })).status).toBe(404);
});

test('REST and GraphQL answer alike for the same fault', async () => {
  await using ground = await createGround();
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${ground.url}${TEMPLATES}${path}`, {
      method,
      headers: {
        ...{
          authorization: `Bearer ${ground.tokens.admin.token}`,
          'content-type': 'application/json',
        },
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as { message: string; details: object[]; config?: unknown };
  };
  const mutate = async (text: string, variables: object) => {
    const fields = `message ... on ValidationError { problems { path message value } }
      ... on TriggerConfigError { config }`;
    const { data } = await ground.ask(
      'admin',
      `mutation ($c: JSON) { it: ${text} { ... on Failure { ${fields} }
         ... on CellsSet { refused { message config problems { path message value } } } } }`,
      variables as Record<string, unknown>,
    );
    return data.it;
  };
  const texts = (problems: { path: (string | number)[] }[]) =>
    problems.map((problem) => ({ ...problem, path: problem.path.map(String) }));

  const step = { kind: 'snapshot_dashboards', skip_hours: '{{ param.hours }}' };
  const wrong = { display_name: 'Daily', colour: 1, steps: [step] };
  const rest = await send('POST', '', wrong);
  const { data } = await ground.ask(
    'admin',
    `mutation ($c: JSON!) { it: createTemplate(configuration: $c) {
       ... on ValidationError { message problems { path message value } } } }`,
    { c: wrong },
  );
  expect(data.it.message).toBe(rest.message);
  expect(data.it.problems).toEqual(texts(rest.details as never));

  const good = { ...wrong, colour: undefined, parameters: [{ name: 'hours', type: 'integer' }] };
  await send('POST', '', good);
  const path = `/daily/enable/${ground.project.id}`;
  const set = `setTemplateEnabled(templateId: 1, projectIds: [${ground.project.id}], enabled: true, values: $c)`;
  const bad = { hours: 'x', day: 1 };
  const refused = await send('POST', path, bad);
  const [cell] = (await mutate(set, { c: bad })).refused;
  const within = cell.problems.map(({ path: [, ...rest], ...problem }: { path: string[] }) => ({
    ...problem,
    path: rest,
  }));
  expect(within).toEqual(texts(refused.details as never));

  await ground.pool.query(`update template set parameters = '[]'`);
  const broken = await send('POST', path, {});
  const [same] = (await mutate(set, { c: {} })).refused;
  expect(same).toMatchObject({ message: broken.message, config: broken.config });
  expect(broken.config).toEqual({ skip_hours: '{{ param.hours }}' });
});

test('the document describes what is sent and answered', async () => {
  const { body } = await client('GET', '/api/openapi.json');
  const paths = body.paths as Record<
    string,
    Record<string, { responses: object; requestBody?: object }>
  >;
  const enabling = paths[`${TEMPLATES}/{slug}/enable/{project_id}`]!['post']!;
  expect(Object.keys(enabling.responses)).toEqual(
    expect.arrayContaining(['200', '400', '401', '403', '404', '422', '500']),
  );
  expect(enabling.requestBody).toMatchObject({
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Values' } } },
  });
  expect(Object.keys(paths[`${TEMPLATES}/{slug}`]!)).toEqual(['get', 'patch', 'delete']);
  for (const name of ['Template', 'EditedTemplate', 'Cell', 'TemplateInput', 'TemplatePatch']) {
    expect(body.components.schemas).toHaveProperty(name);
  }
});
