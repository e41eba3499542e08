/** Deliveries of reports as people read them and send them again, and the files of a run. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRun, createScenario } from '#test/support/factories.ts';
import { createGround, subscribe, type Ground } from './ground.ts';
import { withStatements } from './statements.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const place = () => ({
  orgId: ground.org.id,
  projectId: ground.project.id,
  ownerUserId: ground.people.admin.id,
});

async function createSent(
  states: readonly string[],
  given: { run?: number; origin?: number } = {},
): Promise<{ run: number; ids: number[] }> {
  const run = given.run ?? (await createRun(ground.pool, { ...place(), state: 'failed' })).id;
  const ids = [];
  for (const [i, state] of states.entries()) {
    const { rows } = await ground.pool.query(
      `insert into email_delivery (org_id, project_id, run_id, origin_run_id, step_name, recipient, subject, message_id, state, reply, message)
       values ($1, $2, $3, $4, 'weekly', $5, 'Sales', '<r@x>', $6, '550 no', '{"text": "Up.", "attachments": []}') returning id`,
      [
        ...[ground.org.id, ground.project.id, run, given.origin ?? run],
        ...[`Person-${run}-${i}@example.com`, state],
      ],
    );
    ids.push(rows[0].id);
  }
  return { run, ids };
}

const LIST = `query ($filter: EmailDeliveryFilter, $first: Int, $after: String) {
  emailDeliveries(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { endCursor } nodes {
      databaseId state recipient subject messageId attempts reply message canResend originRunId stepName
      run { databaseId } askedBy { name } } } }`;

test('deliveries are listed newest first, by run, state and address, page by page', async () => {
  const { run, ids } = await createSent(['sent', 'failed', 'unknown']);
  const ask = async (filter: object, more: object = {}) =>
    (await ground.ask('viewer', LIST, { filter: { runId: run, ...filter }, ...more })).data
      .emailDeliveries;
  const all = await ask({});
  expect(all.totalCount).toBe(3);
  expect(all.nodes.map((node: any) => node.databaseId)).toEqual(ids.toReversed());
  expect(all.nodes[1]).toMatchObject({
    state: 'FAILED',
    recipient: `Person-${run}-1@example.com`,
    subject: 'Sales',
    reply: '550 no',
    message: { text: 'Up.' },
    // A viewer may not.
    canResend: false,
    stepName: 'weekly',
    run: { databaseId: run },
    askedBy: null,
  });
  expect((await ask({ state: ['FAILED', 'UNKNOWN'] })).totalCount).toBe(2);
  expect((await ask({ recipient: `person-${run}-2` })).nodes).toMatchObject([{ state: 'UNKNOWN' }]);
  const page = await ask({}, { first: 2 });
  const rest = await ask({}, { first: 2, after: page.pageInfo.endCursor });
  expect(rest.nodes.map((node: any) => node.databaseId)).toEqual([ids[0]]);
  const elsewhere = await ground.ask('viewer', LIST, { filter: { projectId: 2_000_000_000 } });
  expect(elsewhere.data.emailDeliveries.totalCount).toBe(0);
});

test('the first run of a chain still shows what a retry took up', async () => {
  const { run: first } = await createSent(['sent']);
  const retry = (await createRun(ground.pool, { ...place(), state: 'succeeded' })).id;
  await ground.pool.query('update run set origin_run_id = $2 where id = $1', [retry, first]);
  await createSent(['sent'], { run: retry, origin: first });
  for (const runId of [first, retry]) {
    const { data } = await ground.ask('viewer', LIST, { filter: { runId } });
    expect(data.emailDeliveries.totalCount).toBe(2);
  }
});

const RESEND = `mutation ($id: ID!, $confirm: Boolean) { resendDelivery(id: $id, confirm: $confirm) {
  __typename
  ... on Failure { message }
  ... on Conflict { facts }
  ... on EmailDelivery { state askedBy { name } nextAt } } }`;

test('a failed one is asked for at once, an unknown one with a confirmation, a sent one not at all', async () => {
  const { ids } = await createSent(['failed', 'unknown', 'sent']);
  const ask = async (id: number, confirm?: boolean) =>
    (await ground.ask('designer', RESEND, { id: `EmailDelivery:${id}`, confirm })).data
      .resendDelivery;
  expect(await ask(ids[0]!)).toMatchObject({
    state: 'PENDING',
    askedBy: { name: ground.people.designer.name },
    nextAt: expect.any(String),
  });
  expect(await ask(ids[1]!)).toMatchObject({
    __typename: 'Conflict',
    message: expect.stringContaining('twice'),
    facts: { state: 'unknown', confirm: true },
  });
  expect(await ask(ids[1]!, true)).toMatchObject({ state: 'PENDING' });
  expect(await ask(ids[2]!, true)).toMatchObject({ __typename: 'Conflict' });
});

test('who may not edit the project may not send again, and strangers find nothing', async () => {
  const { run, ids } = await createSent(['failed']);
  const as = async (person: 'viewer' | 'stranger' | 'nobody') =>
    (await ground.ask(person, RESEND, { id: String(ids[0]) })).data.resendDelivery.__typename;
  expect(await as('viewer')).toBe('Forbidden');
  expect(await as('nobody')).toBe('NotFound');
  expect(await as('stranger')).toBe('NotFound');
  const { rows } = await ground.pool.query('select state from email_delivery where id = $1', ids);
  expect(rows[0].state).toBe('failed');
  const node = `{ node(id: "EmailDelivery:${ids[0]}") { id } emailDelivery(id: "${ids[0]}") { id } }`;
  expect((await ground.ask('stranger', node)).data).toEqual({ node: null, emailDelivery: null });
  expect((await ground.ask('viewer', node)).data.emailDelivery.id).toBe(`EmailDelivery:${ids[0]}`);
  const list = await ground.ask('stranger', LIST, { filter: { runId: run } });
  expect(list.data.emailDeliveries).toMatchObject({ totalCount: 0, nodes: [] });
});

test('a list is narrowed to a scenario and to a period', async () => {
  const scenario = await createScenario(ground.pool, place());
  const { id: run } = await createRun(ground.pool, { ...place(), scenarioId: scenario.id });
  const { ids } = await createSent(['sent', 'failed'], { run });
  await ground.pool.query(
    `update email_delivery set created_at = '2026-03-01T10:00:00Z' where id = $1`,
    [ids[0]],
  );
  const ask = async (filter: object) => {
    const { data } = await ground.ask('viewer', LIST, { filter });
    return data.emailDeliveries.nodes.map((node: any) => node.databaseId);
  };
  const scenarioId = `Scenario:${scenario.id}`;
  expect(await ask({ scenarioId })).toEqual(ids.toReversed());
  const march = { from: '2026-03-01T10:00:00Z', to: '2026-03-02T00:00:00Z' };
  expect(await ask({ scenarioId, ...march })).toEqual([ids[0]]);
  expect(await ask({ scenarioId, ...march, to: march.from })).toEqual([]);
  expect(await ask({ scenarioId, from: march.to })).toEqual([ids[1]]);
});

test('each try is told with its time and reply; one that goes on has neither end nor reply', async () => {
  const { ids } = await createSent(['sending']);
  const tries = [
    {
      at: '2026-03-01T10:00:00.25+00:00',
      finished_at: '2026-03-01T10:00:01+00:00',
      state: 'pending',
      reply: '451 later',
    },
    { at: '2026-03-01T10:00:31+00:00' },
  ];
  await ground.pool.query('update email_delivery set tries = $2 where id = $1', [
    ids[0],
    JSON.stringify(tries),
  ]);
  const { data } = await ground.ask(
    'viewer',
    `{ emailDelivery(id: ${ids[0]}) { htmlPath tries { at finishedAt state reply } } }`,
  );
  expect(data.emailDelivery).toEqual({
    htmlPath: null,
    tries: [
      {
        ...{ at: '2026-03-01T10:00:00.250Z', finishedAt: '2026-03-01T10:00:01.000Z' },
        ...{ state: 'PUT_OFF', reply: '451 later' },
      },
      { at: '2026-03-01T10:00:31.000Z', finishedAt: null, state: 'SENDING', reply: null },
    ],
  });
});

test('whoever watches a project, a scenario or all of the organisation is told of a delivery that is asked for', async () => {
  const scenario = await createScenario(ground.pool, place());
  const { id: run } = await createRun(ground.pool, { ...place(), scenarioId: scenario.id });
  const { ids } = await createSent(['failed'], { run });
  const watch = (args: string) =>
    subscribe<any>(
      ground.client('viewer'),
      `subscription { emailDeliveriesChanged${args} { resync deliveries { databaseId state } } }`,
    );
  const streams = [
    watch(`(projectId: ${ground.project.id})`),
    watch(`(scenarioId: ${scenario.id})`),
    watch(''),
  ];
  const next = async () =>
    (await Promise.all(streams.map((stream) => stream.next()))).map(
      ({ value }) => value?.data.emailDeliveriesChanged,
    );
  for (const first of await next()) expect(first.resync).toBe(true);
  await ground.ask('designer', RESEND, { id: String(ids[0]) });
  for (const told of await next()) {
    expect(told).toEqual({
      resync: false,
      deliveries: [{ databaseId: ids[0], state: 'PENDING' }],
    });
  }
  for (const stream of streams) await stream.return?.();
});

test('who may not see every project cannot watch the organisation', async () => {
  const stream = subscribe<any>(
    ground.client('nobody'),
    'subscription { emailDeliveriesChanged { resync } }',
  );
  const { value } = await stream.next();
  expect(value?.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  await stream.return?.();
});

test('REST has the message as it was sent, with its pictures in it, for a frame and without any script', async () => {
  const { run, ids } = await createSent(['sent', 'sent']);
  await createFile(run, 'inline/chart-1', 'png', 'image/png');
  const message = {
    ...{ from: 'hf@x', text: 'Up.', html: '<p>Up.</p><img src="cid:chart-1"><img src="cid:gone">' },
    ...{ run, pos: 0, images: [{ cid: 'chart-1', artifact: 'inline/chart-1' }], attachments: [] },
  };
  await ground.pool.query('update email_delivery set message = $2 where id = $1', [
    ids[0],
    JSON.stringify(message),
  ]);
  const get = (id: number, person: 'viewer' | 'nobody' | 'stranger' = 'viewer') =>
    fetch(`${ground.url}/api/scheduler/deliveries/${id}/message`, {
      headers: { authorization: `Bearer ${ground.tokens[person].token}` },
    });
  const found = await get(ids[0]!);
  expect(await found.text()).toBe(
    '<p>Up.</p><img src="data:image/png;base64,cG5n"><img src="cid:gone">',
  );
  expect(Object.fromEntries(found.headers)).toMatchObject({
    'content-type': expect.stringContaining('text/html'),
    'x-frame-options': 'SAMEORIGIN',
    'content-security-policy': expect.stringMatching(
      /default-src 'none';.*sandbox; frame-ancestors 'self'/,
    ),
  });
  expect((await get(ids[1]!)).status).toBe(404);
  expect((await get(ids[0]!, 'nobody')).status).toBe(404);
  expect((await get(ids[0]!, 'stranger')).status).toBe(404);
  const { data } = await ground.ask('viewer', `{ emailDelivery(id: ${ids[0]}) { htmlPath } }`);
  expect(data.emailDelivery.htmlPath).toBe(`/api/scheduler/deliveries/${ids[0]}/message`);
});

test('a PDF is shown by the browser where it is asked for so, and nothing else is', async () => {
  const { id } = await createRun(ground.pool, place());
  await createFile(id, 'sales.pdf', '%PDF-', 'application/pdf');
  await createFile(id, 'sales.html', '<p>', 'text/html; charset=utf-8');
  const { data } = await ground.ask('viewer', `{ run(id: ${id}) { artifacts { inlinePath } } }`);
  const path = `/api/scheduler/runs/${id}/artifacts/sales.pdf?pos=0&inline=true`;
  expect(data.run.artifacts).toEqual([{ inlinePath: path }, { inlinePath: null }]);
  const headersOf = async (address: string) => {
    const headers = { authorization: `Bearer ${ground.tokens.viewer.token}` };
    return Object.fromEntries((await fetch(ground.url + address, { headers })).headers);
  };
  expect(await headersOf(path)).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': 'inline; filename="sales.pdf"',
    'x-frame-options': 'SAMEORIGIN',
    'content-security-policy': expect.stringContaining("frame-ancestors 'self'"),
  });
  expect(await headersOf(path.replace('.pdf', '.html'))).toMatchObject({
    'content-disposition': 'attachment; filename="sales.html"',
    'content-security-policy': expect.stringContaining('sandbox'),
  });
});

async function createFile(run: number, name: string, text = 'bytes', mediaType = 'text/csv') {
  await ground.pool.query(
    `insert into artifact (org_id, run_id, pos, name, media_type, bytes, size) values ($1, $2, 0, $3, $4, $5, $6)`,
    [ground.org.id, run, name, mediaType, Buffer.from(text), text.length],
  );
}

test('a run lists its files without the parts of messages; many runs cost no statement more than one', async () => {
  const runs = [];
  for (let i = 0; i < 4; i++) {
    const { id } = await createRun(ground.pool, { ...place(), source: 'backfill' });
    await createFile(id, 'sales.csv');
    await createFile(id, 'inline/chart-1');
    runs.push(id);
  }
  const count = (first: number) =>
    withStatements(() =>
      ground.ask(
        'viewer',
        `{ runs(filter: { source: BACKFILL }, first: ${first}) { nodes { databaseId artifacts { name size mediaType pos path } } } }`,
      ),
    );
  await count(1);
  const [, one] = await count(1);
  const [answer, many] = await count(4);
  expect(answer.data.runs.nodes).toHaveLength(4);
  expect(answer.data.runs.nodes[0].artifacts).toEqual([
    {
      ...{ name: 'sales.csv', size: 5, mediaType: 'text/csv', pos: 0 },
      path: `/api/scheduler/runs/${runs[3]}/artifacts/sales.csv?pos=0`,
    },
  ]);
  expect(many).toHaveLength(one.length);
});

test('REST has the bytes as a download that no browser takes for a page, for those who may see the run', async () => {
  const { id } = await createRun(ground.pool, place());
  await createFile(id, 'sales.html', '<script>alert(1)</script>', 'text/html; charset=utf-8');
  await createFile(id, 'inline/chart-1');
  const get = (name: string, person: 'viewer' | 'nobody' | 'stranger' | null = 'viewer') =>
    fetch(`${ground.url}/api/scheduler/runs/${id}/artifacts/${name}`, {
      headers: person === null ? {} : { authorization: `Bearer ${ground.tokens[person].token}` },
    });
  const found = await get('sales.html');
  expect(found.status).toBe(200);
  expect(Object.fromEntries(found.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-disposition': 'attachment; filename="sales.html"',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining('sandbox'),
  });
  expect(await found.text()).toBe('<script>alert(1)</script>');
  expect((await get('sales.html?pos=0')).status).toBe(200);
  expect((await get('sales.html?pos=1')).status).toBe(404);
  expect((await get('sales.html?pos=x')).status).toBe(422);
  expect((await get('other.html')).status).toBe(404);
  expect((await get('inline%2Fchart-1')).status).toBe(404);
  expect((await get('..%2F..%2Fhealth')).status).toBe(404);
  expect((await get('sales.html', 'nobody')).status).toBe(404);
  expect((await get('sales.html', 'stranger')).status).toBe(404);
  expect((await get('sales.html', null)).status).toBe(401);
});
