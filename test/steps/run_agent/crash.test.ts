/** Agents through real workers: one that is killed within a thousand rows, one that is frozen while it waits for answers,
 *  a run that is cancelled. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { requestCancel } from '#domain/run/cancel-run.ts';
import { transaction } from '#platform/db.ts';
import { startModelServer, type ModelServer } from '#local/model-server.ts';
import { spawnWorker, until } from '#test/support/worker.ts';
import { createWorld, type World } from '#test/support/world.ts';
import { createAgent, createLlm, fillReviews } from './ground.ts';

const ROWS = 1_000;
const CONCURRENCY = 8;
// Leases of 2 s instead of 15 s, so that a lost worker is noticed soon.
const SHORT = {
  ...{ LEASE_SECONDS: '2', CLAIM_BACKSTOP_SECONDS: '0.2', TICK_BACKSTOP_SECONDS: '0.2' },
  SECRET_KEY: randomBytes(32).toString('base64'),
};

async function prepared(world: World, server: ModelServer, rows = ROWS) {
  const place = { orgId: world.org.id, projectId: world.project.id, userId: world.owner.id };
  await createAgent(world.pool, place, await createLlm(world.pool, place, server));
  const schema = await fillReviews(world.pool, place, rows);
  const step = { kind: 'run_agent', name: 'moods', concurrency: CONCURRENCY };
  const scenario = await world.scenario({
    steps: [{ ...step, agent: 'sentiment', dataset: 'reviews', output_dataset: 'moods' }],
    policies: { notify: { mail: [] } },
  });
  return { runId: await world.run(scenario.id), schema };
}

const idOf = (row: string) => (JSON.parse(row) as { id: number }).id;

const recorded = async (world: World) => {
  const { rows } = await world.pool.query('select row_key from agent_row');
  return rows.map(({ row_key: key }) => Number((JSON.parse(key) as string[])[0]));
};

test('a worker killed within a thousand rows: the next one repeats no row that was recorded', async () => {
  await using world = await createWorld();
  await using server = await startModelServer();
  server.behave(() => ({ delayMs: 5 }));
  const { runId, schema } = await prepared(world, server);
  await using first = await spawnWorker(world.url, 'first', SHORT);
  await until('some hundred rows were asked', async () => server.requests.length >= 300, 60_000);
  await first.signal('SIGKILL');
  const before = server.requests.length;
  const known = new Set(await recorded(world));
  const inFlight = before - known.size;
  expect(known.size).toBeGreaterThan(200);
  expect(inFlight).toBeLessThanOrEqual(CONCURRENCY);

  await using _second = await spawnWorker(world.url, 'second', SHORT);
  const run = await world.untilRun(runId, ['succeeded', 'failed'], 90_000);
  expect(run).toMatchObject({ state: 'succeeded', reason: null });
  const again = server.requests.slice(before);
  expect(again.filter(({ row }) => known.has(idOf(row)))).toEqual([]);
  // Only what was under way when it died comes twice, under the same key.
  expect(server.requests).toHaveLength(ROWS + inFlight);
  expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(ROWS);
  const [step] = await world.steps(runId);
  expect(step!.output).toMatchObject({
    ...{ rows: ROWS, skipped: known.size, done: ROWS - known.size, failed: 0 },
    rows_written: ROWS,
  });
  const { rows } = await world.pool.query(`select count(*)::int as n from "${schema}".moods`);
  expect(rows).toEqual([{ n: ROWS }]);
}, 180_000);

test('a worker that was frozen while it waited for answers records none of them when it wakes', async () => {
  await using world = await createWorld();
  await using server = await startModelServer();
  let held = true;
  server.behave(({ n }) => (held && n > 20 ? { delayMs: 4_000 } : null));
  const { runId } = await prepared(world, server, 60);
  await using first = await spawnWorker(world.url, 'first', SHORT);
  await until('calls hang', async () => server.requests.length >= 20 + CONCURRENCY, 60_000);
  await first.signal('SIGSTOP');
  held = false;
  await using _second = await spawnWorker(world.url, 'second', SHORT);
  await world.untilRun(runId, ['succeeded'], 60_000);
  const rowsOf = async () =>
    (await world.pool.query('select row_key, at, tokens_in from agent_row order by id')).rows;
  const before = await rowsOf();
  await first.signal('SIGCONT');
  await until('it has let go', async () => {
    const { rows } = await world.pool.query(
      `select 1 from pg_stat_activity where datname = current_database()
       and application_name = $1`,
      [`hf:${runId}:1`],
    );
    return rows.length === 0;
  });
  await first.signal('SIGTERM');
  expect(await rowsOf()).toEqual(before);
  expect(before).toHaveLength(60);
}, 120_000);

test('a cancel ends a run in the middle of its rows within 2 s, and what was answered is kept', async () => {
  await using world = await createWorld();
  await using server = await startModelServer();
  server.behave(({ n }) => (n > 100 ? { hang: true } : null));
  const { runId } = await prepared(world, server);
  await using _worker = await spawnWorker(world.url, 'first', SHORT);
  await until('calls hang', async () => server.requests.length >= 100 + CONCURRENCY, 60_000);
  const at = performance.now();
  await transaction(world.pool, (tx) => requestCancel(tx, runId, world.owner.id, 'enough'));
  await world.untilRun(runId, ['cancelled'], 10_000);
  expect(performance.now() - at).toBeLessThan(2_000);
  expect(await recorded(world)).toHaveLength(100);
}, 120_000);
