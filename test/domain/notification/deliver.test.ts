import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { deliver, giveUpLost, takePending } from '#domain/notification/deliver.ts';
import { createMailConnector, startSmtp, type Behaviour } from '#test/support/smtp.ts';
import { createWorld, type World } from '#test/support/world.ts';

type Row = {
  id: number;
  state: string;
  attempts: number;
  reply: string | null;
  in_seconds: number;
  finished_at: Date | null;
};

async function pending(world: World, channel: string, target: string): Promise<number> {
  const { id } = await world.scenario({ name: 'Refresh <orders>' });
  const runId = await world.run(id);
  const payload = {
    kind: 'failure',
    organisation: 'Org',
    project: { id: world.project.id, slug: 'p', name: 'Sales' },
    scenario: { id, slug: 's', name: 'Refresh <orders>' },
    run: {
      id: runId,
      state: 'failed',
      reason: 'step "load": <no file>',
      due_at: '2026-11-23T01:00:00.000Z',
      started_at: '2026-11-23T01:00:01.000Z',
      finished_at: '2026-11-23T01:00:02.000Z',
    },
    timezone: 'Asia/Jakarta',
    failures: 2,
  };
  const { rows } = await world.pool.query(
    `insert into notification (org_id, project_id, scenario_id, run_id, kind, channel, target, payload)
     values ($1, $2, $3, $4, 'failure', $5, $6, $7) returning id`,
    [world.org.id, world.project.id, id, runId, channel, target, JSON.stringify(payload)],
  );
  return rows[0].id;
}

async function rowOf(world: World, id: number): Promise<Row> {
  const { rows } = await world.pool.query(
    `select id, state, attempts, reply, finished_at,
            extract(epoch from next_at - clock_timestamp())::float8 as in_seconds
     from notification where id = $1`,
    [id],
  );
  return rows[0];
}

/** One pass of a worker, to its end. @returns how many were tried. */
async function pass(world: World): Promise<number> {
  const taken = await takePending(world.pool, 10);
  const deps = { pool: world.pool, log: world.log, secretKey: undefined };
  await Promise.all(taken.map((each) => deliver(deps, each)));
  return taken.length;
}

const comeDue = (world: World, id: number) =>
  world.pool.query('update notification set next_at = clock_timestamp() where id = $1', [id]);

async function mailed(world: World, ...turns: Behaviour[]) {
  const smtp = await startSmtp();
  smtp.behave(...turns);
  await createMailConnector(world.pool, world.org.id, smtp.port);
  return { smtp, id: await pending(world, 'mail', 'ops@example.com') };
}

test('a mail is sent once, says what happened and where, and is not taken again', async () => {
  await using world = await createWorld();
  const { smtp, id } = await mailed(world, {});
  await using _smtp = smtp;
  const tries = await Promise.all([pass(world), pass(world), pass(world)]);
  expect(tries.toSorted()).toEqual([0, 0, 1]);
  expect(await pass(world)).toBe(0);
  expect(await rowOf(world, id)).toMatchObject({
    state: 'sent',
    attempts: 1,
    reply: expect.stringMatching(/^250/),
    finished_at: expect.any(Date),
  });
  expect(smtp.received).toHaveLength(1);
  const { mail } = smtp.received[0]!;
  expect(mail.subject).toBe('Failed: Refresh <orders> (Sales)');
  expect(mail.text).toContain('has failed 2 times in a row');
  expect(mail.text).toContain('step "load": <no file>');
  expect(mail.text).toMatch(/Due: +2026-11-23 08:00:00 Asia\/Jakarta/);
  expect(mail.html).toContain('&lt;no file&gt;');
  expect(mail.messageId).toMatch(new RegExp(`^<notification-${id}\\.\\d+@sender\\.example>$`));
});

test('a temporary refusal is tried three more times, waiting longer each time, and then fails', async () => {
  await using world = await createWorld();
  const { smtp, id } = await mailed(world, { rcpt: '450 4.2.0 greylisted' });
  await using _smtp = smtp;
  for (const [attempts, seconds] of [
    [1, 30],
    [2, 150],
    [3, 750],
  ]) {
    expect(await pass(world)).toBe(1);
    const row = await rowOf(world, id);
    expect(row).toMatchObject({ state: 'pending', attempts, finished_at: null });
    expect(row.in_seconds).toBeCloseTo(seconds!, -0.5);
    expect(await pass(world)).toBe(0);
    await comeDue(world, id);
  }
  expect(await pass(world)).toBe(1);
  expect(await rowOf(world, id)).toMatchObject({
    state: 'failed',
    attempts: 4,
    reply: expect.stringContaining('greylisted'),
  });
  expect(smtp.conversations).toBe(4);
});

test('a connection dropped before the message is tried again and arrives once', async () => {
  await using world = await createWorld();
  const { smtp, id } = await mailed(world, { cut: 'rcpt' }, {});
  await using _smtp = smtp;
  await pass(world);
  expect(await rowOf(world, id)).toMatchObject({ state: 'pending', attempts: 1 });
  await comeDue(world, id);
  await pass(world);
  expect(await rowOf(world, id)).toMatchObject({ state: 'sent', attempts: 2 });
  expect(smtp.received).toHaveLength(1);
});

test('a permanent refusal is not tried again', async () => {
  await using world = await createWorld();
  const { smtp, id } = await mailed(world, { rcpt: '550 5.1.1 no such user' });
  await using _smtp = smtp;
  await pass(world);
  expect(await rowOf(world, id)).toMatchObject({ state: 'failed', attempts: 1 });
});

test('a connection dropped after the message is unknown and never sent again', async () => {
  await using world = await createWorld();
  const { smtp, id } = await mailed(world, { cut: 'body' }, {});
  await using _smtp = smtp;
  await pass(world);
  expect(await rowOf(world, id)).toMatchObject({ state: 'unknown', attempts: 1 });
  await comeDue(world, id);
  expect(await pass(world)).toBe(0);
  expect(smtp.received).toHaveLength(1);
});

test('what a frozen worker finds out after it was given up changes nothing', async () => {
  await using world = await createWorld();
  const { smtp, id } = await mailed(world, {});
  await using _smtp = smtp;
  const [taken] = await takePending(world.pool, 1);
  expect((await rowOf(world, id)).in_seconds).toBeCloseTo(300, -0.5);
  expect(await giveUpLost(world.pool)).toBe(0);
  await world.pool.query(`update notification set next_at = clock_timestamp() - interval '1 s'`);
  expect(await giveUpLost(world.pool)).toBe(1);
  await deliver({ pool: world.pool, log: world.log, secretKey: undefined }, taken!);
  expect(await rowOf(world, id)).toMatchObject({
    state: 'unknown',
    reply: expect.stringContaining('the worker was lost while sending'),
  });
});

test('without a mail connector it fails and says what to do; another organisation’s is not used', async () => {
  await using world = await createWorld();
  await using smtp = await startSmtp();
  const { rows } = await world.pool.query(
    `insert into org (slug, name) values ('other', 'Other') returning id`,
  );
  await createMailConnector(world.pool, rows[0].id, smtp.port);
  const id = await pending(world, 'mail', 'ops@example.com');
  await pass(world);
  expect(await rowOf(world, id)).toMatchObject({
    state: 'failed',
    reply: expect.stringMatching(/no mail connector; an administrator adds one of the type smtp/),
  });
  expect(smtp.conversations).toBe(0);
});

test('a member who was deactivated gets no mail, and the row says so', async () => {
  await using world = await createWorld();
  const { smtp } = await mailed(world, {});
  await using _smtp = smtp;
  await world.pool.query('update "user" set deactivated_at = now() where id = $1', [
    world.owner.id,
  ]);
  const id = await pending(world, 'mail', world.owner.email.toUpperCase());
  await pass(world);
  expect(await rowOf(world, id)).toMatchObject({
    state: 'failed',
    reply: expect.stringContaining('deactivated'),
  });
});

async function startHook(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const calls: { headers: IncomingMessage['headers']; body: any }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push({
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()),
      });
      answer(request, response);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    calls,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

test('a webhook is called with JSON and the same id at every try, until it answers 2xx', async () => {
  await using world = await createWorld();
  let n = 0;
  await using hook = await startHook((_request, response) => {
    n += 1;
    if (n === 1) response.destroy();
    else response.writeHead(n === 2 ? 503 : 204).end();
  });
  const id = await pending(world, 'webhook', hook.url);
  for (const reply of [expect.any(String), 'HTTP 503']) {
    await pass(world);
    expect(await rowOf(world, id)).toMatchObject({ state: 'pending', reply });
    await comeDue(world, id);
  }
  await pass(world);
  expect(await rowOf(world, id)).toMatchObject({ state: 'sent', attempts: 3, reply: 'HTTP 204' });
  const ids = hook.calls.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(1);
  expect(hook.calls[0]!.headers['content-type']).toBe('application/json');
  expect(hook.calls[0]!.body).toMatchObject({
    id: ids[0],
    kind: 'failure',
    failures: 2,
    scenario: { name: 'Refresh <orders>' },
    run: { state: 'failed', reason: 'step "load": <no file>' },
  });
});

test('a webhook that refuses or redirects fails at once; nothing follows the redirect', async () => {
  await using world = await createWorld();
  await using other = await startHook((_request, response) => response.writeHead(200).end());
  await using hook = await startHook((_request, response) =>
    response.writeHead(307, { location: other.url }).end(),
  );
  await using gone = await startHook((_request, response) => response.writeHead(410).end());
  const [redirected, refused] = [
    await pending(world, 'webhook', hook.url),
    await pending(world, 'webhook', gone.url),
  ];
  await pass(world);
  expect(await rowOf(world, redirected)).toMatchObject({
    state: 'failed',
    reply: expect.stringContaining('redirect'),
  });
  expect(await rowOf(world, refused)).toMatchObject({ state: 'failed', reply: 'HTTP 410' });
  expect(other.calls).toEqual([]);
});

test('nothing is sent to link-local and metadata addresses, however they are written', async () => {
  await using world = await createWorld();
  const ids = [];
  for (const host of ['169.254.169.254', '2852039166', '[::ffff:a9fe:a9fe]', '[fe80::1]']) {
    ids.push(await pending(world, 'webhook', `http://${host}/latest/meta-data`));
  }
  await pass(world);
  for (const id of ids) {
    expect(await rowOf(world, id)).toMatchObject({
      state: 'failed',
      reply: expect.stringContaining('to which nothing is sent'),
    });
  }
});

test('mail to a domain that the organisation does not allow is refused, and says so', async () => {
  await using world = await createWorld();
  await world.pool.query(
    `update org set settings = '{"allowedRecipientDomains": ["example.org"]}' where id = $1`,
    [world.org.id],
  );
  const id = await pending(world, 'mail', 'ada@example.com');
  await pass(world);
  expect(await rowOf(world, id)).toMatchObject({
    state: 'failed',
    reply: expect.stringContaining('allows no mail to this domain'),
  });
});
