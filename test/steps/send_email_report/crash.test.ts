/** Reports through real workers: one that is killed in the middle of a message, and a run that is retried. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { retryRun } from '#domain/run/retry-run.ts';
import { createRegistry } from '#steps/registry.ts';
import { principalOf } from '#test/support/factories.ts';
import { createMailConnector, startSmtp } from '#test/support/smtp.ts';
import { spawnWorker, startTestWorker, until } from '#test/support/worker.ts';
import { createWorld, type World } from '#test/support/world.ts';
import { createDashboard, fillWarehouse } from './ground.ts';

const ANA = 'ana@example.com';
const BEN = 'ben@example.com';
const SECRET = randomBytes(32);
// Leases of 2 s instead of 15 s, so that a lost worker is noticed soon.
const SHORT = {
  ...{ LEASE_SECONDS: '2', CLAIM_BACKSTOP_SECONDS: '0.2', TICK_BACKSTOP_SECONDS: '0.2' },
  SECRET_KEY: SECRET.toString('base64'),
};

async function prepared(world: World, port: number, recipients: string[]): Promise<number> {
  await createMailConnector(world.pool, world.org.id, port);
  await fillWarehouse(world.pool, world.project.id);
  const id = await createDashboard(world.pool, world.place);
  const step = { kind: 'send_email_report', name: 'weekly', format: 'html' };
  const scenario = await world.scenario({
    steps: [{ ...step, dashboard_ids: [id], recipients }],
    policies: { notify: { mail: [] } },
  });
  return world.run(scenario.id);
}

const deliveries = async (world: World) =>
  (
    await world.pool.query(
      'select recipient, state, attempts, run_id from email_delivery order by id',
    )
  ).rows;

test('a worker that is killed between sending and recording: the next one does not send it again', async () => {
  await using world = await createWorld();
  await using smtp = await startSmtp();
  smtp.behave({ hang: true });
  const runId = await prepared(world, smtp.port, [ANA]);
  await using first = await spawnWorker(world.url, 'first', SHORT);
  await until('the whole message has come', async () => smtp.received.length === 1, 40_000);
  expect(await deliveries(world)).toMatchObject([{ state: 'sending', attempts: 1 }]);
  await first.signal('SIGKILL');
  smtp.behave({});
  await using _second = await spawnWorker(world.url, 'second', SHORT);
  const run = await world.untilRun(runId, ['succeeded', 'failed'], 40_000);
  expect(run.state).toBe('succeeded');
  expect(run.fence).toBeGreaterThan(1);
  expect(smtp.received).toHaveLength(1);
  expect(await deliveries(world)).toMatchObject([{ state: 'unknown', attempts: 1 }]);
  const [step] = await world.steps(runId);
  expect(step!.output).toMatchObject({ sent: 0, unknown: 1 });
}, 90_000);

test('a retry of a failed run sends only to those who have not got it', async () => {
  await using world = await createWorld();
  await using smtp = await startSmtp();
  smtp.behave({ rcpt: { [BEN]: '550 5.1.1 no such user' } });
  const runId = await prepared(world, smtp.port, [ANA, BEN]);
  await using _worker = await startTestWorker(world.url, {
    kinds: createRegistry(),
    secretKey: [SECRET],
  });
  const failed = await world.untilRun(runId, ['succeeded', 'failed'], 40_000);
  expect(failed.reason).toMatch(/step "weekly": 1 of 2 recipients did not get it: ben@.*550/);
  expect(smtp.received.map(({ to }) => to[0])).toEqual([ANA]);
  smtp.behave({});
  const owner = await principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });
  const deps = { pool: world.pool, kinds: createRegistry() };
  const retry = await retryRun(deps, owner, runId, { mode: 'from_failed' });
  await world.untilRun(retry.runId, ['succeeded'], 40_000);
  expect(smtp.received.map(({ to }) => to[0])).toEqual([ANA, BEN]);
  expect(await deliveries(world)).toMatchObject([
    { recipient: ANA, state: 'sent', run_id: runId },
    { recipient: BEN, state: 'sent', run_id: retry.runId },
  ]);
  const [step] = await world.steps(retry.runId);
  expect(step!.output).toMatchObject({ sent: 1, sent_before: 1 });
}, 90_000);
