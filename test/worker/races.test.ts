/** Moments that are milliseconds wide, held open. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { claimQueued } from '#domain/run/claim.sql.ts';
import { pauseScenario, resumeScenario } from '#domain/scenario/operate-scenario.ts';
import { setEnabled, updateScenario } from '#domain/scenario/save-scenario.ts';
import { principalOf } from '#test/support/factories.ts';
import { probeKinds } from '#test/support/kinds.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { createWorld, type World } from '#test/support/world.ts';

const who = (world: World) =>
  principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });
const depsOf = (world: World) => ({ pool: world.pool, kinds: probeKinds });
const inSeconds = (n: number) => new Date((Math.floor(Date.now() / 1000) + n) * 1000);

async function ticks(world: World, scenarioId: number) {
  const { rows } = await world.pool.query<{ outcome: string; count: number; reason: string }>(
    'select outcome, count, reason from tick where scenario_id = $1 order by due_at, id',
    [scenarioId],
  );
  return rows;
}

test('a worker that is lost between its claim and its first word: the start is told all the same', async () => {
  await using world = await createWorld();
  const runId = await world.run((await world.scenario()).id);
  const claim = { workerId: 'gone', leaseSeconds: 0.001, limit: 1, kinds: ['probe'] };
  await claimQueued(world.pool, claim);
  await using _worker = await startTestWorker(world.url);
  await world.untilRun(runId, ['succeeded']);
  expect((await world.events(runId)).map((event) => event.type)).toEqual([
    'run.queued',
    'run.started',
    'step.started',
    'step.finished',
    'run.finished',
  ]);
});

test('an edit during a pause records what passed under the trigger that it replaces', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({
    trigger: { interval: '1s' },
    createdAt: inSeconds(-60),
    nextDueAt: inSeconds(3600),
  });
  const principal = await who(world);
  await pauseScenario(depsOf(world), principal, id, { note: 'holidays' });
  await world.pool.query("update scenario set idle_since = idle_since - interval '30 s'");
  await updateScenario(depsOf(world), principal, id, { trigger: { interval: '1h' } });
  await resumeScenario(depsOf(world), principal, id);
  const [span, ...more] = await ticks(world, id);
  expect(more).toEqual([]);
  expect(span).toMatchObject({ outcome: 'paused', reason: 'paused: holidays' });
  expect(span?.count).toBeGreaterThanOrEqual(30);
});

test('what passes while a scenario is switched off is recorded with that reason', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({
    trigger: { interval: '1s' },
    createdAt: inSeconds(-60),
    nextDueAt: inSeconds(3600),
  });
  const principal = await who(world);
  await setEnabled(depsOf(world), principal, id, false);
  await world.pool.query("update scenario set idle_since = idle_since - interval '20 s'");
  await pauseScenario(depsOf(world), principal, id, { note: 'as well' });
  await world.pool.query("update scenario set idle_since = idle_since + interval '10 s'");
  await setEnabled(depsOf(world), principal, id, true);
  const recorded = await ticks(world, id);
  expect(recorded.map((tick) => tick.reason)).toEqual(['the scenario is switched off']);
  expect(recorded[0]?.count).toBeGreaterThanOrEqual(20);
});

test('a pause whose first due time was decided in the same moment still records the others', async () => {
  await using world = await createWorld();
  const due = inSeconds(-10);
  const { id } = await world.scenario({ trigger: { interval: '1s' }, createdAt: due });
  await world.pool.query(
    `insert into tick (org_id, project_id, scenario_id, source, due_at, outcome)
     values ($1, $2, $3, 'schedule', $4, 'fired')`,
    [world.org.id, world.project.id, id, due],
  );
  await world.pool.query('update scenario set paused_at = $2 where id = $1', [
    id,
    new Date(due.getTime() - 1),
  ]);
  await resumeScenario(depsOf(world), await who(world), id);
  expect(await ticks(world, id)).toMatchObject([{ outcome: 'fired' }, { outcome: 'paused' }]);
});

test('a cancel_other scenario whose active run ends by itself just then can be edited all the same', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({
    trigger: { interval: '5s' },
    policies: { overlap: 'cancel_other' },
    createdAt: inSeconds(-10),
    nextDueAt: inSeconds(-5),
  });
  const runId = await world.run(id);
  await claimQueued(world.pool, { workerId: 'w', leaseSeconds: 15, limit: 1, kinds: ['probe'] });
  const principal = await who(world);
  // The worker's flush, about to commit.
  const flush = await world.pool.connect();
  await flush.query('begin');
  await flush.query(
    "update run set state = 'succeeded', finished_at = clock_timestamp() where id = $1",
    [runId],
  );
  const edit = updateScenario(depsOf(world), principal, id, { trigger: { interval: '7s' } });
  await until('the edit waits for the run', async () => {
    const { rows } = await world.pool.query(
      "select from pg_stat_activity where wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  });
  await flush.query('commit');
  flush.release();
  expect(await edit).toMatchObject({ version: 2 });
  const { rows } = await world.pool.query('select state from run where id <> $1', [runId]);
  expect(rows).toEqual([{ state: 'queued' }]);
});

test('a worker that is well keeps its runs, however short their leases', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({ steps: [{ kind: 'probe', gate: 'never' }] });
  const runId = await world.run(id);
  await using _worker = await startTestWorker(world.url, { leaseSeconds: 1 });
  await world.untilRun(runId, ['running']);
  // Four leases long: nothing happens, which no event could tell.
  await delay(4000);
  expect(await world.getRun(runId)).toMatchObject({ fence: 1, state: 'running' });
});
