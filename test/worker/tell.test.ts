import { expect, test } from 'vitest';
import { releaseHeld } from '#domain/tick/hold.ts';
import { openGate } from '#test/support/kinds.ts';
import { createMailConnector, startSmtp } from '#test/support/smtp.ts';
import { spawnWorker, startTestWorker, until } from '#test/support/worker.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

const SHORT = { LEASE_SECONDS: '2', CLAIM_BACKSTOP_SECONDS: '0.2', TICK_BACKSTOP_SECONDS: '0.2' };

async function mailbox(world: World) {
  const smtp = await startSmtp();
  await createMailConnector(world.pool, world.org.id, smtp.port);
  return smtp;
}

const notifications = async (world: World) =>
  (await world.pool.query('select * from notification order by id')).rows;

const setSteps = (world: World, id: number, step: object) =>
  world.pool.query('update scenario set steps = $2 where id = $1', [
    id,
    JSON.stringify([{ kind: 'probe', ...step }]),
  ]);

test('a failure and the recovery reach the owner’s inbox', async () => {
  await using world = await createWorld();
  await using smtp = await mailbox(world);
  await using _worker = await startTestWorker(world.url);
  const { id } = await world.scenario({
    name: 'Import returns',
    steps: [{ kind: 'probe', fail: 'there is no file returns.csv' }],
  });
  await world.run(id);
  await until('the first mail', async () => smtp.received.length === 1);
  await setSteps(world, id, {});
  await world.run(id);
  await until('the second mail', async () => smtp.received.length === 2);
  expect(smtp.received.map(({ to, mail }) => [to, mail.subject])).toEqual([
    [[world.owner.email], `Failed: Import returns (${world.project.slug})`],
    [[world.owner.email], `Recovered: Import returns (${world.project.slug})`],
  ]);
  expect(smtp.received[0]!.mail.text).toContain('there is no file returns.csv');
});

test('three workers tell each of fifty failures once', async () => {
  await using world = await createWorld();
  await using smtp = await mailbox(world);
  await using _a = await startTestWorker(world.url);
  await using _b = await startTestWorker(world.url);
  await using _c = await startTestWorker(world.url);
  for (let i = 0; i < 50; i++) {
    await world.run((await world.scenario({ steps: [{ kind: 'probe', fail: 'no' }] })).id);
  }
  await until(
    'fifty sent',
    async () => (await countRows(world.pool, "notification where state = 'sent'")) === 50,
  );
  expect(smtp.received).toHaveLength(50);
  expect(new Set(smtp.received.map(({ mail }) => mail.messageId)).size).toBe(50);
});

test('a run that goes on for too long is told once, although another worker resumes it', async () => {
  await using world = await createWorld();
  await using smtp = await mailbox(world);
  await using first = await spawnWorker(world.url, 'first', SHORT);
  const { id } = await world.scenario({
    name: 'Slow',
    policies: { late_after: '1s' },
    steps: [{ kind: 'probe', gate: 'go' }],
  });
  const runId = await world.run(id);
  await until('the mail', async () => smtp.received.length === 1);
  expect((await world.getRun(runId)).state).toBe('running');
  await first.signal('SIGKILL');
  await using _second = await spawnWorker(world.url, 'second', SHORT);
  await until('the second claim', async () => (await world.getRun(runId)).fence === 2);
  await openGate(world.pool, 'go');
  await world.untilRun(runId, ['succeeded']);

  const events = await world.events(runId);
  expect(events.filter(({ type }) => type === 'run.late')).toMatchObject([
    { payload: { late_after: '1s' } },
  ]);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  expect(await notifications(world)).toMatchObject([{ kind: 'late', run_id: runId }]);
  expect(smtp.received[0]!.mail.subject).toMatch(/^Late: Slow/);
  expect(smtp.received[0]!.mail.text).toContain('running for more than 1s');
});

test('a run that ends in time is not told to be late', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url);
  const { id } = await world.scenario({ policies: { late_after: '1h' } });
  const runId = await world.run(id);
  await world.untilRun(runId, ['succeeded']);
  expect((await world.events(runId)).map(({ type }) => type)).not.toContain('run.late');
  expect(await notifications(world)).toEqual([]);
});

test('a worker killed while sending leaves it unknown, and nobody sends it again', async () => {
  await using world = await createWorld();
  await using smtp = await mailbox(world);
  smtp.behave({ hang: true });
  await using first = await spawnWorker(world.url, 'first', SHORT);
  await world.run((await world.scenario({ steps: [{ kind: 'probe', fail: 'no' }] })).id);
  await until('the message', async () => smtp.received.length === 1);
  await first.signal('SIGKILL');
  expect(await notifications(world)).toMatchObject([{ state: 'sending', attempts: 1 }]);

  smtp.behave({});
  await using _second = await spawnWorker(world.url, 'second', SHORT);
  // As if five minutes had passed.
  await world.pool.query(`update notification set next_at = clock_timestamp() - interval '1 s'`);
  const [row] = await until('the verdict', async () => {
    const all = await notifications(world);
    return all[0].state === 'sending' ? null : all;
  });
  expect(row).toMatchObject({
    state: 'unknown',
    attempts: 1,
    reply: expect.stringContaining('the worker was lost while sending'),
  });
  expect(smtp.conversations).toBe(1);
}, 30_000);

test('a worker that was started held sends nothing until it is released', async () => {
  await using world = await createWorld();
  await using smtp = await mailbox(world);
  await using _worker = await startTestWorker(world.url, { startHeld: true });
  const runId = await world.run(
    (await world.scenario({ steps: [{ kind: 'probe', fail: 'no' }] })).id,
  );
  await world.untilRun(runId, ['failed']);
  await until('the row', async () => (await notifications(world)).length === 1);
  // Another failure, settled after several passes of the delivery.
  const later = (await world.scenario({ steps: [{ kind: 'probe', fail: 'no' }] })).id;
  await world.run(later);
  await until('the second row', async () => (await notifications(world)).length === 2);
  expect((await notifications(world)).map(({ state }) => state)).toEqual(['pending', 'pending']);
  expect(smtp.conversations).toBe(0);
  await releaseHeld(world.pool);
  await until('both mails', async () => smtp.received.length === 2);
});
