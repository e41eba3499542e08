import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestStep } from '#test/support/step-context.ts';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
beforeEach(async () => {
  ground = await createGround();
});
afterEach(() => ground[Symbol.asyncDispose]());

/** Aborts once `ready`, and expects the end within 2 s with nothing left behind. */
async function expectCleanStop(step: TestStep, config: object, ready: () => Promise<boolean>) {
  const running = ground.execute(step, config);
  running.catch(() => {});
  while (!(await ready())) await sleep(5);
  const abortedAt = performance.now();
  step.abort();
  await expect(running).rejects.toThrow('the run was cancelled');
  expect(performance.now() - abortedAt).toBeLessThan(2000);
  expect(await ground.stagingTables()).toEqual([]);
  const client = await ground.connect();
  const { rows } = await client.query(
    `select pid, state, query from pg_stat_activity where datname = current_database() and application_name = $1 and state <> 'idle'`,
    [`hf:${step.context.runId}:${step.context.fence}`],
  );
  expect(rows).toEqual([]);
  // The sessions that are left are the step's own, and usable.
  for (const each of [await step.pool.connect(), await step.pool.connect()]) {
    await each.query('select 1');
    each.release();
  }
  await step[Symbol.asyncDispose]();
  expect(await sessionsOf(step)).toBe(0);
}

async function sessionsOf(step: TestStep): Promise<number> {
  // A session that was closed takes the server a moment to end.
  for (let i = 0; i < 100 && (await ground.sessions(step)) > 0; i++) await sleep(10);
  return ground.sessions(step);
}

const isRunning = (part: string) => async () => {
  const rows = await ground.rows(
    `select from pg_stat_activity where datname = current_database() and query like '%${part}%' and state = 'active' and pid <> pg_backend_pid()`,
  );
  return rows.length > 0;
};

/** A dataset of a file whose download stops in the middle, or goes on for ever, a row at a time. */
async function addStalled({ drips = false } = {}) {
  const server = createServer((_request, response) => {
    response.write('id,t\n1,x\n');
    if (!drips) return;
    const drip = setInterval(() => response.write('2,y\n'), 10);
    response.on('close', () => clearInterval(drip));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const connectorId = await ground.addConnector('csv', { base_url: base });
  await ground.addDataset('stalled', { connectorId, source: { url: 'x.csv' } });
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a stalled download ends', async () => {
  await using _server = await addStalled();
  const step = await ground.newStep();
  await expectCleanStop(step, { dataset: 'stalled' }, isRunning('copy pg_temp'));
});

test.each([
  // A COPY that waits for data takes notice of a cancel only when some arrives.
  ['pg_cancel_backend', true],
  ['pg_terminate_backend', false],
])('a load whose session is ended by %s fails, to be tried again', async (end, drips) => {
  await using _server = await addStalled({ drips });
  await using step = await ground.newStep();
  const running = ground.execute(step, { dataset: 'stalled' });
  while (!(await isRunning('copy pg_temp')())) await sleep(5);
  await ground.rows(
    `select ${end}(pid) from pg_stat_activity
     where datname = current_database() and query like 'copy pg_temp%' and pid <> pg_backend_pid()`,
  );
  expect(await running).toMatchObject({
    outcome: 'failed',
    retryable: true,
    reason: expect.stringContaining('Loading the rows'),
  });
  expect(await ground.stagingTables()).toEqual([]);
});

test('a file that is being read ends', async () => {
  await ground.file('large.csv', `id,t\n${'1,xxxxxxxxxxxxxxxxxxxx\n'.repeat(1_000_000)}`);
  await ground.addDataset('large');
  const step = await ground.newStep();
  await expectCleanStop(step, { dataset: 'large' }, async () => step.progress.length > 0);
});

test('rows that are being typed and sorted end', async () => {
  await ground.file(
    'sorted.csv',
    `id,t\n${Array.from({ length: 400_000 }, (_, i) => `${(i * 7919) % 400_003},${'y'.repeat(40)}`).join('\n')}`,
  );
  await ground.addDataset('sorted', { keys: ['id'] });
  const step = await ground.newStep();
  await expectCleanStop(step, { dataset: 'sorted' }, isRunning('distinct on'));
});

test('a query that sends nothing for a long time is ended in its server', async () => {
  const connectorId = await ground.addConnector('postgresql', { url: ground.url });
  await ground.addDataset('sleeping', {
    connectorId,
    source: { query: 'select pg_sleep(60)::text as s' },
  });
  const step = await ground.newStep();
  await expectCleanStop(step, { dataset: 'sleeping' }, isRunning('copy (select q."s"'));
});

test('a query that sends without end is ended in its server', async () => {
  const connectorId = await ground.addConnector('postgresql', { url: ground.url });
  // In the select list it streams; in FROM it would be stored whole before the first row.
  const query = `select generate_series(1, 1000000000) as i, repeat('z', 100) as t`;
  await ground.addDataset('endless', { connectorId, source: { query } });
  const step = await ground.newStep();
  await expectCleanStop(step, { dataset: 'endless' }, async () => step.progress.length > 0);
});

test('an abort between loading and publishing leaves the staging table to discard', async () => {
  await ground.file('done.csv', 'id\n1\n');
  await ground.addDataset('done');
  await using step = await ground.newStep();
  const result = await ground.execute(step, { dataset: 'done' });
  expect(await ground.stagingTables()).toHaveLength(1);
  await (result as unknown as { discard(db: unknown): Promise<void> }).discard(ground.pool);
  expect(await ground.stagingTables()).toEqual([]);
});
