/** Cancel ends whatever a step is doing within 2 s, and nothing of it is left; so does the worker's death. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { cancelRun } from '#domain/scenario/runs.ts';
import type { Execute, Registry, StepKind } from '#domain/step/kind.ts';
import { createRegistry } from '#steps/registry.ts';
import { principalOf } from '#test/support/factories.ts';
import { probeKinds } from '#test/support/kinds.ts';
import { livingOf, readTree, TREE } from '#test/support/process-tree.ts';
import { spawnWorker, startTestWorker, until } from '#test/support/worker.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

const kinds = new Map([...createRegistry(), ...probeKinds]);

const SLEEP = { kind: 'probe', name: 'sleep', pg_sleep: 600 };
const STUBBORN = { kind: 'probe', name: 'tree', script: `trap '' INT; ${TREE}; wait` };
const SYNC = { kind: 'sync_dataset', name: 'sync', dataset: 'silent' };

const untilAsleep = (world: World) =>
  until('asleep', () =>
    countRows(
      world.pool,
      "pg_stat_activity where application_name like 'hf:%' and wait_event = 'PgSleep'",
    ),
  );

/** The processes of the run's tree, once it has told of all. */
const untilTree = (world: World, runId: number) =>
  until('the tree', async () => {
    const events = await world.events(runId);
    const lines = events
      .filter((event) => event.type === 'log')
      .flatMap(({ payload }) => payload.lines);
    return readTree(lines.map((line: { text: string }) => line.text));
  });

/** Cancels as its owner and waits until it is over.
 *  @returns seconds from the request to the end, on the database's clock. */
async function cancel(world: World, runId: number): Promise<number> {
  const who = await principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });
  expect(await cancelRun({ pool: world.pool }, who, runId)).toBe('running');
  await world.untilRun(runId, ['cancelled']);
  const { rows } = await world.pool.query(
    `select extract(epoch from finished_at - cancel_requested_at)::float8 as seconds from run where id = $1`,
    [runId],
  );
  return rows[0].seconds;
}

/** No session of the run is left 2 s after it was asked to end. */
async function expectNoSession(world: World, runId: number): Promise<void> {
  const sessions = `pg_stat_activity where application_name like 'hf:${runId}:%'`;
  await until('no session', async () => (await countRows(world.pool, sessions)) === 0);
  expect(
    await countRows(
      world.pool,
      `run where id = ${runId} and cancel_requested_at > now() - interval '2 s'`,
    ),
  ).toBe(1);
}

/** A dataset whose server takes the request and never answers. */
async function addSilentServer(world: World) {
  const asked = Promise.withResolvers<Socket>();
  const server = createServer(({ socket }) => asked.resolve(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await world.pool.query(
    `with c as (
       insert into connector (org_id, project_id, slug, name, type, config)
       values ($1, $2, 'web', 'Web', 'csv', $3) returning id
     )
     insert into dataset (org_id, project_id, connector_id, slug, name, source, table_name)
     select $1, $2, id, 'silent', 'Silent', '{"url": "silent.csv"}', 'silent' from c`,
    [
      world.org.id,
      world.project.id,
      { base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
    ],
  );
  return {
    asked: asked.promise,
    /** Settles once the connection that carried the request is closed. */
    hungUp: asked.promise.then((socket) => once(socket, 'close')),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a cancel ends a sleeping query', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url, { kinds });
  const runId = await world.run((await world.scenario({ steps: [SLEEP] })).id);
  await untilAsleep(world);
  expect(await cancel(world, runId)).toBeLessThan(2);
  await expectNoSession(world, runId);
});

test('a cancel ends a subprocess and all that came from it, however stubborn', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url, { kinds });
  const runId = await world.run((await world.scenario({ steps: [STUBBORN] })).id);
  const pids = await untilTree(world, runId);
  expect(livingOf(pids)).toEqual(pids);
  expect(await cancel(world, runId)).toBeLessThan(2);
  expect(livingOf(pids)).toEqual([]);
});

test('a cancel ends a request that nobody answers, and hangs up', async () => {
  await using world = await createWorld();
  await using server = await addSilentServer(world);
  await using _worker = await startTestWorker(world.url, { kinds });
  const runId = await world.run((await world.scenario({ steps: [SYNC] })).id);
  await server.asked;
  expect(await cancel(world, runId)).toBeLessThan(2);
  await server.hungUp;
  await expectNoSession(world, runId);
});

test('a cancel ends all of them at once, and the steps that were to follow', async () => {
  await using world = await createWorld();
  await using server = await addSilentServer(world);
  await using _worker = await startTestWorker(world.url, { kinds });
  const together = [SLEEP, STUBBORN, SYNC].map((step) => ({ ...step, parallel: true }));
  const steps = [...together, { kind: 'probe', name: 'after', run_if: 'always' }];
  const runId = await world.run((await world.scenario({ steps })).id);
  const pids = await untilTree(world, runId);
  await untilAsleep(world);
  await server.asked;
  expect(await cancel(world, runId)).toBeLessThan(2);
  expect(livingOf(pids)).toEqual([]);
  await server.hungUp;
  await expectNoSession(world, runId);
  expect((await world.steps(runId)).map((step) => step.state)).toEqual(Array(4).fill('cancelled'));
});

const kindOf = (kind: string, execute: Execute<unknown>, loaded = Promise.resolve()): StepKind => ({
  kind,
  description: 'Does what this test is about.',
  config: z.strictObject({}),
  load: () => loaded.then(() => execute),
});

const registryOf = (...kinds: StepKind[]): Registry =>
  new Map(kinds.map((kind) => [kind.kind, kind]));

const SUCCEEDED = { outcome: 'succeeded', output: null } as const;

test('a step that is cancelled while its kind is being loaded does not begin', async () => {
  await using world = await createWorld();
  const [watching, loaded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let begun = false;
  const watch = kindOf('watch', async ({ signal }) => {
    watching.resolve();
    await once(signal, 'abort');
    loaded.resolve();
    return SUCCEEDED;
  });
  const begin = kindOf(
    'begin',
    async () => {
      begun = true;
      return SUCCEEDED;
    },
    loaded.promise,
  );
  await using _worker = await startTestWorker(world.url, { kinds: registryOf(watch, begin) });
  const steps = ['watch', 'begin'].map((kind) => ({ kind, parallel: true }));
  const runId = await world.run((await world.scenario({ steps })).id);
  await watching.promise;
  expect(await cancel(world, runId)).toBeLessThan(2);
  expect(begun).toBe(false);
});

test('a step that goes on after its signal gets no session for it', async () => {
  await using world = await createWorld();
  const begun = Promise.withResolvers<void>();
  const goOn = kindOf('go_on', async ({ signal, connect }) => {
    begun.resolve();
    await once(signal, 'abort');
    await (await connect()).query('select pg_sleep(600)');
    return SUCCEEDED;
  });
  await using _worker = await startTestWorker(world.url, { kinds: registryOf(goOn) });
  const runId = await world.run((await world.scenario({ steps: [{ kind: 'go_on' }] })).id);
  await begun.promise;
  expect(await cancel(world, runId)).toBeLessThan(2);
  await expectNoSession(world, runId);
});

test('a query that was only on its way when the signal came is ended too', async () => {
  await using world = await createWorld();
  const begun = Promise.withResolvers<void>();
  const beLate = kindOf('be_late', async ({ signal, connect }) => {
    const session = await connect();
    begun.resolve();
    await once(signal, 'abort');
    // The cancel finds this session idle.
    const said = `pg_stat_activity where query like '%pg_cancel_backend%' and application_name = 'hf worker'
                  and datname = current_database() and state = 'idle'`;
    await until('the cancel', () => countRows(world.pool, said));
    await session.query('select pg_sleep(600)');
    return SUCCEEDED;
  });
  await using _worker = await startTestWorker(world.url, { kinds: registryOf(beLate) });
  const runId = await world.run((await world.scenario({ steps: [{ kind: 'be_late' }] })).id);
  await begun.promise;
  // Not by the end of its session, which comes after 1.5 s.
  expect(await cancel(world, runId)).toBeLessThan(1.5);
  await expectNoSession(world, runId);
});

test('kill -9 of a worker ends the subprocesses of its steps', async () => {
  await using world = await createWorld();
  await using worker = await spawnWorker(world.url, 'doomed');
  const runId = await world.run((await world.scenario({ steps: [STUBBORN] })).id);
  const pids = await untilTree(world, runId);
  expect(livingOf(pids)).toEqual(pids);
  await worker.signal('SIGKILL');
  await expect.poll(() => livingOf(pids), { timeout: 2000 }).toEqual([]);
});
