import { expect, test } from 'vitest';
import type { Principal } from '#domain/access/principal.ts';
import { cancelQueue } from '#domain/run/cancel-queue.ts';
import { createProject, createRun, principalOf } from '#test/support/factories.ts';
import { startTestWorker } from '#test/support/worker.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

const ownerOf = ({ pool, org, owner }: World): Promise<Principal> =>
  principalOf(pool, { orgId: org.id, userId: owner.id });

async function statesOf(world: World): Promise<string[]> {
  const { rows } = await world.pool.query('select state from run order by id');
  return rows.map((run) => run.state);
}

test('a whole queue ends at once: waiting and queued runs, not those that run', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({ steps: [{ kind: 'probe', gate: 'never' }] });
  await using _worker = await startTestWorker(world.url);
  const running = await world.run(scenario.id);
  await world.untilRun(running, ['running']);
  const waiting = await world.run(scenario.id);
  const { id: queued } = await createRun(world.pool, {
    ...world.place,
    state: 'queued',
    steps: [{ kind: 'unknown' }],
  });
  const who = await ownerOf(world);
  expect(await cancelQueue(world, who, { projectId: world.project.id })).toEqual({
    cancelled: 2,
    requested: 0,
  });
  expect(await statesOf(world)).toEqual(['running', 'cancelled', 'cancelled']);
  expect(await world.events(waiting)).toMatchObject([
    { seq: 1, type: 'run.queued' },
    { seq: 2, type: 'run.cancel_requested', payload: { user_id: world.owner.id } },
    { seq: 3, type: 'run.finished', payload: { state: 'cancelled' } },
  ]);
  expect((await world.getRun(queued)).reason).toBe(`the queue was cancelled by ${who.name}`);
  expect((await world.steps(queued)).map((step) => step.state)).toEqual(['cancelled']);

  // Asked for, the running one ends too.
  const asked = { projectId: world.project.id, includeRunning: true };
  expect(await cancelQueue(world, who, asked)).toEqual({ cancelled: 0, requested: 1 });
  await world.untilRun(running, ['cancelled']);
  expect(await cancelQueue(world, who, asked)).toEqual({ cancelled: 0, requested: 0 });
  const { rows } = await world.pool.query(
    `select resource_type, resource_id, before, after from audit_log where action = 'queue.cancel' order by id`,
  );
  const place = { resource_type: 'project', resource_id: String(world.project.id) };
  expect(rows).toEqual([
    { ...place, before: { state: 'waiting' }, after: { runs: 1 } },
    { ...place, before: { state: 'queued' }, after: { runs: 1 } },
    { ...place, before: { state: 'running' }, after: { runs: 1 } },
  ]);
});

test('one scenario’s queue is cancelled alone, and other projects are left alone', async () => {
  await using world = await createWorld();
  const one = await world.scenario();
  const two = await world.scenario();
  const elsewhere = await createProject(world.pool, {
    orgId: world.org.id,
    ownerUserId: world.owner.id,
  });
  const there = await world.scenario({ projectId: elsewhere.id });
  for (const { id } of [one, one, two, there]) await world.run(id);
  const who = await ownerOf(world);
  const projectId = world.project.id;
  await expect(cancelQueue(world, who, { projectId, scenarioId: there.id })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await cancelQueue(world, who, { projectId, scenarioId: one.id })).toMatchObject({
    cancelled: 2,
  });
  expect(await statesOf(world)).toEqual(['cancelled', 'cancelled', 'queued', 'queued']);
  expect(await cancelQueue(world, who, { projectId })).toMatchObject({ cancelled: 1 });
  expect(await statesOf(world)).toEqual(['cancelled', 'cancelled', 'cancelled', 'queued']);
});

test('a long queue ends in several transactions, without a gap in anyone’s events, twice at once', async () => {
  await using world = await createWorld();
  const scenario = await world.scenario({ policies: { overlap: 'buffer_all' } });
  const first = await world.run(scenario.id);
  await world.pool.query(
    `with r as (
       insert into run (org_id, project_id, scenario_id, owner_user_id, name, source, due_at, state, config, event_seq)
       select org_id, project_id, scenario_id, owner_user_id, name, 'backfill', due_at, 'waiting', config, 1
       from run, generate_series(1, 1100) where id = $1 returning id
     ), e as (insert into run_event select id, 1, 'run.queued', now(), '{}' from r)
     insert into step_run (run_id, pos, name, kind) select id, 0, 'probe', 'probe' from r`,
    [first],
  );
  const who = await ownerOf(world);
  const both = await Promise.all(
    [1, 2].map(() => cancelQueue(world, who, { projectId: world.project.id })),
  );
  expect(both[0]!.cancelled + both[1]!.cancelled).toBe(1101);
  expect(await countRows(world.pool, "run where state = 'cancelled' and event_seq = 3")).toBe(1101);
  expect(await countRows(world.pool, 'run_event')).toBe(3 * 1101);
  expect(await countRows(world.pool, "step_run where state = 'cancelled'")).toBe(1101);
});

test('a step that a stopping worker handed back ends with its cancelled run', async () => {
  await using world = await createWorld();
  const worker = await startTestWorker(world.url);
  const scenario = await world.scenario({ steps: [{ kind: 'probe', gate: 'never' }] });
  const runId = await world.run(scenario.id);
  await world.untilRun(runId, ['running']);
  await worker.stop(0);
  expect((await world.getRun(runId)).state).toBe('queued');
  await cancelQueue(world, await ownerOf(world), { projectId: world.project.id });
  expect((await world.steps(runId)).map((step) => step.state)).toEqual(['cancelled']);
});
